public import LinearAlgebra

/// An estimator that learns from features alone how to change them.
public protocol Transformer: Estimator where Target == NoTarget {
  /// Returns the changed samples.
  ///
  /// - Parameter features: The samples, n × d, with the columns learned from.
  /// - Returns: n samples.
  /// - Throws: ``EstimatorError/notFitted(estimator:)``,
  ///   ``EstimatorError/mismatchedFeatureCount(expected:actual:)``,
  ///   ``EstimatorError/mismatchedFeatureName(column:expected:actual:)``,
  ///   ``EstimatorError/nonFiniteFeature(row:column:name:value:)`` or
  ///   ``EstimatorError/unsupportedFeatures(reason:)``.
  func transform(_ features: some FeatureMatrix) throws(EstimatorError) -> any FeatureMatrix
}

extension Transformer {
  /// Learns from all of the samples, each counting the same.
  ///
  /// - Parameter features: The samples, n × d, finite.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @discardableResult
  public mutating func fit(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> TrainingSummary {
    try fit(features, to: NoTarget())
  }
}

extension Transformer where Self: IncrementalEstimator {
  /// Continues with one pass over the samples given, each counting the same.
  ///
  /// - Parameter features: The samples, n × d, finite.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @discardableResult
  public mutating func partialFit(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> TrainingSummary {
    try partialFit(features, to: NoTarget())
  }
}
