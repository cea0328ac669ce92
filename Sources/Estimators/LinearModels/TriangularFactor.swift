internal import LinearAlgebra

/// The triangular factor of all rows [1 x y] seen so far, with x and y taken relative to a point
/// amid them.
///
/// It says of the rows all that least squares asks, without the rows: their products, held without
/// being squared and so without losing digits. Rows may be folded in in any parts and order.
struct TriangularFactor: Equatable, Sendable {
  /// The number of features, d.
  let featureCount: Int

  /// The number of targets, t.
  let targetCount: Int

  /// Whether the rows begin with a one.
  let hasIntercept: Bool

  /// The factor of the rows [1 x y], shifted.
  private(set) var factor: LeastSquaresFactor

  /// What is taken off [x y]: their means, with an intercept; zeros without.
  private(set) var shift: [Double]

  /// The number of rows folded in.
  private(set) var sampleCount = 0

  /// The number of those that count: of a weight above 0.
  private(set) var weightedSampleCount = 0

  /// Whether rows have come to count less than by their weights.
  private(set) var hasForgotten = false

  /// Makes the factor of no rows.
  init(featureCount: Int, targetCount: Int, hasIntercept: Bool) {
    self.featureCount = featureCount
    self.targetCount = targetCount
    self.hasIntercept = hasIntercept
    factor = LeastSquaresFactor(
      columnCount: featureCount + (hasIntercept ? 1 : 0), targetCount: targetCount)
    shift = [Double](repeating: 0, count: featureCount + targetCount)
  }

  /// The number of columns before x.
  var offset: Int { hasIntercept ? 1 : 0 }

  /// R and C side by side.
  var r: Matrix<Double> { factor.r }

  /// Whether the factor is held in twice the precision.
  var isTwofold: Bool { !factor.rest.isEmpty }

  // MARK: Rows

  /// Folds rows in.
  ///
  /// - Parameters:
  ///   - rows: The rows [1 x y].
  ///   - weights: What each row counts, or `nil`.
  ///   - root: What is left of the roots of the weights of all rows before, from 0 to 1.
  ///   - method: How they are folded in.
  ///   - threadCount: How many threads to use; the result does not depend on it.
  /// - Throws: ``LinearAlgebraError``; nothing is changed then.
  /// - Complexity: O(n · (d + t)²).
  mutating func fold(
    _ rows: StackedRows, weights: [Double]?, keeping root: Double, method: FactorMethod,
    threadCount: Int
  ) throws(LinearAlgebraError) {
    var changed = self
    if root < 1 {
      changed.hasForgotten = true
      changed.factor.scale(by: root)
    }
    if hasIntercept, sampleCount == 0 {
      changed.shift = rows.center(ofLast: changed.hasForgotten)
    } else if hasIntercept, root < 0x1p-26 {
      // Rows before count less than rounding; they may have been far from those that come.
      for (column, point) in rows.center(ofLast: true).enumerated() {
        changed.move(column, to: point)
      }
    }
    try changed.factor.fold(
      rows, shift: changed.shift, method: method, threadCount: threadCount)
    changed.sampleCount = changed.sampleCount.counting(rows.rowCount)
    changed.weightedSampleCount = changed.weightedSampleCount.counting(
      weights.map { $0.count { $0 > 0 } } ?? rows.rowCount)
    changed.moveShiftToMeans()
    guard changed.shift.isFinite, changed.r.isAllFinite else {
      throw .overflow(operation: "least squares")
    }
    self = changed
  }

  /// Takes the means themselves off, in place of the point the rows were relative to: only the
  /// first row of R knows of it.
  private mutating func moveShiftToMeans() {
    guard hasIntercept, r.rowCount > 0, r[0, 0] > 0 else { return }
    for column in shift.indices {
      move(column, to: shift[column] + r[0, 1 + column] / r[0, 0])
    }
  }

  /// Changes what is taken off a column.
  private mutating func move(_ column: Int, to point: Double) {
    let moved = Twofold(point, plus: -shift[column])
    guard moved.high != 0 else { return }
    let ones = factor.element(0, 0)
    factor.modify(row: 0, column: 1 + column) {
      $0.subtract(moved.high, times: ones)
      $0.subtract(moved.low, times: ones)
    }
    shift[column] = point
  }

  /// Sets the lengths of the residuals, where they are known better.
  mutating func setResidualSquares(_ squares: [Double]) {
    factor.residualNorms = squares.map { $0.squareRoot() }
  }

  /// Folds in the factor of other rows: the result is that of both.
  ///
  /// - Throws: ``LinearAlgebraError/overflow(operation:)``; nothing is changed then.
  /// - Complexity: O((d + t)³).
  mutating func merge(_ other: TriangularFactor) throws(LinearAlgebraError) {
    var (changed, other) = (self, other)
    if hasIntercept {
      // Relative to the same point.
      for column in shift.indices { other.move(column, to: shift[column]) }
    }
    changed.factor.fold(other.factor)
    changed.sampleCount = changed.sampleCount.counting(other.sampleCount)
    changed.weightedSampleCount = changed.weightedSampleCount.counting(
      other.weightedSampleCount)
    changed.moveShiftToMeans()
    guard changed.shift.isFinite, changed.r.isAllFinite else {
      throw .overflow(operation: "least squares")
    }
    self = changed
  }

  // MARK: Archive

  func write(to archive: inout TensorArchive) {
    archive.append("feature_count", featureCount)
    archive.append("target_count", targetCount)
    archive.append("factor", r)
    if !factor.rest.isEmpty { archive.append("factor_rest", factor.rest) }
    archive.append("shift", shift)
    archive.append("residual_norms", factor.residualNorms)
    archive.append("sample_count", sampleCount)
    archive.append("weighted_sample_count", weightedSampleCount)
    archive.append("has_intercept", hasIntercept ? 1 : 0)
    archive[text: "has_forgotten"] = hasForgotten ? "true" : nil
  }

  /// Reads what was written.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    let (features, targets) = (
      try archive.count("feature_count"), try archive.count("target_count")
    )
    // Before room is made for as many as a damaged file may claim.
    let shift = try archive.numbers("shift", count: features + targets)
    self.init(
      featureCount: features, targetCount: targets,
      hasIntercept: try archive.flag("has_intercept"))
    self.shift = shift
    sampleCount = try archive.count("sample_count")
    weightedSampleCount = try archive.count("weighted_sample_count")
    hasForgotten = archive[text: "has_forgotten"] == "true"
    let r = try archive.matrix("factor", columns: offset + featureCount + targetCount)
    factor = LeastSquaresFactor(
      r: r,
      rest: archive.contains("factor_rest")
        ? try archive.numbers("factor_rest", count: r.elements.count) : [],
      residualNorms: try archive.numbers("residual_norms", count: targetCount))
    guard r.rowCount > 0, r.rowCount <= offset + featureCount, sampleCount > 0,
      weightedSampleCount <= sampleCount, factor.residualNorms.allSatisfy({ $0 >= 0 })
    else { throw .unreadableModel(reason: "the triangular factor is damaged") }
  }
}
