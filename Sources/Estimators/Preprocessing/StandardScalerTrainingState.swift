/// What a standard scaler continues from: the moments of all samples seen.
public struct StandardScalerTrainingState: SettingsRecording {
  /// The number of passes over samples since the last fresh start.
  public let epochCount: Int

  /// The number of samples seen since the last fresh start.
  public var sampleCount: Int { moments.sampleCount }

  let moments: FeatureMoments

  public var settings = RecordedSettings()

  init(epochCount: Int, moments: FeatureMoments) {
    self.epochCount = epochCount
    self.moments = moments
  }

  public func write(to archive: inout TensorArchive) {
    Counters(epochCount: epochCount, sampleCount: sampleCount).write(to: &archive)
    moments.write(to: &archive)
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    let counters = try Counters(from: archive)
    epochCount = counters.epochCount
    moments = try FeatureMoments(from: archive, sampleCount: counters.sampleCount)
    settings = try RecordedSettings(from: archive)
  }
}

/// Everything that ``StandardScaler`` has learned.
public struct StandardScalerLearned: LearnedState {
  public typealias Hyperparameters = StandardScaler.Hyperparameters

  public let featureNames: [String]?
  public var model: StandardScalerModel
  var moments: FeatureMoments
  var epochCount = 0
  public var settings = SettingsRecord<Hyperparameters>()

  public var featureCount: Int { model.featureCount }

  init(featureCount: Int, featureNames: [String]?) {
    self.featureNames = featureNames
    // Room is made by the first samples: the number may come from a file.
    moments = FeatureMoments(featureCount: 0)
    model = StandardScalerModel(
      means: nil, scales: nil, featureCount: featureCount, featureNames: featureNames)
  }

  public init(
    model: StandardScalerModel, trainingState: StandardScalerTrainingState?
  ) throws(EstimatorError) {
    self.init(featureCount: model.featureCount, featureNames: model.featureNames)
    self.model = model
    guard let trainingState else { return }
    guard trainingState.moments.featureCount == featureCount else {
      throw .unreadableModel(reason: "model and training state have different shapes")
    }
    moments = trainingState.moments
    epochCount = trainingState.epochCount
  }

  public var trainingState: StandardScalerTrainingState? {
    guard moments.sampleCount > 0 else { return nil }
    return StandardScalerTrainingState(epochCount: epochCount, moments: moments)
  }

  public mutating func reset(_ part: TrainingPart) -> Bool { false }
}
