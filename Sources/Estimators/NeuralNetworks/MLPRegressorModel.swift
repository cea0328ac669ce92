public import LinearAlgebra

/// What a network for numbers predicts with: layers that follow one another.
public struct MLPRegressorModel: SettingsRecording {
  let network: Network

  /// The names of the features, or `nil`.
  public let featureNames: [String]?

  public var settings = RecordedSettings()

  /// The layers; the last has one unit for each target.
  public var layers: [NetworkLayer] { network.layers }

  /// What the hidden units make of what arrives.
  public var activation: Activation { network.form.activation }

  /// The number of features, d.
  public var featureCount: Int { network.form.shape.inputCount }

  /// The number of targets.
  public var targetCount: Int { network.form.shape.outputCount }

  init(network: Network, featureNames: [String]?) {
    self.network = network
    self.featureNames = featureNames
  }

  /// Predicts the numbers of each sample.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: The predictions, n × targets.
  /// - Throws: ``EstimatorError/mismatchedFeatureCount(expected:actual:)``,
  ///   ``EstimatorError/mismatchedFeatureName(column:expected:actual:)``,
  ///   ``EstimatorError/nonFiniteFeature(row:column:name:value:)``,
  ///   ``EstimatorError/beyondSinglePrecision(place:value:)``,
  ///   ``EstimatorError/nonFinitePrediction(row:output:)`` or ``EstimatorError/linearAlgebra(_:)``.
  /// - Complexity: O(n · parameters), at the library's speed.
  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> RegressionTarget {
    try Validation.checkForPrediction(
      features, expectedCount: featureCount, expectedNames: featureNames)
    return RegressionTarget(try network.scores(features))
  }

  public func write(to archive: inout TensorArchive) {
    network.write(to: &archive)
    FeatureNames.write(featureNames, to: &archive)
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    let network = try Network(from: archive) { _ in .identity }
    self.init(
      network: network,
      featureNames: try FeatureNames.read(from: archive, count: network.form.shape.inputCount))
    settings = try RecordedSettings(from: archive)
  }
}
