/// A factorization A = Q · R into orthogonal columns and an upper triangle (LAPACK's `geqrf`,
/// Householder reflections).
public struct QRFactorization<Scalar: MatrixScalar>: Sendable {
  /// Rows of A, m.
  public let rowCount: Int

  /// Columns of A, n.
  public let columnCount: Int

  /// R above the diagonal, the reflections below; column-major, m × n.
  private let packed: [Scalar]

  /// The factors of the reflections.
  private let tau: [Scalar]

  /// Factors a matrix.
  ///
  /// - Parameter matrix: A, m × n.
  /// - Throws: ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(m · n · min(m, n)).
  public init(_ matrix: Matrix<Scalar>) throws(LinearAlgebraError) {
    try BLASLibrary.prepare(for: [matrix.rowCount, matrix.columnCount])
    rowCount = matrix.rowCount
    columnCount = matrix.columnCount
    var packed = matrix.transposed().elements
    var tau = [Scalar](repeating: 0, count: min(matrix.rowCount, matrix.columnCount))
    if !packed.isEmpty {
      Scalar._geqrf(matrix.rowCount, matrix.columnCount, &packed, matrix.rowCount, &tau)
    }
    self.packed = packed
    self.tau = tau
  }

  /// The upper triangle, min(m, n) × n.
  public var r: Matrix<Scalar> {
    var result = Matrix<Scalar>(rowCount: tau.count, columnCount: columnCount)
    for row in 0..<tau.count {
      for column in row..<columnCount { result[row, column] = packed[column * rowCount + row] }
    }
    return result
  }

  /// The orthogonal columns, m × min(m, n).
  public var q: Matrix<Scalar> {
    let count = tau.count
    var columns = Array(packed.prefix(rowCount * count))
    if !columns.isEmpty { Scalar._orgqr(rowCount, count, count, &columns, rowCount, tau) }
    return Matrix(unchecked: columns, rowCount: count, columnCount: rowCount).transposed()
  }

  /// Returns Qᵀ · B without forming Q.
  ///
  /// - Parameter matrix: B, m × k.
  /// - Returns: The product with all m reflections' worth of rows: its first min(m, n) rows belong
  ///   to R, the rest is the residual; m × k.
  /// - Throws: ``LinearAlgebraError/mismatchedShapes(operation:left:right:)`` if B has not m rows.
  /// - Complexity: O(m · min(m, n) · k).
  public func transposedQ(
    times matrix: Matrix<Scalar>
  ) throws(LinearAlgebraError) -> Matrix<Scalar> {
    guard matrix.rowCount == rowCount else {
      throw .mismatchedShapes(
        operation: "a product with Qᵀ", left: [rowCount, columnCount],
        right: [matrix.rowCount, matrix.columnCount])
    }
    var product = matrix.transposed().elements
    if !product.isEmpty, !tau.isEmpty {
      Scalar._ormqr(
        true, true, rowCount, matrix.columnCount, tau.count, packed, rowCount, tau, &product,
        rowCount)
    }
    return Matrix(
      unchecked: product, rowCount: matrix.columnCount, columnCount: rowCount
    ).transposed()
  }
}
