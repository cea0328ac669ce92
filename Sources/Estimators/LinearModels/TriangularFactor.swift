internal import LinearAlgebra

/// The triangular factor R of all rows [1 x y] seen so far: RᵀR is the sum of their products, but R
/// holds it without squaring, and so without losing digits.
///
/// New rows are put under R and the whole is factored again, a block of rows at a time. Its
/// diagonal is never negative, which makes R unique.
struct TriangularFactor: Equatable, Sendable {
  /// The number of features, d.
  let featureCount: Int

  /// The number of targets, t.
  let targetCount: Int

  /// Whether the rows begin with a one.
  var hasIntercept: Bool

  /// R, at most p rows × p columns, where p = (1 +) d + t.
  private(set) var r: Matrix<Double>

  /// The number of rows folded in.
  private(set) var sampleCount = 0

  /// The number of columns, p.
  private var width: Int { (hasIntercept ? 1 : 0) + featureCount + targetCount }

  /// Makes the factor of no rows.
  init(featureCount: Int, targetCount: Int, hasIntercept: Bool) {
    self.featureCount = featureCount
    self.targetCount = targetCount
    self.hasIntercept = hasIntercept
    r = Matrix(rowCount: 0, columnCount: 0)
  }

  /// Folds rows in.
  ///
  /// - Parameters:
  ///   - features: The rows x, n × d.
  ///   - targets: The rows y, n × t.
  ///   - weights: What each row counts, or `nil`.
  /// - Throws: ``LinearAlgebraError``; the factor is then half-changed.
  /// - Complexity: O(n · p²).
  mutating func fold(
    _ features: some FeatureMatrix, _ targets: Matrix<Double>, _ weights: [Double]?
  ) throws(LinearAlgebraError) {
    let blockSize = max(256, 2 * width)
    for start in stride(from: 0, to: features.rowCount, by: blockSize) {
      let rows = start..<min(start + blockSize, features.rowCount)
      let block = stacked(features, targets, weights, rows)
      r = try QRFactorization(block).r.withoutNegativeDiagonal()
      guard r.isAllFinite else { throw .overflow(operation: "least squares") }
    }
    sampleCount += features.rowCount
  }

  /// R with a block of rows under it, each multiplied by the root of its weight.
  private func stacked(
    _ features: some FeatureMatrix, _ targets: Matrix<Double>, _ weights: [Double]?,
    _ rows: Range<Int>
  ) -> Matrix<Double> {
    let offset = hasIntercept ? 1 : 0
    var elements = r.elements
    elements.reserveCapacity((r.rowCount + rows.count) * width)
    let count = rows.count * featureCount
    let dense = [Double](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      if let start = buffer.baseAddress { features.copyRows(Array(rows), to: start) }
      initializedCount = count
    }
    for (index, row) in rows.enumerated() {
      let start = elements.count
      if hasIntercept { elements.append(1) }
      elements += dense[index * featureCount..<(index + 1) * featureCount]
      elements += targets.row(row)
      guard let weight = weights?[row], weight != 1 else { continue }
      let root = weight.squareRoot()
      for position in start..<start + offset + featureCount + targetCount {
        elements[position] *= root
      }
    }
    return Matrix(
      unchecked: elements, rowCount: r.rowCount + rows.count, columnCount: width)
  }

  /// Solves for the coefficients.
  ///
  /// With an intercept, the first row of R holds the means, and the triangle below it is that of
  /// the features with their means taken off; so the coefficients follow from that triangle, and
  /// the intercept from the means.
  func solve(featureNames: [String]?) throws(LinearAlgebraError) -> LinearRegressionModel {
    let offset = hasIntercept ? 1 : 0
    let rowCount = max(0, min(r.rowCount - offset, featureCount))
    let tolerance = Double(max(sampleCount, featureCount)) * Double.ulpOfOne
    var triangle = Matrix<Double>(rowCount: rowCount, columnCount: featureCount)
    var right = Matrix<Double>(rowCount: rowCount, columnCount: targetCount)
    let varies = (0..<featureCount).map { !isConstant($0, tolerance: tolerance) }
    for row in 0..<rowCount {
      for column in row..<featureCount where varies[column] {
        triangle[row, column] = r[row + offset, column + offset]
      }
      for column in 0..<targetCount {
        right[row, column] = r[row + offset, column + offset + featureCount]
      }
    }
    let answer = try Matrix.solveTriangular(triangle, right, tolerance: tolerance)
    var coefficients = answer.solution.transposed()
    for column in 0..<featureCount where !varies[column] {
      for target in 0..<targetCount { coefficients[target, column] = 0 }
    }
    let intercepts = (0..<targetCount).map { target in
      guard hasIntercept else { return 0.0 }
      let explained = (0..<featureCount).reduce(0) {
        $0 + r[0, 1 + $1] * coefficients[target, $1]
      }
      return (r[0, 1 + featureCount + target] - explained) / r[0, 0]
    }
    guard intercepts.isFinite else { throw .overflow(operation: "an intercept") }
    return LinearRegressionModel(
      coefficients: coefficients, intercepts: intercepts, featureNames: featureNames,
      rank: answer.rank, conditionEstimate: answer.conditionEstimate)
  }

  /// Whether a feature is the same in all rows: with an intercept, what is left of it without its
  /// mean is then only rounding, and no coefficient must be made of it.
  private func isConstant(_ feature: Int, tolerance: Double) -> Bool {
    guard hasIntercept else { return false }
    let column = r.column(1 + feature)
    let left = column.dropFirst().map(abs).max() ?? 0
    return left <= tolerance * abs(column[0])
  }

  func write(to archive: inout TensorArchive) {
    archive.append("factor", r)
    archive.append("sample_count", sampleCount)
    archive.append("has_intercept", hasIntercept ? 1 : 0)
  }

  /// Reads what was written.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(
    from archive: TensorArchive, featureCount: Int, targetCount: Int
  ) throws(EstimatorError) {
    self.init(
      featureCount: featureCount, targetCount: targetCount,
      hasIntercept: try archive.flag("has_intercept"))
    sampleCount = try archive.count("sample_count")
    r = try archive.matrix("factor", columns: width)
    guard r.rowCount > 0, sampleCount > 0 else {
      throw .unreadableModel(reason: "the triangular factor has no rows")
    }
  }
}

extension Matrix {
  /// The triangle with every row negated whose diagonal element is negative.
  fileprivate func withoutNegativeDiagonal() -> Matrix {
    var result = self
    for row in 0..<rowCount where self[row, row] < 0 {
      for column in row..<columnCount { result[row, column] = -self[row, column] }
    }
    return result
  }
}
