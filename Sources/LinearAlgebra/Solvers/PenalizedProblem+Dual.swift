extension PenalizedProblem {
  /// The most numbers of which products are formed in twice the precision.
  private static let mostTwofoldNumbers = 1 << 17

  /// The solution as a sum of the rows, of which there are no more than columns.
  ///
  ///     b = Tᵀ · λ     (T · Tᵀ + penalty) · λ = C
  ///
  /// - Parameter rank: The rank to report.
  /// - Returns: b, d × t.
  /// - Throws: As ``Matrix/leastSquares(_:tolerance:)``.
  /// - Complexity: O(n² · d).
  func dualSolution(rank: Int) throws(LinearAlgebraError) -> LeastSquaresSolution<Double> {
    let (n, d, targetCount) = (rows.r.rowCount, rows.columnCount, rows.targetCount)
    let zeros = Matrix<Double>(rowCount: d, columnCount: targetCount)
    guard n > 0 else {
      return LeastSquaresSolution(solution: zeros, rank: rank, conditionEstimate: nil)
    }
    // Numbers near 1: by powers of two, which round nothing.
    let root = penalty.squareRoot()
    let size = rows.r.elements.enumerated().reduce(root) {
      $1.offset % rows.r.columnCount < d ? max($0, abs($1.element)) : $0
    }
    let scale = Double.inversePowerOfTwo(size)
    let targetScales = rows.right.columnScales()
    let scaled = rows.scaled(by: scale, targets: targetScales)
    var factor = LeastSquaresFactor(columnCount: n, targetCount: 0)
    factor.fold(scaled.columnsAsRows)
    if isTooSmallToTell, try hasDependentRows(), let reduced = try reduced(), reduced.rank < n {
      return try with(reduced.rows).dualSolution(rank: reduced.rank)
    }
    factor.fold(.roots(root * scale, columnCount: n, targetCount: 0))
    guard let triangle = factor.regularTriangle else { throw .zeroPivot(index: n - 1) }
    let solver = TriangularMatrix(upper: triangle)
    var multipliers = try solver.solve(solver.solve(scaled.right, transposed: true))
    var b = zeros
    let isTwofold = n * d <= Self.mostTwofoldNumbers
    // By how much each number for a row may be wrong.
    var doubts = (0..<targetCount).map { target in
      multipliers.column(target).reduce(0) { max($0, abs($1)) }
        * Double.ulpOfOne * solver.conditionEstimate
    }
    for target in 0..<targetCount {
      var lambda = multipliers.column(target).map { Twofold($0) }
      var last = Double.infinity
      for _ in 0..<(isTwofold ? 8 : 0) {
        let sums = scaled.sums(of: lambda)
        var left = Matrix<Double>(rowCount: n, columnCount: 1)
        for row in 0..<n {
          var rest = scaled.element(row, d + target)
          for column in 0..<d { rest.subtract(sums[column], times: scaled.element(row, column)) }
          let squared = Twofold(root * scale, times: root * scale)
          rest.subtract(lambda[row], times: squared)
          left[row, 0] = rest.high
        }
        let step = try solver.solve(solver.solve(left, transposed: true)).elements
        let length = step.reduce(0) { max($0, abs($1)) }
        doubts[target] = length
        guard length < 0.5 * last, length > 0 else { break }
        last = length
        for row in 0..<n { lambda[row] += step[row] }
      }
      if isTwofold {
        for (column, value) in scaled.sums(of: lambda).enumerated() {
          b[column, target] = value.high
        }
      } else {
        for row in 0..<n { multipliers[row, target] = lambda[row].high }
      }
    }
    if !isTwofold {
      b = try scaled.part(rows: 0..<n, columns: 0..<d).multiplied(by: multipliers, transposed: true)
    }
    for target in 0..<targetCount {
      guard scaled.areClose(b.column(target), target, root * scale, doubt: doubts[target]) else {
        return try rows.solve(
          from: 0, tolerance: max(tolerance, Double(d) * Double.ulpOfOne),
          usesSingularValues: false)
      }
    }
    for column in 0..<d {
      for target in 0..<targetCount {
        b[column, target] = b[column, target] / targetScales[target] * scale
      }
    }
    return LeastSquaresSolution(solution: b, rank: rank, conditionEstimate: nil)
  }
}

extension PenalizedProblem {
  /// Whether rounding cannot tell the rows, of columns of similar length, from rows that depend on
  /// each other.
  private func hasDependentRows() throws(LinearAlgebraError) -> Bool {
    let own = rows.columns(Array(0..<rows.columnCount), targets: [])
    let scaled = own.r.scalingColumns(by: own.r.columnScales())
    let triangle = try QRFactorization(scaled.transposed()).r
    return TriangularMatrix(upper: triangle).conditionEstimate * tolerance >= 1 / 64
  }
}

extension LeastSquaresFactor {
  /// Whether coefficients are those of a penalty, up to rounding.
  ///
  /// Coefficients of columns far larger than others are differences of large numbers, of which
  /// nothing may be left.
  ///
  /// - Parameters:
  ///   - coefficients: The coefficients.
  ///   - target: Of which target.
  ///   - root: The root of the penalty.
  ///   - doubt: By how much the number for each row may be wrong.
  /// - Returns: Whether they are.
  fileprivate func areClose(
    _ coefficients: some Collection<Double>, _ target: Int, _ root: Double, doubt: Double
  ) -> Bool {
    let (lengths, coefficients) = (columnLengths(), Array(coefficients))
    let longest = lengths.max() ?? 0
    let share = lengths.indices.reduce(0) { max($0, lengths[$1] * abs(coefficients[$1])) }
    guard doubt * longest * longest <= 0x1p-30 * share else { return share == 0 }
    var gradient = coefficients.map { -root * (root * $0) }
    var square = 0.0
    for row in 0..<r.rowCount {
      let right = r[row, columnCount + target]
      square += right * right
      var left = right
      for column in 0..<columnCount { left -= r[row, column] * coefficients[column] }
      for column in 0..<columnCount { gradient[column] += r[row, column] * left }
    }
    let bound = 0x1p-26 * square.squareRoot()
    return lengths.indices.allSatisfy { abs(gradient[$0]) <= bound * lengths[$0] }
  }

  /// R times a power of two, and each column of C times one.
  fileprivate func scaled(by scale: Double, targets: [Double]) -> LeastSquaresFactor {
    let factors = [Double](repeating: scale, count: columnCount) + targets
    var rest = rest
    for index in rest.indices { rest[index] *= factors[index % factors.count] }
    return LeastSquaresFactor(
      r: r.scalingColumns(by: factors), rest: rest, residualNorms: residualNorms)
  }

  /// The columns of R as rows of another.
  fileprivate var columnsAsRows: LeastSquaresFactor {
    let own = columns(Array(0..<columnCount), targets: [])
    let rests = Matrix(
      unchecked: own.rest, rowCount: own.rest.isEmpty ? 0 : r.rowCount,
      columnCount: own.rest.isEmpty ? 0 : columnCount)
    return LeastSquaresFactor(
      r: own.r.transposed(), rest: rests.transposed().elements, residualNorms: [])
  }

  /// The sum of the rows of R, each times its number.
  fileprivate func sums(of numbers: [Twofold]) -> [Twofold] {
    var sums = [Twofold](repeating: Twofold(0), count: columnCount)
    for (row, number) in numbers.enumerated() {
      let factor = Twofold(-number.high, plus: -number.low)
      for column in 0..<columnCount { sums[column].subtract(factor, times: element(row, column)) }
    }
    return sums
  }
}
