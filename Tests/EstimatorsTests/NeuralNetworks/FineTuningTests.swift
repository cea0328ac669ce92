import DataReaders
import Estimators
import Foundation
import LinearAlgebra
import Testing

@Suite struct FineTuningTests {
  /// The network that `Scripts/generate-torch-network.py` has trained, and what it predicts.
  private func torchNetwork() throws -> (start: InitialParameters, probabilities: Matrix<Double>) {
    let file = try Safetensors.decode(
      WholeFile.read(References.folder.appending(path: "digits-torch.safetensors").path))
    let start = try InitialParameters(
      layersOf: file, named: [("0.weight", "0.bias"), ("2.weight", "2.bias")],
      orientation: .outputsByInputs)
    return (start, try file.matrix("probabilities"))
  }

  private let digits = (0..<10).map(String.init)

  // MARK: A network from elsewhere

  @Test func aNetworkOfPyTorchPredictsTheSame() throws {
    let sample = try Samples.labelled(.digits)
    let features = try Samples.scaled(sample.features)
    let (start, expected) = try torchNetwork()
    var classifier = MLPClassifier<String>(hiddenLayerSizes: [24])
    try classifier.setParameters(start, classes: digits)
    let probabilities = try classifier.predictProbabilities(
      features.selectingRows(0..<expected.rowCount))
    let difference = zip(probabilities.elements, expected.elements).map { abs($0 - $1) }.max()
    #expect(try #require(difference) < 1e-6)
    #expect(try classifier.score(features, to: sample.labels) > 0.98)
    #expect(classifier.trainingState == nil)
  }

  @Test(arguments: [NetworkSolver.adam, .sgd], Precision.allCases)
  func aHeadForFiveClassesTrainsOnAFrozenBody(
    solver: NetworkSolver, precision: Precision
  ) throws {
    let sample = try Samples.labelled(.digits)
    let features = try Samples.scaled(sample.features)
    var classifier = MLPClassifier<String>(
      hiddenLayerSizes: [24], solver: solver, initialLearningRate: 0.05, maxEpochs: 20,
      precision: precision, warmStart: true)
    try classifier.setParameters(torchNetwork().start, classes: digits)
    let body = try #require(classifier.model).archive.tensors.prefix(2)
    let classes = ["0-1", "2-3", "4-5", "6-7", "8-9"]
    try classifier.replaceOutputLayer(classes: classes)
    let model = try #require(classifier.model)
    #expect(model.classes == classes)
    #expect(model.layers[1].weights.columnCount == 5)
    #expect(model.archive.tensors.prefix(2) == body)

    classifier.frozenLayers = [0]
    let labels = sample.labels.map { classes[(Int($0) ?? 0) / 2] }
    let before = try classifier.score(features, to: labels)
    try classifier.fit(features, to: labels)
    let trained = try #require(classifier.model)
    #expect(trained.archive.tensors.prefix(2).map(\.bytes) == body.map(\.bytes))
    #expect(trained.layers[1] != model.layers[1])
    #expect(try classifier.score(features, to: labels) > max(0.9, before))

    // What the optimizer remembers of the body is still nothing, bit for bit.
    let memory = try #require(classifier.trainingState).archive
    let bodyCount = 65 * 24
    for name in ["optimizer.first", "optimizer.second"] {
      #expect(try #require(memory[name]).numbers.prefix(bodyCount).allSatisfy { $0 == 0 })
    }

    classifier.frozenLayers = []
    try classifier.fit(features, to: labels)
    #expect(try #require(classifier.model).archive.tensors.prefix(2) != body)
  }

  @Test func aNetworkOfAnotherShapeIsRefused() throws {
    let (start, _) = try torchNetwork()
    var classifier = MLPClassifier<String>(hiddenLayerSizes: [25])
    let error = #expect(throws: EstimatorError.self) {
      try classifier.setParameters(start, classes: digits)
    }
    #expect(
      error?.description
        == "The initial parameters do not fit: layers.0.weights is 64 × 24, but must be 64 × 25.")
    #expect(throws: EstimatorError.self) {
      try classifier.setParameters(start, classes: digits.reversed())
    }
    #expect(classifier.model == nil)
    let file = try Safetensors.decode(
      WholeFile.read(References.folder.appending(path: "digits-torch.safetensors").path))
    #expect(throws: EstimatorError.unreadableModel(reason: "tensor 1.weight is missing")) {
      try InitialParameters(
        layersOf: file, named: [("1.weight", "1.bias")], orientation: .outputsByInputs)
    }
  }

  @Test func weightsStandAsInputsByOutputsInKeras() throws {
    let weights = try Matrix(rows: [[1.0, 2, 3], [4, 5, 6]])
    var archive = TensorArchive()
    archive.append("dense/kernel", weights)
    archive.append("dense/bias", [0.5, 0.25, 0])
    var regressor = MLPRegressor(hiddenLayerSizes: [])
    try regressor.setParameters(
      InitialParameters(
        layersOf: archive, named: [("dense/kernel", "dense/bias")],
        orientation: .inputsByOutputs), targetCount: 3)
    #expect(try regressor.predict(Matrix(rows: [[1.0, 10]])).values == [41.5, 52.25, 63])
  }

  // MARK: Frozen layers and rates

  @Test(arguments: [[0], [1], [2], [0, 2]]) func frozenLayersStayBitForBit(
    frozen: [Int]
  ) throws {
    let data = SmallData.clouds(classCount: 3)
    var classifier = MLPClassifier<Int>(
      hiddenLayerSizes: [5, 4], maxEpochs: 3, classes: [0, 10, 20], warmStart: true)
    try classifier.fit(data.features, to: data.labels)
    let before = classifier
    classifier.frozenLayers = frozen
    try classifier.fit(data.features, to: data.labels)
    try classifier.partialFit(data.features, to: data.labels)
    let (old, new) = (try #require(before.model), try #require(classifier.model))
    let memories = [before, classifier].map {
      $0.trainingState?.archive["optimizer.first"]?.numbers
    }
    var start = 0
    for layer in 0..<3 {
      #expect((old.layers[layer] == new.layers[layer]) == frozen.contains(layer))
      let end = start + old.layers[layer].weights.elements.count + old.layers[layer].biases.count
      #expect(
        (memories[0]?[start..<end] == memories[1]?[start..<end]) == frozen.contains(layer))
      start = end
    }
  }

  @Test func aMultiplierOfZeroMovesNothingAndOneIsThePlainRate() throws {
    let data = SmallData.clouds(classCount: 2)
    let plain = try MLPClassifier<Int>(hiddenLayerSizes: [4], maxEpochs: 2)
      .fitted(data.features, to: data.labels)
    var same = MLPClassifier<Int>(hiddenLayerSizes: [4], maxEpochs: 2)
    same.rateMultipliers = [1, 1]
    try same.fit(data.features, to: data.labels)
    #expect(same.model == plain.model)

    var still = plain
    still.warmStart = true
    still.rateMultipliers = [0, 2]
    try still.fit(data.features, to: data.labels)
    #expect(still.model?.layers[0] == plain.model?.layers[0])
    #expect(still.model?.layers[1] != plain.model?.layers[1])
  }

  @Test(arguments: [
    ("frozenLayers", "2", "frozenLayers is 2 but must be some of the layers 0 to 1, and not all."),
    (
      "frozenLayers", "0,1",
      "frozenLayers is 0,1 but must be some of the layers 0 to 1, and not all."
    ),
    (
      "rateMultipliers", "1",
      "rateMultipliers is 1 but must be one number for each of the 2 layers, or empty."
    ),
    (
      "dropout", "0.1,0.2",
      "dropout is 0.1,0.2 but must be one number for all hidden layers, or one for each of the 1."
    ),
  ])
  func numbersThatDoNotFitTheLayersAreRefused(
    name: String, value: String, message: String
  ) throws {
    let data = SmallData.clouds(classCount: 2)
    var classifier = MLPClassifier<Int>(hiddenLayerSizes: [4])
    try classifier.hyperparameters.set(name, to: value, of: "MLPClassifier")
    let error = #expect(throws: EstimatorError.self) {
      try classifier.fit(data.features, to: data.labels)
    }
    #expect(error?.description == message)
  }

  // MARK: New classes

  /// The odds of the classes there were stay what they are, and of a new one nothing is known.
  @Test(arguments: [2, 3]) func newClassesKeepTheOddsOfTheOldOnes(classCount: Int) throws {
    let data = SmallData.clouds(classCount: classCount)
    var classifier = MLPClassifier<Int>(
      hiddenLayerSizes: [4], alpha: 0, initialLearningRate: 1e-300, maxEpochs: 2,
      unknownLabels: .extend, warmStart: true)
    try classifier.fit(data.features, to: data.labels)
    let before = try classifier.predictProbabilities(data.features)
    var labels = data.labels
    labels[0] = 5
    try classifier.partialFit(data.features, to: labels)
    let model = try #require(classifier.model)
    #expect(model.classes == [0, 5] + (1..<classCount).map { $0 * 10 })
    let after = try classifier.predictProbabilities(data.features)
    for row in 0..<after.rowCount {
      let (old, new) = (before[row, 1] / before[row, 0], after[row, 2] / after[row, 0])
      #expect(abs(new / old - 1) < 1e-12)
    }
    #expect(abs(model.layers[1].biases[1]) < 1e-290)
    try classifier.fit(data.features, to: labels)
    #expect(classifier.trainingState?.progress.epochCount == 5)
  }

  @Test func aFailedCallAddsNoClass() throws {
    let data = SmallData.clouds(classCount: 2)
    var classifier = MLPClassifier<Int>(
      hiddenLayerSizes: [4], maxEpochs: 2, unknownLabels: .extend)
    try classifier.fit(data.features, to: data.labels)
    let before = classifier
    var context = TrainingContext()
    context.isCancelled = { true }
    #expect(throws: EstimatorError.cancelled) {
      try classifier.partialFit(
        data.features, to: data.labels.map { $0 + 1 }, weights: nil, context: context)
    }
    #expect(classifier.model == before.model)
    #expect(classifier.trainingState == before.trainingState)
  }

  @Test func aHeadForOneClassIsRefused() throws {
    var classifier = MLPClassifier<Int>(hiddenLayerSizes: [4], maxEpochs: 2)
    #expect(throws: EstimatorError.notFitted(estimator: "MLPClassifier")) {
      try classifier.replaceOutputLayer(classes: [1, 2])
    }
    let data = SmallData.clouds(classCount: 2)
    try classifier.fit(data.features, to: data.labels)
    let before = classifier.model
    #expect(throws: EstimatorError.singleClass(label: "1")) {
      try classifier.replaceOutputLayer(classes: [1, 1])
    }
    #expect(classifier.model == before)
  }
}
