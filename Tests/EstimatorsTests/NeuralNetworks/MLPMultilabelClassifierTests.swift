import EstimatorChecks
import Estimators
import LinearAlgebra
import Testing

@Suite struct MLPMultilabelClassifierTests {
  /// Two inputs, no hidden layer, everything at zero: each label has p = ½, so a step of rate 0.1
  /// moves the bias of a label that is there by 0.05, and of one that is not by −0.05.
  @Test func oneStepByHand() throws {
    var context = TrainingContext()
    context.initialParameters = InitialParameters(
      layers: [(Matrix(rowCount: 1, columnCount: 2), [0, 0])])
    var classifier = MLPMultilabelClassifier<String>(
      hiddenLayerSizes: [], solver: .sgd, alpha: 0, initialLearningRate: 0.1, classes: ["a", "b"])
    classifier.momentum = 0
    try classifier.partialFit(
      Matrix(rows: [[2.0]]), to: [["b"]], weights: nil, context: context)
    let layer = try #require(classifier.model).layers[0]
    #expect(zip(layer.biases, [-0.05, 0.05]).allSatisfy { abs($0 - $1) < 1e-16 })
    #expect(zip(layer.weights.elements, [-0.1, 0.1]).allSatisfy { abs($0 - $1) < 1e-16 })
    let losses = try #require(classifier.trainingState).progress.history.losses
    #expect(abs(losses[0] - 2 * 0.6931471805599453) < 1e-15)
  }

  /// Samples with the labels of the features that are positive.
  private func signs() -> (features: Matrix<Double>, target: [Set<String>]) {
    let features = SmallData.plane(rowCount: 200, columnCount: 3).features
    let target = (0..<200).map { row in
      Set((0..<3).filter { features[row, $0] > 0 }.map { ["x", "y", "z"][$0] })
    }
    return (features, target)
  }

  @Test(arguments: [NetworkSolver.adam, .lbfgs]) func learnsSetsOfLabels(
    solver: NetworkSolver
  ) throws {
    let (features, target) = signs()
    #expect(target.contains([]))
    let classifier = try MLPMultilabelClassifier<String>(
      hiddenLayerSizes: [16], solver: solver, initialLearningRate: 0.02
    ).fitted(features, to: target)
    #expect(try classifier.score(features, to: target) > 0.95)
    #expect(try classifier.loss(features, to: target) < 0.2)
    let model = try #require(classifier.model)
    #expect(model.classes == ["x", "y", "z"])
    #expect(try model.predict(features) == classifier.predict(features))
    let read = try MLPMultilabelClassifier<String>(ModelFile.decode(ModelFile.encode(classifier)))
    #expect(read.model == model)
  }

  @Test func aLabelThatIsNoneOfTheClassesIsRefusedByName() throws {
    let (features, target) = signs()
    var classifier = MLPMultilabelClassifier<String>(hiddenLayerSizes: [2], maxEpochs: 1)
    try classifier.fit(features, to: target)
    var strange = target
    strange[7] = ["y", "w"]
    #expect(
      throws: EstimatorError.unknownLabel(row: 7, label: "w", classes: ["x", "y", "z"])
    ) { try classifier.partialFit(features, to: strange) }
  }

  @Test(arguments: Precision.allCases, [false, true])
  func keepsAllLaws(precision: Precision, earlyStopping: Bool) throws {
    let data = signs()
    let rows = Array(0..<36)
    var checks = LawChecks(
      MLPMultilabelClassifier<String>(
        hiddenLayerSizes: [5], batchSize: 7, initialLearningRate: 0.02, maxEpochs: 5,
        earlyStopping: earlyStopping, precision: precision, classes: ["x", "y", "z"]),
      features: data.features.selectingRows(rows), target: data.target.selectingRows(rows))
    var strange = data.target.selectingRows(rows)
    strange[3] = ["w"]
    checks.targetsWithUnknownLabel = [strange]
    checks.unknownLabel = "w"
    checks.rowsThatLackAClass = rows.filter { !data.target[$0].contains("y") }
    checks.chunkMultiple = 7
    let outcomes = try checks.checkAll()
    for law in Law.allCases { #expect((outcomes[law] == .holds) == (law != .averaging), "\(law)") }
  }
}
