public import LinearAlgebra

/// What a network for classes predicts with: layers that follow one another.
public struct MLPClassifierModel<Label: ClassLabel>: SettingsRecording {
  /// The labels in ascending order, K of them.
  public let classes: [Label]

  let network: Network

  /// The names of the features, or `nil`.
  public let featureNames: [String]?

  public var settings = RecordedSettings()

  /// The layers; the last has one unit for each class, or one in all for two classes.
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

  /// Returns the probability of each class.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: Probabilities, n × K.
  /// - Throws: ``EstimatorError/mismatchedFeatureCount(expected:actual:)``,
  ///   ``EstimatorError/mismatchedFeatureName(column:expected:actual:)``,
  ///   ``EstimatorError/nonFiniteFeature(row:column:name:value:)`` or
  ///   ``EstimatorError/linearAlgebra(_:)``.
  /// - Complexity: O(n · parameters), at the library's speed.
  public func predictProbabilities(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    let outputs = try outputs(features)
    guard classes.count == 2 else { return outputs }
    var probabilities = Matrix<Double>(rowCount: outputs.rowCount, columnCount: 2)
    for row in 0..<outputs.rowCount {
      probabilities[row, 0] = 1 - outputs[row, 0]
      probabilities[row, 1] = outputs[row, 0]
    }
    return probabilities
  }

  /// Returns the label of the most probable class; of equals, the first.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: n labels.
  /// - Throws: As ``predictProbabilities(_:)``.
  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> [Label] {
    try outputs(features).classNumbers.map { classes[Int($0)] }
  }

  /// Returns the logarithm of each class's probability; with two classes that of the odds of the
  /// second, in one column.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: Scores, n × K; n × 1 for two classes.
  /// - Throws: As ``predictProbabilities(_:)``.
  public func decisionFunction(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    var scores = try outputs(features)
    for row in 0..<scores.rowCount {
      for column in 0..<scores.columnCount {
        let p = scores[row, column]
        // Kept finite where the probability is 0 or 1 to the last digit.
        let low = max(p, .leastNormalMagnitude)
        scores[row, column] =
          classes.count == 2
          ? logarithm(low) - logarithm(max(1 - p, Double.ulpOfOne / 2)) : logarithm(low)
      }
    }
    return scores
  }

  /// The values of the output units, n × K, or n × 1 for two classes.
  func outputs(_ features: some FeatureMatrix) throws(EstimatorError) -> Matrix<Double> {
    try Validation.checkForPrediction(
      features, expectedCount: featureCount, expectedNames: featureNames)
    return try network.outputs(features)
  }

  public func write(to archive: inout TensorArchive) {
    network.write(to: &archive)
    archive[text: ClassList<Label>.key] = JSON.list(classes)
    FeatureNames.write(featureNames, to: &archive)
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    let classes = try ClassList<Label>(from: archive)
    let network = try Network(from: archive, output: NetworkForm.output(forProblems:))
    let shape = network.form.shape
    guard shape.outputCount == classes.problemCount else {
      throw .unreadableModel(
        reason: "the last layer has \(shape.outputCount) units for \(classes.labels.count) classes")
    }
    self.init(
      classes: classes, network: network,
      featureNames: try FeatureNames.read(from: archive, count: shape.inputCount))
    settings = try RecordedSettings(from: archive)
  }
}

extension Matrix<Double> {
  /// For each row of a network's outputs the number of the most probable class.
  var classNumbers: [Int32] {
    columnCount == 1
      ? elements.map { $0 > 0.5 ? 1 : 0 } : indicesOfLargestInRows().map { Int32($0) }
  }
}
