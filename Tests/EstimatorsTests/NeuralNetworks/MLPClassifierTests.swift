import DataReaders
import Estimators
import LinearAlgebra
import Testing

@Suite struct MLPClassifierTests {
  // MARK: By hand

  /// Two inputs, no hidden layer, one logistic unit at zero: p = ½, so the gradient of a sample of
  /// class 1 is −½ x and −½, and a step of rate 0.1 moves by 0.05 x and 0.05.
  @Test func oneStepByHand() throws {
    var context = TrainingContext()
    context.initialParameters = InitialParameters(
      layers: [(Matrix(rowCount: 2, columnCount: 1), [0])])
    var classifier = MLPClassifier<Int>(
      hiddenLayerSizes: [], solver: .sgd, alpha: 0, initialLearningRate: 0.1, momentum: 0,
      classes: [0, 1])
    try classifier.partialFit(Matrix(rows: [[2.0, -4]]), to: [1], weights: nil, context: context)
    let layer = try #require(classifier.model).layers[0]
    #expect(abs(layer.weights[0, 0] - 0.1) < 1e-16)
    #expect(abs(layer.weights[1, 0] + 0.2) < 1e-16)
    #expect(abs(layer.biases[0] - 0.05) < 1e-16)
    let losses = try #require(classifier.trainingState).progress.history.losses
    #expect(abs(losses[0] - 0.6931471805599453) < 1e-15)
  }

  // MARK: Against scikit-learn

  /// The same start and sequential order: parameters 1e-9 and losses 1e-10 after twenty epochs.
  @Test func trainingAgreesWithScikitLearn() throws {
    for reference in try References.cases("mlp-classifier", of: NetworkReference.self) {
      let sample = try Samples.labelled(SampleData(named: reference.data))
      let features = try Samples.scaled(sample.features)
      var classifier = MLPClassifier<String>()
      for (name, text) in reference.settings {
        try classifier.hyperparameters.set(name, to: text, of: "MLPClassifier")
      }
      try classifier.fit(
        features, to: sample.labels, weights: reference.weights(features.rowCount),
        context: reference.context())
      let model = try #require(classifier.model)
      try reference.check(model.layers, classifier.trainingState?.progress)
    }
  }

  // MARK: Equivalences

  @Test func howSamplesAreStoredChangesRoundingOnly() throws {
    let data = SmallData.clouds(classCount: 3)
    let classifier = MLPClassifier<Int>(hiddenLayerSizes: [6], maxEpochs: 10, seed: 2)
    let dense = try classifier.fitted(data.features, to: data.labels)
    let sparse = try classifier.fitted(CSRMatrix(data.features), to: data.labels)
    #expect(dense.model == sparse.model)
    #expect(dense.trainingState == sparse.trainingState)
  }

  @Test func aBatchLargerThanTheDataIsAllOfThem() throws {
    let data = SmallData.clouds(classCount: 2)
    let large = MLPClassifier<Int>(hiddenLayerSizes: [3], batchSize: 1000, maxEpochs: 2)
    let exact = MLPClassifier<Int>(hiddenLayerSizes: [3], batchSize: 36, maxEpochs: 2)
    #expect(
      try large.fitted(data.features, to: data.labels).model
        == exact.fitted(data.features, to: data.labels).model)
  }

  /// Large enough that a batch is several blocks.
  @Test(arguments: Precision.allCases) func threadsChangeNoBit(precision: Precision) throws {
    let data = SmallData.clouds(classCount: 3, rowCount: 300)
    let classifier = MLPClassifier<Int>(
      hiddenLayerSizes: [180, 200], batchSize: 300, dropout: [0.2], maxEpochs: 2,
      precision: precision)
    let models = try [1, 2, 3].map { threadCount in
      var classifier = classifier
      var context = TrainingContext()
      context.threadCount = threadCount
      try classifier.fit(data.features, to: data.labels, weights: nil, context: context)
      return try #require(classifier.model)
    }
    #expect(models[0] == models[1])
    #expect(models[0] == models[2])
  }

  // MARK: Behaviour

  @Test(arguments: NetworkSolver.allCases) func learnsToTellDigitsApart(
    solver: NetworkSolver
  ) throws {
    let digits = try Samples.labelled(.digits)
    let features = try Samples.scaled(digits.features)
    let classifier = try MLPClassifier<String>(
      hiddenLayerSizes: [32], solver: solver,
      initialLearningRate: solver == .adam ? 0.003 : 0.05, maxEpochs: 30
    ).fitted(features, to: digits.labels)
    #expect(try classifier.score(features, to: digits.labels) > 0.97)
    let probabilities = try classifier.predictProbabilities(features)
    for row in 0..<20 { #expect(abs(probabilities.row(row).reduce(0, +) - 1) < 1e-12) }
    let scores = try classifier.decisionFunction(features)
    #expect(scores.elements.allSatisfy { $0.isFinite })
  }

  @Test func theModelPredictsByItself() throws {
    let data = SmallData.clouds(classCount: 2)
    let classifier = try MLPClassifier<Int>(hiddenLayerSizes: [4], maxEpochs: 5)
      .fitted(data.features, to: data.labels)
    let model = try #require(classifier.model)
    #expect(try model.predict(data.features) == classifier.predict(data.features))
    #expect(model.layers.map(\.weights.rowCount) == [5, 4])
    #expect(model.layers.map(\.biases.count) == [4, 1])
  }

  @Test func initialParametersMustFit() throws {
    let data = SmallData.clouds(classCount: 2)
    var classifier = MLPClassifier<Int>(hiddenLayerSizes: [4])
    var context = TrainingContext()
    context.initialParameters = InitialParameters(
      layers: [(Matrix(rowCount: 5, columnCount: 4), [0, 0, 0, 0])])
    #expect(
      throws: EstimatorError.mismatchedInitialParameters(
        name: "layers.1.weights", reason: "is missing; it must be 4 × 1")
    ) { try classifier.fit(data.features, to: data.labels, weights: nil, context: context) }
    #expect(classifier.model == nil)
  }

  @Test func aModelWithoutTrainingStateFixesTheShape() throws {
    let data = SmallData.clouds(classCount: 2)
    let trained = try MLPClassifier<Int>(hiddenLayerSizes: [4], maxEpochs: 2)
      .fitted(data.features, to: data.labels)
    let bytes = try ModelFile.encode(trained, includesTrainingState: false)
    var read = try MLPClassifier<Int>(ModelFile.decode(bytes))
    #expect(read.model == trained.model)
    #expect(read.trainingState == nil)
    read.warmStart = true
    read.hiddenLayerSizes = [5]
    #expect(
      throws: EstimatorError.changedHyperparameter(
        name: "hiddenLayerSizes", old: "4", new: "5", remedy: "Fit with warmStart off.")
    ) { try read.fit(data.features, to: data.labels) }
    read.hiddenLayerSizes = [4]
    try read.fit(data.features, to: data.labels)
    #expect(read.trainingState?.progress.epochCount == 2)
  }
}
