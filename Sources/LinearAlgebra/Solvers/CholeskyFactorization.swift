/// A factorization A = Rᵀ · R of a symmetric positive definite matrix (LAPACK's `potrf`).
public struct CholeskyFactorization<Scalar: MatrixScalar>: Sendable {
  /// The upper triangle R, n × n.
  public let r: Matrix<Scalar>

  /// The largest sum of absolute values in a column of A.
  private let norm: Scalar

  /// Factors a matrix, of which only the upper triangle is read.
  ///
  /// - Parameter matrix: A, n × n.
  /// - Throws: ``LinearAlgebraError/nonPositivePivot(index:)`` if A is not positive definite;
  ///   ``LinearAlgebraError/mismatchedShapes(operation:left:right:)`` if it is not square;
  ///   ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(n³).
  public init(_ matrix: Matrix<Scalar>) throws(LinearAlgebraError) {
    let n = matrix.rowCount
    guard matrix.columnCount == n else {
      throw .mismatchedShapes(
        operation: "a Cholesky factorization", left: [n, matrix.columnCount], right: [n, n])
    }
    try BLASLibrary.prepare(for: [n])
    var norm: Scalar = 0
    for column in 0..<n {
      var sum: Scalar = 0
      for row in 0..<n { sum += abs(row <= column ? matrix[row, column] : matrix[column, row]) }
      norm = max(norm, sum)
    }
    var factor = matrix.taking(names: nil)
    // The library takes a matrix without elements for a mistake.
    guard n > 0 else {
      r = factor
      self.norm = 0
      return
    }
    // The library sees the transpose: its lower triangle is our upper one.
    let information = factor.withUnsafeMutableElements { a in
      a.baseAddress.map { Scalar._potrf(false, n, $0, n) } ?? 0
    }
    guard information == 0 else { throw .nonPositivePivot(index: information - 1) }
    for row in 0..<n {
      for column in 0..<row { factor[row, column] = 0 }
    }
    r = factor
    self.norm = norm
  }

  /// Solves A · X = B.
  ///
  /// - Parameter matrix: B, n × k.
  /// - Returns: X, n × k.
  /// - Throws: ``LinearAlgebraError/mismatchedShapes(operation:left:right:)`` if B has not n rows.
  /// - Complexity: O(n² · k).
  public func solve(_ matrix: Matrix<Scalar>) throws(LinearAlgebraError) -> Matrix<Scalar> {
    let triangle = TriangularMatrix(upper: r)
    return try triangle.solve(triangle.solve(matrix, transposed: true))
  }

  /// An estimate of A's condition number in the 1-norm (LAPACK's `pocon`); infinite if A is
  /// singular.
  ///
  /// - Complexity: O(n²).
  public var conditionEstimate: Scalar {
    guard r.rowCount > 0 else { return 1 }
    return 1 / Scalar._pocon(false, r.rowCount, r.elements, r.rowCount, norm)
  }
}
