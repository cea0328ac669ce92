public import LinearAlgebra

/// A linear model of numbers, trained by stochastic gradient descent: one step a sample.
///
///     minimize  mean of L(y, w · x + b)  +  alpha · penalty(w)
///
/// Steps suit features of about the same size: scale them first. Ordinary least squares are solved
/// exactly by ``LinearRegression``.
///
///     var regressor = SGDRegressor(loss: .huber, epsilon: 1.35)
///     try regressor.fit(features, to: targets)
///
/// **Source:** names, defaults and formulas of scikit-learn's `SGDRegressor`; differences are
/// listed in the documentation.
public struct SGDRegressor: TrainableEstimator, Regressor {
  public typealias Target = [Double]

  public var hyperparameters: Hyperparameters

  public var warmStart = false

  public var learned: SGDRegressorLearned?

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a regressor with the settings named; see ``StochasticGradientSettings`` for what they
  /// mean.
  public init(
    loss: LinearLoss = .squaredError, penalty: LinearPenalty = .l2, alpha: Double = 1e-4,
    l1Ratio: Double = 0.15, epsilon: Double = 0.1,
    learningRate: LinearLearningRate = .inverseScaling, initialLearningRate: Double = 0.01,
    powerT: Double = 0.25, averaging: Averaging = false, batchSize: Int = 1, maxEpochs: Int = 1000,
    tolerance: Double? = 1e-3, patience: Int = 5, earlyStopping: Bool = false,
    validationFraction: Double = 0.1, visitingOrder: VisitingOrder = .shuffled,
    fitsIntercept: Bool = true, precision: Precision = .double, seed: UInt64 = 0,
    warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.shared = StochasticGradientSettings(
      loss: loss, penalty: penalty, alpha: alpha, l1Ratio: l1Ratio, epsilon: epsilon,
      learningRate: learningRate, initialLearningRate: initialLearningRate, powerT: powerT,
      averaging: averaging, batchSize: batchSize, maxEpochs: maxEpochs, tolerance: tolerance,
      patience: patience, earlyStopping: earlyStopping, validationFraction: validationFraction,
      visitingOrder: visitingOrder, fitsIntercept: fitsIntercept, precision: precision, seed: seed)
    self.warmStart = warmStart
  }

  // MARK: Prediction

  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> [Double] {
    try requireModel().predict(features)
  }

  /// The share of the variance that is explained, R².
  public func score(
    _ features: some FeatureMatrix, to target: [Double]
  ) throws(EstimatorError) -> Double {
    let predictions = try predict(features)
    try Validation.checkTarget(target, features)
    return Scores.rSquared(of: predictions, truth: target)
  }

  /// The mean of the model's loss over the samples.
  public func loss(
    _ features: some FeatureMatrix, to target: [Double]
  ) throws(EstimatorError) -> Double {
    let model = try requireModel()
    try Validation.checkTarget(target, features)
    let predictions = try model.predict(features)
    guard !target.isEmpty else { return 0 }
    let kernel = model.loss.kernel
    let epsilon = model.epsilon ?? hyperparameters.shared.epsilon
    let sum = zip(predictions, target).reduce(0) { sum, pair in
      sum + kernel.value(pair.0, target: pair.1, epsilon: epsilon)
    }
    return sum / Double(target.count)
  }
}

// MARK: - Training

extension SGDRegressor {
  public static var undoesFailedPasses: Bool { true }

  public var asksForFingerprint: Bool { hyperparameters.shared.hasStoppingRule }

  public func begin(
    _ features: some FeatureMatrix, to target: [Double], call: TrainingCall
  ) throws(EstimatorError) -> SGDRegressorLearned {
    SGDRegressorLearned(
      state: try StochasticGradientState(
        hyperparameters.shared, problemCount: 1, features, call.context.initialParameters))
  }

  public func train(
    _ learned: inout SGDRegressorLearned, _ features: some FeatureMatrix, to target: [Double],
    weights: [Double]?, call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    var training = StochasticGradientTraining(
      settings: hyperparameters.shared, targets: .numbers(target), weights: weights,
      classWeights: nil,
      dataFingerprint: call.fingerprint.map { Fingerprint.combine($0, target) }, call: call)
    if call.kind == .fit, hyperparameters.shared.earlyStopping {
      let rows = try heldOutRows(of: target)
      let truth = rows.map { target[$0] }
      let rowWeights = weights.map { weights in rows.map { weights[$0] } }
      try HeldOutSplit.checkTargets(truth, columnCount: 1, weights: rowWeights)
      training.heldOutRows = rows
      training.score = { (parameters) throws(EstimatorError) in
        Scores.rSquared(
          of: try features.linearScores(parameters, ofRows: rows).elements, truth: truth,
          weights: rowWeights)
      }
    }
    return try training.run(&learned.state, features)
  }
}

extension SGDRegressor: HeldOutScoring {
  public func heldOutRows(of target: [Double]) throws(EstimatorError) -> [Int] {
    try hyperparameters.shared.heldOutRows(count: target.count, strata: nil)
  }

  public var bestHeldOutScore: Double? { learned?.state.bestHeldOutScore }
}
