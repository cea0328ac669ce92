import ArgumentParser
import Foundation
import DataReaders
import Estimators
import LinearAlgebra

/// `estimate fit`: learns from all of the data.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Learn from all of the data.",
    discussion: """
      With -i MODEL the estimator and its settings come from the file; what it learned is
      overwritten, or with --warm-start continued.
      """)

  @OptionGroup var data: DataOptions
  @OptionGroup var estimator: EstimatorOptions

  @Option(
    name: [.customShort("o"), .customLong("output-model")],
    help: "Where the model is written, once the call has succeeded.")
  var outputModel: String?

  @Flag(help: "Continue from what the model file holds, instead of overwriting it.")
  var warmStart = false

  @Option(
    help: "A safetensors file of parameters to start from: coefficients, intercepts or layers.")
  var initialParameters: String?

  @Option(help: "How its weights are stored: in-out, the default, or out-in as PyTorch does.")
  var layout: ParameterLayout?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !warmStart || estimator.inputModel != nil else {
      throw ValidationError("--warm-start needs a model to continue: give -i MODEL.")
    }
    guard !warmStart || initialParameters == nil else {
      throw ValidationError("--warm-start starts from the model: leave out --initial-parameters.")
    }
    guard layout == nil || initialParameters != nil else {
      throw ValidationError("--layout is that of a file of parameters: give --initial-parameters.")
    }
  }

  func run() throws {
    try reportingFailures {
      try CallFiles.check(
        data.inputs + [
          CallInput(option: "-i", path: estimator.inputModel, mayBeReplaced: true),
          CallInput(option: "--initial-parameters", path: initialParameters),
        ], output: ("-o", outputModel))
      let chunk = try data.readAll(for: .training)
      try fit(estimator.make(for: chunk.targetKind), chunk)
    }
  }

  private func fit<E: CommandEstimator>(_ estimator: E, _ chunk: DataChunk) throws {
    let progress = Progress(quiet: output.quiet)
    var context = progress.context
    context.initialParameters = try initialParameters.map {
      try InitialParameters(file: $0, layout: layout ?? .inOut)
    }
    var session = TrainingSession(estimator: estimator)
    session.estimator.warmStart = warmStart
    let summary: TrainingSummary
    do {
      summary = try session.learn(chunk, isPart: false, context: context)
    } catch let error as EstimatorError {
      guard case .mismatchedInitialParameters = error, let initialParameters else { throw error }
      throw CommandFailure(.badData, "\(initialParameters): \(error.description)")
    }
    progress.clear()
    let figures = try session.score(chunk)
    let report = TrainingReport(
      estimator: E.name, summary: summary, sampleCount: chunk.features.rowCount,
      featureCount: chunk.features.columnCount, classes: session.estimator.classTexts,
      score: figures.score, loss: figures.loss, output: outputModel)
    if let outputModel { try writeModel(session.estimator, to: outputModel) }
    try output.print(report, text: report.text)
  }
}

/// What a training command did.
struct TrainingReport: Encodable {
  var estimator: String
  var epochCount: Int
  var stopReason: TrainingSummary.StopReason
  var isContinuation: Bool
  var restartedStoppingRule: Bool
  var warning: String?
  var sampleCount: Int
  var featureCount: Int
  var classes: [String]?
  var score: Double
  var loss: Double
  var output: String?

  init(
    estimator: String, summary: TrainingSummary, sampleCount: Int, featureCount: Int,
    classes: [String]?, score: Double, loss: Double, output: String?
  ) {
    self.estimator = estimator
    epochCount = summary.epochCount
    stopReason = summary.stopReason
    isContinuation = summary.isContinuation
    restartedStoppingRule = summary.restartedStoppingRule
    warning = summary.warning?.description
    self.sampleCount = sampleCount
    self.featureCount = featureCount
    self.classes = classes
    self.score = score
    self.loss = loss
    self.output = output
  }

  /// The same in words.
  var text: String {
    var lines = [
      "\(estimator) \(isContinuation ? "continued" : "fitted"): \(epochCount) "
        + "\(epochCount == 1 ? "epoch" : "epochs") on \(sampleCount) samples of \(featureCount) "
        + "features\(classes.map { ", \($0.count) classes" } ?? "") (\(reason))"
    ]
    if restartedStoppingRule {
      lines.append("the stopping rule had fired before or the data are others, so it started again")
    }
    if let warning { lines.append("warning: \(warning)") }
    lines.append("score on these samples \(score.short), loss \(loss.short)")
    if let output { lines.append("written to \(output)") }
    return lines.joined(separator: "\n")
  }

  private var reason: String {
    switch stopReason {
    case .onePass: "one pass is all there is to do"
    case .stoppingRule: "stopped by the rule"
    case .budget: "all epochs done"
    }
  }
}

extension TrainingSummary.StopReason: Encodable {}
