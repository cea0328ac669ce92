public import LinearAlgebra

/// Linear regression by least squares, for one target or several.
///
///     minimize  Σ weight · ‖y − (w · x + b)‖²
///
/// Rows are folded into a triangular factor as they come, which loses nothing: so `partialFit`, and
/// `fit` with ``warmStart``, give the answer for all rows ever seen, to rounding, whatever the
/// parts. Of all answers that fit equally well, the one whose coefficients have the least norm is
/// taken.
///
///     var regression = LinearRegression()
///     try regression.fit(features, to: heights)
///     let predictions = try regression.predict(newFeatures).values
///
/// **Source:** names and behaviour of scikit-learn's `LinearRegression`; G. Golub, C. Van Loan:
/// *Matrix computations*, for updating a factor by rows.
public struct LinearRegression: TrainableEstimator, Regressor {
  public typealias Target = RegressionTarget

  public var hyperparameters: Hyperparameters

  public var warmStart = false

  public var learned: LinearRegressionLearned?

  public static var findsNonFiniteFeatures: Bool { true }

  public var exemptions: Set<LawExemption> { [.onePass, .noRandomness] }

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a regression with the settings named; see ``Hyperparameters`` for what they mean.
  public init(
    fitsIntercept: Bool = true, solver: LeastSquaresSolver = .automatic, warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.fitsIntercept = fitsIntercept
    hyperparameters.solver = solver
    self.warmStart = warmStart
  }

  /// The settings of ``LinearRegression``.
  public struct Hyperparameters: HyperparameterSet {
    /// Whether the model has intercepts; a change needs `reset(.trainingState)`.
    public var fitsIntercept = true

    /// How the coefficients are computed; takes effect at the next call.
    public var solver = LeastSquaresSolver.automatic

    public init() {}

    public static let declarations: [Hyperparameter<Self>] = [
      Hyperparameter("fitsIntercept", \.fitsIntercept, whenChanged: .needsTrainingStateReset),
      Hyperparameter("solver", \.solver),
    ]
  }

  // MARK: Prediction

  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> RegressionTarget {
    try requireModel().predict(features)
  }

  /// R², as a mean over the targets.
  public func score(
    _ features: some FeatureMatrix, to target: RegressionTarget
  ) throws(EstimatorError) -> Double {
    Scores.rSquared(of: try comparable(features, target), truth: target)
  }

  /// The mean squared error over samples and targets.
  public func loss(
    _ features: some FeatureMatrix, to target: RegressionTarget
  ) throws(EstimatorError) -> Double {
    Scores.meanSquaredError(of: try comparable(features, target), truth: target)
  }

  /// Predictions of the same shape as a target.
  private func comparable(
    _ features: some FeatureMatrix, _ target: RegressionTarget
  ) throws(EstimatorError) -> RegressionTarget {
    let predictions = try predict(features)
    try Validation.checkTargetCount(target, features)
    guard predictions.columnCount == target.columnCount else {
      throw .mismatchedTargetColumnCount(
        expected: predictions.columnCount, actual: target.columnCount)
    }
    return predictions
  }

  // MARK: Training

  public func begin(
    _ features: some FeatureMatrix, to target: RegressionTarget, call: TrainingCall
  ) throws(EstimatorError) -> LinearRegressionLearned {
    guard call.context.initialParameters == nil else {
      throw .unsupportedCall(
        call: "Starting from given initial parameters", setting: "LinearRegression",
        remedy: "Its answer does not depend on a start.")
    }
    guard target.columnCount > 0 else {
      throw .mismatchedTargetColumnCount(expected: 1, actual: 0)
    }
    return LinearRegressionLearned(
      featureCount: features.columnCount, targetCount: target.columnCount,
      featureNames: features.featureNames, fitsIntercept: hyperparameters.fitsIntercept)
  }

  public func train(
    _ learned: inout LinearRegressionLearned, _ features: some FeatureMatrix,
    to target: RegressionTarget, weights: [Double]?, call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    guard target.columnCount == learned.targetCount else {
      throw .mismatchedTargetColumnCount(
        expected: learned.targetCount, actual: target.columnCount)
    }
    guard !call.context.isCancelled() else { throw .cancelled }
    do throws(LinearAlgebraError) {
      try learn(&learned, features, target.matrix, weights, call)
    } catch {
      throw Validation.named(error, features)
    }
    learned.epochCount += 1
    return TrainingSummary(
      epochCount: 1, stopReason: .onePass, isContinuation: call.isContinuation)
  }

  private func learn(
    _ learned: inout LinearRegressionLearned, _ features: some FeatureMatrix,
    _ targets: Matrix<Double>, _ weights: [Double]?, _ call: TrainingCall
  ) throws(LinearAlgebraError) {
    let isFresh = learned.factor.sampleCount == 0
    if isFresh {
      learned.factor = TriangularFactor(
        featureCount: features.columnCount, targetCount: targets.columnCount,
        hasIntercept: hyperparameters.fitsIntercept)
    }
    let rows = StackedRows(
      features, targets: targets, weights: weights, hasOnes: learned.factor.hasIntercept)
    let threadCount = call.context.threadCount
    try learned.factor.fold(
      rows, weights: weights, method: hyperparameters.solver.method, threadCount: threadCount)
    var answer = try learned.factor.solve(usesSingularValues: hyperparameters.solver == .svd)
    // Only then are the rows at hand all there are.
    if isFresh, call.kind == .fit, rows.isWorthRefining(answer.conditionEstimate) {
      try learned.factor.refine(&answer, with: rows, threadCount: threadCount)
    }
    learned.model = LinearRegressionModel(answer, featureNames: learned.featureNames)
  }
}

extension LinearRegression {
  /// Learns from all of the data, with one number for each sample.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite.
  ///   - target: What to learn for each sample; n numbers.
  ///   - weights: How much each sample counts, n values at least 0; `nil` for 1 each.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @discardableResult
  public mutating func fit(
    _ features: some FeatureMatrix, to target: [Double], weights: [Double]? = nil
  ) throws(EstimatorError) -> TrainingSummary {
    try fit(
      features, to: RegressionTarget(target), weights: weights, context: TrainingContext())
  }

  /// Learns from all of the data, with several numbers for each sample.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite.
  ///   - target: What to learn for each sample; n × t.
  ///   - weights: How much each sample counts, n values at least 0; `nil` for 1 each.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @discardableResult
  public mutating func fit(
    _ features: some FeatureMatrix, to target: Matrix<Double>, weights: [Double]? = nil
  ) throws(EstimatorError) -> TrainingSummary {
    try fit(
      features, to: RegressionTarget(target), weights: weights, context: TrainingContext())
  }

  /// Adds rows to all those seen before, with one number for each.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite.
  ///   - target: What to learn for each sample; n numbers.
  ///   - weights: How much each sample counts, n values at least 0; `nil` for 1 each.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @discardableResult
  public mutating func partialFit(
    _ features: some FeatureMatrix, to target: [Double], weights: [Double]? = nil
  ) throws(EstimatorError) -> TrainingSummary {
    try partialFit(
      features, to: RegressionTarget(target), weights: weights, context: TrainingContext())
  }
}
