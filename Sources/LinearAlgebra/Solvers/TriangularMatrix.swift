/// An upper triangular matrix, to solve with.
public struct TriangularMatrix<Scalar: MatrixScalar>: Sendable {
  /// The elements, n × n; what stands below the diagonal is not read.
  public let upper: Matrix<Scalar>

  /// Takes the upper triangle of a square matrix.
  ///
  /// - Precondition: The matrix is square.
  public init(upper matrix: Matrix<Scalar>) {
    precondition(matrix.rowCount == matrix.columnCount, "A triangular matrix is square.")
    upper = matrix
  }

  /// Solves R · X = B, or Rᵀ · X = B.
  ///
  /// - Parameters:
  ///   - matrix: B, n × k.
  ///   - transposed: Whether the transpose is solved with.
  /// - Returns: X, n × k.
  /// - Throws: ``LinearAlgebraError/zeroPivot(index:)`` if R has no inverse;
  ///   ``LinearAlgebraError/mismatchedShapes(operation:left:right:)`` if B has not n rows;
  ///   ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(n² · k).
  public func solve(
    _ matrix: Matrix<Scalar>, transposed: Bool = false
  ) throws(LinearAlgebraError) -> Matrix<Scalar> {
    let n = upper.rowCount
    guard matrix.rowCount == n else {
      throw .mismatchedShapes(
        operation: "a triangular solve", left: [n, n], right: [matrix.rowCount, matrix.columnCount])
    }
    for index in 0..<n where upper[index, index] == 0 { throw .zeroPivot(index: index) }
    try BLASLibrary.prepare(for: [n, matrix.columnCount])
    var solution = matrix.taking(names: nil)
    let k = matrix.columnCount
    // Transposed, as the library sees it: Xᵀ · Rᵀ = Bᵀ, with Rᵀ a lower triangle.
    solution.withUnsafeMutableElements { b in
      guard let b = b.baseAddress else { return }
      Scalar._trsm(false, false, transposed, false, k, n, 1, upper.elements, n, b, k)
    }
    return solution
  }

  /// An estimate of the condition number, the largest singular value over the smallest; infinite if
  /// R has no inverse.
  ///
  /// - Complexity: O(n²).
  public var conditionEstimate: Scalar {
    upper.elements.withUnsafeBufferPointer { r in
      r.baseAddress.map {
        conditionEstimate2(of: $0, count: upper.rowCount, stride: upper.rowCount)
      }
        ?? 1
    }
  }
}
