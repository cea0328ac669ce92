/// Linear regression by least squares, for one target or several.
///
///     minimize  Σ weight · ‖y − (w · x + b)‖²
///
/// Rows are folded into a triangular factor as they come, which loses nothing: so `partialFit`, and
/// `fit` with ``warmStart``, give the answer for all rows ever seen, to rounding, whatever the
/// parts. Of all answers that fit equally well, the one whose coefficients have the least norm is
/// taken. With ``Hyperparameters/positive`` no coefficient is below 0, and of features that depend
/// on each other only as many count as their rank.
///
///     var regression = LinearRegression()
///     try regression.fit(features, to: heights)
///     let predictions = try regression.predict(newFeatures).values
///
/// **Source:** names and behaviour of scikit-learn's `LinearRegression`; G. Golub, C. Van Loan:
/// *Matrix computations*, for updating a factor by rows; C. Lawson, R. Hanson: *Solving least
/// squares problems*, for ``Hyperparameters/positive``.
public struct LinearRegression: LeastSquaresEstimator {
  public typealias Target = RegressionTarget

  public var hyperparameters: Hyperparameters

  public var warmStart = false

  public var learned: LeastSquaresLearned<Hyperparameters>?

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a regression with the settings named; see ``Hyperparameters`` for what they mean.
  public init(
    fitsIntercept: Bool = true, solver: LeastSquaresSolver = .automatic, positive: Bool = false,
    forgettingFactor: Double = 1, warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.fitsIntercept = fitsIntercept
    hyperparameters.solver = solver
    hyperparameters.positive = positive
    hyperparameters.forgettingFactor = forgettingFactor
    self.warmStart = warmStart
  }

  /// The settings of ``LinearRegression``.
  public struct Hyperparameters: LeastSquaresSettings {
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
    /// refused.
    ///
    /// **Source:** recursive least squares with exponential forgetting; S. Haykin: *Adaptive filter
    /// theory*.
    public var forgettingFactor = 1.0

    public var penalties: [Double] { [] }

    public init() {}

    public static let declarations: [Hyperparameter<Self>] = [
      Hyperparameter("fitsIntercept", \.fitsIntercept, whenChanged: .needsTrainingStateReset),
      Hyperparameter("solver", \.solver),
      Hyperparameter("positive", \.positive),
      Hyperparameter(
        "forgettingFactor", \.forgettingFactor,
        AllowedRange("greater than 0 and at most 1") { $0 > 0 && $0 <= 1 }),
    ]
  }
}
