import ArgumentParser
import Estimators

/// `estimate reset`: forgets what a model learned, or a part of it.
struct ResetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset",
    abstract: "Forget what a model file holds: everything, or the part that is named.",
    discussion: """
      Without a part only the estimator and its settings are left. --training-state keeps the
      parameters and forgets how training got there; the others forget a part of that.
      """)

  /// What can be forgotten.
  enum Part: String, EnumerableFlag {
    case trainingState
    case optimizer
    case schedule
    case visitingOrder
    case stoppingRule
    case history
  }

  @Option(name: [.customShort("i"), .customLong("input-model")], help: "The model file.")
  var inputModel: String

  @Option(
    name: [.customShort("o"), .customLong("output-model")],
    help: "Where the result is written; it may be the same file.")
  var outputModel: String

  @Flag(help: "What to forget.")
  var part: Part?

  @OptionGroup var output: OutputOptions

  func run() throws {
    try reportingFailures {
      try CallFiles.check(
        [CallInput(option: "-i", path: inputModel, mayBeReplaced: true)],
        output: ("-o", outputModel))
      try reset(ModelLoader.load(inputModel))
    }
  }

  private func reset<E: CommandEstimator>(_ estimator: E) throws {
    var changed = estimator
    switch part {
    case nil: changed.reset()
    case .trainingState: changed.reset(.trainingState)
    case .optimizer: try changed.reset(.optimizer)
    case .schedule: try changed.reset(.schedule)
    case .visitingOrder: try changed.reset(.visitingOrder)
    case .stoppingRule: try changed.reset(.stoppingRule)
    case .history: try changed.reset(.history)
    }
    try writeModel(changed, to: outputModel)
    let report = ResetReport(
      estimator: E.name, forgotten: part?.rawValue ?? "everything", output: outputModel)
    try output.print(
      report, text: "\(E.name): forgot \(report.forgotten)\nwritten to \(outputModel)")
  }
}

/// What `estimate reset` did.
private struct ResetReport: Encodable {
  var estimator: String
  var forgotten: String
  var output: String
}
