internal import LinearAlgebra

/// How least squares problems are solved.
public enum LeastSquaresSolver: String, NamedHyperparameterValue {
  /// By products of columns as long as these hold enough digits, otherwise by orthogonal factors;
  /// by singular values where the rank is short.
  case automatic

  /// By products of columns, whatever that costs in digits; columns that depend on each other are
  /// refused.
  case cholesky

  /// By orthogonal factors; by singular values where the rank is short.
  case qr

  /// By singular values of an orthogonal factor.
  case svd

  /// How rows are folded into the triangular factor.
  var method: FactorMethod {
    switch self {
    case .automatic: .automatic
    case .cholesky: .products
    case .qr, .svd: .reflections
    }
  }
}
