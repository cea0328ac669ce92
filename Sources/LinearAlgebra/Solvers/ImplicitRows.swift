/// The rows of a least squares problem as an iterative solver asks for them: by products with
/// vectors, without a copy of the samples, and sparse as they are.
///
///     A  =  [ W^½ (X − 1 μᵀ) ]      n rows
///           [ √penalty · I   ]      d more, if there is a penalty
///
/// μ are the weighted means of the columns, with an intercept; zeros without. Columns far from zero
/// beside their spread are held as their differences from one of their values (``FarColumns``). Rows
/// are visited in groups, whose number follows from the shape alone: so results do not depend on how
/// many threads share the groups.
package struct ImplicitRows: Sendable {
  private let rows: StackedRows
  private let roots: [Double]?
  private var penaltyRoot = 0.0
  private let threadCount: Int

  /// What is taken off each column of X as a whole, d numbers: zeros for those that are far.
  private let means: [Double]

  private let far: FarColumns

  /// A value of each target, and the weighted mean of what is left without it, with an intercept;
  /// zeros without.
  private let targetMeans: [(point: Double, rest: Double)]

  /// The largest element of each column of A, without the penalty.
  package var columnSizes: [Double] { far.sizes }

  /// The number of rows of X, n.
  package var rowCount: Int { rows.rowCount }

  /// The length of A · v.
  package var count: Int { rows.rowCount + (penaltyRoot > 0 ? rows.featureCount : 0) }

  /// Takes rows.
  ///
  /// - Parameters:
  ///   - rows: The rows [1 x y], with their weights.
  ///   - threadCount: How many threads to use.
  /// - Complexity: O(stored elements).
  package init(_ rows: StackedRows, threadCount: Int) {
    self.rows = rows
    self.threadCount = threadCount
    roots = rows.weights?.map { $0.squareRoot() }
    guard rows.hasOnes else {
      means = [Double](repeating: 0, count: rows.featureCount)
      far = FarColumns(rows, means: [])
      targetMeans = [(point: Double, rest: Double)](
        repeating: (0, 0), count: rows.targetCount)
      return
    }
    var weights = rows.weights ?? [Double](repeating: 1, count: rows.rowCount)
    let total = weights.reduce(0, +)
    let sums = rows.visit(with: nil, &weights, threadCount: threadCount) { _, weight, _ in
      (weight, weight)
    }
    var means = sums.map { $0 / total }
    far = FarColumns(rows, means: means)
    for column in far.columns { means[column] = 0 }
    self.means = means
    let first = rows.firstRowThatCounts
    targetMeans = (0..<rows.targetCount).map { target in
      let point = rows.targets[first, target]
      var sum = Twofold(0)
      for (row, weight) in weights.enumerated() {
        sum += Twofold(weight, times: rows.targets[row, target] - point)
      }
      return (point, sum.high / total)
    }
  }

  /// Returns the same rows with a penalty.
  ///
  /// - Parameter penalty: What the squares of coefficients cost; at least 0.
  /// - Returns: The rows; d more of them if the penalty is above 0.
  package func penalized(by penalty: Double) -> ImplicitRows {
    var result = self
    result.penaltyRoot = penalty.squareRoot()
    return result
  }

  /// What A · v is compared with, for a target: W^½ (y − its mean), and zeros for a penalty.
  package func target(_ index: Int) -> [Double] {
    let (point, rest) = targetMeans[index]
    return (0..<count).map { row in
      guard row < rows.rowCount else { return 0 }
      return (roots?[row] ?? 1) * (rows.targets[row, index] - point - rest)
    }
  }

  /// The intercept that goes with coefficients: the mean of y − w · the means of x.
  package func intercept(for coefficients: [Double], target: Int) -> Double {
    var sum = Twofold(targetMeans[target].point, plus: targetMeans[target].rest)
    for (mean, coefficient) in zip(means, coefficients) {
      sum.subtract(mean, times: Twofold(coefficient))
    }
    for (place, column) in far.columns.enumerated() {
      sum.subtract(far.points[place], times: Twofold(coefficients[column]))
      sum.subtract(far.means[place], times: Twofold(coefficients[column]))
    }
    return sum.high
  }

  /// Computes u ← A · v − factor · u, and scale · Aᵀ · u, in one visit of the rows.
  ///
  /// - Parameters:
  ///   - vector: v, d numbers.
  ///   - factor: What u is multiplied by.
  ///   - result: u, ``count`` numbers.
  ///   - scale: A power of two that keeps Aᵀ times the new u from overflowing or vanishing.
  /// - Returns: Aᵀ times the new u and the scale, d numbers.
  /// - Complexity: O(stored elements).
  @discardableResult
  package func multiply(
    _ vector: [Double], minus factor: Double, _ result: inout [Double], scale: Double = 1
  ) -> [Double] {
    let shift = zip(means, vector).reduce(0) { $0 + $1.0 * $1.1 }
    let (count, roots, far) = (rows.rowCount, roots, far)
    let hasFar = !far.isEmpty
    var near = vector
    for column in far.columns { near[column] = 0 }
    var gradient = rows.visit(
      with: near, &result, threadCount: threadCount
    ) { row, old, product in
      let root = roots?[row] ?? 1
      let beside = hasFar ? far.product(ofRow: row, with: vector) : 0
      let new = root * (product - shift + beside) - factor * old
      return (new, root * new * scale)
    }
    if rows.hasOnes {
      let factors = (0..<count).map { (roots?[$0] ?? 1) * result[$0] * scale }
      let sum = factors.reduce(0, +)
      for column in gradient.indices { gradient[column] -= sum * means[column] }
      far.setSums(of: factors, in: &gradient)
    }
    guard penaltyRoot > 0 else { return gradient }
    for (index, value) in vector.enumerated() {
      result[count + index] = penaltyRoot * value - factor * result[count + index]
      gradient[index] += penaltyRoot * result[count + index] * scale
    }
    return gradient
  }
}

extension StackedRows {
  /// How many numbers the samples hold, zeros that are not stored left out.
  private var storedElementCount: Int {
    switch storage {
    case .dense(let matrix): matrix.storedElementCount
    case .denseSingle(let matrix): matrix.storedElementCount
    case .sparse(let matrix): matrix.storedElementCount
    case .sparseSingle(let matrix): matrix.storedElementCount
    }
  }

  /// Rows that are visited one after another: several groups only where each has far more work than
  /// there are columns, whose sums are added up at the end.
  private var visitGroups: [Range<Int>] {
    let count = min(16, max(1, storedElementCount / (32 * featureCount + (1 << 15))))
    return (0..<count).map { rowCount * $0 / count..<rowCount * ($0 + 1) / count }
  }

  /// Replaces a number of each row by what becomes of it and the product of the row with a vector,
  /// and sums up multiples of the rows.
  ///
  /// - Parameters:
  ///   - vector: What each row x is multiplied by, d numbers; `nil` for zeros.
  ///   - numbers: The numbers, at least n.
  ///   - threadCount: How many threads to use.
  ///   - update: Returns, from row, old number and product, the new number and what the row is
  ///     multiplied by in the sum.
  /// - Returns: The sum, d numbers.
  /// - Complexity: O(stored elements).
  func visit(
    with vector: [Double]?, _ numbers: inout [Double], threadCount: Int,
    _ update: @Sendable (Int, Double, Double) -> (number: Double, factor: Double)
  ) -> [Double] {
    let groups = visitGroups
    var sum = [Double](repeating: 0, count: featureCount)
    numbers.withUnsafeMutableBufferPointer { numbers in
      nonisolated(unsafe) let numbers = numbers
      func run(_ features: some FeatureMatrix) {
        let parts = Parallel.map(groups.count, threadCount: threadCount) { index in
          var part = [Double](repeating: 0, count: featureCount)
          part.withUnsafeMutableBufferPointer { buffer in
            var span = MutableSpan(_unsafeElements: buffer)
            for row in groups[index] {
              let product = vector.map { features.dotProduct(ofRow: row, with: $0.span) } ?? 0
              let (number, factor) = update(row, numbers[row], product)
              numbers[row] = number
              features.addRow(row, times: factor, to: &span)
            }
          }
          return part
        }
        for part in parts { sum.add(part) }
      }
      switch storage {
      case .dense(let matrix): run(matrix)
      case .denseSingle(let matrix): run(matrix)
      case .sparse(let matrix): run(matrix)
      case .sparseSingle(let matrix): run(matrix)
      }
    }
    return sum
  }
}
