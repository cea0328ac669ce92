/// The answer to a least squares problem.
public struct LeastSquaresSolution<Scalar: MatrixScalar>: Sendable {
  /// The X that makes ‖A · X − B‖ smallest, n × k.
  public let solution: Matrix<Scalar>

  /// What was rounded off the solution, if it was computed in twice the precision.
  package let rest: Matrix<Scalar>?

  /// The rank that A was taken to have.
  public let rank: Int

  /// An estimate of the condition number of A with its columns scaled to length 1; `nil` if the
  /// rank is short.
  public let conditionEstimate: Scalar?

  init(
    solution: Matrix<Scalar>, rest: Matrix<Scalar>? = nil, rank: Int, conditionEstimate: Scalar?
  ) {
    self.solution = solution
    self.rest = rest
    self.rank = rank
    self.conditionEstimate = conditionEstimate
  }
}

extension Matrix {
  /// Solves A · X = B in the least squares sense.
  ///
  /// A is factored into Q · R, and the columns of R are scaled by powers of two to similar length. If
  /// R is well enough conditioned, X follows from it; otherwise singular values tell the rank, of
  /// which those up to `tolerance` times the largest count as zero. Of all X that then fit equally
  /// well, the one of smallest norm is returned.
  ///
  /// - Parameters:
  ///   - targets: B, m × k.
  ///   - tolerance: The rank tolerance, at least 0; `nil` for max(m, n) times the precision.
  /// - Returns: X, n × k, with the rank of A.
  /// - Throws: ``LinearAlgebraError/mismatchedShapes(operation:left:right:)`` if B has not m rows;
  ///   ``LinearAlgebraError/nonFiniteElement(row:column:value:)``;
  ///   ``LinearAlgebraError/overflow(operation:)``; ``LinearAlgebraError/noConvergence(routine:)``;
  ///   ``LinearAlgebraError/dependenceOnColumnsOfOtherSize(column:)`` if the rank is short and
  ///   precision does not tell the X of smallest norm;
  ///   ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(m · n · min(m, n)).
  public func leastSquares(
    _ targets: Matrix, tolerance: Scalar? = nil
  ) throws(LinearAlgebraError) -> LeastSquaresSolution<Scalar> {
    guard targets.rowCount == rowCount else {
      throw .mismatchedShapes(
        operation: "least squares", left: [rowCount, columnCount],
        right: [targets.rowCount, targets.columnCount])
    }
    try checkFinite()
    try targets.checkFinite()
    let tolerance = tolerance ?? Scalar(max(rowCount, columnCount)) * Scalar.ulpOfOne
    let factors = try QRFactorization(self)
    let top = try factors.transposedQ(times: targets).selectingRows(
      0..<min(rowCount, columnCount))
    let (r, c) = (factors.r.converted(to: Double.self), top.converted(to: Double.self))
    let found = try LeastSquaresFactor(r, c).solve(
      from: 0, tolerance: Double(tolerance), usesSingularValues: false)
    let answer = LeastSquaresSolution(
      solution: found.solution.converted(to: Scalar.self), rank: found.rank,
      conditionEstimate: found.conditionEstimate.map { Scalar($0) })
    guard answer.solution.isAllFinite else { throw .overflow(operation: "least squares") }
    return answer
  }

  /// For each column the power of two that brings its length near 1, or 1 for a column of zeros.
  package func columnScales() -> [Scalar] {
    var largest = [Scalar](repeating: 0, count: columnCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        largest[column] = max(largest[column], abs(self[row, column]))
      }
    }
    var sums = [Scalar](repeating: 0, count: columnCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount where largest[column] > 0 {
        // Divided by the largest first, so that squares neither overflow nor vanish.
        let share = self[row, column] / largest[column]
        sums[column] += share * share
      }
    }
    return zip(largest, sums).map { largest, sum in
      guard largest > 0 else { return 1 }
      let exponent = -(largest.exponent + sum.squareRoot().exponent)
      // Within what a power of two can be.
      let most = Scalar.greatestFiniteMagnitude.exponent
      return Scalar(sign: .plus, exponent: min(max(exponent, 1 - most), most), significand: 1)
    }
  }

  /// Whether every element is finite.
  package var isAllFinite: Bool { (try? checkFinite()) != nil }

  /// Returns the matrix with each column multiplied by its factor.
  package consuming func scalingColumns(by factors: [Scalar]) -> Matrix {
    let (rowCount, columnCount) = (rowCount, columnCount)
    var result = self
    result.withUnsafeMutableElements { elements in
      for row in 0..<rowCount {
        for column in 0..<columnCount { elements[row * columnCount + column] *= factors[column] }
      }
    }
    return result
  }

  /// Returns the matrix with each row multiplied by its factor.
  package func scalingRows(by factors: [Scalar]) -> Matrix {
    var result = self
    for row in 0..<rowCount {
      for column in 0..<columnCount { result[row, column] *= factors[row] }
    }
    return result
  }
}
