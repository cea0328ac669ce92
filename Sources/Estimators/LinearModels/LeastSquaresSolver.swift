internal import LinearAlgebra

/// How least squares problems are solved.
///
/// All but ``lsmr`` fold rows into a triangular factor, which is all that least squares asks of
/// them: so rows can be added, and answers merged, without those seen before. It takes (d + 1)²
/// numbers and O(n · d²) operations, of sparse samples too.
public enum LeastSquaresSolver: String, NamedHyperparameterValue {
  /// By products of columns as long as these hold enough digits, otherwise by orthogonal factors;
  /// by singular values where the rank is short.
  ///
  /// By ``lsmr`` in a `fit` of sparse samples with more than ``mostFactoredSparseColumns`` columns,
  /// unless ``LeastSquaresSettings/positive`` or ``LeastSquaresSettings/forgettingFactor`` need
  /// more; the choice is part of the training state and holds until that is reset.
  case automatic

  /// By products of columns up to a condition number of 2²⁰: in a fresh `fit` twice where once would
  /// cost digits, so that standard errors are as good as those of orthogonal factors; of rows that
  /// come in parts once, which leaves four digits at worst. Otherwise, and where squares would be too
  /// large or too small, by orthogonal factors.
  case cholesky

  /// By orthogonal factors; by singular values where the rank is short.
  case qr

  /// By singular values of an orthogonal factor.
  case svd

  /// By iterations that need products with the rows alone, and no room but for a few vectors.
  ///
  /// Nothing is kept of the rows: so a continuing `fit` solves the rows it is given, from the
  /// coefficients there are, and `partialFit`, `merge` and `solved(alpha:)` are refused. Where
  /// several answers fit equally well it finds the one nearest to where it starts; from a fresh
  /// start that is the one of least norm. Rank and condition are not known. Columns of different
  /// size make it slow: put a ``StandardScaler`` without means in front.
  ///
  /// **Source:** D. Fong, M. Saunders, LSMR: an iterative algorithm for sparse least-squares
  /// problems, 2011.
  case lsmr

  /// The most columns of sparse samples of which ``automatic`` makes a triangular factor in `fit`.
  public static let mostFactoredSparseColumns = 4096

  /// How rows are folded into the triangular factor.
  ///
  /// - Parameter isFresh: Whether these are all rows there are, so that the answer is refined, and
  ///   what is said of it should be as good.
  /// - Returns: The method.
  func method(isFresh: Bool) -> FactorMethod {
    switch self {
    case .automatic, .lsmr: .automatic
    case .cholesky: isFresh ? .products : .productsOnce
    case .qr, .svd: .reflections
    }
  }
}
