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
    var found = try Matrix.solveTriangular(
      part(rows: first..<first + rowCount, columns: first..<columnCount),
      part(rows: first..<first + rowCount, columns: columnCount..<columnCount + targetCount),
      tolerance: tolerance, usesSingularValues: usesSingularValues)
    if found.rank == count, !rest.isEmpty { substitute(into: &found, from: first) }
    return found
  }

  /// Replaces a solution by that of the factor in twice the precision, by back substitution.
  ///
  /// - Complexity: O(q² · t).
  private func substitute(into found: inout LeastSquaresSolution<Double>, from first: Int) {
    let count = columnCount - first
    let width = r.columnCount
    var solution = Matrix<Double>(rowCount: count, columnCount: targetCount)
    var solutionRest = solution
    r.elements.withUnsafeBufferPointer { high in
      rest.withUnsafeBufferPointer { low in
        func element(_ row: Int, _ column: Int) -> Twofold {
          let index = (first + row) * width + first + column
          return Twofold(high[index], plus: low[index])
        }
        var left = [Twofold](repeating: Twofold(0), count: count)
        left.withUnsafeMutableBufferPointer { left in
          for target in 0..<targetCount {
            for row in 0..<count { left[row] = element(row, count + target) }
            for column in stride(from: count - 1, through: 0, by: -1) {
              let known = left[column].divided(by: element(column, column))
              solution[column, target] = known.high
              solutionRest[column, target] = known.low
              // Column by column, so that no step waits for the one before.
              for row in 0..<column { left[row].subtract(known, times: element(row, column)) }
            }
          }
        }
      }
    }
    guard solution.isAllFinite, solutionRest.isAllFinite else { return }
    found = LeastSquaresSolution(
      solution: solution, rest: solutionRest, rank: found.rank,
      conditionEstimate: found.conditionEstimate)
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
    try penalized(from: first, penalty: penalty).solve(
      from: 0, tolerance: 0, usesSingularValues: usesSingularValues)
  }

  /// Minimizes ‖R · b − c‖² + penalty · ‖b‖² over the b of at least 0, for the columns from one on,
  /// as if there were none before.
  ///
  /// - Parameters:
  ///   - target: Which of the columns of C is c.
  ///   - first: The first of the columns, and of the rows.
  ///   - penalty: The penalty, at least 0.
  /// - Returns: b, q − first numbers. Of columns that depend on each other only as many are above
  ///   zero as their rank.
  /// - Throws: ``LinearAlgebraError/overflow(operation:)``;
  ///   ``LinearAlgebraError/noConvergence(routine:)``;
  ///   ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(q²) for each column taken in or left out.
  package func solveNonNegative(
    target: Int, from first: Int, penalty: Double
  ) throws(LinearAlgebraError) -> [Double] {
    let problem = penalty > 0 ? try penalized(from: first, penalty: penalty) : self
    let start = penalty > 0 ? 0 : first
    let rows = start..<max(start, min(problem.r.rowCount, problem.columnCount))
    let triangle = problem.part(rows: rows, columns: start..<problem.columnCount)
    let column = problem.columnCount + target
    let right = problem.part(rows: rows, columns: column..<column + 1)
    let (scales, scale) = (triangle.columnScales(), right.columnScales()[0])
    var search = NonNegativeLeastSquares(
      triangle.scalingColumns(by: scales), right.scalingColumns(by: [scale]).elements)
    try search.solve()
    let solution = zip(search.x, scales).map { $0 / scale * $1 }
    guard solution.allSatisfy(\.isFinite) else { throw .overflow(operation: "least squares") }
    return solution
  }

  /// The factor of the columns from one on with the root of a penalty under each.
  private func penalized(
    from first: Int, penalty: Double
  ) throws(LinearAlgebraError) -> LeastSquaresFactor {
    try BLASLibrary.prepare(for: [columnCount])
    let count = columnCount - first
    let rowCount = max(0, min(r.rowCount - first, count))
    let rows = first..<first + rowCount
    let columns = first..<columnCount + targetCount
    let none = [Double](repeating: 0, count: targetCount)
    var penalized = LeastSquaresFactor(
      r: part(rows: rows, columns: columns),
      rest: rest.isEmpty ? [] : elements(rest, rows: rows, columns: columns), residualNorms: none)
    var roots = LeastSquaresFactor(
      r: Matrix(rowCount: count, columnCount: count + targetCount), rest: [], residualNorms: none)
    for column in 0..<count { roots.r[column, column] = penalty.squareRoot() }
    penalized.fold(roots)
    return penalized
  }

  /// R alone, q × q, if it has an inverse.
  package var regularTriangle: Matrix<Double>? {
    guard r.rowCount == columnCount, (0..<columnCount).allSatisfy({ r[$0, $0] > 0 }) else {
      return nil
    }
    return part(rows: 0..<columnCount, columns: 0..<columnCount)
  }

  private func part(rows: Range<Int>, columns: Range<Int>) -> Matrix<Double> {
    Matrix(
      unchecked: elements(r.elements, rows: rows, columns: columns), rowCount: rows.count,
      columnCount: columns.count)
  }

  private func elements(_ all: [Double], rows: Range<Int>, columns: Range<Int>) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(rows.count * columns.count)
    for row in rows {
      let start = row * r.columnCount
      result += all[start + columns.lowerBound..<start + columns.upperBound]
    }
    return result
  }
}
