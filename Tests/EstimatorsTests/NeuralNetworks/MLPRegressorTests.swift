import DataReaders
import Estimators
import LinearAlgebra
import Testing

@Suite struct MLPRegressorTests {
  // MARK: By hand

  /// One input, no hidden layer, everything at zero: p = 0, so the gradient of a sample with x = 2
  /// and y = 3 is −6 and −3, and a step of rate 0.1 moves by 0.6 and 0.3; the loss was 4.5.
  @Test func oneStepByHand() throws {
    var context = TrainingContext()
    context.initialParameters = InitialParameters(
      layers: [(Matrix(rowCount: 1, columnCount: 1), [0])])
    var regressor = MLPRegressor(
      hiddenLayerSizes: [], solver: .sgd, alpha: 0, initialLearningRate: 0.1, momentum: 0)
    try regressor.partialFit(Matrix(rows: [[2.0]]), to: [3], weights: nil, context: context)
    let layer = try #require(regressor.model).layers[0]
    #expect(abs(layer.weights[0, 0] - 0.6) < 1e-15)
    #expect(abs(layer.biases[0] - 0.3) < 1e-15)
    #expect(try #require(regressor.trainingState).progress.history.losses == [4.5])
  }

  // MARK: Against scikit-learn

  /// The same start and sequential order: parameters 1e-9 and losses 1e-10 after twenty epochs.
  @Test func trainingAgreesWithScikitLearn() throws {
    let diabetes = try Samples.diabetes()
    let features = try Samples.scaled(diabetes.features)
    let target = diabetes.target.map { $0 / 100 }
    var several = Matrix<Double>(rowCount: target.count, columnCount: 3)
    for row in target.indices {
      several[row, 0] = target[row]
      several[row, 1] = features[row, 2] + target[row] / 7
      several[row, 2] = target[row].squareRoot()
    }
    for reference in try References.cases("mlp-regressor", of: NetworkReference.self) {
      var regressor = MLPRegressor()
      for (name, text) in reference.settings {
        try regressor.hyperparameters.set(name, to: text, of: "MLPRegressor")
      }
      try regressor.fit(
        features, to: reference.targets == 1 ? RegressionTarget(target) : RegressionTarget(several),
        weights: reference.weights(features.rowCount), context: reference.context())
      let model = try #require(regressor.model)
      try reference.check(model.layers, regressor.trainingState?.progress)
    }
  }

  // MARK: Behaviour

  @Test(arguments: Precision.allCases) func learnsToPredictSeveralNumbers(
    precision: Precision
  ) throws {
    let data = SmallData.plane(rowCount: 300, targetCount: 2)
    var regressor = MLPRegressor(
      hiddenLayerSizes: [20], batchSize: 20, initialLearningRate: 0.01, maxEpochs: 200,
      precision: precision)
    try regressor.fit(data.features, to: data.target)
    #expect(try regressor.score(data.features, to: RegressionTarget(data.target)) > 0.99)
    let model = try #require(regressor.model)
    #expect(model.targetCount == 2)
    #expect(try model.predict(data.features) == regressor.predict(data.features))
    let fromFile = try MLPRegressor(ModelFile.decode(ModelFile.encode(regressor)))
    #expect(fromFile.model == model)
  }

  @Test func anotherNumberOfTargetsIsRefused() throws {
    let data = SmallData.plane(targetCount: 2)
    var regressor = MLPRegressor(hiddenLayerSizes: [3], maxEpochs: 1)
    try regressor.fit(data.features, to: data.target)
    let one = (0..<data.features.rowCount).map { data.target[$0, 0] }
    #expect(throws: EstimatorError.mismatchedTargetColumnCount(expected: 2, actual: 1)) {
      try regressor.partialFit(data.features, to: one)
    }
    #expect(throws: EstimatorError.mismatchedTargetColumnCount(expected: 2, actual: 1)) {
      try regressor.score(data.features, to: RegressionTarget(one))
    }
  }

  @Test func numbersOfEitherFormTrainTheSame() throws {
    let data = SmallData.plane()
    var fromNumbers = MLPRegressor(hiddenLayerSizes: [3], maxEpochs: 3)
    var fromMatrix = fromNumbers
    try fromNumbers.fit(data.features, to: data.target.elements)
    try fromMatrix.fit(data.features, to: data.target)
    #expect(fromNumbers.model == fromMatrix.model)
  }

  @Test func oneSampleIsEnough() throws {
    var regressor = MLPRegressor(hiddenLayerSizes: [3], initialLearningRate: 0.05, maxEpochs: 300)
    try regressor.fit(Matrix(rows: [[1.0, -2]]), to: [3])
    #expect(try abs(regressor.predict(Matrix(rows: [[1.0, -2]])).values[0] - 3) < 0.1)
  }

  @Test(arguments: [(NetworkSolver.sgd, Precision.double), (.sgd, .single), (.lbfgs, .double)])
  func trainingThatDivergesChangesNothing(solver: NetworkSolver, precision: Precision) throws {
    let data = SmallData.plane()
    var regressor = MLPRegressor(
      hiddenLayerSizes: [3], activation: .identity, solver: solver, initialLearningRate: 0.01,
      maxEpochs: 5, precision: precision, warmStart: true)
    try regressor.fit(data.features, to: data.target)
    let before = regressor
    regressor.initialLearningRate = 1e30
    let huge = data.target.elements.map { $0 * (precision == .single ? 1e37 : 1e200) }
    let error = #expect(throws: EstimatorError.self) {
      try regressor.fit(data.features, to: huge)
    }
    #expect(error?.description.hasPrefix("Training diverged in epoch 1 of this call") == true)
    #expect(regressor.model == before.model)
    #expect(regressor.trainingState == before.trainingState)
  }

  @Test func dropoutFollowsTheVisitingOrderAndNotTheSchedule() throws {
    let data = SmallData.plane()
    var first = MLPRegressor(
      hiddenLayerSizes: [8], dropout: [0.5], maxEpochs: 2, visitingOrder: .sequential,
      warmStart: true)
    try first.fit(data.features, to: data.target)
    #expect(first.trainingState?.progress.maskedSampleCount == 2 * data.features.rowCount)
    var (rate, order) = (first, first)
    try rate.reset(.schedule)
    try order.reset(.visitingOrder)
    try first.fit(data.features, to: data.target)
    try rate.fit(data.features, to: data.target)
    try order.fit(data.features, to: data.target)
    // With a constant rate the clock changes nothing, but other units are left out.
    #expect(rate.model == first.model)
    #expect(order.model != first.model)
  }
}
