public import LinearAlgebra

/// An estimator that predicts for new samples what it has learned.
public protocol Predictor: Estimator {
  /// Predicts for each sample.
  ///
  /// - Parameter features: The samples, n × d, with the columns learned from.
  /// - Returns: n predictions.
  /// - Throws: ``EstimatorError/notFitted(estimator:)``,
  ///   ``EstimatorError/mismatchedFeatureCount(expected:actual:)``,
  ///   ``EstimatorError/mismatchedFeatureName(column:expected:actual:)`` or
  ///   ``EstimatorError/nonFiniteFeature(row:column:name:value:)``.
  func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> Target

  /// Returns how good the predictions are: the share of right labels, or R²; 1 is best.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d.
  ///   - target: The truth, n values.
  /// - Returns: At most 1.
  /// - Throws: As `predict`; ``EstimatorError/mismatchedTargetCount(expected:actual:)``;
  ///   ``EstimatorError/nonFiniteTarget(row:column:value:)``.
  func score(_ features: some FeatureMatrix, to target: Target) throws(EstimatorError) -> Double

  /// Returns how good the predictions are, with a weight for each sample; 1 is best.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d.
  ///   - target: The truth, n values.
  ///   - weights: How much each sample counts, n values at least 0, not all of them 0.
  /// - Returns: At most 1.
  /// - Throws: As ``score(_:to:)``; ``EstimatorError/mismatchedWeightCount(expected:actual:)``,
  ///   ``EstimatorError/invalidWeight(row:value:)`` or ``EstimatorError/noWeight``.
  func score(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]
  ) throws(EstimatorError) -> Double

  /// Returns the mean loss of the predictions, without penalty: that which training makes small.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d.
  ///   - target: The truth, n values.
  /// - Returns: At least 0.
  /// - Throws: As `score`; ``EstimatorError/unknownLabel(row:label:classes:)``.
  func loss(_ features: some FeatureMatrix, to target: Target) throws(EstimatorError) -> Double
}

/// An estimator that tells classes apart.
public protocol Classifier: Predictor where Target == [Label] {
  /// The type of the labels.
  associatedtype Label: ClassLabel

  /// Returns how far each sample lies on the side of each class.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: Scores, n × K, in the order of the classes; with two classes one column, positive
  ///   for the second.
  /// - Throws: As `predict`.
  func decisionFunction(_ features: some FeatureMatrix) throws(EstimatorError) -> Matrix<Double>
}

extension Classifier {
  /// The share of samples whose label is predicted right.
  public func score(
    _ features: some FeatureMatrix, to target: [Label]
  ) throws(EstimatorError) -> Double {
    let predictions = try predict(features)
    try Validation.checkTarget(target, features)
    return Scores.accuracy(of: predictions, truth: target)
  }
}

/// A classifier that can say how likely each class is.
public protocol ProbabilisticClassifier: Classifier {
  /// Returns the probability of each class.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: Probabilities, n × K, in the order of the classes; each row sums to 1.
  /// - Throws: As `predict`; ``EstimatorError/noProbabilities(estimator:setting:)`` if the loss has
  ///   none.
  func predictProbabilities(_ features: some FeatureMatrix) throws(EstimatorError) -> Matrix<Double>
}

/// An estimator that predicts numbers.
public protocol Regressor: Predictor {}

/// What labels must be able to do: be told apart, ordered, saved and sent.
public typealias ClassLabel = Hashable & Comparable & Codable & Sendable
