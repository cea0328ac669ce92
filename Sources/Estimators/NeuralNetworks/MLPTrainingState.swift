internal import LinearAlgebra

/// What a network continues from, beyond its model.
public struct MLPTrainingState: SettingsRecording {
  /// Counters, clock, visiting order, stopping rule and history.
  public let progress: TrainingProgress

  /// The memory of the optimizer, or `nil` if it has none yet.
  let optimizer: NetworkOptimizerState?

  public var settings = RecordedSettings()

  init(progress: TrainingProgress, optimizer: NetworkOptimizerState?) {
    self.progress = progress
    self.optimizer = optimizer
  }

  public func write(to archive: inout TensorArchive) {
    progress.write(to: &archive)
    settings.write(to: &archive)
    guard let optimizer else { return }
    archive.append("optimizer.step", optimizer.stepCount)
    archive.append("optimizer.first", optimizer.first)
    archive.append("optimizer.second", optimizer.second)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    progress = try TrainingProgress(from: archive)
    settings = try RecordedSettings(from: archive)
    guard archive.contains("optimizer.step") else {
      optimizer = nil
      return
    }
    var optimizer = NetworkOptimizerState(solver: .sgd, parameterCount: 0)
    optimizer.stepCount = try archive.count("optimizer.step")
    optimizer.first = try archive.numbers("optimizer.first")
    optimizer.second = try archive.numbers("optimizer.second")
    let isAdam =
      settings["solver"].map { $0 == NetworkSolver.adam.rawValue } ?? !optimizer.second.isEmpty
    guard optimizer.second.count == (isAdam ? optimizer.first.count : 0) else {
      throw .unreadableModel(reason: "the optimizer's memory is not that of its solver")
    }
    self.optimizer = optimizer
  }
}
