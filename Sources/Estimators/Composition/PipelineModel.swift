/// What a pipeline predicts with: the models of its steps.
public struct PipelineModel<First: Transformer, Last: Estimator>: TensorArchivable {
  /// What the transformer transforms with.
  public let first: First.Model

  /// What the last step predicts with, or `nil` if it has not learned.
  public let last: Last.Model?

  /// The settings of the transformer when it last learned, by which a later change is noticed.
  let settingsOfFirst: RecordedSettings

  init(first: First.Model, last: Last.Model?, settingsOfFirst: RecordedSettings) {
    self.first = first
    self.last = last
    self.settingsOfFirst = settingsOfFirst
  }

  /// The number of the last step tells the records of pipelines in pipelines apart.
  private static var settingsPrefix: String { "transformers.\(First.stepCount)." }

  public func write(to archive: inout TensorArchive) {
    PipelineArchive<First>.write(first, last, to: &archive)
    var record = TensorArchive()
    settingsOfFirst.write(to: &record)
    archive.append(contentsOf: record, prefix: Self.settingsPrefix)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    first = try First.Model(from: PipelineArchive<First>.ofFirst(archive))
    let ofLast = PipelineArchive<First>.ofLast(archive)
    last = ofLast.tensors.isEmpty ? nil : try Last.Model(from: ofLast)
    settingsOfFirst = try RecordedSettings(
      from: archive.contents(ofPrefix: Self.settingsPrefix))
  }
}

/// What a pipeline continues from: the training states of its steps.
public struct PipelineTrainingState<First: Transformer, Last: Estimator>: TensorArchivable {
  /// The transformer's, or `nil` if it was forgotten.
  public let first: First.TrainingState?

  /// The last step's, or `nil` if it was forgotten, or never there.
  public let last: Last.TrainingState?

  init(first: First.TrainingState?, last: Last.TrainingState?) {
    self.first = first
    self.last = last
  }

  public func write(to archive: inout TensorArchive) {
    PipelineArchive<First>.write(first, last, to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    let ofFirst = PipelineArchive<First>.ofFirst(archive)
    first = ofFirst.tensors.isEmpty ? nil : try First.TrainingState(from: ofFirst)
    let ofLast = PipelineArchive<First>.ofLast(archive)
    last = ofLast.tensors.isEmpty ? nil : try Last.TrainingState(from: ofLast)
  }
}

/// How the steps of a pipeline stand in an archive: each behind its number.
///
/// A pipeline in a pipeline has its numbers already.
private enum PipelineArchive<First: Estimator> {
  static func write(
    _ first: (some TensorArchivable)?, _ last: (some TensorArchivable)?,
    to archive: inout TensorArchive
  ) {
    if let first {
      archive.append(contentsOf: first.archive, prefix: First.stepCount > 1 ? "" : "0.")
    }
    if let last { archive.append(contentsOf: last.archive, prefix: "\(First.stepCount).") }
  }

  static func ofFirst(_ archive: TensorArchive) -> TensorArchive {
    guard First.stepCount > 1 else { return archive.contents(ofPrefix: "0.") }
    return archive.removing { $0.hasPrefix("\(First.stepCount).") }
  }

  static func ofLast(_ archive: TensorArchive) -> TensorArchive {
    archive.contents(ofPrefix: "\(First.stepCount).")
  }
}
