import ArgumentParser
import DataReaders
import Estimators
import LinearAlgebra

/// `estimate score`: says how good a model is on labelled data.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Say how good the predictions are: the share of right labels, or R².",
    discussion: "With --weights or --weights-file each row counts as much as it weighs.")

  @OptionGroup var data: DataOptions

  @Option(name: [.customShort("i"), .customLong("input-model")], help: "The model file.")
  var inputModel: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    try reportingFailures {
      try CallFiles.check(data.inputs + [CallInput(option: "-i", path: inputModel)])
      let estimator = try ModelLoader.loadFitted(inputModel)
      try score(estimator, data.readAll(for: .scoring))
    }
  }

  private func score<E: CommandEstimator>(_ estimator: E, _ chunk: DataChunk) throws {
    let figures = try TrainingSession(estimator: estimator).score(chunk)
    let measure = estimator.classTexts == nil ? "R2" : "accuracy"
    let report = ScoreReport(
      estimator: E.name, measure: measure, score: figures.score, loss: figures.loss,
      isWeighted: chunk.weights != nil, sampleCount: chunk.features.rowCount)
    try output.print(
      report,
      text: "\(measure) \(figures.score.short), loss \(figures.loss.short) on "
        + "\(chunk.features.rowCount) \(report.isWeighted ? "weighted " : "")samples")
  }
}

/// What `estimate score` found.
private struct ScoreReport: Encodable {
  var estimator: String
  var measure: String
  var score: Double
  var loss: Double
  var isWeighted: Bool
  var sampleCount: Int
}
