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

  /// Minimizes ‖R · b − C‖² + penalty · ‖b‖² for the columns from one on, as if there were none
  /// before.
  ///
  /// The root of the penalty stands under R as rows of its own: so nothing is squared.
  ///
  /// - Parameters:
  ///   - first: The first of the columns, and of the rows.
  ///   - penalty: The penalty, above 0.
  ///   - usesSingularValues: Whether singular values are used also where the rank is full.
  /// - Returns: b, (q − first) × t.
  /// - Throws: As ``Matrix/leastSquares(_:tolerance:)``.
  /// - Complexity: O(q³).
  package func solve(
    from first: Int, penalty: Double, usesSingularValues: Bool
  ) throws(LinearAlgebraError) -> LeastSquaresSolution<Double> {
    try BLASLibrary.prepare(for: [columnCount])
    let count = columnCount - first
    var penalized = LeastSquaresFactor(columnCount: count, targetCount: targetCount)
    let rowCount = max(0, min(r.rowCount - first, count))
    penalized.r = part(
      rows: first..<first + rowCount, columns: first..<columnCount + targetCount)
    var roots = LeastSquaresFactor(columnCount: count, targetCount: targetCount)
    roots.r = Matrix(rowCount: count, columnCount: count + targetCount)
    for column in 0..<count { roots.r[column, column] = penalty.squareRoot() }
    penalized.fold(roots)
    return try penalized.solve(
      from: 0, tolerance: 0, usesSingularValues: usesSingularValues)
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
