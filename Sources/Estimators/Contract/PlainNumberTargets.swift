public import LinearAlgebra

// Estimators that learn numbers take them as they are, without a word about `RegressionTarget`.

extension Estimator where Target == RegressionTarget {
  /// Learns from all of the data, with one number for each sample.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite.
  ///   - target: What to learn for each sample; n numbers.
  ///   - weights: How much each sample counts, n values at least 0; `nil` for 1 each.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @discardableResult
  public mutating func fit(
    _ features: some FeatureMatrix, to target: [Double], weights: [Double]? = nil
  ) throws(EstimatorError) -> TrainingSummary {
    try fit(
      features, to: RegressionTarget(target), weights: weights, context: TrainingContext())
  }

  /// Learns from all of the data, with several numbers for each sample.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite.
  ///   - target: What to learn for each sample; n × t.
  ///   - weights: How much each sample counts, n values at least 0; `nil` for 1 each.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @discardableResult
  public mutating func fit(
    _ features: some FeatureMatrix, to target: Matrix<Double>, weights: [Double]? = nil
  ) throws(EstimatorError) -> TrainingSummary {
    try fit(
      features, to: RegressionTarget(target), weights: weights, context: TrainingContext())
  }
}

extension IncrementalEstimator where Target == RegressionTarget {
  /// Continues with one pass over the rows given, with one number for each.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite.
  ///   - target: What to learn for each sample; n numbers.
  ///   - weights: How much each sample counts, n values at least 0; `nil` for 1 each.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @discardableResult
  public mutating func partialFit(
    _ features: some FeatureMatrix, to target: [Double], weights: [Double]? = nil
  ) throws(EstimatorError) -> TrainingSummary {
    try partialFit(
      features, to: RegressionTarget(target), weights: weights, context: TrainingContext())
  }

  /// Continues with one pass over the rows given, with several numbers for each.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite.
  ///   - target: What to learn for each sample; n × t.
  ///   - weights: How much each sample counts, n values at least 0; `nil` for 1 each.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @discardableResult
  public mutating func partialFit(
    _ features: some FeatureMatrix, to target: Matrix<Double>, weights: [Double]? = nil
  ) throws(EstimatorError) -> TrainingSummary {
    try partialFit(
      features, to: RegressionTarget(target), weights: weights, context: TrainingContext())
  }
}
