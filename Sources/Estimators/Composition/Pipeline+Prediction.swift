public import LinearAlgebra

extension Pipeline: Predictor where Last: Predictor {
  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> Target {
    try last.predictOpened(first.transform(features))
  }

  public func score(
    _ features: some FeatureMatrix, to target: Target
  ) throws(EstimatorError) -> Double {
    try last.scoreOpened(first.transform(features), target)
  }

  public func score(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]
  ) throws(EstimatorError) -> Double {
    try last.scoreOpened(first.transform(features), target, weights)
  }

  public func loss(
    _ features: some FeatureMatrix, to target: Target
  ) throws(EstimatorError) -> Double {
    try last.lossOpened(first.transform(features), target)
  }
}

extension Pipeline: Regressor where Last: Regressor {}

extension Pipeline: Classifier where Last: Classifier {
  public typealias Label = Last.Label

  public func decisionFunction(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    try last.decisionFunctionOpened(first.transform(features))
  }
}

extension Pipeline: ProbabilisticClassifier where Last: ProbabilisticClassifier {
  public func predictProbabilities(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    try last.predictProbabilitiesOpened(first.transform(features))
  }
}

extension Pipeline: Transformer where Last: Transformer {
  public func transform(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> any FeatureMatrix {
    try last.transformOpened(first.transform(features))
  }
}

// What a transformer has made has no static type; these take it as it is.

extension Predictor {
  fileprivate func predictOpened(_ features: any FeatureMatrix) throws(EstimatorError) -> Target {
    try predict(features)
  }

  fileprivate func scoreOpened(
    _ features: any FeatureMatrix, _ target: Target
  ) throws(EstimatorError) -> Double {
    try score(features, to: target)
  }

  fileprivate func scoreOpened(
    _ features: any FeatureMatrix, _ target: Target, _ weights: [Double]
  ) throws(EstimatorError) -> Double {
    try score(features, to: target, weights: weights)
  }

  fileprivate func lossOpened(
    _ features: any FeatureMatrix, _ target: Target
  ) throws(EstimatorError) -> Double {
    try loss(features, to: target)
  }
}

extension Classifier {
  fileprivate func decisionFunctionOpened(
    _ features: any FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    try decisionFunction(features)
  }
}

extension ProbabilisticClassifier {
  fileprivate func predictProbabilitiesOpened(
    _ features: any FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    try predictProbabilities(features)
  }
}

extension Transformer {
  fileprivate func transformOpened(
    _ features: any FeatureMatrix
  ) throws(EstimatorError) -> any FeatureMatrix {
    try transform(features)
  }
}

extension Transformer {
  /// Returns a pipeline of this transformer and a further step.
  ///
  ///     StandardScaler().appending(MLPClassifier<String>(hiddenLayerSizes: [64]))
  ///
  /// - Parameters:
  ///   - next: What learns from the samples this transformer has changed.
  ///   - preprocessing: Whether `partialFit` lets this transformer learn on.
  /// - Returns: The two as one estimator.
  public func appending<Next: Estimator>(
    _ next: Next, preprocessing: Preprocessing = .learning
  ) -> Pipeline<Self, Next> {
    Pipeline(self, next, preprocessing: preprocessing)
  }
}
