public import LinearAlgebra

/// What a linear classifier predicts with: a score for each class, w · x + b, or one for two
/// classes.
public struct SGDClassifierModel<Label: ClassLabel>: SettingsRecording {
  /// The labels in ascending order, K of them.
  public let classes: [Label]

  /// The coefficients, K × d; 1 × d for two classes, where the second is the positive side.
  public let coefficients: Matrix<Double>

  /// The intercepts, one for each row of the coefficients.
  public let intercepts: [Double]

  /// The names of the features, or `nil`.
  public let featureNames: [String]?

  /// The loss it was trained with, which says whether there are probabilities.
  public let loss: LinearLoss

  /// The width of that loss, where it has one; `nil` from a file of an earlier version.
  public let epsilon: Double?

  /// The precision it was trained in.
  public let precision: Precision

  public var settings = RecordedSettings()

  /// The number of features, d.
  public var featureCount: Int { coefficients.columnCount }

  init(
    classes: ClassList<Label>, parameters: LinearParameters, featureNames: [String]?,
    loss: LinearLoss, epsilon: Double?, precision: Precision
  ) {
    self.classes = classes.labels
    coefficients = parameters.coefficients
    intercepts = parameters.intercepts
    self.featureNames = featureNames
    self.loss = loss
    self.epsilon = loss.hasWidth ? epsilon : nil
    self.precision = precision
  }

  /// Returns how far each sample lies on the side of each class.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: Scores, n × K; n × 1 for two classes.
  /// - Throws: ``EstimatorError/mismatchedFeatureCount(expected:actual:)``,
  ///   ``EstimatorError/mismatchedFeatureName(column:expected:actual:)`` or
  ///   ``EstimatorError/nonFiniteFeature(row:column:name:value:)``,
  ///   ``EstimatorError/nonFinitePrediction(row:output:)``.
  /// - Complexity: O(K · stored elements).
  public func decisionFunction(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    try checkColumns(features)
    return try features.linearScores(parameters)
  }

  /// The coefficients and intercepts.
  var parameters: LinearParameters {
    LinearParameters(coefficients: coefficients, intercepts: intercepts)
  }

  /// Checks that samples have the columns learned from, and that they are finite.
  func checkColumns(_ features: some FeatureMatrix) throws(EstimatorError) {
    try Validation.checkForPrediction(
      features, expectedCount: featureCount, expectedNames: featureNames)
  }

  /// Returns the label of the class with the highest score; of equals, the first.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: n labels.
  /// - Throws: As ``decisionFunction(_:)``.
  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> [Label] {
    try checkColumns(features)
    return try parameters.classNumbers(features).map { classes[Int($0)] }
  }

  /// Returns the probability of each class.
  ///
  /// With two classes, of the second: the logistic function of the score, or with the modified
  /// Huber loss (min(1, max(−1, score)) + 1) / 2. With more, the same for each class, divided by
  /// the sum over the classes.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: Probabilities, n × K; each row sums to 1.
  /// - Throws: As ``decisionFunction(_:)``; ``EstimatorError/noProbabilities(estimator:setting:)``
  ///   unless the loss is `logistic` or `modifiedHuber`.
  public func predictProbabilities(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    guard loss.hasProbabilities else {
      throw .noProbabilities(estimator: "SGDClassifier", setting: "loss \(loss.rawValue)")
    }
    let scores = try decisionFunction(features)
    var probabilities = Matrix<Double>(rowCount: scores.rowCount, columnCount: classes.count)
    for row in 0..<scores.rowCount {
      if classes.count == 2 {
        probabilities[row, 1] = loss.probability(scores[row, 0])
        probabilities[row, 0] = loss.probability(-scores[row, 0])
        continue
      }
      if loss == .logistic, scores.row(row).allSatisfy({ $0 < -40 }) {
        // To the last digit eᶻ each, of which there may be no numbers, but shares.
        for (column, share) in Logistic.softmax(scores.row(row)).enumerated() {
          probabilities[row, column] = share
        }
        continue
      }
      var sum = 0.0
      for column in 0..<classes.count {
        probabilities[row, column] = loss.probability(scores[row, column])
        sum += probabilities[row, column]
      }
      for column in 0..<classes.count {
        // Where the modified Huber loss gives no class a probability, nothing speaks for one over
        // another.
        probabilities[row, column] =
          sum > 0 ? probabilities[row, column] / sum : 1 / Double(classes.count)
      }
    }
    return probabilities
  }

  public func write(to archive: inout TensorArchive) {
    parameters.write(to: &archive, precision: precision)
    archive[text: ClassList<Label>.key] = JSON.list(classes)
    archive[text: "loss"] = loss.rawValue
    archive[text: "epsilon"] = epsilon?.hyperparameterText
    FeatureNames.write(featureNames, to: &archive)
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    let classes = try ClassList<Label>(from: archive)
    let parameters = try LinearParameters(from: archive, rows: classes.problemCount)
    self.init(
      classes: classes, parameters: parameters,
      featureNames: try FeatureNames.read(
        from: archive, count: parameters.coefficients.columnCount),
      loss: try LinearLoss(from: archive),
      epsilon: archive[text: "epsilon"].flatMap(Double.init(hyperparameterText:)),
      precision: LinearParameters.precision(of: archive))
    settings = try RecordedSettings(from: archive)
  }
}

extension LinearLoss {
  /// Reads the loss that a model was trained with.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    guard let loss = archive[text: "loss"].flatMap(LinearLoss.init(rawValue:)) else {
      throw .unreadableModel(reason: "the loss is missing or unknown")
    }
    self = loss
  }
}
