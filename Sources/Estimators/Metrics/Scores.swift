internal import LinearAlgebra

/// How good predictions are, compared with the truth.
public enum Scores {
  /// Returns the share of labels that are right; 0 if there are none.
  ///
  /// - Parameters:
  ///   - predictions: The predictions, n.
  ///   - truth: The truth, n.
  ///   - weights: What each sample counts, n numbers at least 0; `nil` for 1 each.
  /// - Returns: At least 0 and at most 1; 0 if nothing counts.
  /// - Precondition: As many predictions, and weights, as truths.
  public static func accuracy<Label: Equatable>(
    of predictions: [Label], truth: [Label], weights: [Double]? = nil
  ) -> Double {
    precondition(predictions.count == truth.count && weights?.count ?? truth.count == truth.count)
    guard let weights else {
      guard !truth.isEmpty else { return 0 }
      let right = zip(predictions, truth).count { $0 == $1 }
      return Double(right) / Double(truth.count)
    }
    let counts = scaled(weights)
    let sum = counts.reduce(0, +)
    let right = truth.indices.reduce(0.0) {
      $0 + (predictions[$1] == truth[$1] ? counts[$1] : 0)
    }
    return sum > 0 ? right / sum : 0
  }

  /// Returns R² of one target; see ``rSquared(of:truth:weights:)-(RegressionTarget,_,_)``.
  ///
  /// - Parameters:
  ///   - predictions: The predictions p, n.
  ///   - truth: The truth y, n.
  ///   - weights: What each sample counts, n numbers at least 0; `nil` for 1 each.
  /// - Returns: At most 1; 0 if nothing counts; NaN if a value that counts is NaN or infinite.
  /// - Precondition: As many predictions, and weights, as truths.
  public static func rSquared(
    of predictions: [Double], truth: [Double], weights: [Double]? = nil
  ) -> Double {
    precondition(predictions.count == truth.count && weights?.count ?? truth.count == truth.count)
    let rows = truth.indices.filter { weights?[$0] ?? 1 > 0 }
    guard !rows.isEmpty else { return 0 }
    guard rows.allSatisfy({ truth[$0].isFinite && predictions[$0].isFinite }) else { return .nan }
    let counts = weights.map { weights in scaled(rows.map { weights[$0] }) }
    let values = rows.map { truth[$0] }
    let residual = meanSquare(values, minus: rows.map { predictions[$0] }, weights: counts)
    guard !residual.isZero else { return 1 }
    // Sums in twice the precision, so that a target that does not vary has no variation whatever
    // rounding makes of its mean.
    var moments = ColumnMoments(columnCount: 1)
    _ = moments.add(
      Matrix(unchecked: values, rowCount: values.count, columnCount: 1), weights: counts,
      isCancelled: { false })
    let variance = moments.variance(ofColumn: 0)
    guard !variance.isZero else { return 0 }
    return max(1 - residual.divided(by: variance).twofold.high, -.greatestFiniteMagnitude)
  }

  /// Weights of any size, times a power of two that brings the largest near 1: so that their sum is
  /// a number.
  private static func scaled(_ weights: [Double]) -> [Double] {
    let scale = Double.inversePowerOfTwo(weights.max() ?? 0)
    return weights.map { $0 * scale }
  }

  /// Σ weight · (a − b)² / Σ weight, of numbers of any size.
  private static func meanSquare(
    _ a: [Double], minus b: [Double], weights: [Double]?
  ) -> ScaledTwofold {
    // By halves where a difference might be too large for a number.
    let largest = max(a.reduce(0) { max($0, abs($1)) }, b.reduce(0) { max($0, abs($1)) })
    let half = largest > 0x1p1022 ? 0.5 : 1
    let differences = a.indices.map { a[$0] * half - b[$0] * half }
    let scale = Double.inversePowerOfTwo(differences.reduce(0) { max($0, abs($1)) })
    var (sum, total) = (0.0, 0.0)
    for (index, difference) in differences.enumerated() {
      let (number, weight) = (difference * scale, weights?[index] ?? 1)
      sum += weight * number * number
      total += weight
    }
    let unit = ScaledTwofold(scale).multiplied(by: ScaledTwofold(half))
    return ScaledTwofold(sum / total).divided(by: unit.multiplied(by: unit))
  }

  /// Returns R², the share of the variance that is explained, as a mean over the targets.
  ///
  ///     1 − Σ (y − p)² / Σ (y − ȳ)²
  ///
  /// A target that does not vary counts as 1 if predicted exactly, otherwise as 0. It does not vary
  /// if all its values that count are the same, however large or small they are.
  ///
  /// - Parameters:
  ///   - predictions: The predictions p, samples × targets.
  ///   - truth: The truth y, samples × targets.
  ///   - weights: What each sample counts, n numbers at least 0; `nil` for 1 each.
  /// - Returns: At most 1.
  /// - Precondition: Both have the same shape.
  ///
  /// **Source:** scikit-learn's `r2_score`, with its default averages.
  public static func rSquared(
    of predictions: RegressionTarget, truth: RegressionTarget, weights: [Double]? = nil
  ) -> Double {
    let (p, y) = (predictions.matrix, truth.matrix)
    precondition(p.rowCount == y.rowCount && p.columnCount == y.columnCount)
    guard y.rowCount > 0, y.columnCount > 0 else { return 0 }
    let sum = (0..<y.columnCount).reduce(0.0) {
      $0 + rSquared(of: Array(p.column($1)), truth: Array(y.column($1)), weights: weights)
    }
    return sum / Double(y.columnCount)
  }

  /// Returns the mean of the squared differences over all samples and targets.
  ///
  /// - Precondition: Both have the same shape.
  public static func meanSquaredError(
    of predictions: RegressionTarget, truth: RegressionTarget
  ) -> Double {
    precondition(predictions.values.count == truth.values.count)
    guard !truth.values.isEmpty else { return 0 }
    return meanSquare(predictions.values, minus: truth.values, weights: nil).twofold.high
  }
}
