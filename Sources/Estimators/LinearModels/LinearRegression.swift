/// Linear regression by least squares, for one target or several.
///
///     minimize  Σ weight · ‖y − (w · x + b)‖²
///
/// Rows are folded into a triangular factor as they come, which loses nothing: so `partialFit`, and
/// `fit` with ``warmStart``, give the answer for all rows ever seen, to rounding, whatever the
/// parts. Of all answers that fit equally well, the one whose coefficients have the least norm is
/// taken: where singular values of the features, centred with an intercept and scaled to similar
/// length, count as zero, which they do up to (8 + 2 √d + √n / 4) · 2⁻⁵² of the largest.
/// With ``LeastSquaresSettings/positive`` no coefficient is below 0, and of features that depend
/// on each other only as many count as their rank.
///
/// Large sparse samples are solved by iterations instead (``LeastSquaresSolver/lsmr``).
///
///     var regression = LinearRegression()
///     try regression.fit(features, to: heights)
///     let predictions = try regression.predict(newFeatures).values
///
/// **Source:** names and behaviour of scikit-learn's `LinearRegression`; G. Golub, C. Van Loan:
/// *Matrix computations*, for updating a factor by rows; C. Lawson, R. Hanson: *Solving least
/// squares problems*, for ``LeastSquaresSettings/positive``.
public struct LinearRegression: LeastSquaresEstimator {
  public typealias Target = RegressionTarget

  public var hyperparameters: Hyperparameters

  public var warmStart = false

  public var learned: LeastSquaresLearned<Hyperparameters>?

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a regression with the settings named; see ``LeastSquaresSettings`` for what they
  /// mean.
  public init(
    fitsIntercept: Bool = true, solver: LeastSquaresSolver = .automatic, positive: Bool = false,
    forgettingFactor: Double = 1, maxEpochs: Int = 1000, tolerance: Double? = 1e-12,
    warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.shared = LeastSquaresSettings(
      fitsIntercept: fitsIntercept, solver: solver, positive: positive,
      forgettingFactor: forgettingFactor, maxEpochs: maxEpochs, tolerance: tolerance)
    self.warmStart = warmStart
  }

  /// The settings of ``LinearRegression``, which are those of all least squares.
  public struct Hyperparameters: LeastSquaresHyperparameters {
    public var shared = LeastSquaresSettings()

    public var penalties: [Double] { [] }

    public init() {}

    public static let declarations: [Hyperparameter<Self>] = sharedDeclarations
  }
}
