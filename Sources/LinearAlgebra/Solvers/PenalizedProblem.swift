/// A least squares problem with a penalty.
///
///     minimize ‖T · b − C‖² + penalty · ‖b‖²
struct PenalizedProblem {
  /// T and C: rows of any form, whose columns are the problem.
  let rows: LeastSquaresFactor

  /// The penalty, above 0.
  let penalty: Double

  /// What share of the largest singular value counts as zero.
  let tolerance: Double

  let usesSingularValues: Bool

  /// The length of each column of T.
  private let lengths: [Double]

  private var root: Double { penalty.squareRoot() }

  init(
    _ rows: LeastSquaresFactor, penalty: Double, tolerance: Double, usesSingularValues: Bool
  ) {
    self.rows = rows
    self.penalty = penalty
    self.tolerance = tolerance
    self.usesSingularValues = usesSingularValues
    lengths = rows.columnLengths()
  }

  /// The share of the root of the penalty below which the square of a column does not show.
  private static let greatestShortShare = 0x1p-30

  /// Columns that the penalty leaves some influence on others, and those that it leaves none.
  private var parts: (long: [Int], short: [Int]) {
    let bound = root * Self.greatestShortShare
    let all = lengths.indices
    return (all.filter { lengths[$0] >= bound }, all.filter { lengths[$0] < bound })
  }

  func with(_ rows: LeastSquaresFactor) -> PenalizedProblem {
    PenalizedProblem(
      rows, penalty: penalty, tolerance: tolerance, usesSingularValues: usesSingularValues)
  }

  // MARK: Any sign

  func solve() throws(LinearAlgebraError) -> LeastSquaresSolution<Double> {
    let (long, short) = parts
    guard !short.isEmpty else { return try solutionOfLong() }
    let (count, targetCount) = (rows.columnCount, rows.targetCount)
    var solution = Matrix<Double>(rowCount: count, columnCount: targetCount)
    var (rank, condition) = (short.count, Optional(1.0))
    if !long.isEmpty {
      let found = try with(rows.columns(long)).solutionOfLong()
      for (place, column) in long.enumerated() {
        for target in 0..<targetCount { solution[column, target] = found.solution[place, target] }
      }
      rank += found.rank
      condition = found.conditionEstimate
    }
    for target in 0..<targetCount {
      let left = residual(of: solution.column(target), target)
      for (place, value) in shortCoefficients(short, left).enumerated() {
        solution[short[place], target] = value
      }
    }
    return LeastSquaresSolution(solution: solution, rank: rank, conditionEstimate: condition)
  }

  /// What coefficients leave of a target.
  private func residual(of coefficients: some Collection<Double>, _ target: Int) -> [Twofold] {
    let used = coefficients.enumerated().filter { $0.element != 0 }
    return (0..<rows.r.rowCount).map { row in
      var left = rows.element(row, rows.columnCount + target)
      for (column, value) in used { left.subtract(value, times: rows.element(row, column)) }
      return left
    }
  }

  /// The coefficients of columns that have no influence on others, from what those leave.
  private func shortCoefficients(_ columns: [Int], _ left: [Twofold]) -> [Double] {
    // By powers of two, so that products are numbers.
    func exponent(_ number: Double) -> Int { number > 0 ? Int(number.exponent) : 0 }
    let shift = exponent(left.reduce(0) { max($0, abs($1.high)) })
    let scaled = left.map { $0.scaled(exponent: -shift) }
    let divisor = ScaledTwofold(penalty)
    return columns.map { column in
      let own = exponent(lengths[column])
      let scale = Double.powerOfTwo(-own)
      var sum = Twofold(0)
      for row in 0..<rows.r.rowCount {
        let element = rows.element(row, column)
        sum.subtract(
          Twofold(-element.high * scale, plus: -element.low * scale), times: scaled[row])
      }
      return ScaledTwofold(sum, exponent: own + shift).divided(by: divisor).twofold.high
    }
  }

  /// The solution where no column is short beside the penalty.
  private func solutionOfLong() throws(LinearAlgebraError) -> LeastSquaresSolution<Double> {
    let count = rows.columnCount
    if rows.r.rowCount < count { return try dualSolution(rank: count) }
    if isTooSmallToTell, let reduced = try reduced(), reduced.rank < count {
      return try with(reduced.rows).dualSolution(rank: reduced.rank)
    }
    let factor = penalized()
    let answer = try factor.solve(
      from: 0, tolerance: 0, usesSingularValues: usesSingularValues)
    return answer.rest == nil ? try refined(answer, factor) : answer
  }

  /// Whether the penalty is so small beside the longest column that rounding of columns that depend
  /// on each other would be amplified to a visible size.
  var isTooSmallToTell: Bool {
    let share = root / (lengths.max() ?? 0)
    return share * share < (rows.rest.isEmpty ? 0x1p-26 : 0x1p-52)
  }

  /// As many rows as the rank of T, from singular values of T with columns of similar length.
  func reduced() throws(LinearAlgebraError) -> (rows: LeastSquaresFactor, rank: Int)? {
    let (count, targetCount) = (rows.columnCount, rows.targetCount)
    let unscaled = rows.part(rows: 0..<rows.r.rowCount, columns: 0..<count)
    let scales = unscaled.columnScales()
    let scaled = (consume unscaled).scalingColumns(by: scales)
    if scaled.rowCount == count, scaled.isTriangle(of: count), !hasZeroPivot(scaled),
      TriangularMatrix(upper: scaled).conditionEstimate * tolerance < 1 / 64
    {
      return nil
    }
    let decomposition = try SingularValueDecomposition(scaled)
    let rank = decomposition.rank(tolerance: tolerance)
    let right = try decomposition.u.multiplied(by: rows.right, transposed: true)
    var result = Matrix<Double>(rowCount: rank, columnCount: count + targetCount)
    for row in 0..<rank {
      for column in 0..<count {
        result[row, column] =
          decomposition.singularValues[row] * decomposition.vTransposed[row, column]
          / scales[column]
      }
      for target in 0..<targetCount { result[row, count + target] = right[row, target] }
    }
    let reduced = LeastSquaresFactor(r: result, rest: [], residualNorms: rows.residualNorms)
    return (reduced, rank)
  }

  private func hasZeroPivot(_ triangle: Matrix<Double>) -> Bool {
    (0..<triangle.rowCount).contains { triangle[$0, $0] == 0 }
  }

  /// The factor of T with the root of the penalty under each column.
  private func penalized() -> LeastSquaresFactor {
    let (count, targetCount) = (rows.columnCount, rows.targetCount)
    var factor = rows
    if !rows.r.isTriangle(of: count) {
      factor = LeastSquaresFactor(columnCount: count, targetCount: targetCount)
      factor.fold(rows)
    }
    factor.fold(.roots(root, columnCount: count, targetCount: targetCount))
    return factor
  }

  /// Steps towards the solution for T as it is known, where the factor has been rounded to single
  /// doubles: of columns that are short beside the penalty it has lost digits.
  private func refined(
    _ answer: LeastSquaresSolution<Double>, _ factor: LeastSquaresFactor
  ) throws(LinearAlgebraError) -> LeastSquaresSolution<Double> {
    guard lengths.contains(where: { $0 < 0x1p-10 * root }), let triangle = factor.regularTriangle
    else { return answer }
    let scales = triangle.columnScales()
    let solver = TriangularMatrix(upper: triangle.scalingColumns(by: scales))
    var solution = answer.solution
    for _ in 0..<4 {
      var gradient = Matrix<Double>(
        rowCount: rows.columnCount, columnCount: rows.targetCount)
      for target in 0..<rows.targetCount {
        let left = residual(of: solution.column(target), target)
        for column in 0..<rows.columnCount {
          var sum = Twofold(0)
          for row in left.indices where rows.r[row, column] != 0 {
            let element = rows.element(row, column)
            sum.subtract(Twofold(-element.high, plus: -element.low), times: left[row])
          }
          sum.subtract(solution[column, target], times: Twofold(penalty))
          gradient[column, target] = sum.high * scales[column]
        }
      }
      guard gradient.isAllFinite else { return answer }
      let step = try solver.solve(solver.solve(gradient, transposed: true)).scalingRows(by: scales)
      guard step.isAllFinite else { return answer }
      for row in 0..<solution.rowCount {
        for target in 0..<solution.columnCount { solution[row, target] += step[row, target] }
      }
    }
    return LeastSquaresSolution(
      solution: solution, rank: answer.rank, conditionEstimate: answer.conditionEstimate)
  }

  // MARK: At least 0

  /// Solves for one target over coefficients of at least 0.
  func solveNonNegative() throws(LinearAlgebraError) -> [Double] {
    let (long, short) = parts
    var solution = [Double](repeating: 0, count: rows.columnCount)
    if !long.isEmpty {
      var part = with(rows.columns(long)).penalized()
      part = LeastSquaresFactor(r: part.r, rest: [], residualNorms: [0])
      let found = try part.solveNonNegative()
      let chosen = long.indices.filter { found[$0] > 0 }
      for place in chosen { solution[long[place]] = found[place] }
      // Which of them are above 0 is known; their digits are those of the problem without bounds.
      if !chosen.isEmpty {
        let exact = try with(rows.columns(chosen.map { long[$0] })).solutionOfLong().solution
        if exact.elements.allSatisfy({ $0 > 0 && $0.isFinite }) {
          for (place, value) in zip(chosen, exact.elements) { solution[long[place]] = value }
        }
      }
    }
    let left = residual(of: solution, 0)
    for (column, value) in zip(short, shortCoefficients(short, left)) {
      solution[column] = max(0, value)
    }
    return solution
  }
}

extension LeastSquaresFactor {
  /// A number under each column.
  static func roots(_ root: Double, columnCount: Int, targetCount: Int) -> LeastSquaresFactor {
    var r = Matrix<Double>(rowCount: columnCount, columnCount: columnCount + targetCount)
    for column in 0..<columnCount { r[column, column] = root }
    return LeastSquaresFactor(
      r: r, rest: [], residualNorms: [Double](repeating: 0, count: targetCount))
  }

  /// The length of each column of R.
  func columnLengths() -> [Double] {
    var largest = [Double](repeating: 0, count: columnCount)
    for row in 0..<r.rowCount {
      for column in 0..<columnCount {
        largest[column] = max(largest[column], abs(r[row, column]))
      }
    }
    var sums = [Double](repeating: 0, count: columnCount)
    for row in 0..<r.rowCount {
      for column in 0..<columnCount where largest[column] > 0 {
        let share = r[row, column] / largest[column]
        sums[column] += share * share
      }
    }
    return zip(largest, sums).map { $0 * $1.squareRoot() }
  }
}

extension Matrix where Scalar == Double {
  /// Whether the first columns form a triangle as factors have it: zeros below the diagonal, and no
  /// number below zero on it.
  fileprivate func isTriangle(of count: Int) -> Bool {
    rowCount <= count
      && (0..<rowCount).allSatisfy { row in
        self[row, row] >= 0 && (0..<row).allSatisfy { self[row, $0] == 0 }
      }
  }
}
