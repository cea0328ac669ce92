extension Matrix {
  /// Returns the product of two matrices, either of which may be transposed first.
  ///
  ///     C = op(A) · op(B)
  ///
  /// - Parameters:
  ///   - other: The right operand, B.
  ///   - transposed: Whether this matrix, A, is transposed first.
  ///   - otherTransposed: Whether B is transposed first.
  /// - Returns: The product, rows of op(A) × columns of op(B).
  /// - Throws: ``LinearAlgebraError/mismatchedShapes(operation:left:right:)`` if op(A) has not as
  ///   many columns as op(B) has rows; ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(m · n · k), at the library's speed.
  public func multiplied(
    by other: Matrix, transposed: Bool = false, otherTransposed: Bool = false
  ) throws(LinearAlgebraError) -> Matrix {
    let m = transposed ? columnCount : rowCount
    let inner = transposed ? rowCount : columnCount
    let n = otherTransposed ? other.rowCount : other.columnCount
    guard inner == (otherTransposed ? other.columnCount : other.rowCount) else {
      throw mismatch("a product", other)
    }
    try BLASLibrary.prepare(for: [m, n, inner, columnCount, other.columnCount])
    var result = Matrix(rowCount: m, columnCount: n)
    guard m > 0, n > 0, inner > 0 else { return result }
    // The library's matrices are column-major, so it sees every one of ours transposed: Cᵀ = op(B)ᵀ
    // op(A)ᵀ.
    result.withUnsafeMutableElements { c in
      guard let c = c.baseAddress else { return }
      Scalar._gemm(
        otherTransposed, transposed, n, m, inner, 1, other.elements, other.columnCount, elements,
        columnCount, 0, c, n)
    }
    return result
  }

  /// Returns the product of the matrix, or its transpose, with a vector.
  ///
  /// - Parameters:
  ///   - vector: The vector; as many elements as op(A) has columns.
  ///   - transposed: Whether the matrix is transposed first.
  /// - Returns: The product; as many elements as op(A) has rows.
  /// - Throws: ``LinearAlgebraError/mismatchedShapes(operation:left:right:)``;
  ///   ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(rows · columns).
  public func multiplied(
    by vector: [Scalar], transposed: Bool = false
  ) throws(LinearAlgebraError) -> [Scalar] {
    let inner = transposed ? rowCount : columnCount
    guard vector.count == inner else {
      throw .mismatchedShapes(
        operation: transposed ? "a transposed product" : "a product",
        left: [rowCount, columnCount], right: [vector.count])
    }
    try BLASLibrary.prepare(for: [rowCount, columnCount])
    var result = [Scalar](repeating: 0, count: transposed ? columnCount : rowCount)
    guard !elements.isEmpty else { return result }
    Scalar._gemv(
      !transposed, columnCount, rowCount, 1, elements, columnCount, vector, 0, &result)
    return result
  }

  /// Returns the Gram matrix AᵀA: the products of every column with every column.
  ///
  /// - Returns: A symmetric matrix, columns × columns.
  /// - Throws: ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(rows · columns²), half of what a product costs.
  public func gram() throws(LinearAlgebraError) -> Matrix {
    try BLASLibrary.prepare(for: [rowCount, columnCount])
    var result = Matrix(rowCount: columnCount, columnCount: columnCount)
    guard !elements.isEmpty else { return result }
    let n = columnCount
    result.withUnsafeMutableElements { c in
      guard let c = c.baseAddress else { return }
      // Its lower triangle is our upper one.
      Scalar._syrk(false, false, n, rowCount, 1, elements, n, 0, c, n)
      for row in 0..<n {
        for column in 0..<row { c[row * n + column] = c[column * n + row] }
      }
    }
    return result
  }

  private func mismatch(_ operation: String, _ other: Matrix) -> LinearAlgebraError {
    .mismatchedShapes(
      operation: operation, left: [rowCount, columnCount],
      right: [other.rowCount, other.columnCount])
  }
}

extension BLASLibrary {
  /// Opens the library, and checks that it can count to these dimensions.
  package static func prepare(for dimensions: [Int]) throws(LinearAlgebraError) {
    try load()
    for dimension in dimensions where dimension > Int(Int32.max) {
      throw .tooLarge(dimension: dimension)
    }
  }
}
