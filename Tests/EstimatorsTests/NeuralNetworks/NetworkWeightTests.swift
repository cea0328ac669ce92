import Estimators
import LinearAlgebra
import Testing

/// A row of weight w moves the parameters as w rows would in the same step: a batch's gradient is
/// divided by the number of its rows, and the penalty does not depend on weights.
@Suite struct NetworkWeightTests {
  /// A network that starts with the weights 1 and −½ and the bias 0, and takes plain steps of 0.1.
  private func context(outputs: Int) throws -> TrainingContext {
    var context = TrainingContext()
    let weights = try Matrix(
      rowCount: 2, columnCount: outputs,
      elements: [1, -0.5].flatMap { [Double](repeating: $0, count: outputs) })
    context.initialParameters = InitialParameters(
      layers: [(weights, [Double](repeating: 0, count: outputs))])
    return context
  }

  private func settings(alpha: Double, precision: Precision) -> NetworkSettings {
    var settings = MLPRegressor().hyperparameters.shared
    settings.hiddenLayerSizes = []
    settings.solver = .sgd
    settings.alpha = alpha
    settings.batchSize = 1
    settings.initialLearningRate = 0.1
    settings.momentum = 0
    settings.visitingOrder = .sequential
    settings.precision = precision
    return settings
  }

  private func expectClose(_ layer: NetworkLayer?, _ weights: [Double], _ biases: [Double]) throws {
    let layer = try #require(layer)
    try #require(layer.weights.elements.count == weights.count)
    for (left, right) in zip(layer.weights.elements, weights) { #expect(abs(left - right) < 1e-6) }
    try #require(layer.biases.count == biases.count)
    for (left, right) in zip(layer.biases, biases) { #expect(abs(left - right) < 1e-6) }
  }

  // MARK: By hand

  /// The sample (2, 4) has the sum 1 · 2 − ½ · 4 = 0.
  ///
  /// For the target 3 the gradient is −3 x and −3, and a step of 0.1 with weight w moves by 0.3 w x
  /// and 0.3 w. The penalty, alpha ½, takes 0.05 of each coefficient whatever the weight. The loss
  /// is w · 4.5, and ¼ · 1.25 of the penalty.
  @Test(arguments: Precision.allCases, [0, 0.5, 1, 3])
  func aRegressorsOneRowByHand(precision: Precision, weight: Double) throws {
    var regressor = MLPRegressor()
    regressor.hyperparameters.shared = settings(alpha: 0.5, precision: precision)
    // A call needs a row that counts.
    try regressor.partialFit(
      Matrix(rows: [[2.0, 4], [0, 0]]), to: [3, 0], weights: [weight, 1e-30],
      context: context(outputs: 1))
    // The second row has the sum b = 0.3 w, but counts nothing beside rounding.
    let first = [1 + 0.6 * weight - 0.05, -0.5 + 1.2 * weight + 0.025]
    try expectClose(regressor.model?.layers[0], first.map { $0 * 0.95 }, [0.3 * weight])
    let squares = first.reduce(0) { $0 + $1 * $1 }
    let losses = try #require(regressor.trainingState).progress.history.losses
    #expect(abs(losses[0] - (4.5 * weight + 0.25 * 1.25 + 0.25 * squares) / 2) < 1e-6)
  }

  /// The same sample with the sum 0 has p = ½: the gradient is −½ x and −½ for what is there.
  @Test(arguments: Precision.allCases, [1.0, 3])
  func aClassifiersOneRowByHand(precision: Precision, weight: Double) throws {
    for classWeighted in [false, true] {
      var classifier = MLPClassifier<Int>(
        classWeight: classWeighted ? .given([1: weight]) : .none, classes: [0, 1])
      classifier.hyperparameters.shared = settings(alpha: 0, precision: precision)
      try classifier.partialFit(
        Matrix(rows: [[2.0, 4]]), to: [1], weights: classWeighted ? nil : [weight],
        context: context(outputs: 1))
      try expectClose(
        classifier.model?.layers[0], [1 + 0.1 * weight, -0.5 + 0.2 * weight], [0.05 * weight])
      let losses = try #require(classifier.trainingState).progress.history.losses
      #expect(abs(losses[0] - weight * 0.6931471805599453) < 1e-6)
    }
  }

  @Test(arguments: Precision.allCases, [1.0, 3])
  func aMultilabelClassifiersOneRowByHand(precision: Precision, weight: Double) throws {
    var classifier = MLPMultilabelClassifier<String>(classes: ["a", "b"])
    classifier.hyperparameters.shared = settings(alpha: 0, precision: precision)
    try classifier.partialFit(
      Matrix(rows: [[2.0, 4]]), to: [["b"]], weights: [weight], context: context(outputs: 2))
    let step = 0.05 * weight
    try expectClose(
      classifier.model?.layers[0],
      [1 - 2 * step, 1 + 2 * step, -0.5 - 4 * step, -0.5 + 4 * step], [-step, step])
    let losses = try #require(classifier.trainingState).progress.history.losses
    #expect(abs(losses[0] - weight * 2 * 0.6931471805599453) < 1e-6)
  }

  /// A target of 2 at x = (1, 0) from a sum of 1: the gradient is −1, the velocity 0.1, and half of
  /// it in the step of a row that counts nothing.
  @Test(arguments: Precision.allCases)
  func aBatchThatCountsNothingTakesTheOptimizersStep(precision: Precision) throws {
    var regressor = MLPRegressor()
    regressor.hyperparameters.shared = settings(alpha: 0, precision: precision)
    regressor.momentum = 0.5
    regressor.nesterov = false
    try regressor.partialFit(
      Matrix(rows: [[1.0, 0], [7, 7]]), to: [2, 100], weights: [1, 0],
      context: context(outputs: 1))
    try expectClose(regressor.model?.layers[0], [1.15, -0.5], [0.15])
  }

  // MARK: Equivalences

  /// Rows 2 i of weight 2 beside rows 2 i + 1 of weight 0 are rows 2 i twice, in batches that hold
  /// both.
  @Test(arguments: NetworkSolver.allCases, Precision.allCases)
  func aRowOfWeightTwoIsTheRowTwice(solver: NetworkSolver, precision: Precision) throws {
    var settings = MLPRegressor().hyperparameters.shared
    settings.hiddenLayerSizes = [5]
    settings.activation = .tanh
    settings.solver = solver
    settings.alpha = 0.1
    settings.batchSize = solver == .lbfgs ? nil : 6
    settings.initialLearningRate = solver == .lbfgs ? 0.001 : 0.02
    settings.maxEpochs = 4
    settings.tolerance = nil
    settings.visitingOrder = .sequential
    settings.precision = precision
    let rows = (0..<36).map { $0 / 2 * 2 }
    let weights = (0..<36).map { $0 % 2 == 0 ? 2.0 : 0 }

    func check<Tested: TrainableEstimator>(
      _ estimator: Tested, _ features: Matrix<Double>, _ target: Tested.Target,
      layersOf: (Tested.Model?) -> [NetworkLayer]?
    ) throws where Tested.TrainingState == MLPTrainingState {
      func trained(_ features: some FeatureMatrix, _ target: Tested.Target, _ weights: [Double]?)
        throws -> (parameters: [Double], losses: [Double])
      {
        var estimator = estimator
        try estimator.fit(features, to: target, weights: weights, context: TrainingContext())
        let layers = try #require(layersOf(estimator.model))
        return (
          layers.flatMap { $0.weights.elements + $0.biases },
          try #require(estimator.trainingState).progress.history.losses
        )
      }
      let twice = try trained(features.selectingRows(rows), target.selectingRows(rows), nil)
      let tolerance = precision == .single ? 2e-4 : 1e-10
      for weighted in [
        try trained(features, target, weights), try trained(CSRMatrix(features), target, weights),
      ] {
        #expect(relativeDistance(weighted.parameters, twice.parameters) < tolerance)
        #expect(relativeDistance(weighted.losses, twice.losses) < tolerance)
      }
    }

    for classCount in [2, 3] {
      let data = SmallData.clouds(classCount: classCount)
      var classifier = MLPClassifier<Int>(classes: (0..<classCount).map { $0 * 10 })
      classifier.hyperparameters.shared = settings
      try check(classifier, data.features, data.labels) { $0?.layers }
    }
    let data = SmallData.plane(rowCount: 36, targetCount: 2)
    var regressor = MLPRegressor()
    regressor.hyperparameters.shared = settings
    try check(regressor, data.features, RegressionTarget(data.target)) { $0?.layers }
    var multilabel = MLPMultilabelClassifier<Int>()
    multilabel.hyperparameters.shared = settings
    let sets = (0..<36).map { row in Set((0..<3).filter { data.features[row, $0] > 0 }) }
    try check(multilabel, data.features, sets) { $0?.layers }
  }

  /// Four times the weight is four times the rate with a quarter of the penalty: powers of two, so
  /// in every bit.
  @Test(arguments: Precision.allCases, [1, 7])
  func fourTimesTheWeightIsFourTimesTheRate(precision: Precision, batchSize: Int) throws {
    let data = SmallData.clouds(classCount: 3)
    let heavy = MLPClassifier<Int>(
      hiddenLayerSizes: [4], activation: .tanh, solver: .sgd, alpha: 0.25, batchSize: batchSize,
      initialLearningRate: 0.01, maxEpochs: 3, momentum: 0.5, precision: precision)
    var light = heavy
    light.initialLearningRate = 0.04
    light.alpha = 0.0625
    var fitted = heavy
    try fitted.fit(
      data.features, to: data.labels, weights: [Double](repeating: 4, count: 36),
      context: TrainingContext())
    try light.fit(CSRMatrix(data.features), to: data.labels)
    #expect(try #require(fitted.model).layers == #require(light.model).layers)
    let plain = try heavy.fitted(data.features, to: data.labels)
    #expect(try #require(fitted.model).layers != #require(plain.model).layers)
  }

  /// Three times the weight is a third of the penalty, and three times the loss.
  @Test func theMinimumFollowsTheWeights() throws {
    let data = SmallData.plane()
    var heavy = MLPRegressor(hiddenLayerSizes: [], solver: .lbfgs, alpha: 3, tolerance: 1e-9)
    var light = heavy
    light.alpha = 1
    let weights = [Double](repeating: 3, count: data.features.rowCount)
    try heavy.fit(
      data.features, to: RegressionTarget(data.target), weights: weights,
      context: TrainingContext())
    try light.fit(data.features, to: RegressionTarget(data.target))
    let layers = try [heavy, light].map { try #require($0.model).layers[0] }
    #expect(relativeDistance(layers[0].weights.elements, layers[1].weights.elements) < 1e-5)
    let losses = try [heavy, light].map {
      try #require($0.trainingState?.progress.history.losses.last)
    }
    #expect(abs(losses[0] - 3 * losses[1]) < 1e-7 * losses[0])
  }

  @Test(arguments: Precision.allCases) func weightsOfClassesAreWeightsOfTheirRows(
    precision: Precision
  ) throws {
    let data = SmallData.clouds(classCount: 3)
    var byClass = MLPClassifier<Int>(
      hiddenLayerSizes: [4], batchSize: 1, maxEpochs: 3, precision: precision,
      classWeight: .given([10: 3]))
    var byRow = byClass
    byRow.classWeight = .none
    let plain = try byRow.fitted(data.features, to: data.labels)
    try byClass.fit(data.features, to: data.labels)
    try byRow.fit(
      data.features, to: data.labels, weights: data.labels.map { $0 == 10 ? 3 : 1 },
      context: TrainingContext())
    #expect(try #require(byClass.model).layers == #require(byRow.model).layers)
    #expect(try #require(byClass.model).layers != #require(plain.model).layers)
  }

  /// Large enough that a batch is several blocks.
  @Test(arguments: Precision.allCases) func threadsChangeNoBitOfWeightedRows(
    precision: Precision
  ) throws {
    let data = SmallData.clouds(classCount: 3, rowCount: 300)
    let classifier = MLPClassifier<Int>(
      hiddenLayerSizes: [180, 200], batchSize: 300, maxEpochs: 2, precision: precision)
    let models = try [1, 2, 3].map { threadCount in
      var classifier = classifier
      var context = TrainingContext()
      context.threadCount = threadCount
      try classifier.fit(
        data.features, to: data.labels, weights: (0..<300).map { Double($0 % 3) },
        context: context)
      return try #require(classifier.model)
    }
    #expect(models[0] == models[1])
    #expect(models[0] == models[2])
  }
}
