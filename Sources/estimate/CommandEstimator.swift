import DataReaders
import Estimators
import Foundation
import LinearAlgebra

/// An estimator that the command can train: it makes its target from a column of text or numbers.
protocol CommandEstimator: IncrementalEstimator, Predictor {
  /// Makes a target from a column.
  ///
  /// - Throws: ``ReaderError``, naming the place, if the column holds something else.
  static func target(_ column: TargetColumn, _ origin: RowOrigin) throws(ReaderError) -> Target

  /// Predictions as texts, one for each row; several targets with commas between.
  static func texts(_ predictions: Target) -> [String]

  /// Numbers from predictions or targets, or `nil` for labels.
  static func numbers(_ target: Target) -> [Double]?

  /// The classes as texts, or `nil` for numbers.
  var classTexts: [String]? { get }

  /// The setting `classes` for all labels of a target, or `nil` for numbers.
  static func classesSetting(_ target: Target) -> String?

  /// The stratum of each row, or `nil` if there are none.
  static func strata(_ target: Target) -> [Int]?

  /// Scores for each class.
  func scores(_ features: any FeatureMatrix) throws -> Matrix<Double>

  /// Probabilities of each class.
  func probabilities(_ features: any FeatureMatrix) throws -> Matrix<Double>
}

extension CommandEstimator {
  /// Makes a target from that of a chunk.
  static func target(of chunk: DataChunk) throws(ReaderError) -> Target {
    try target(chunk.target ?? .texts([]), chunk.targetOrigin ?? chunk.origin)
  }
}

// MARK: - Classifiers

/// A label that can be read from text.
protocol CommandLabel: ClassLabel {
  /// What such labels are, for messages.
  static var kind: String { get }

  init?(labelText: String)

  var labelText: String { get }
}

extension Int: CommandLabel {
  static var kind: String { "a whole number" }

  init?(labelText: String) {
    guard let value = NumberText.wholeNumber(labelText) else { return nil }
    self = value
  }

  var labelText: String { description }
}

extension String: CommandLabel {
  static var kind: String { "a text" }

  init?(labelText: String) { self = labelText }

  var labelText: String { self }
}

extension CommandEstimator where Self: ProbabilisticClassifier, Label: CommandLabel {
  static func target(_ column: TargetColumn, _ origin: RowOrigin) throws(ReaderError) -> [Label] {
    var labels: [Label] = []
    for (row, text) in try labelTexts(column, origin).enumerated() {
      guard let text else {
        throw origin.error(
          row: row, reason: "the label is missing; fill it in or leave the row out")
      }
      guard let label = Label(labelText: text) else {
        throw origin.error(
          row: row, reason: "the label \(text.excerpt) is not \(Label.kind), as the classes are")
      }
      labels.append(label)
    }
    return labels
  }

  private static func labelTexts(
    _ column: TargetColumn, _ origin: RowOrigin
  ) throws(ReaderError) -> [String?] {
    switch column {
    case .texts(let texts): return texts
    case .integers(let integers): return integers.map(\.description)
    case .numbers(let matrix):
      guard matrix.columnCount == 1 else {
        throw .data(
          path: origin.path, line: nil, reason: "\(matrix.columnCount) targets for a classifier")
      }
      var texts: [String] = []
      for (row, number) in matrix.elements.enumerated() {
        guard let whole = Int(exactly: number) else {
          throw origin.error(row: row, reason: "the label \(number) is not a whole number")
        }
        texts.append(whole.description)
      }
      return texts
    }
  }

  static func texts(_ predictions: [Label]) -> [String] { predictions.map(\.labelText) }

  static func numbers(_ target: [Label]) -> [Double]? { nil }

  static func classesSetting(_ target: [Label]) -> String? {
    let labels = Set(target).inLabelOrder()
    return (try? JSONEncoder().encode(labels)).map { String(decoding: $0, as: UTF8.self) }
  }

  static func strata(_ target: [Label]) -> [Int]? {
    let numbers = Dictionary(
      uniqueKeysWithValues: Set(target).inLabelOrder().enumerated().map { ($1, $0) })
    return target.map { numbers[$0] ?? 0 }
  }

  func scores(_ features: any FeatureMatrix) throws -> Matrix<Double> {
    try decisionFunction(features)
  }

  func probabilities(_ features: any FeatureMatrix) throws -> Matrix<Double> {
    try predictProbabilities(features)
  }
}

extension SGDClassifier: CommandEstimator where Label: CommandLabel {
  var classTexts: [String]? { model?.classes.map(\.labelText) }
}

extension MLPClassifier: CommandEstimator where Label: CommandLabel {
  var classTexts: [String]? { model?.classes.map(\.labelText) }
}

// MARK: - Regressors

/// Targets that are numbers.
protocol CommandNumbers: TrainingTarget {
  /// Takes numbers, samples × targets, or returns `nil` if there are too many for a sample.
  init?(numbers: Matrix<Double>)

  /// The numbers, samples × targets.
  var numbers: Matrix<Double> { get }
}

extension RegressionTarget: CommandNumbers {
  init?(numbers: Matrix<Double>) { self.init(numbers) }

  var numbers: Matrix<Double> { matrix }
}

extension [Double]: CommandNumbers {
  init?(numbers: Matrix<Double>) {
    guard numbers.columnCount == 1 else { return nil }
    self = numbers.elements
  }

  var numbers: Matrix<Double> { RegressionTarget(self).matrix }
}

extension CommandEstimator where Self: Regressor, Target: CommandNumbers {
  static func target(_ column: TargetColumn, _ origin: RowOrigin) throws(ReaderError) -> Target {
    let matrix: Matrix<Double>
    switch column {
    case .numbers(let numbers): matrix = numbers
    case .integers(let integers): matrix = RegressionTarget(integers.map(Double.init)).matrix
    case .texts(let texts):
      var numbers: [Double] = []
      for (row, text) in texts.enumerated() {
        // Also in quotes, which some writers put around everything.
        guard let text, !TargetColumn.isMissing(text) else {
          throw origin.error(
            row: row, reason: "the target is missing; fill it in or leave the row out")
        }
        guard let number = NumberText.number(text) else {
          throw origin.error(row: row, reason: "the target \(text.excerpt) is no number")
        }
        numbers.append(number)
      }
      matrix = RegressionTarget(numbers).matrix
    }
    guard let target = Target(numbers: matrix) else {
      throw .data(
        path: origin.path, line: nil,
        reason: "\(matrix.columnCount) targets for a \(Self.name), which learns one")
    }
    return target
  }

  static func texts(_ predictions: Target) -> [String] {
    let numbers = predictions.numbers
    return (0..<numbers.rowCount).map {
      numbers.row($0).map { "\($0)" }.joined(separator: ",")
    }
  }

  static func numbers(_ target: Target) -> [Double]? { target.numbers.elements }

  static func classesSetting(_ target: Target) -> String? { nil }

  static func strata(_ target: Target) -> [Int]? { nil }

  var classTexts: [String]? { nil }

  func scores(_ features: any FeatureMatrix) throws -> Matrix<Double> {
    throw CommandFailure(.usage, "\(Self.name) predicts numbers; it has no decision function.")
  }

  func probabilities(_ features: any FeatureMatrix) throws -> Matrix<Double> {
    throw CommandFailure(.usage, "\(Self.name) predicts numbers; it has no probabilities.")
  }
}

extension SGDRegressor: CommandEstimator {}

extension MLPRegressor: CommandEstimator {}

extension LinearRegression: CommandEstimator {}

extension Ridge: CommandEstimator {}

// MARK: - Pipelines

extension Pipeline: CommandEstimator
where First: IncrementalEstimator, Last: CommandEstimator {
  static func target(_ column: TargetColumn, _ origin: RowOrigin) throws(ReaderError) -> Target {
    try Last.target(column, origin)
  }

  static func texts(_ predictions: Target) -> [String] { Last.texts(predictions) }

  static func numbers(_ target: Target) -> [Double]? { Last.numbers(target) }

  static func classesSetting(_ target: Target) -> String? { Last.classesSetting(target) }

  static func strata(_ target: Target) -> [Int]? { Last.strata(target) }

  var classTexts: [String]? { last.classTexts }

  func scores(_ features: any FeatureMatrix) throws -> Matrix<Double> {
    try last.scores(transformed(features))
  }

  func probabilities(_ features: any FeatureMatrix) throws -> Matrix<Double> {
    try last.probabilities(transformed(features))
  }

  private func transformed(_ features: any FeatureMatrix) throws -> any FeatureMatrix {
    try first.transform(features)
  }
}
