internal import LinearAlgebra

/// What networks continue from, beyond their models.
public struct MLPTrainingState: SettingsRecording {
  /// Counters, clock, visiting order, stopping rule and history.
  public let progress: TrainingProgress

  /// What the optimizer remembers, or `nil` if there is nothing yet.
  let optimizer: NetworkMemory?

  /// The current iterate, where it is not the model.
  let iterate: NumberArray?

  /// The best parameters, where they are not the model.
  let best: NumberArray?

  /// Whether the model is the best parameters.
  let showsBest: Bool

  public var settings = RecordedSettings()

  init(
    progress: TrainingProgress, optimizer: NetworkMemory?, iterate: NumberArray?,
    best: NumberArray?, showsBest: Bool
  ) {
    self.progress = progress
    self.optimizer = optimizer
    self.iterate = iterate
    self.best = best
    self.showsBest = showsBest
  }

  public func write(to archive: inout TensorArchive) {
    progress.write(to: &archive)
    settings.write(to: &archive)
    optimizer?.write(to: &archive)
    if let iterate { archive.append("iterate.parameters", iterate) }
    if showsBest { archive.append("stopping.model_is_best", 1) }
    if let best { archive.append("stopping.best.parameters", best) }
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    progress = try TrainingProgress(from: archive)
    settings = try RecordedSettings(from: archive)
    optimizer =
      archive.contains("optimizer.step")
      ? try NetworkMemory(
        from: archive, solver: settings["solver"].flatMap(NetworkSolver.init(rawValue:))) : nil
    iterate =
      archive.contains("iterate.parameters") ? try archive.numberArray("iterate.parameters") : nil
    best =
      archive.contains("stopping.best.parameters")
      ? try archive.numberArray("stopping.best.parameters") : nil
    showsBest = try archive.flag("stopping.model_is_best")
  }
}
