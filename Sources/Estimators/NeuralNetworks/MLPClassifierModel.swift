public import LinearAlgebra

/// What a network for classes predicts with: layers that follow one another.
public struct MLPClassifierModel<Label: ClassLabel>: SettingsRecording {
  /// The labels in ascending order, K of them.
  public let classes: [Label]

  /// The layers; the last has one unit for each class, or one in all for two classes.
  public let layers: [NetworkLayer]

  /// What the hidden units make of what arrives.
  public let activation: Activation

  /// The names of the features, or `nil`.
  public let featureNames: [String]?

  public var settings = RecordedSettings()

  /// The number of features, d.
  public var featureCount: Int { layers[0].weights.rowCount }

  init(
    classes: ClassList<Label>, layers: [NetworkLayer], activation: Activation,
    featureNames: [String]?
  ) {
    self.classes = classes.labels
    self.layers = layers
    self.activation = activation
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
    let outputs = try outputs(features)
    guard classes.count > 2 else {
      return outputs.elements.map { classes[$0 > 0.5 ? 1 : 0] }
    }
    return outputs.indicesOfLargestInRows().map { classes[$0] }
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
    try prepareLinearAlgebra()
    let shape = layers.shape
    let kernel = NetworkKernel<Double>(shape: shape, activation: activation)
    let parameters = layers.parameters
    let batchSize = max(1, min(256, features.rowCount))
    let workspace = NetworkWorkspace<Double>(shape, batchSize: batchSize)
    var result = Matrix<Double>(rowCount: features.rowCount, columnCount: shape.outputCount)
    result.withUnsafeMutableElements { result in
      for start in stride(from: 0, to: features.rowCount, by: batchSize) {
        let rows = Array(start..<min(start + batchSize, features.rowCount))
        features.copyRows(rows, to: workspace.activations[0])
        kernel.forward(parameters, rowCount: rows.count, workspace)
        for index in 0..<rows.count * shape.outputCount {
          result[start * shape.outputCount + index] = workspace.activations[shape.layerCount][index]
        }
      }
    }
    return result
  }

  public func write(to archive: inout TensorArchive) {
    layers.write(to: &archive)
    archive[text: ClassList<Label>.key] = JSON.list(classes)
    archive[text: "activation"] = activation.rawValue
    FeatureNames.write(featureNames, to: &archive)
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    let classes = try ClassList<Label>(from: archive)
    let layers = try [NetworkLayer](from: archive)
    guard layers.shape.outputCount == classes.problemCount else {
      throw .unreadableModel(
        reason: "the last layer has \(layers.shape.outputCount) units for "
          + "\(classes.labels.count) classes")
    }
    guard let activation = archive[text: "activation"].flatMap(Activation.init(rawValue:)) else {
      throw .unreadableModel(reason: "the activation is missing or unknown")
    }
    self.init(
      classes: classes, layers: layers, activation: activation,
      featureNames: try FeatureNames.read(from: archive, count: layers.shape.inputCount))
    settings = try RecordedSettings(from: archive)
  }
}

extension FeatureMatrix {
  /// Copies rows to memory that has room for them.
  func copyRows<Scalar: MatrixScalar>(_ rows: [Int], to target: UnsafeMutablePointer<Scalar>) {
    var batch = MutableSpan(
      _unsafeElements: UnsafeMutableBufferPointer(start: target, count: rows.count * columnCount))
    copyRows(rows.span, into: &batch)
  }
}

/// Opens the library behind linear algebra, if that has not been done.
func prepareLinearAlgebra() throws(EstimatorError) {
  do {
    try BLASLibrary.load()
  } catch {
    throw .linearAlgebra(error)
  }
}
