import ArgumentParser
import Estimators

/// `estimate inspect`: says what a model file holds.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Say what a model file holds.")

  @Argument(help: "The model file.")
  var model: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    try reportingFailures {
      try CallFiles.check([CallInput(option: "MODEL", path: model)])
      let contents = try ModelLoader.contents(model)
      try inspect(ModelLoader.load(model), contents)
    }
  }

  private func inspect<E: CommandEstimator>(
    _ estimator: E, _ contents: ModelFile.Contents
  ) throws {
    let report = ModelReport(
      estimator: E.name,
      hyperparameters: Dictionary(
        uniqueKeysWithValues: estimator.hyperparameters.texts.map { ($0.name, $0.text) }),
      classes: estimator.classTexts, counters: contents.counters,
      isFitted: contents.hasModel, continuesExactly: contents.hasTrainingState,
      tensors: contents.archive.tensors.map {
        .init(
          name: $0.name, type: $0.elementType.rawValue, shape: $0.shape, bytes: $0.bytes.count)
      }, statistics: (estimator as? LinearRegression).flatMap(StatisticsReport.init))
    var lines = [E.name]
    for (name, text) in estimator.hyperparameters.texts { lines.append("  \(name) = \(text)") }
    if let classes = report.classes {
      lines.append("classes: \(classes.joined(separator: ", "))")
    }
    for (name, count) in report.counters.sorted(by: { $0.key < $1.key }) {
      lines.append("\(name): \(count)")
    }
    lines.append(
      !report.isFitted
        ? "has learned nothing"
        : report.continuesExactly
          ? "predicts, and continues exactly where training stopped"
          : "predicts; training can go on from what the model says alone")
    for tensor in report.tensors {
      let shape = tensor.shape.map(String.init).joined(separator: " × ")
      lines.append(
        "  \(tensor.name)  \(tensor.type)  \(shape.isEmpty ? "one number" : shape)  "
          + "\(tensor.bytes) bytes")
    }
    lines += report.statistics?.lines ?? []
    try output.print(report, text: lines.joined(separator: "\n"))
  }
}

/// What `estimate inspect` found.
private struct ModelReport: Encodable {
  struct TensorReport: Encodable {
    var name: String
    var type: String
    var shape: [Int]
    var bytes: Int
  }

  var estimator: String
  var hyperparameters: [String: String]
  var classes: [String]?
  var counters: [String: Int]
  var isFitted: Bool
  var continuesExactly: Bool
  var tensors: [TensorReport]
  var statistics: StatisticsReport?
}
