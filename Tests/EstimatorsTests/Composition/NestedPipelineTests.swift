import Estimators
import LinearAlgebra
import Testing

/// Pipelines in pipelines, and pipelines made of what has learned before, in files.
@Suite struct NestedPipelineTests {
  private let data = SmallData.clouds(classCount: 2)

  private func copy<Saved: Estimator>(_ estimator: Saved) throws -> Saved {
    try Saved(ModelFile.decode(ModelFile.encode(estimator)))
  }

  @Test func whatAnInnerPipelineDoesWithItsTransformersIsSaved() throws {
    let inner = StandardScaler(withStd: false)
      .appending(StandardScaler(withMean: false), preprocessing: .frozen)
    var pipeline = inner.appending(SGDClassifier<Int>(maxEpochs: 2, classes: [0, 10]))
    #expect(
      pipeline.hyperparameters.texts.filter { $0.name.hasSuffix("preprocessing") }.map(\.name)
        == ["1.preprocessing", "preprocessing"])
    try pipeline.partialFit(data.features.selectingRows(0..<20), to: Array(data.labels[0..<20]))
    var read = try copy(pipeline)
    #expect(read.hyperparameters == pipeline.hyperparameters)
    for row in 20..<36 {
      try pipeline.partialFit(data.features.selectingRows([row]), to: [data.labels[row]])
      try read.partialFit(data.features.selectingRows([row]), to: [data.labels[row]])
    }
    #expect(read.model == pipeline.model)
    #expect(read.trainingState == pipeline.trainingState)
    try pipeline.hyperparameters.set("1.preprocessing", to: "learning", of: "p")
    #expect(pipeline.hyperparameters.first.preprocessing == .learning)
  }

  @Test func aFittedTransformerIsKeptWhereTheLastStepHasNotLearned() throws {
    let scaler = try StandardScaler().fitted(data.features, to: NoTarget())
    let pipeline = scaler.appending(
      SGDClassifier<Int>(maxEpochs: 2, classes: [0, 10]), preprocessing: .frozen)
    let read = try copy(pipeline)
    #expect(read.first.model == scaler.model)
    #expect(read.first.trainingState == scaler.trainingState)
    #expect(read.last.model == nil)
    #expect(throws: EstimatorError.notFitted(estimator: "SGDClassifier")) {
      try read.predict(data.features)
    }
    for var tried in [pipeline, read] {
      try tried.partialFit(data.features.selectingRows(0..<5), to: Array(data.labels[0..<5]))
      #expect(tried.first.model == scaler.model)
    }
  }

  @Test func momentsAreKeptWhereTheLastStepIsAModelAlone() throws {
    var network = try MLPClassifier<Int>(hiddenLayerSizes: [3], maxEpochs: 2)
      .fitted(data.features, to: data.labels)
    try network.replaceOutputLayer(classes: [1, 2, 3])
    #expect(network.trainingState == nil)
    let scaler = try StandardScaler().fitted(data.features, to: NoTarget())
    let pipeline = scaler.appending(network)
    let read = try copy(pipeline)
    #expect(read.model == pipeline.model)
    #expect(read.first.trainingState == scaler.trainingState)
    let labels = data.labels.map { $0 / 10 + 1 }
    var (left, right) = (pipeline, read)
    try left.partialFit(data.features, to: labels)
    try right.partialFit(data.features, to: labels)
    #expect(left.model == right.model)
    #expect(left.trainingState == right.trainingState)
    #expect(left.first.trainingState?.sampleCount == 72)
  }

  @Test func filesSayHowStepsAreNested() throws {
    let left = try StandardScaler(withStd: false).appending(StandardScaler(withMean: false))
      .appending(SGDClassifier<Int>(maxEpochs: 2)).fitted(data.features, to: data.labels)
    let right = try StandardScaler(withStd: false)
      .appending(StandardScaler(withMean: false).appending(SGDClassifier<Int>(maxEpochs: 2)))
      .fitted(data.features, to: data.labels)
    let contents = try [
      ModelFile.decode(ModelFile.encode(left)), ModelFile.decode(ModelFile.encode(right)),
    ]
    #expect(
      contents.map(\.estimator) == [
        "StandardScaler+StandardScaler+SGDClassifier",
        "StandardScaler+(StandardScaler+SGDClassifier)",
      ])
    for contents in contents {
      #expect(contents.classes == "[0,10]")
      #expect(contents.counters == ["epochCount": 2, "sampleCount": 72])
    }
    let errors = [
      #expect(throws: EstimatorError.self) { try type(of: left).init(contents[1]) },
      #expect(throws: EstimatorError.self) { try type(of: right).init(contents[0]) },
    ]
    for error in errors {
      #expect(error?.description.contains("the same but nested otherwise") == true)
    }
    #expect(try type(of: right).init(contents[1]).model == right.model)
  }
}
