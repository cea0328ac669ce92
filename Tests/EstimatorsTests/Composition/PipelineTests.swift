import Estimators
import LinearAlgebra
import Testing

@Suite struct PipelineTests {
  private let data = SmallData.clouds(classCount: 2)

  @Test func theLastStepLearnsFromTheChangedSamples() throws {
    let pipeline = try StandardScaler().appending(SGDClassifier<Int>(seed: 1))
      .fitted(data.features, to: data.labels)
    var scaler = StandardScaler()
    try scaler.fit(data.features)
    let scaled = try scaler.transform(data.features)
    let alone = try SGDClassifier<Int>(seed: 1).fitted(scaled, to: data.labels)
    #expect(pipeline.last.model == alone.model)
    #expect(pipeline.first.model == scaler.model)
    #expect(try pipeline.predict(data.features) == alone.predict(scaled))
    #expect(
      try pipeline.score(data.features, to: data.labels) == alone.score(scaled, to: data.labels))
    #expect(try pipeline.decisionFunction(data.features) == alone.decisionFunction(scaled))
  }

  @Test func aContinuingFitLeavesTheTransformerAsItIs() throws {
    var pipeline = StandardScaler().appending(SGDClassifier<Int>(maxEpochs: 3, warmStart: true))
    try pipeline.fit(data.features, to: data.labels)
    let before = pipeline.first.model
    try pipeline.fit(data.features.selectingRows(0..<20), to: Array(data.labels[0..<20]))
    #expect(pipeline.first.model == before)
    #expect(pipeline.last.trainingState?.progress.epochCount == 6)
    pipeline.warmStart = false
    try pipeline.fit(data.features.selectingRows(0..<20), to: Array(data.labels[0..<20]))
    #expect(pipeline.first.model != before)
  }

  @Test(arguments: [Preprocessing.learning, .frozen])
  func partialFitUpdatesTheTransformerUnlessFrozen(preprocessing: Preprocessing) throws {
    var pipeline = StandardScaler().appending(
      SGDClassifier<Int>(classes: [0, 10]), preprocessing: preprocessing)
    try pipeline.partialFit(data.features.selectingRows(0..<10), to: Array(data.labels[0..<10]))
    let before = pipeline.first.model
    try pipeline.partialFit(data.features.selectingRows(10..<36), to: Array(data.labels[10..<36]))
    #expect((pipeline.first.model == before) == (preprocessing == .frozen))
    #expect(pipeline.first.trainingState?.sampleCount == (preprocessing == .frozen ? 10 : 36))
  }

  @Test func settingsAreReachedByTheNumberOfTheStep() throws {
    var pipeline = StandardScaler().appending(SGDClassifier<Int>())
    try pipeline.hyperparameters.set("1.alpha", to: "0.5", of: "p")
    try pipeline.hyperparameters.set("withMean", to: "false", of: "p")
    #expect(pipeline.last.alpha == 0.5)
    #expect(!pipeline.first.withMean)
    let error = #expect(throws: EstimatorError.self) {
      try pipeline.hyperparameters.set("beta", to: "1", of: "p")
    }
    #expect(error?.description.contains("0.withStd, 1.loss") == true)
  }

  @Test func aFailedLastStepLeavesTheTransformerAsItWas() throws {
    var pipeline = StandardScaler().appending(SGDClassifier<Int>(classes: [0, 10]))
    try pipeline.partialFit(data.features, to: data.labels)
    let before = (pipeline.model, pipeline.trainingState)
    var strange = data.labels
    strange[5] = 99
    #expect(throws: EstimatorError.unknownLabel(row: 5, label: "99", classes: ["0", "10"])) {
      try pipeline.partialFit(data.features, to: strange)
    }
    #expect((pipeline.model, pipeline.trainingState) == before)
  }

  @Test func namesInAFileAreNumberedByStep() throws {
    let pipeline = try StandardScaler(withStd: false)
      .appending(StandardScaler(withMean: false))
      .appending(SGDClassifier<Int>(averaging: true, maxEpochs: 3))
      .fitted(data.features.named(["a", "b", "c", "d", "e"]), to: data.labels)
    let contents = try ModelFile.decode(ModelFile.encode(pipeline))
    #expect(contents.estimator == "StandardScaler+StandardScaler+SGDClassifier")
    let names = contents.archive.tensors.map(\.name)
    for name in [
      "0.means", "1.scales", "2.coefficients", "2.intercepts", "training.0.squares",
      "training.1.squares", "training.2.average.rest",
    ] { #expect(names.contains(name)) }
    #expect(contents.archive[text: "classes"] == "[0,10]")
    #expect(contents.archive[text: "feature_names"] == #"["a","b","c","d","e"]"#)
    #expect(contents.counters == ["epochCount": 3, "sampleCount": 108])
    let read = try type(of: pipeline).init(contents)
    #expect(read.model == pipeline.model)
    #expect(read.trainingState == pipeline.trainingState)
  }

  @Test func aPartIsResetInTheStepThatHasIt() throws {
    var pipeline = StandardScaler().appending(SGDClassifier<Int>(maxEpochs: 3))
    #expect(throws: EstimatorError.notFitted(estimator: "StandardScaler+SGDClassifier")) {
      try pipeline.reset(.schedule)
    }
    try pipeline.fit(data.features, to: data.labels)
    try pipeline.reset(.schedule)
    #expect(pipeline.last.trainingState?.progress.schedule.clock == 0)
    var regression = StandardScaler().appending(LinearRegression())
    let plane = SmallData.plane()
    try regression.fit(plane.features, to: RegressionTarget(plane.target))
    #expect(
      throws: EstimatorError.missingTrainingPart(
        part: .schedule, estimator: "StandardScaler+LinearRegression")
    ) { try regression.reset(.schedule) }
  }
}
