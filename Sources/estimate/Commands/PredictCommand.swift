import ArgumentParser
import DataReaders
import Estimators
import Foundation
import LinearAlgebra

/// `estimate predict`: predicts for each row.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict for each row, one line a row.",
    discussion: """
      A target column of the data, named with --target, is left out. Labels with commas, quotes,
      line ends or blanks at their ends stand in quotes, as do those that would read as missing. Probabilities and scores have a column for each class, with the
      classes in the first line.
      """)

  @OptionGroup var data: DataOptions

  @Option(name: [.customShort("i"), .customLong("input-model")], help: "The model file.")
  var inputModel: String

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "Where predictions are written; standard output if left out.")
  var outputFile: String?

  @Flag(help: "Print the probability of each class.")
  var probabilities = false

  @Flag(help: "Print the score of each class; with two classes one, positive for the second.")
  var decisionFunction = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !probabilities || !decisionFunction else {
      throw ValidationError("Give --probabilities or --decision-function, not both.")
    }
  }

  func run() throws {
    try reportingFailures {
      try CallFiles.check(
        data.inputs + [CallInput(option: "-i", path: inputModel)], output: ("-o", outputFile))
      let estimator = try ModelLoader.loadFitted(inputModel)
      try predict(estimator, data.readAll(for: .predicting))
    }
  }

  private func predict<E: CommandEstimator>(_ estimator: E, _ chunk: DataChunk) throws {
    let classes = estimator.classTexts
    guard probabilities || decisionFunction else {
      let predictions = try TrainingSession(estimator: estimator).predict(chunk)
      let texts = E.texts(predictions)
      let numbers = E.numbers(predictions)
      try write(
        PredictionReport(
          classes: classes, predictions: numbers == nil ? texts : nil, numbers: numbers),
        lines: numbers == nil ? texts.map(CSVText.field) : texts)
      return
    }
    let matrix = try located(chunk) {
      probabilities
        ? try estimator.probabilities(chunk.features) : try estimator.scores(chunk.features)
    }
    let rows = (0..<matrix.rowCount).map { Array(matrix.row($0)) }
    let names = (classes ?? []).suffix(matrix.columnCount).map(CSVText.field)
    try write(
      PredictionReport(
        classes: classes, probabilities: probabilities ? rows : nil,
        decisionFunction: decisionFunction ? rows : nil),
      lines: [names.joined(separator: ",")]
        + rows.map { $0.map { "\($0)" }.joined(separator: ",") })
  }

  private func write(_ report: PredictionReport, lines: [String]) throws {
    guard let outputFile else {
      try output.print(report, text: lines.joined(separator: "\n"))
      return
    }
    let text = try output.text(report, text: lines.joined(separator: "\n"))
    try writeOutput(Array((text + "\n").utf8), to: outputFile)
  }
}

/// What `estimate predict` found.
private struct PredictionReport: Encodable {
  var classes: [String]?
  var predictions: [String]?
  var numbers: [Double]?
  var probabilities: [[Double]]?
  var decisionFunction: [[Double]]?
}
