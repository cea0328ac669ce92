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
  /// Columns are scaled by powers of two to similar length, then A is factored into Q · R. If R is
  /// well enough conditioned, X follows from it; otherwise from the singular values of R with the
  /// columns scaled, of which those up to `tolerance` times the largest count as zero. Of all X
  /// that then fit equally well, the one of smallest norm is returned.
  ///
  /// - Parameters:
  ///   - targets: B, m × k.
  ///   - tolerance: The rank tolerance, at least 0; `nil` for max(m, n) times the precision.
  /// - Returns: X, n × k, with the rank of A.
  /// - Throws: ``LinearAlgebraError/mismatchedShapes(operation:left:right:)`` if B has not m rows;
  ///   ``LinearAlgebraError/nonFiniteElement(row:column:value:)``;
  ///   ``LinearAlgebraError/overflow(operation:)``; ``LinearAlgebraError/noConvergence(routine:)``;
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
    let projected = try factors.transposedQ(times: targets)
    let top = projected.selectingRows(0..<min(rowCount, columnCount))
    return try Matrix.solveTriangular(factors.r, top, tolerance: tolerance)
  }

  /// Solves R · X = C for an upper triangle (or trapezoid) R of any rank: with the least norm if it
  /// is short.
  ///
  /// - Parameters:
  ///   - r: The triangle, p × n with p ≤ n.
  ///   - c: The right-hand sides, p × k.
  ///   - tolerance: Singular values of the equilibrated R up to this share of the largest count as
  ///     zero.
  ///   - usesSingularValues: Whether singular values are used also where the rank is full.
  /// - Returns: X, n × k.
  /// - Throws: As ``leastSquares(_:tolerance:)``.
  @_specialize(where Scalar == Double)
  package static func solveTriangular(
    _ r: consuming Matrix, _ c: Matrix, tolerance: Scalar, usesSingularValues: Bool = false
  ) throws(LinearAlgebraError) -> LeastSquaresSolution<Scalar> {
    guard r.isAllFinite, c.isAllFinite else { throw .overflow(operation: "least squares") }
    let answer = try solveTriangularUnchecked(
      consume r, c, tolerance: tolerance, usesSingularValues: usesSingularValues)
    guard answer.solution.isAllFinite else { throw .overflow(operation: "least squares") }
    return answer
  }

  private static func solveTriangularUnchecked(
    _ r: consuming Matrix, _ c: Matrix, tolerance: Scalar, usesSingularValues: Bool
  ) throws(LinearAlgebraError) -> LeastSquaresSolution<Scalar> {
    let n = r.columnCount
    guard n > 0 else {
      return LeastSquaresSolution(
        solution: Matrix(rowCount: 0, columnCount: c.columnCount), rank: 0, conditionEstimate: 1)
    }
    let scales = r.columnScales()
    // In the place of R, which need not stay as it is.
    let scaled = (consume r).scalingColumns(by: scales)
    if scaled.rowCount == n, (0..<n).allSatisfy({ scaled[$0, $0] != 0 }) {
      let triangle = TriangularMatrix(upper: scaled)
      let condition = triangle.conditionEstimate
      // Far enough from the border that an estimate will do.
      if !usesSingularValues, condition * tolerance < 1 / 64 {
        let solution = try triangle.solve(c).scalingRows(by: scales)
        return LeastSquaresSolution(solution: solution, rank: n, conditionEstimate: condition)
      }
    }
    // Rank is decided on equilibrated columns; the norm that is made smallest is that of the
    // unscaled X. So the scaled triangle tells which directions are null, and the part of X along
    // them (unscaled) is taken off.
    let decomposition = try SingularValueDecomposition(scaled)
    let rank = decomposition.rank(tolerance: tolerance)
    var basic = try decomposition.solve(c, tolerance: tolerance).scalingRows(by: scales)
    guard rank < n else {
      let condition = decomposition.singularValues[0] / decomposition.singularValues[n - 1]
      return LeastSquaresSolution(solution: basic, rank: rank, conditionEstimate: condition)
    }
    let rowSpace = decomposition.vTransposed.selectingRows(0..<rank)
    basic = try basic.subtractingNullSpace(of: rowSpace, scales: scales)
    // Columns of zeros count nothing, not even what rounding has made of it.
    for column in 0..<n where (0..<scaled.rowCount).allSatisfy({ scaled[$0, column] == 0 }) {
      for target in 0..<c.columnCount { basic[column, target] = 0 }
    }
    return LeastSquaresSolution(solution: basic, rank: rank, conditionEstimate: nil)
  }

  /// Projects X on the row space of W · D⁻¹, where W is `rowSpace` and D the scales: the X of least
  /// norm that gives the same W · D⁻¹ · X.
  private func subtractingNullSpace(
    of rowSpace: Matrix, scales: [Scalar]
  ) throws(LinearAlgebraError) -> Matrix {
    guard rowSpace.rowCount > 0 else { return Matrix(rowCount: rowCount, columnCount: columnCount) }
    let unscaled = rowSpace.scalingColumns(by: scales.map { 1 / $0 })
    let basis = try QRFactorization(unscaled.transposed()).q
    return try basis.multiplied(by: basis.multiplied(by: self, transposed: true))
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
