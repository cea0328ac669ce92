internal import _CLinearAlgebra

/// LAPACK's letters, and its way of asking for memory.
enum LAPACK {
  /// Whether an operand is transposed.
  static func transpose(_ isTransposed: Bool) -> CChar { letter(isTransposed ? "T" : "N") }

  /// Which triangle of a symmetric or triangular matrix holds its elements.
  static func triangle(upper: Bool) -> CChar { letter(upper ? "U" : "L") }

  /// On which side of the other operand a matrix stands.
  static func side(left: Bool) -> CChar { letter(left ? "L" : "R") }

  /// Whether the diagonal of a triangular matrix is taken to be all ones.
  static func diagonal(unit: Bool) -> CChar { letter(unit ? "U" : "N") }

  /// The first min(m, n) singular vectors on either side.
  static let thinFactors = letter("S")

  private static func letter(_ character: Unicode.Scalar) -> CChar {
    CChar(truncatingIfNeeded: character.value)
  }

  /// Calls a routine twice: first to ask how much memory it would like, then with that memory.
  static func withWorkspace<Scalar: MatrixScalar>(
    _ routine: (UnsafeMutablePointer<Scalar>, la_int) -> Void
  ) {
    var wanted: Scalar = 0
    routine(&wanted, -1)
    let count = max(1, Int(wanted))
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: count) { work in
      guard let address = work.baseAddress else { return }
      routine(address, la_int(count))
    }
  }
}
