public import LinearAlgebra

// Scores and losses in which samples count as much as they weigh: a sample of weight 2 counts as two
// would, and weights times a constant give the same.

extension Predictor {
  /// Returns the mean loss of the predictions with a weight for each sample, without penalty.
  ///
  ///     Σ w · loss / Σ w
  ///
  /// - Parameters:
  ///   - features: The samples, n × d.
  ///   - target: The truth, n values.
  ///   - weights: How much each sample counts, n values at least 0, not all of them 0.
  /// - Returns: At least 0.
  /// - Throws: As ``loss(_:to:)``; ``EstimatorError/mismatchedWeightCount(expected:actual:)``,
  ///   ``EstimatorError/invalidWeight(row:value:)`` or ``EstimatorError/noWeight``.
  /// - Complexity: Twice that of ``loss(_:to:)``, and a call for each weight that occurs.
  public func loss(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]
  ) throws(EstimatorError) -> Double {
    let weights = try relative(weights, features, target)
    // Also for samples that do not count: what is wrong with one is said with its row.
    let whole = try loss(features, to: target)
    // A loss is a mean over samples, so those of one weight have one together.
    let groups = Dictionary(grouping: weights.indices, by: { weights[$0] })
    guard groups.count > 1 else { return whole }
    var (sum, total) = (0.0, 0.0)
    for (weight, rows) in groups.sorted(by: { $0.key < $1.key }) where weight > 0 {
      let part = try loss(features.selectingRows(rows), to: target.selectingRows(rows))
      sum += weight * Double(rows.count) * part
      total += weight * Double(rows.count)
    }
    return sum / total
  }

  /// Checks weights, and returns them as shares of the largest, whose sum is in no danger.
  fileprivate func relative(
    _ weights: [Double], _ features: some FeatureMatrix, _ target: Target
  ) throws(EstimatorError) -> [Double] {
    try Validation.check(features, target, weights, fingerprints: false, finite: false)
    let largest = weights.max() ?? 1
    return weights.map { $0 / largest }
  }
}

extension Classifier {
  /// The share of the weight that lies on samples whose label is predicted right.
  public func score(
    _ features: some FeatureMatrix, to target: [Label], weights: [Double]
  ) throws(EstimatorError) -> Double {
    let weights = try relative(weights, features, target)
    return Scores.accuracy(of: try predict(features), truth: target, weights: weights)
  }
}

extension MLPMultilabelClassifier {
  /// The share of the weight that lies on samples all of whose labels are predicted right, and no
  /// others.
  public func score(
    _ features: some FeatureMatrix, to target: [Set<Label>], weights: [Double]
  ) throws(EstimatorError) -> Double {
    let weights = try relative(weights, features, target)
    return Scores.accuracy(of: try predict(features), truth: target, weights: weights)
  }
}

extension Regressor where Target == [Double] {
  /// R², with a weight for each sample.
  public func score(
    _ features: some FeatureMatrix, to target: [Double], weights: [Double]
  ) throws(EstimatorError) -> Double {
    let weights = try relative(weights, features, target)
    return Scores.rSquared(of: try predict(features), truth: target, weights: weights)
  }
}

extension Regressor where Target == RegressionTarget {
  /// R² with a weight for each sample, as a mean over the targets.
  public func score(
    _ features: some FeatureMatrix, to target: RegressionTarget, weights: [Double]
  ) throws(EstimatorError) -> Double {
    let weights = try relative(weights, features, target)
    let predictions = try predict(features)
    guard predictions.columnCount == target.columnCount else {
      throw .mismatchedTargetColumnCount(
        expected: predictions.columnCount, actual: target.columnCount)
    }
    return Scores.rSquared(of: predictions, truth: target, weights: weights)
  }
}
