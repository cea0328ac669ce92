public import LinearAlgebra

/// What a linear regression predicts with: w · x + b for each target.
public struct LinearRegressionModel: SettingsRecording {
  /// The coefficients, targets × d.
  public let coefficients: Matrix<Double>

  /// The intercepts, one for each target; zeros without.
  public let intercepts: [Double]

  /// The names of the features, or `nil`.
  public let featureNames: [String]?

  /// The rank that the features were taken to have; with an intercept, after their means were taken
  /// off.
  ///
  /// `nil` if iterations have found the coefficients, which do not tell.
  public let rank: Int?

  /// An estimate of the condition number of the features with their columns scaled to similar
  /// length, or `nil` if the rank is short or not known.
  public let conditionEstimate: Double?

  /// Whether coefficients below 0 were excluded.
  public let isNonNegative: Bool

  public var settings = RecordedSettings()

  /// The number of features, d.
  public var featureCount: Int { coefficients.columnCount }

  init(
    coefficients: Matrix<Double>, intercepts: [Double], featureNames: [String]?, rank: Int?,
    conditionEstimate: Double?, isNonNegative: Bool = false
  ) {
    self.coefficients = coefficients
    self.intercepts = intercepts
    self.featureNames = featureNames
    self.rank = rank
    self.conditionEstimate = conditionEstimate
    self.isNonNegative = isNonNegative
  }

  init(_ answer: LeastSquaresAnswer, featureNames: [String]?) {
    self.init(
      coefficients: answer.coefficients, intercepts: answer.intercepts, featureNames: featureNames,
      rank: answer.rank, conditionEstimate: answer.conditionEstimate,
      isNonNegative: answer.isNonNegative)
  }

  /// Predicts the targets of each sample.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: The predictions, n × targets.
  /// - Throws: ``EstimatorError/mismatchedFeatureCount(expected:actual:)``,
  ///   ``EstimatorError/mismatchedFeatureName(column:expected:actual:)`` or
  ///   ``EstimatorError/nonFiniteFeature(row:column:name:value:)``.
  /// - Complexity: O(targets · stored elements).
  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> RegressionTarget {
    try Validation.checkForPrediction(
      features, expectedCount: featureCount, expectedNames: featureNames)
    return RegressionTarget(
      try features.linearScores(
        LinearParameters(coefficients: coefficients, intercepts: intercepts)))
  }

  /// What a caller should know of, or `nil`.
  var warning: TrainingSummary.Warning? {
    guard let rank, rank < featureCount else { return nil }
    return .shortRank(rank: rank, featureCount: featureCount)
  }

  public func write(to archive: inout TensorArchive) {
    archive.append("coefficients", coefficients)
    archive.append("intercepts", intercepts)
    // Texts, since they are no parameters; the shortest digits give the same double again.
    archive[text: "rank"] = rank.map { "\($0)" }
    archive[text: "condition"] = conditionEstimate.map { "\($0)" }
    archive[text: "non_negative"] = isNonNegative ? "true" : nil
    FeatureNames.write(featureNames, to: &archive)
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    let coefficients = try archive.matrix("coefficients")
    // Where there are none, a damaged file may claim any number of features.
    guard !coefficients.elements.isEmpty else {
      throw .unreadableModel(reason: "there are no coefficients")
    }
    let rank = archive[text: "rank"]
    guard rank.map({ Int($0).map { (0...coefficients.columnCount).contains($0) } ?? false }) ?? true
    else { throw .unreadableModel(reason: "the rank is damaged") }
    let condition = archive[text: "condition"]
    guard condition.map({ Double($0).map { $0 > 0 } ?? false }) ?? true else {
      throw .unreadableModel(reason: "the condition number is damaged")
    }
    let sign = archive[text: "non_negative"]
    guard sign == nil || sign == "true" && coefficients.elements.allSatisfy({ $0 >= 0 }) else {
      throw .unreadableModel(reason: "coefficients are below 0")
    }
    self.init(
      coefficients: coefficients,
      intercepts: try archive.numbers("intercepts", count: coefficients.rowCount),
      featureNames: try FeatureNames.read(from: archive, count: coefficients.columnCount),
      rank: rank.flatMap { Int($0) }, conditionEstimate: condition.flatMap { Double($0) },
      isNonNegative: sign != nil)
    settings = try RecordedSettings(from: archive)
  }
}
