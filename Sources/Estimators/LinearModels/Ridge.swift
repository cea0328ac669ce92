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

  /// Makes a regression with the settings named; see ``Hyperparameters`` for what they mean.
  public init(
    alpha: [Double], fitsIntercept: Bool = true, solver: LeastSquaresSolver = .automatic,
    positive: Bool = false, forgettingFactor: Double = 1, warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.alpha = alpha
    hyperparameters.fitsIntercept = fitsIntercept
    hyperparameters.solver = solver
    hyperparameters.positive = positive
    hyperparameters.forgettingFactor = forgettingFactor
    self.warmStart = warmStart
  }

  /// Makes a regression with one penalty for all targets.
  public init(
    alpha: Double = 1, fitsIntercept: Bool = true, solver: LeastSquaresSolver = .automatic,
    positive: Bool = false, forgettingFactor: Double = 1, warmStart: Bool = false
  ) {
    self.init(
      alpha: [alpha], fitsIntercept: fitsIntercept, solver: solver, positive: positive,
      forgettingFactor: forgettingFactor, warmStart: warmStart)
  }

  /// The settings of ``Ridge``.
  public struct Hyperparameters: LeastSquaresSettings {
    /// The penalties; each at least 0, one for all targets or one for each; takes effect at the
    /// next call.
    public var alpha = [1.0]

    /// Whether the model has intercepts; a change needs `reset(.trainingState)`.
    public var fitsIntercept = true

    /// How the coefficients are computed; takes effect at the next call.
    public var solver = LeastSquaresSolver.automatic

    /// Whether coefficients below 0 are excluded, those of each target by themselves; takes effect
    /// at the next call.
    public var positive = false

    /// How much of its weight a row keeps when the next one comes; greater than 0 and at most 1;
    /// takes effect at the next call.
    ///
    /// Below 1 the last row of all counts its weight, the one before it this share of that, and so
    /// on, in `fit` too: so the order of rows matters, the size of chunks does not, and `merge` is
    /// refused. The penalty stays as it is.
    ///
    /// **Source:** recursive least squares with exponential forgetting; S. Haykin: *Adaptive filter
    /// theory*.
    public var forgettingFactor = 1.0

    public var penalties: [Double] { alpha }

    public init() {}

    public static let declarations: [Hyperparameter<Self>] = [
      Hyperparameter(
        "alpha", \.alpha,
        AllowedRange("at least 0, one number or one for each target") {
          !$0.isEmpty && $0.allSatisfy { $0 >= 0 && $0.isFinite }
        }),
      Hyperparameter("fitsIntercept", \.fitsIntercept, whenChanged: .needsTrainingStateReset),
      Hyperparameter("solver", \.solver),
      Hyperparameter("positive", \.positive),
      Hyperparameter(
        "forgettingFactor", \.forgettingFactor,
        AllowedRange("greater than 0 and at most 1") { $0 > 0 && $0 <= 1 }),
    ]
  }

  /// Returns a copy solved with other penalties, without the rows.
  ///
  /// - Parameter alpha: The penalties; each at least 0, one for all targets or one for each.
  /// - Returns: The same as if it had been fitted with these penalties.
  /// - Throws: ``EstimatorError/notFitted(estimator:)`` if there is no training state;
  ///   ``EstimatorError/invalidHyperparameter(name:value:requirement:)``.
  /// - Complexity: O(d³) for each penalty.
  public func solved(alpha: [Double]) throws(EstimatorError) -> Ridge {
    guard var changed = learned, changed.factor.sampleCount > 0 else {
      throw .notFitted(estimator: Self.name)
    }
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
  /// - Complexity: O(d³).
  public func solved(alpha: Double) throws(EstimatorError) -> Ridge {
    try solved(alpha: [alpha])
  }
}
