internal import LinearAlgebra

/// What networks continue from, beyond their models.
public struct MLPTrainingState: SettingsRecording {
  /// Counters, clock, visiting order, stopping rule and history.
  public let progress: TrainingProgress

  /// What the optimizer remembers, or `nil` if there is nothing yet.
  let optimizer: NetworkMemory?

  /// The current iterate, where it is not the model.
  let iterate: NumberArray?

  /// Where training stood at the best score, if that is not where it stands.
  let best: Best?

  /// Whether the model is that of the best epoch.
  let showsBest: Bool

  /// Whether what the model came from was forgotten.
  let keepsModel: Bool

  /// Where training stood at the best score.
  struct Best: Equatable, Sendable {
    /// The parameters, where they are not the model.
    var parameters: NumberArray?
    var optimizer: NetworkMemory?
    var position: TrainingPosition
  }

  public var settings = RecordedSettings()

  init(
    progress: TrainingProgress, optimizer: NetworkMemory?, iterate: NumberArray?,
    best: Best?, showsBest: Bool, keepsModel: Bool
  ) {
    self.progress = progress
    self.optimizer = optimizer
    self.iterate = iterate
    self.best = best
    self.showsBest = showsBest
    self.keepsModel = keepsModel
  }

  public func write(to archive: inout TensorArchive) {
    progress.write(to: &archive)
    settings.write(to: &archive)
    optimizer?.write(to: &archive)
    if let iterate { archive.append("iterate.parameters", iterate) }
    if showsBest { archive.append("stopping.model_is_best", 1) }
    if keepsModel { archive.append("model_is_kept", 1) }
    guard let best else { return }
    var inner = TensorArchive()
    best.position.write(to: &inner)
    if let parameters = best.parameters { inner.append("parameters", parameters) }
    best.optimizer?.write(to: &inner)
    archive.append(contentsOf: inner, prefix: Self.bestPrefix)
  }

  private static let bestPrefix = "stopping.best."

  public init(from archive: TensorArchive) throws(EstimatorError) {
    progress = try TrainingProgress(from: archive)
    settings = try RecordedSettings(from: archive)
    let solver = settings["solver"].flatMap(NetworkSolver.init(rawValue:))
    optimizer = try NetworkMemory.ifPresent(in: archive, solver: solver)
    iterate =
      archive.contains("iterate.parameters") ? try archive.numberArray("iterate.parameters") : nil
    showsBest = try archive.flag("stopping.model_is_best")
    keepsModel = try archive.flag("model_is_kept")
    let inner = archive.contents(ofPrefix: Self.bestPrefix)
    guard inner.contains("epochs") || inner.contains("parameters") else {
      best = nil
      return
    }
    best = Best(
      parameters: inner.contains("parameters") ? try inner.numberArray("parameters") : nil,
      optimizer: try NetworkMemory.ifPresent(in: inner, solver: solver),
      // Earlier versions saved the best parameters alone.
      position: inner.contains("epochs") ? try TrainingPosition(from: inner) : progress.position)
  }
}
