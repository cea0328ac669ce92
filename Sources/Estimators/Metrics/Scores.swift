internal import LinearAlgebra

/// How good predictions are, compared with the truth.
public enum Scores {
  /// Returns the share of labels that are right; 0 if there are none.
  ///
  /// - Precondition: As many predictions as truths.
  public static func accuracy<Label: Equatable>(of predictions: [Label], truth: [Label]) -> Double {
    precondition(predictions.count == truth.count)
    guard !truth.isEmpty else { return 0 }
    let right = zip(predictions, truth).count { $0 == $1 }
    return Double(right) / Double(truth.count)
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
  /// - Returns: At most 1.
  /// - Precondition: Both have the same shape.
  ///
  /// **Source:** scikit-learn's `r2_score`, with its default averages.
  public static func rSquared(of predictions: RegressionTarget, truth: RegressionTarget) -> Double {
    let (p, y) = (predictions.matrix, truth.matrix)
    precondition(p.rowCount == y.rowCount && p.columnCount == y.columnCount)
    guard y.rowCount > 0, y.columnCount > 0 else { return 0 }
    var total = 0.0
    for column in 0..<y.columnCount {
      let mean = y.column(column).reduce(0, +) / Double(y.rowCount)
      var residual = 0.0
      var variation = 0.0
      for row in 0..<y.rowCount {
        residual += (y[row, column] - p[row, column]) * (y[row, column] - p[row, column])
        variation += (y[row, column] - mean) * (y[row, column] - mean)
      }
      total += variation > 0 ? 1 - residual / variation : (residual == 0 ? 1 : 0)
    }
    return total / Double(y.columnCount)
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
