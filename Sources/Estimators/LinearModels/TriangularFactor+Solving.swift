internal import LinearAlgebra

/// Coefficients that fit best, and how well the features determine them.
struct LeastSquaresAnswer {
  /// What each feature counts, targets × d.
  var coefficients: Matrix<Double>

  /// What is added, for each target.
  var intercepts: [Double]

  /// The rank of the features; with an intercept, with their means taken off.
  var rank: Int

  /// The condition number of the features, scaled to similar length; `nil` if the rank is short.
  var conditionEstimate: Double?

  /// Whether coefficients below 0 were excluded.
  var isNonNegative = false
}

extension TriangularFactor {
  /// The share of the largest singular value up to which others count as zero, of features with
  /// their columns scaled to similar length.
  ///
  ///     (8 + 2 √d + √n / 4) · 2⁻⁵²
  ///
  /// A little above what rounding makes of a value that is zero.
  var rankTolerance: Double {
    let growth = 2 * Double(featureCount).squareRoot() + Double(sampleCount).squareRoot() / 4
    return (8 + growth) * Double.ulpOfOne
  }

  /// Solves for the coefficients.
  ///
  /// With an intercept, the triangle below the first row of R is that of the features with their
  /// means taken off; so the coefficients follow from that triangle, and the intercept from the
  /// means.
  ///
  /// - Parameter usesSingularValues: Whether singular values are used also where the rank is full.
  /// - Returns: The coefficients, of all that fit equally well those of least norm.
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(d² · t), or O(d³) by singular values.
  func solve(usesSingularValues: Bool) throws(LinearAlgebraError) -> LeastSquaresAnswer {
    try answer(
      factor.solve(
        from: offset, tolerance: rankTolerance, usesSingularValues: usesSingularValues))
  }

  /// Solves with the penalties that settings name.
  ///
  ///     minimize  ‖y − (w · x + b)‖² + penalty · ‖w‖²     for each target
  ///
  /// - Parameter settings: The settings; one penalty, or one for each target.
  /// - Returns: The coefficients. Rank and condition are those of the first target, with its
  ///   penalty, and of coefficients of any sign.
  /// - Throws: ``LinearAlgebraError``.
  /// - Complexity: O(d³) for each penalty.
  func solve(
    _ settings: some LeastSquaresHyperparameters
  ) throws(LinearAlgebraError) -> LeastSquaresAnswer {
    var answer = try solve(
      penalty: settings.penalty(0), usesSingularValues: settings.solver == .svd)
    for target in 1..<max(1, targetCount) where settings.penalty(target) != settings.penalty(0) {
      let other = try solve(
        penalty: settings.penalty(target), usesSingularValues: settings.solver == .svd)
      answer.intercepts[target] = other.intercepts[target]
      for column in 0..<featureCount {
        answer.coefficients[target, column] = other.coefficients[target, column]
      }
    }
    if settings.positive { try makeNonNegative(&answer, settings) }
    return answer
  }

  /// Replaces the coefficients of an answer by the best ones of at least 0.
  private func makeNonNegative(
    _ answer: inout LeastSquaresAnswer, _ settings: some LeastSquaresHyperparameters
  ) throws(LinearAlgebraError) {
    for target in 0..<targetCount {
      let found = try factor.solveNonNegative(
        target: target, from: offset, penalty: settings.penalty(target))
      for (column, value) in found.enumerated() { answer.coefficients[target, column] = value }
    }
    answer.intercepts = try intercepts(for: answer.coefficients, rest: nil)
    answer.isNonNegative = true
  }

  private func solve(
    penalty: Double, usesSingularValues: Bool
  ) throws(LinearAlgebraError) -> LeastSquaresAnswer {
    guard penalty > 0 else { return try solve(usesSingularValues: usesSingularValues) }
    return try answer(
      factor.solve(
        from: offset, penalty: penalty, tolerance: rankTolerance,
        usesSingularValues: usesSingularValues))
  }

  /// A solution with the intercepts that belong to it.
  private func answer(
    _ found: LeastSquaresSolution<Double>
  ) throws(LinearAlgebraError) -> LeastSquaresAnswer {
    let coefficients = found.solution.transposed()
    return LeastSquaresAnswer(
      coefficients: coefficients,
      intercepts: try intercepts(for: coefficients, rest: found.rest?.transposed()),
      rank: found.rank, conditionEstimate: found.conditionEstimate)
  }

  /// The intercepts that go with coefficients: mean of y − w · mean of x.
  ///
  /// - Parameters:
  ///   - coefficients: The coefficients, targets × d.
  ///   - rest: What was rounded off them, if that is known.
  /// - Returns: A number for each target.
  /// - Throws: ``LinearAlgebraError/overflow(operation:)``.
  private func intercepts(
    for coefficients: Matrix<Double>, rest: Matrix<Double>?
  ) throws(LinearAlgebraError) -> [Double] {
    let intercepts = (0..<targetCount).map { target in
      guard hasIntercept else { return 0.0 }
      var sum = Twofold(shift[featureCount + target])
      sum += r[0, 1 + featureCount + target] / r[0, 0]
      for column in 0..<featureCount {
        let mean = Twofold(shift[column], plus: r[0, 1 + column] / r[0, 0])
        sum.subtract(coefficients[target, column], times: mean)
        if let rest { sum.subtract(rest[target, column], times: mean) }
      }
      return sum.high
    }
    guard intercepts.isFinite else { throw .overflow(operation: "an intercept") }
    return intercepts
  }

  /// Makes an answer right in all its digits while the rows are at hand; leaves it as it is if the
  /// rank is short.
  ///
  /// - Parameters:
  ///   - answer: What ``solve(usesSingularValues:)`` has found.
  ///   - rows: All rows of the factor.
  ///   - threadCount: How many threads to use; the result does not depend on it.
  /// - Throws: ``LinearAlgebraError``.
  mutating func refine(
    _ answer: inout LeastSquaresAnswer, with rows: StackedRows, threadCount: Int
  ) throws(LinearAlgebraError) {
    guard let condition = answer.conditionEstimate, let triangle = factor.regularTriangle else {
      return
    }
    let start = (0..<targetCount).map { target in
      (hasIntercept ? [answer.intercepts[target]] : []) + answer.coefficients.row(target)
    }
    guard
      let refined = try rows.refine(
        start, triangle: triangle, shift: shift, conditionEstimate: condition,
        threadCount: threadCount)
    else { return }
    for target in 0..<targetCount {
      if hasIntercept { answer.intercepts[target] = refined.coefficients[target][0] }
      for column in 0..<featureCount {
        answer.coefficients[target, column] = refined.coefficients[target][offset + column]
      }
    }
    setResidualSquares(refined.squares)
  }
}
