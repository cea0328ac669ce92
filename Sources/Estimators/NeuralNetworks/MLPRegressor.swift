public import LinearAlgebra

/// A multilayer perceptron that predicts numbers, one for each sample or several.
///
///     minimize  mean of ½ Σ (y − p)²  +  alpha / 2 · Σ weights² / batch
///
/// The sum is over the targets. They should be of about the same size, and near 1: scale them
/// first.
/// A sample counts as many times as it weighs, in a mean that is divided by the number of samples
/// whatever they weigh; so does its gradient in that of a batch.
///
///     var regressor = MLPRegressor(hiddenLayerSizes: [64], maxEpochs: 50)
///     try regressor.fit(features, to: prices)
///     let guesses = try regressor.predict(newFeatures).values
///
/// **Source:** names, defaults and formulas of scikit-learn's `MLPRegressor`; differences are
/// listed in the documentation.
public struct MLPRegressor: TrainableEstimator, Regressor {
  public typealias Target = RegressionTarget

  public var hyperparameters: Hyperparameters

  public var warmStart = false

  public var learned: MLPRegressorLearned?

  public var exemptions: Set<LawExemption> { hyperparameters.shared.exemptions }

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a regressor with the settings named; see ``NetworkSettings`` for what they mean, and for
  /// those that are not named here.
  public init(
    hiddenLayerSizes: [Int] = [100], activation: Activation = .relu,
    solver: NetworkSolver = .adam, alpha: Double = 1e-4, batchSize: Int? = nil,
    learningRate: NetworkLearningRate = .constant, initialLearningRate: Double = 0.001,
    powerT: Double = 0.5, dropout: [Double] = [], maxEpochs: Int = 200,
    tolerance: Double? = 1e-4, patience: Int = 10, earlyStopping: Bool = false,
    validationFraction: Double = 0.1, momentum: Double = 0.9, nesterov: Bool = true,
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    visitingOrder: VisitingOrder = .shuffled, precision: Precision = .double, seed: UInt64 = 0,
    warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.shared = NetworkSettings(
      hiddenLayerSizes: hiddenLayerSizes, activation: activation, solver: solver, alpha: alpha,
      batchSize: batchSize, learningRate: learningRate, initialLearningRate: initialLearningRate,
      powerT: powerT, dropout: dropout, maxEpochs: maxEpochs, tolerance: tolerance,
      patience: patience, earlyStopping: earlyStopping, validationFraction: validationFraction,
      momentum: momentum, nesterov: nesterov, beta1: beta1, beta2: beta2, epsilon: epsilon,
      visitingOrder: visitingOrder, precision: precision, seed: seed)
    self.warmStart = warmStart
  }

  // MARK: Prediction

  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> RegressionTarget {
    guard let learned else { throw .notFitted(estimator: Self.name) }
    return try learned.model.predict(features)
  }

  /// The share of the variance that is explained, R², as a mean over the targets.
  public func score(
    _ features: some FeatureMatrix, to target: RegressionTarget
  ) throws(EstimatorError) -> Double {
    Scores.rSquared(of: try comparable(features, target), truth: target)
  }

  /// Half the squared error, summed over the targets, as a mean over the samples.
  public func loss(
    _ features: some FeatureMatrix, to target: RegressionTarget
  ) throws(EstimatorError) -> Double {
    let predictions = try comparable(features, target)
    return Scores.meanSquaredError(of: predictions, truth: target) * Double(target.columnCount) / 2
  }

  /// Predictions of the same shape as a target.
  private func comparable(
    _ features: some FeatureMatrix, _ target: RegressionTarget
  ) throws(EstimatorError) -> RegressionTarget {
    let predictions = try predict(features)
    try Validation.checkTarget(target, features)
    guard predictions.columnCount == target.columnCount else {
      throw .mismatchedTargetColumnCount(
        expected: predictions.columnCount, actual: target.columnCount)
    }
    return predictions
  }
}

// MARK: - Settings

extension MLPRegressor {
  /// The settings of ``MLPRegressor``, which are those of all networks.
  @dynamicMemberLookup
  public struct Hyperparameters: HyperparameterSet {
    /// The settings shared by all networks; each is a property here too.
    public var shared = NetworkSettings()

    public init() {}

    /// A shared setting.
    public subscript<Value>(dynamicMember keyPath: WritableKeyPath<NetworkSettings, Value>) -> Value
    {
      get { shared[keyPath: keyPath] }
      set { shared[keyPath: keyPath] = newValue }
    }

    public static var declarations: [Hyperparameter<Self>] {
      NetworkSettings.declarations.map { $0.inside(\.shared, named: $0.name) }
    }

    public func checkCombinations() throws(EstimatorError) {
      try shared.checkCombinations()
    }
  }
}

// MARK: - Training

extension MLPRegressor {
  public var asksForFingerprint: Bool { hyperparameters.shared.hasStoppingRule }

  public func begin(
    _ features: some FeatureMatrix, to target: RegressionTarget, call: TrainingCall
  ) throws(EstimatorError) -> MLPRegressorLearned {
    let settings = hyperparameters.shared
    guard target.columnCount > 0 else {
      throw .mismatchedTargetColumnCount(expected: 1, actual: 0)
    }
    let form = NetworkForm(
      shape: NetworkShape(
        sizes: [features.columnCount] + settings.hiddenLayerSizes + [target.columnCount]),
      activation: settings.activation, output: .identity)
    return MLPRegressorLearned(
      state: NetworkState(
        form: form, parameters: try form.start(settings, call.context.initialParameters),
        featureNames: features.featureNames))
  }

  public func train(
    _ learned: inout MLPRegressorLearned, _ features: some FeatureMatrix,
    to target: RegressionTarget, weights: [Double]?, call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    let targetCount = learned.state.form.shape.outputCount
    guard target.columnCount == targetCount else {
      throw .mismatchedTargetColumnCount(expected: targetCount, actual: target.columnCount)
    }
    var training = NetworkTraining(
      settings: hyperparameters.shared, targets: .numbers(target.matrix), weights: weights,
      call: call)
    let scored = try ScoredSamples.of(
      call, earlyStopping: hyperparameters.shared.earlyStopping, features, target, weights
    ) { () throws(EstimatorError) in try heldOutRows(of: target) }
    if let scored {
      try scored.telling { () throws(EstimatorError) in
        guard scored.target.columnCount == targetCount else {
          throw .mismatchedTargetColumnCount(
            expected: targetCount, actual: scored.target.columnCount)
        }
      }
      try HeldOutSplit.checkTargets(
        scored.target.values, columnCount: targetCount, weights: scored.weights)
      training.heldOutRows = scored.rows
      training.validationFingerprint = try scored.fingerprint(.numbers(scored.target.matrix))
      training.score = { (network) throws(EstimatorError) in
        Scores.rSquared(
          of: RegressionTarget(try scored.scores(of: network)), truth: scored.target,
          weights: scored.weights)
      }
    }
    return try training.run(&learned.state, features)
  }
}

extension MLPRegressor: HeldOutScoring {
  public func heldOutRows(of target: RegressionTarget) throws(EstimatorError) -> [Int] {
    try hyperparameters.shared.heldOutRows(count: target.matrix.rowCount, strata: nil)
  }

  public var bestHeldOutScore: Double? { learned?.state.bestHeldOutScore }
}
