extension CSRMatrix {
  /// Returns the product with a dense matrix, A · B.
  ///
  /// - Parameter other: The right operand, d × k.
  /// - Returns: The product, n × k.
  /// - Throws: ``LinearAlgebraError/mismatchedShapes(operation:left:right:)`` if B has not d rows.
  /// - Complexity: O(stored elements · k).
  public func multiplied(by other: Matrix<Scalar>) throws(LinearAlgebraError) -> Matrix<Scalar> {
    guard other.rowCount == columnCount else { throw mismatch("a product", other) }
    let width = other.columnCount
    var product = Matrix<Scalar>(rowCount: rowCount, columnCount: width)
    product.withUnsafeMutableElements { target in
      other.elements.withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        for row in 0..<rowCount {
          for index in rowOffsets[row]..<rowOffsets[row + 1] {
            Scalar._addStored(
              values[index], source + Int(columns[index]) * width, target + row * width, width)
          }
        }
      }
    }
    return product
  }

  /// Returns the product of the transpose with a dense matrix, Aᵀ · B.
  ///
  /// - Parameter other: The right operand, n × k.
  /// - Returns: The product, d × k.
  /// - Throws: ``LinearAlgebraError/mismatchedShapes(operation:left:right:)`` if B has not n rows.
  /// - Complexity: O(stored elements · k).
  public func transposedMultiplied(
    by other: Matrix<Scalar>
  ) throws(LinearAlgebraError) -> Matrix<Scalar> {
    guard other.rowCount == rowCount else { throw mismatch("a transposed product", other) }
    let width = other.columnCount
    var product = Matrix<Scalar>(rowCount: columnCount, columnCount: width)
    product.withUnsafeMutableElements { target in
      other.elements.withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        for row in 0..<rowCount {
          for index in rowOffsets[row]..<rowOffsets[row + 1] {
            Scalar._addStored(
              values[index], source + row * width, target + Int(columns[index]) * width, width)
          }
        }
      }
    }
    return product
  }

  /// Returns the product with a vector, A · x.
  ///
  /// - Parameter vector: The vector, d elements.
  /// - Returns: The product, n elements.
  /// - Throws: ``LinearAlgebraError/mismatchedShapes(operation:left:right:)``.
  /// - Complexity: O(stored elements).
  public func multiplied(by vector: [Scalar]) throws(LinearAlgebraError) -> [Scalar] {
    try multiplied(by: Matrix(rowCount: vector.count, columnCount: 1, elements: vector)).elements
  }

  private func mismatch(_ operation: String, _ other: Matrix<Scalar>) -> LinearAlgebraError {
    .mismatchedShapes(
      operation: operation, left: [rowCount, columnCount],
      right: [other.rowCount, other.columnCount])
  }
}
