internal import LinearAlgebra

/// What ``SGDClassifier`` and ``SGDRegressor`` continue from, beyond their models.
public struct SGDTrainingState: SettingsRecording {
  let memory: StochasticGradientMemory

  public var settings = RecordedSettings()

  /// Counters, clock, visiting order, stopping rule and history.
  public var progress: TrainingProgress { memory.progress }

  init(_ memory: StochasticGradientMemory) {
    self.memory = memory
  }

  public func write(to archive: inout TensorArchive) {
    memory.write(to: &archive)
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    memory = try StochasticGradientMemory(from: archive)
    settings = try RecordedSettings(from: archive)
  }
}
