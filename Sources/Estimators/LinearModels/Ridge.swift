/// Linear regression with a penalty on the squares of the coefficients, for one target or several.
///
///     minimize  Σ weight · (y − (w · x + b))² + alpha · ‖w‖²     for each target
///
/// Intercepts are not penalized. Rows are folded into a triangular factor as they come, as by
/// ``LinearRegression``: so `partialFit`, and `fit` with ``warmStart``, give the answer for all
/// rows ever seen, to rounding; and other penalties are tried without the rows.
///
///     var ridge = Ridge(alpha: 1)
///     try ridge.fit(features, to: heights)
///     let path = try [0.1, 1, 10].map { try ridge.solved(alpha: $0).model }
///
/// **Source:** names and behaviour of scikit-learn's `Ridge`; A. Hoerl, R. Kennard, Ridge
/// regression, 1970.
public struct Ridge: LeastSquaresEstimator {
  public typealias Target = RegressionTarget

  public var hyperparameters: Hyperparameters

  public var warmStart = false

  public var learned: LeastSquaresLearned<Hyperparameters>?

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a regression with the settings named; see ``Hyperparameters`` and
  /// ``LeastSquaresSettings`` for what they mean.
  public init(
    alpha: [Double], fitsIntercept: Bool = true, solver: LeastSquaresSolver = .automatic,
    positive: Bool = false, forgettingFactor: Double = 1, maxEpochs: Int = 1000,
    tolerance: Double? = 1e-12, warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.alpha = alpha
    hyperparameters.shared = LeastSquaresSettings(
      fitsIntercept: fitsIntercept, solver: solver, positive: positive,
      forgettingFactor: forgettingFactor, maxEpochs: maxEpochs, tolerance: tolerance)
    self.warmStart = warmStart
  }

  /// Makes a regression with one penalty for all targets.
  public init(
    alpha: Double = 1, fitsIntercept: Bool = true, solver: LeastSquaresSolver = .automatic,
    positive: Bool = false, forgettingFactor: Double = 1, maxEpochs: Int = 1000,
    tolerance: Double? = 1e-12, warmStart: Bool = false
  ) {
    self.init(
      alpha: [alpha], fitsIntercept: fitsIntercept, solver: solver, positive: positive,
      forgettingFactor: forgettingFactor, maxEpochs: maxEpochs, tolerance: tolerance,
      warmStart: warmStart)
  }

  /// The settings of ``Ridge``.
  public struct Hyperparameters: LeastSquaresHyperparameters {
    /// The penalties; each at least 0, one for all targets or one for each; takes effect at the
    /// next call.
    public var alpha = [1.0]

    public var shared = LeastSquaresSettings()

    public var penalties: [Double] { alpha }

    public init() {}

    public static let declarations: [Hyperparameter<Self>] =
      [
        Hyperparameter(
          "alpha", \.alpha,
          AllowedRange("at least 0, one number or one for each target") {
            !$0.isEmpty && $0.allSatisfy { $0 >= 0 && $0.isFinite }
          })
      ] + sharedDeclarations
  }

  /// Returns a copy solved with other penalties, without the rows.
  ///
  /// - Parameter alpha: The penalties; each at least 0, one for all targets or one for each.
  /// - Returns: The same as if it had been fitted with these penalties.
  /// - Throws: ``EstimatorError/notFitted(estimator:)`` if there is no training state;
  ///   ``EstimatorError/unsupportedCall(call:setting:remedy:)`` if it is solved by iterations;
  ///   ``EstimatorError/invalidHyperparameter(name:value:requirement:)``.
  /// - Complexity: O(d³) for each penalty; of n rows seen, fewer than columns, O(n² · d).
  public func solved(alpha: [Double]) throws(EstimatorError) -> Ridge {
    var changed = try learnedFromFactor(for: "solved(alpha:)")
    var copy = self
    copy.hyperparameters.alpha = alpha
    try copy.hyperparameters.check()
    try copy.hyperparameters.checkPenalties(targetCount: changed.targetCount)
    do {
      changed.model = LinearRegressionModel(
        try changed.factor.solve(copy.hyperparameters), featureNames: changed.featureNames)
    } catch {
      throw .linearAlgebra(error)
    }
    copy.learned = changed
    return copy
  }

  /// Returns a copy solved with another penalty for all targets, without the rows.
  ///
  /// - Parameter alpha: The penalty; at least 0.
  /// - Returns: The same as if it had been fitted with this penalty.
  /// - Throws: As ``solved(alpha:)-([Double])``.
  /// - Complexity: O(d³); of n rows seen, fewer than columns, O(n² · d).
  public func solved(alpha: Double) throws(EstimatorError) -> Ridge {
    try solved(alpha: [alpha])
  }
}
