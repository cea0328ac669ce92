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
  ///   ``EstimatorError/nonFiniteFeature(row:column:name:value:)``,
  ///   ``EstimatorError/beyondSinglePrecision(place:value:)``,
  ///   ``EstimatorError/nonFinitePrediction(row:output:)`` or ``EstimatorError/linearAlgebra(_:)``.
  /// - Complexity: O(n · parameters), at the library's speed.
  public func predictProbabilities(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    let scores = try scores(features)
    guard classes.count == 2 else { return scores.mappingRows(Logistic.softmax) }
    // Each from its own side: 1 − p has no digits of a small probability.
    var probabilities = Matrix<Double>(rowCount: scores.rowCount, columnCount: 2)
    for row in 0..<scores.rowCount {
      probabilities[row, 0] = Logistic.probability(-scores[row, 0])
      probabilities[row, 1] = Logistic.probability(scores[row, 0])
    }
    return probabilities
  }

  /// Returns the label of the most probable class; of equals, the first.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: n labels.
  /// - Throws: As ``predictProbabilities(_:)``.
  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> [Label] {
    try scores(features).classNumbers.map { classes[Int($0)] }
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
    let scores = try scores(features)
    return classes.count == 2 ? scores : scores.mappingRows(Logistic.logSoftmax)
  }

  /// The scores of the output units, n × K, or n × 1 for two classes.
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
  /// For each row of a network's scores the number of the most probable class.
  var classNumbers: [Int32] {
    columnCount == 1
      ? elements.map { $0 > 0 ? 1 : 0 } : indicesOfLargestInRows().map { Int32($0) }
  }

  /// Returns what a function makes of each row, as a matrix of the same shape.
  func mappingRows(_ transform: (ArraySlice<Double>) -> [Double]) -> Matrix {
    var result: [Double] = []
    result.reserveCapacity(elements.count)
    for row in 0..<rowCount { result += transform(self.row(row)) }
    return Matrix(unchecked: result, rowCount: rowCount, columnCount: columnCount)
  }
}
