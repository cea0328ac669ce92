/// Least squares with a penalty, from 1e-300 to 1e300 and beside columns of any size.
///
///     minimize ‖R · b − C‖² + penalty · ‖b‖²
///
/// - Columns that are so short beside the root of the penalty that their squares do not show beside
///   it have no influence on the others: their coefficients are what they have in common with the
///   residuals of those, divided by the penalty.
/// - The root of the penalty stands under the other columns as rows of its own, so that nothing is
///   squared.
/// - Where there are fewer rows than columns, coefficients are sums of the rows: the dual problem is
///   solved for what each row counts, which needs no square of the wider side.
///
/// **Source:** G. Golub, An numerical method for solving linear least squares problems, 1965; C.
/// Saunders, A. Gammerman, V. Vovk, Ridge regression learning algorithm in dual variables, 1998.
extension LeastSquaresFactor {
  /// Minimizes ‖R · b − C‖² + penalty · ‖b‖² for the columns from one on, as if there were none
  /// before.
  ///
  /// - Parameters:
  ///   - first: The first of the columns, and of the rows.
  ///   - penalty: The penalty, above 0.
  ///   - tolerance: Singular values of the equilibrated triangle up to this share of the largest
  ///     count as zero, if the penalty is too small to tell what they are.
  ///   - usesSingularValues: Whether singular values are used also where the rank is full.
  /// - Returns: b, (q − first) × t. The rank is short only where precision does not tell what the
  ///   penalty makes of columns that depend on each other: it is then taken to make as good as
  ///   nothing of their difference.
  /// - Throws: As ``Matrix/leastSquares(_:tolerance:)``.
  /// - Complexity: O(q³); of n rows, fewer than columns, O(n² · q).
  package func solve(
    from first: Int, penalty: Double, tolerance: Double, usesSingularValues: Bool
  ) throws(LinearAlgebraError) -> LeastSquaresSolution<Double> {
    try BLASLibrary.prepare(for: [columnCount])
    let problem = PenalizedProblem(
      from(first), penalty: penalty, tolerance: tolerance, usesSingularValues: usesSingularValues)
    let answer = try problem.solve()
    guard answer.solution.isAllFinite else { throw .overflow(operation: "least squares") }
    return answer
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
    let rows = from(first).columns(Array(0..<columnCount - first), targets: [target])
    let solution =
      penalty > 0
      ? try PenalizedProblem(rows, penalty: penalty, tolerance: 0, usesSingularValues: false)
        .solveNonNegative()
      : try rows.solveNonNegative()
    guard solution.allSatisfy(\.isFinite) else { throw .overflow(operation: "least squares") }
    return solution
  }

  /// Minimizes ‖R · b − c‖² over the b of at least 0, for the first target.
  func solveNonNegative() throws(LinearAlgebraError) -> [Double] {
    let triangle = part(rows: 0..<r.rowCount, columns: 0..<columnCount)
    let right = part(rows: 0..<r.rowCount, columns: columnCount..<columnCount + 1)
    let (scales, scale) = (triangle.columnScales(), right.columnScales()[0])
    var search = NonNegativeLeastSquares(
      triangle.scalingColumns(by: scales), right.scalingColumns(by: [scale]).elements)
    try search.solve()
    return zip(search.x, scales).map { $0 / scale * $1 }
  }

  /// The part of R and C from a row and a column on.
  private func from(_ first: Int) -> LeastSquaresFactor {
    let rows = first..<max(first, min(r.rowCount, columnCount))
    let columns = first..<columnCount + targetCount
    return LeastSquaresFactor(
      r: part(rows: rows, columns: columns), rest: restPart(rows: rows, columns: columns),
      residualNorms: [Double](repeating: 0, count: targetCount))
  }

  /// Some columns of R, which need not be a triangle then, beside some of C.
  func columns(_ chosen: [Int], targets: [Int]? = nil) -> LeastSquaresFactor {
    let targets = targets ?? Array(0..<targetCount)
    let order = chosen + targets.map { columnCount + $0 }
    func ordered(_ elements: [Double]) -> [Double] {
      guard !elements.isEmpty else { return [] }
      var result: [Double] = []
      result.reserveCapacity(r.rowCount * order.count)
      for row in 0..<r.rowCount {
        for column in order { result.append(elements[row * r.columnCount + column]) }
      }
      return result
    }
    return LeastSquaresFactor(
      r: Matrix(
        unchecked: ordered(r.elements), rowCount: r.rowCount, columnCount: order.count),
      rest: ordered(rest), residualNorms: [Double](repeating: 0, count: targets.count))
  }
}
