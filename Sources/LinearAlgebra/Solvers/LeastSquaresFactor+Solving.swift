extension LeastSquaresFactor {
  /// Solves R · b = C for the columns from one on, as if there were none before.
  ///
  /// - Parameters:
  ///   - first: The first of the columns, and of the rows.
  ///   - tolerance: Singular values of the equilibrated triangle up to this share of the largest
  ///     count as zero.
  ///   - usesSingularValues: Whether singular values are used also where the rank is full.
  /// - Returns: b, (q − first) × t.
  /// - Throws: As ``Matrix/leastSquares(_:tolerance:)``.
  package func solve(
    from first: Int, tolerance: Double, usesSingularValues: Bool
  ) throws(LinearAlgebraError) -> LeastSquaresSolution<Double> {
    let count = columnCount - first
    let rowCount = max(0, min(r.rowCount - first, count))
    return try Matrix.solveTriangular(
      part(rows: first..<first + rowCount, columns: first..<columnCount),
      part(rows: first..<first + rowCount, columns: columnCount..<columnCount + targetCount),
      tolerance: tolerance, usesSingularValues: usesSingularValues)
  }

  /// R alone, q × q, if it has an inverse.
  package var regularTriangle: Matrix<Double>? {
    guard r.rowCount == columnCount, (0..<columnCount).allSatisfy({ r[$0, $0] > 0 }) else {
      return nil
    }
    return part(rows: 0..<columnCount, columns: 0..<columnCount)
  }

  private func part(rows: Range<Int>, columns: Range<Int>) -> Matrix<Double> {
    var elements: [Double] = []
    elements.reserveCapacity(rows.count * columns.count)
    for row in rows {
      let start = row * r.columnCount
      elements += r.elements[start + columns.lowerBound..<start + columns.upperBound]
    }
    return Matrix(unchecked: elements, rowCount: rows.count, columnCount: columns.count)
  }
}
