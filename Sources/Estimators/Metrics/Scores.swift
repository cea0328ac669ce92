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
    let sum = weights.reduce(0, +)
    let right = truth.indices.reduce(0.0) {
      $0 + (predictions[$1] == truth[$1] ? weights[$1] : 0)
    }
    return sum > 0 ? right / sum : 0
  }

  /// Returns R² of one target; see ``rSquared(of:truth:weights:)-(RegressionTarget,_,_)``.
  ///
  /// - Parameters:
  ///   - predictions: The predictions p, n.
  ///   - truth: The truth y, n.
  ///   - weights: What each sample counts, n numbers at least 0; `nil` for 1 each.
  /// - Returns: At most 1; 0 if nothing counts.
  /// - Precondition: As many predictions, and weights, as truths.
  public static func rSquared(
    of predictions: [Double], truth: [Double], weights: [Double]? = nil
  ) -> Double {
    precondition(predictions.count == truth.count && weights?.count ?? truth.count == truth.count)
    let counts = weights ?? [Double](repeating: 1, count: truth.count)
    let total = counts.reduce(0, +)
    guard total > 0 else { return 0 }
    let mean = zip(truth, counts).reduce(0) { $0 + $1.0 * $1.1 } / total
    var (residual, variation) = (0.0, 0.0)
    for (index, count) in counts.enumerated() {
      let (y, p) = (truth[index], predictions[index])
      residual += count * (y - p) * (y - p)
      variation += count * (y - mean) * (y - mean)
    }
    return variation > 0 ? 1 - residual / variation : (residual == 0 ? 1 : 0)
  }

  /// Returns R², the share of the variance that is explained, as a mean over the targets.
  ///
  ///     1 − Σ (y − p)² / Σ (y − ȳ)²
  ///
  /// A target that does not vary counts as 1 if predicted exactly, otherwise as 0.
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
    let sum = zip(predictions.values, truth.values).reduce(0) { sum, pair in
      sum + (pair.0 - pair.1) * (pair.0 - pair.1)
    }
    return sum / Double(truth.values.count)
  }
}
