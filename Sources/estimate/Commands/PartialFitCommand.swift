import ArgumentParser
import DataReaders
import Estimators
import LinearAlgebra
import Foundation

/// `estimate partial-fit`: continues with one pass over a stream.
struct PartialFitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partial-fit",
    abstract: "Continue with one pass over the data, a chunk at a time.",
    discussion: """
      Memory stays flat however long the stream is. With --estimator it begins a model; classes
      that the first chunk may lack are declared with --classes.
      """)

  @OptionGroup var data: DataOptions
  @OptionGroup var estimator: EstimatorOptions

  @Option(
    name: [.customShort("o"), .customLong("output-model")],
    help: "Where the model is written, once the call has succeeded.")
  var outputModel: String

  @Option(help: "All classes there will be, with commas.")
  var classes: String?

  @Option(help: "How many rows are learned from at a time.")
  var chunkSize = 10_000

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard chunkSize >= 1 else { throw ValidationError("--chunk-size must be at least 1.") }
    guard classes == nil || estimator.inputModel == nil else {
      throw ValidationError("The model file fixes the classes: leave out --classes.")
    }
    guard classes == nil || !declaredLabels.contains(where: TargetColumn.isMissing) else {
      throw ValidationError("--classes takes labels with commas between, and one is missing.")
    }
  }

  func run() throws {
    try reportingFailures {
      try CallFiles.check(
        data.inputs + [CallInput(option: "-i", path: estimator.inputModel, mayBeReplaced: true)],
        output: ("-o", outputModel))
      var reader = try data.open(for: .training)
      guard let first = try reader.next(chunkSize) else {
        throw ReaderError.data(path: data.data, line: nil, reason: "there are no rows")
      }
      var options = estimator
      if let classes { options.settings.append("classes=\(classes)") }
      try learn(options.make(for: kind(first)), first, &reader)
    }
  }

  /// Declared classes decide what labels are, since a chunk may be too short to tell.
  private func kind(_ first: DataChunk) -> TargetKind {
    classes == nil ? first.targetKind : TargetKind(of: declaredLabels)
  }

  private var declaredLabels: [String] {
    (classes ?? "").split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private func learn<E: CommandEstimator>(
    _ estimator: E, _ first: DataChunk, _ reader: inout any ChunkReader
  ) throws {
    let progress = Progress(quiet: output.quiet)
    var context = progress.context
    context.observer = nil
    var session = TrainingSession(estimator: estimator)
    var chunk: DataChunk? = first
    var sampleCount = 0
    var chunkCount = 0
    var summary: TrainingSummary?
    var warning: TrainingSummary.Warning?
    while let part = chunk {
      let latest = try session.learn(part, isPart: true, context: context)
      summary = summary ?? latest
      // What is so after the last part; until then rows may be too few.
      warning = latest.warning
      sampleCount += part.features.rowCount
      chunkCount += 1
      progress.show("\(sampleCount) rows")
      chunk = try reader.next(chunkSize)
    }
    progress.clear()
    try writeModel(session.estimator, to: outputModel)
    let report = PartialFitReport(
      estimator: E.name, isContinuation: summary?.isContinuation ?? false,
      warning: warning?.description, chunkCount: chunkCount, sampleCount: sampleCount,
      featureCount: first.features.columnCount, classes: session.estimator.classTexts,
      output: outputModel)
    try output.print(report, text: report.text)
  }
}

/// What `estimate partial-fit` did.
private struct PartialFitReport: Encodable {
  var estimator: String
  var isContinuation: Bool
  var warning: String?
  var chunkCount: Int
  var sampleCount: Int
  var featureCount: Int
  var classes: [String]?
  var output: String

  var text: String {
    """
    \(estimator) \(isContinuation ? "continued" : "begun"): one pass over \(sampleCount) samples of \
    \(featureCount) features in \(chunkCount) \(chunkCount == 1 ? "chunk" : "chunks")
    \(warning.map { "warning: \($0)\n" } ?? "")written to \(output)
    """
  }
}
