/// A factorization A = U · diag(s) · Vᵀ with orthogonal U and V (LAPACK's `gesdd`, divide and
/// conquer).
public struct SingularValueDecomposition<Scalar: MatrixScalar>: Sendable {
  /// The left singular vectors, m × min(m, n).
  public let u: Matrix<Scalar>

  /// The singular values, min(m, n), from large to small.
  public let singularValues: [Scalar]

  /// The right singular vectors, transposed: min(m, n) × n.
  public let vTransposed: Matrix<Scalar>

  /// Decomposes a matrix.
  ///
  /// - Parameter matrix: A, m × n; finite.
  /// - Throws: ``LinearAlgebraError/nonFiniteElement(row:column:value:)``;
  ///   ``LinearAlgebraError/noConvergence(routine:)``;
  ///   ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(m · n · min(m, n)).
  public init(_ matrix: Matrix<Scalar>) throws(LinearAlgebraError) {
    try matrix.checkFinite()
    let (m, n) = (matrix.rowCount, matrix.columnCount)
    try BLASLibrary.prepare(for: [m, n])
    let count = min(m, n)
    var values = [Scalar](repeating: 0, count: count)
    // The library sees Aᵀ = V · diag(s) · Uᵀ, and what it calls its left vectors are our right
    // ones.
    var left = [Scalar](repeating: 0, count: n * count)
    var right = [Scalar](repeating: 0, count: count * m)
    var scratch = matrix.elements
    if count > 0 {
      guard Scalar._gesdd(n, m, &scratch, n, &values, &left, n, &right, count) == 0 else {
        throw .noConvergence(routine: "gesdd")
      }
    }
    u = Matrix(unchecked: right, rowCount: m, columnCount: count)
    singularValues = values
    vTransposed = Matrix(unchecked: left, rowCount: count, columnCount: n)
  }

  /// The number of singular values above a tolerance relative to the largest.
  ///
  /// - Parameter tolerance: The smallest singular value that counts, as a share of the largest; at
  ///   least 0.
  /// - Returns: At most min(m, n).
  public func rank(tolerance: Scalar) -> Int {
    guard let largest = singularValues.first, largest > 0 else { return 0 }
    return singularValues.prefix { $0 > tolerance * largest }.count
  }

  /// Solves A · X = B in the least squares sense; of all X that fit equally well, the one of
  /// smallest norm.
  ///
  /// - Parameters:
  ///   - matrix: B, m × k.
  ///   - tolerance: Singular values up to this share of the largest count as zero; at least 0.
  /// - Returns: X, n × k.
  /// - Throws: ``LinearAlgebraError/mismatchedShapes(operation:left:right:)`` if B has not m rows.
  /// - Complexity: O((m + n) · min(m, n) · k).
  public func solve(
    _ matrix: Matrix<Scalar>, tolerance: Scalar
  ) throws(LinearAlgebraError) -> Matrix<Scalar> {
    let rank = rank(tolerance: tolerance)
    var projected = try u.multiplied(by: matrix, transposed: true)
    for index in 0..<projected.rowCount {
      for column in 0..<projected.columnCount {
        projected[index, column] =
          index < rank ? projected[index, column] / singularValues[index] : 0
      }
    }
    return try vTransposed.multiplied(by: projected, transposed: true)
  }
}
