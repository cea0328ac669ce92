public import LinearAlgebra

/// What a network for sets of labels predicts with: layers that follow one another.
public struct MLPMultilabelClassifierModel<Label: ClassLabel>: SettingsRecording {
  /// The labels in ascending order, K of them.
  public let classes: [Label]

  let network: Network

  /// The names of the features, or `nil`.
  public let featureNames: [String]?

  public var settings = RecordedSettings()

  /// The layers; the last has one unit for each label.
  public var layers: [NetworkLayer] { network.layers }

  /// What the hidden units make of what arrives.
  public var activation: Activation { network.form.activation }

  /// The number of features, d.
  public var featureCount: Int { network.form.shape.inputCount }

  init(classes: ClassList<Label>, network: Network, featureNames: [String]?) {
    self.classes = classes.labels
    self.network = network
    self.featureNames = featureNames
  }

  /// Returns the probability of each label by itself.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: Probabilities, n × K.
  /// - Throws: ``EstimatorError/mismatchedFeatureCount(expected:actual:)``,
  ///   ``EstimatorError/mismatchedFeatureName(column:expected:actual:)``,
  ///   ``EstimatorError/nonFiniteFeature(row:column:name:value:)``,
  ///   ``EstimatorError/beyondSinglePrecision(place:value:)``,
  ///   ``EstimatorError/nonFinitePrediction(row:output:)`` or ``EstimatorError/linearAlgebra(_:)``.
  /// - Complexity: O(n · parameters), at the library's speed.
  public func predictProbabilities(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    let scores = try scores(features)
    return Matrix(
      unchecked: scores.elements.map(Logistic.probability), rowCount: scores.rowCount,
      columnCount: scores.columnCount)
  }

  /// Returns the labels that are more likely than not.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: n sets of labels.
  /// - Throws: As ``predictProbabilities(_:)``.
  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> [Set<Label>] {
    try ClassList(classes).sets(of: scores(features))
  }

  /// The scores of the output units, n × K.
  func scores(_ features: some FeatureMatrix) throws(EstimatorError) -> Matrix<Double> {
    try Validation.checkForPrediction(
      features, expectedCount: featureCount, expectedNames: featureNames)
    return try network.scores(features)
  }

  public func write(to archive: inout TensorArchive) {
    network.write(to: &archive)
    archive[text: ClassList<Label>.key] = JSON.list(classes)
    FeatureNames.write(featureNames, to: &archive)
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    let classes = try ClassList<Label>(from: archive)
    let network = try Network(from: archive) { _ in .logistic }
    let shape = network.form.shape
    guard shape.outputCount == classes.labels.count else {
      throw .unreadableModel(
        reason: "the last layer has \(shape.outputCount) units for \(classes.labels.count) labels")
    }
    self.init(
      classes: classes, network: network,
      featureNames: try FeatureNames.read(from: archive, count: shape.inputCount))
    settings = try RecordedSettings(from: archive)
  }
}
