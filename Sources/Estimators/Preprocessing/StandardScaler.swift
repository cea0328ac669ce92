public import LinearAlgebra

/// Brings every feature to mean 0 and standard deviation 1.
///
///     x ← (x − mean) / deviation
///
/// A feature whose values are all the same keeps its scale. Means and deviations are those of all
/// samples ever seen, whatever the parts they came in, and right to the last digits that numbers
/// hold: sums are formed in twice the precision. Weights count by their ratios alone.
///
/// **Source:** names and behaviour of scikit-learn's `StandardScaler`; parts are merged after T.
/// Chan, G. Golub, R. LeVeque: *Algorithms for computing the sample variance*, 1983.
public struct StandardScaler: TrainableEstimator, Transformer {
  public typealias Target = NoTarget

  public var hyperparameters: Hyperparameters

  public var warmStart = false

  public var learned: StandardScalerLearned?

  public var exemptions: Set<LawExemption> { [.onePass, .noRandomness] }

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a scaler with the settings named; see ``Hyperparameters`` for what they mean.
  public init(withMean: Bool = true, withStd: Bool = true, warmStart: Bool = false) {
    hyperparameters = Hyperparameters()
    hyperparameters.withMean = withMean
    hyperparameters.withStd = withStd
    self.warmStart = warmStart
  }

  /// The settings of ``StandardScaler``.
  public struct Hyperparameters: HyperparameterSet {
    /// Whether the mean is taken off; not possible for sparse samples; takes effect at the next
    /// call.
    public var withMean = true

    /// Whether features are divided by their deviation; takes effect at the next call.
    public var withStd = true

    public init() {}

    public static var declarations: [Hyperparameter<Self>] {
      [Hyperparameter("withMean", \.withMean), Hyperparameter("withStd", \.withStd)]
    }
  }

  public func transform(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> any FeatureMatrix {
    try requireModel().transform(features)
  }

  /// Returns the scaled samples, in the precision they came in.
  ///
  /// - Parameter features: The samples, n × d, with the columns learned from.
  /// - Returns: n × d.
  /// - Throws: As the other `transform`.
  public func transform<Scalar: MatrixScalar>(
    _ features: Matrix<Scalar>
  ) throws(EstimatorError) -> Matrix<Scalar> {
    try requireModel().transform(features)
  }

  public func begin(
    _ features: some FeatureMatrix, to target: NoTarget, call: TrainingCall
  ) throws(EstimatorError) -> StandardScalerLearned {
    guard call.context.initialParameters == nil else {
      throw .unsupportedCall(
        call: "Starting from given initial parameters", setting: "StandardScaler",
        remedy: "What it learns does not depend on a start.")
    }
    return StandardScalerLearned(
      featureCount: features.columnCount, featureNames: features.featureNames)
  }

  public func train(
    _ learned: inout StandardScalerLearned, _ features: some FeatureMatrix, to target: NoTarget,
    weights: [Double]?, call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    guard !features.isSparse || !hyperparameters.withMean else {
      throw .unsupportedFeatures(
        reason: "Taking the mean off sparse samples would fill them. Set withMean to false.")
    }
    try learned.moments.add(features, weights, isCancelled: call.context.isCancelled)
    learned.epochCount = learned.epochCount.counting(1)
    learned.model = try learned.moments.model(
      hyperparameters, featureNames: learned.featureNames)
    return TrainingSummary(
      epochCount: 1, stopReason: .onePass, isContinuation: call.isContinuation)
  }
}
