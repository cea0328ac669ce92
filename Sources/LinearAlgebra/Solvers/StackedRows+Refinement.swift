/// Coefficients that were made right in all their digits.
package struct RefinedSolution: Sendable {
  /// What [1 x] is multiplied by, for each target; q numbers.
  package var coefficients: [[Double]]

  /// The sum of squared residuals, for each target.
  package var squares: [Double]
}

extension StackedRows {
  /// Whether refinement can give more than the last digit or two: not of many rows whose columns
  /// are nearly orthogonal, where it would take as long as all the rest.
  ///
  /// - Parameter conditionEstimate: The condition number of the columns; `nil` if the rank is
  ///   short.
  /// - Returns: Whether the number is above 4, or there are at most 2²⁰ numbers.
  package func isWorthRefining(_ conditionEstimate: Double?) -> Bool {
    guard let conditionEstimate else { return false }
    return conditionEstimate > 4 || rowCount * stride <= 1 << 20
  }

  /// Makes least squares coefficients right in all their digits, in place of those that rounding
  /// has left right.
  ///
  /// Residuals r = y − [1 x] · b are computed in twice the precision, from b in twice the
  /// precision, and so are the products of r with the columns, which are all zero for the answer.
  /// RᵀR then says how far b is from it. Each step is as good as R: so b converges to the answer
  /// for the data as they are, however bad their condition, as long as R is a factor of them at
  /// all.
  ///
  /// - Parameters:
  ///   - start: What [1 x] is multiplied by, for each target; q numbers.
  ///   - triangle: R of the shifted rows, q × q, without zeros on its diagonal.
  ///   - shift: What was taken off [x y] before R was computed.
  ///   - conditionEstimate: The condition number of R.
  ///   - threadCount: How many threads to use; the result does not depend on it.
  /// - Returns: The answer, or `nil` if the steps do not converge.
  /// - Throws: ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(n · width) for a step; one step if the condition is good, rarely more than
  ///   four.
  ///
  /// **Source:** Å. Björck, Iterative refinement of linear least squares solutions, 1967; with the
  /// seminormal equations of the same author, 1987.
  package func refine(
    _ start: [[Double]], triangle: Matrix<Double>, shift: [Double], conditionEstimate: Double,
    threadCount: Int
  ) throws(LinearAlgebraError) -> RefinedSolution? {
    let (q, ones) = (columnCount, hasOnes ? 1 : 0)
    let solver = TriangularMatrix(upper: triangle)
    var solution = start.map { $0.map { Twofold($0) } }
    var lengths = [Double](repeating: .infinity, count: targetCount)
    var squares = lengths
    var isDone = [Bool](repeating: false, count: targetCount)
    let unit = Double.ulpOfOne
    // How much of an error a step leaves, until the steps themselves tell.
    let condition = min(conditionEstimate, 1e8)
    var share = min(0.5, 16 * Double(q) * unit * condition * max(8, min(condition, 64)))
    for _ in 0..<12 {
      let sums = residualSums(
        (0..<targetCount).map { leftOver($0, solution[$0]) }, threadCount: threadCount)
      var right = Matrix<Double>(rowCount: q, columnCount: targetCount)
      for target in 0..<targetCount {
        let gradient = sums.gradient[target]
        for column in 0..<q {
          var shifted = gradient[column]
          if column >= ones, ones == 1 {
            shifted.subtract(shift[column - 1], times: gradient[0])
          }
          right[column, target] = shifted.high
        }
      }
      guard right.isAllFinite else { return nil }
      let half = try solver.solve(right, transposed: true)
      let step = try solver.solve(half)
      guard step.isAllFinite else { return nil }
      for target in 0..<targetCount where !isDone[target] {
        let length = half.column(target).reduce(0) { $0 + $1 * $1 }.squareRoot()
        if lengths[target].isFinite { share = max(0x1p-40, length / lengths[target]) }
        // Steps that no longer shrink are rounding.
        guard length < 0.5 * lengths[target] || length == 0 else {
          isDone[target] = true
          continue
        }
        lengths[target] = length
        squares[target] = max(0, sums.squares[target].high - length * length)
        var isClose = true
        for column in ones..<q {
          solution[target][column] += step[column, target]
          isClose =
            isClose
            && abs(step[column, target]) * share
              <= 0x1p-56 * abs(solution[target][column].high)
        }
        if ones == 1 {
          var moved = Twofold(step[0, target])
          for column in 1..<q {
            moved.subtract(shift[column - 1], times: Twofold(step[column, target]))
          }
          solution[target][0] += moved
          isClose =
            isClose && abs(moved.high) * share <= 0x1p-56 * abs(solution[target][0].high)
        }
        isDone[target] = isClose || length == 0
      }
      if isDone.allSatisfy(\.self) { break }
    }
    guard isDone.allSatisfy(\.self), squares.allSatisfy(\.isFinite) else { return nil }
    return RefinedSolution(coefficients: solution.map { $0.map(\.high) }, squares: squares)
  }

  /// What [1 x y] is multiplied by to give the residuals of a target.
  private func leftOver(_ target: Int, _ coefficients: [Twofold]) -> [Twofold] {
    coefficients.map { Twofold(-$0.high, plus: -$0.low) }
      + (0..<targetCount).map { Twofold($0 == target ? 1 : 0) }
  }
}
