public import LinearAlgebra

/// What a linear model of numbers predicts with: w · x + b.
public struct SGDRegressorModel: SettingsRecording {
  /// The coefficients, 1 × d.
  public let coefficients: Matrix<Double>

  /// The intercept, in a list of one.
  public let intercepts: [Double]

  /// The names of the features, or `nil`.
  public let featureNames: [String]?

  /// The loss it was trained with.
  public let loss: LinearLoss

  /// The width of that loss, where it has one; `nil` from a file of an earlier version.
  public let epsilon: Double?

  /// The precision it was trained in.
  public let precision: Precision

  public var settings = RecordedSettings()

  /// The number of features, d.
  public var featureCount: Int { coefficients.columnCount }

  init(
    parameters: LinearParameters, featureNames: [String]?, loss: LinearLoss, epsilon: Double?,
    precision: Precision
  ) {
    coefficients = parameters.coefficients
    intercepts = parameters.intercepts
    self.featureNames = featureNames
    self.loss = loss
    self.epsilon = loss.hasWidth ? epsilon : nil
    self.precision = precision
  }

  /// Predicts a number for each sample.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: n numbers.
  /// - Throws: ``EstimatorError/mismatchedFeatureCount(expected:actual:)``,
  ///   ``EstimatorError/mismatchedFeatureName(column:expected:actual:)`` or
  ///   ``EstimatorError/nonFiniteFeature(row:column:name:value:)``,
  ///   ``EstimatorError/nonFinitePrediction(row:output:)``.
  /// - Complexity: O(stored elements).
  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> [Double] {
    try Validation.checkForPrediction(
      features, expectedCount: featureCount, expectedNames: featureNames)
    return try features.linearScores(parameters).elements
  }

  private var parameters: LinearParameters {
    LinearParameters(coefficients: coefficients, intercepts: intercepts)
  }

  public func write(to archive: inout TensorArchive) {
    parameters.write(to: &archive, precision: precision)
    archive[text: "loss"] = loss.rawValue
    archive[text: "epsilon"] = epsilon?.hyperparameterText
    FeatureNames.write(featureNames, to: &archive)
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    let parameters = try LinearParameters(from: archive, rows: 1)
    self.init(
      parameters: parameters,
      featureNames: try FeatureNames.read(
        from: archive, count: parameters.coefficients.columnCount),
      loss: try LinearLoss(from: archive),
      epsilon: archive[text: "epsilon"].flatMap(Double.init(hyperparameterText:)),
      precision: LinearParameters.precision(of: archive))
    settings = try RecordedSettings(from: archive)
  }
}
