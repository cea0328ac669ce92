internal import LinearAlgebra

/// What a linear regression continues from: the triangular factor of all rows seen.
public struct LinearRegressionTrainingState: SettingsRecording {
  /// The number of passes over rows since the last fresh start.
  public let epochCount: Int

  /// The number of rows seen since the last fresh start.
  public var sampleCount: Int { factor.sampleCount }

  let factor: TriangularFactor

  public var settings = RecordedSettings()

  init(epochCount: Int, factor: TriangularFactor) {
    self.epochCount = epochCount
    self.factor = factor
  }

  public func write(to archive: inout TensorArchive) {
    Counters(epochCount: epochCount, sampleCount: sampleCount).write(to: &archive)
    archive.append("feature_count", factor.featureCount)
    archive.append("target_count", factor.targetCount)
    factor.write(to: &archive)
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    epochCount = try Counters(from: archive).epochCount
    factor = try TriangularFactor(
      from: archive, featureCount: try archive.count("feature_count"),
      targetCount: try archive.count("target_count"))
    settings = try RecordedSettings(from: archive)
  }
}

/// Everything that a ``LeastSquaresEstimator`` has learned.
public struct LeastSquaresLearned<Hyperparameters: LeastSquaresSettings>: LearnedState {
  public let featureNames: [String]?
  public var model: LinearRegressionModel
  var factor: TriangularFactor
  var epochCount = 0
  public var settings = SettingsRecord<Hyperparameters>()

  public var featureCount: Int { factor.featureCount }

  var targetCount: Int { factor.targetCount }

  init(featureCount: Int, targetCount: Int, featureNames: [String]?, fitsIntercept: Bool) {
    self.featureNames = featureNames
    factor = TriangularFactor(
      featureCount: featureCount, targetCount: targetCount, hasIntercept: fitsIntercept)
    model = LinearRegressionModel(
      coefficients: Matrix(rowCount: targetCount, columnCount: featureCount),
      intercepts: [Double](repeating: 0, count: targetCount), featureNames: featureNames, rank: 0,
      conditionEstimate: nil)
  }

  public init(
    model: LinearRegressionModel, trainingState: LinearRegressionTrainingState?
  ) throws(EstimatorError) {
    self.init(
      featureCount: model.featureCount, targetCount: model.intercepts.count,
      featureNames: model.featureNames, fitsIntercept: true)
    self.model = model
    guard let trainingState else { return }
    guard trainingState.factor.featureCount == featureCount,
      trainingState.factor.targetCount == targetCount
    else { throw .unreadableModel(reason: "model and training state have different shapes") }
    factor = trainingState.factor
    epochCount = trainingState.epochCount
  }

  public var trainingState: LinearRegressionTrainingState? {
    guard factor.sampleCount > 0 else { return nil }
    return LinearRegressionTrainingState(epochCount: epochCount, factor: factor)
  }

  public mutating func reset(_ part: TrainingPart) -> Bool { false }
}
