import LinearAlgebra

/// Matrices of normal numbers from a fixed seed.
func normalMatrix<Scalar: MatrixScalar>(
  _ rowCount: Int, _ columnCount: Int, seed: UInt64 = 1, of scalar: Scalar.Type = Scalar.self
) throws -> Matrix<Scalar> {
  var stream = RandomStream(seed: seed, purpose: .syntheticData)
  return try Matrix(
    rowCount: rowCount, columnCount: columnCount,
    elements: (0..<rowCount * columnCount).map { _ in Scalar(stream.normal()) })
}

/// A sparse matrix, about one element in four of which is stored.
func sparseMatrix<Scalar: MatrixScalar>(
  _ rowCount: Int, _ columnCount: Int, seed: UInt64 = 1, of scalar: Scalar.Type = Scalar.self
) throws -> CSRMatrix<Scalar> {
  var stream = RandomStream(seed: seed, purpose: .syntheticData)
  return CSRMatrix(
    try Matrix(
      rowCount: rowCount, columnCount: columnCount,
      elements: (0..<rowCount * columnCount).map { _ in
        stream.uniform() < 0.25 ? Scalar(stream.normal()) : 0
      }))
}

/// The product by plain loops.
func plainProduct<Scalar: MatrixScalar>(_ a: Matrix<Scalar>, _ b: Matrix<Scalar>) -> Matrix<Scalar>
{
  var c = Matrix<Scalar>(rowCount: a.rowCount, columnCount: b.columnCount)
  for row in 0..<a.rowCount {
    for column in 0..<b.columnCount {
      for inner in 0..<a.columnCount { c[row, column] += a[row, inner] * b[inner, column] }
    }
  }
  return c
}

/// The largest absolute difference of two matrices of the same shape.
func distance<Scalar: MatrixScalar>(_ a: Matrix<Scalar>, _ b: Matrix<Scalar>) -> Scalar {
  guard a.rowCount == b.rowCount, a.columnCount == b.columnCount else { return .infinity }
  return zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
}
