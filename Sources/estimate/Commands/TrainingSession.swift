import DataReaders
import Estimators
import LinearAlgebra

/// Calls of the library on chunks of data, with its errors told in terms of files and lines.
struct TrainingSession<E: CommandEstimator> {
  /// The estimator, which calls change.
  var estimator: E

  /// Learns from a chunk.
  mutating func learn(
    _ chunk: DataChunk, isPart: Bool, context: TrainingContext
  ) throws -> TrainingSummary {
    let target = try E.target(chunk.target ?? .texts([]), chunk.origin)
    return try located(chunk) {
      isPart
        ? try estimator.partialFit(
          chunk.features, to: target, weights: chunk.weights, context: context)
        : try estimator.fit(
          chunk.features, to: target, weights: chunk.weights, context: context)
    }
  }

  /// Scores a chunk.
  func score(_ chunk: DataChunk) throws -> (score: Double, loss: Double) {
    let target = try E.target(chunk.target ?? .texts([]), chunk.origin)
    return try located(chunk) {
      (
        try estimator.score(chunk.features, to: target),
        try estimator.loss(chunk.features, to: target)
      )
    }
  }

  /// Predicts for a chunk.
  func predict(_ chunk: DataChunk) throws -> E.Target {
    try located(chunk) { try estimator.predict(chunk.features) }
  }
}

/// Makes a call, and names the file and the line where an error names a row.
func located<Result>(
  _ chunk: DataChunk, _ call: () throws -> Result
) throws -> Result {
  do {
    return try call()
  } catch let error as EstimatorError {
    let row: Int
    switch error {
    case .nonFiniteFeature(let bad, _, _, _): row = bad
    case .nonFiniteTarget(let bad, _, _): row = bad
    case .unknownLabel(let bad, _, _): row = bad
    case .invalidWeight(let bad, _): row = bad
    case .emptyData:
      throw ReaderError.data(path: chunk.origin.path, line: nil, reason: "there are no rows")
    default: throw error
    }
    throw chunk.origin.error(row: row, reason: error.reason)
  }
}

extension EstimatorError {
  /// What is wrong with a row, without the row's number.
  fileprivate var reason: String {
    switch self {
    case .nonFiniteFeature(_, let column, let name, let value):
      "column \(name ?? "\(column)") is \(value); every feature must be finite"
    case .nonFiniteTarget(_, _, let value): "the target is \(value); it must be finite"
    case .unknownLabel(_, let label, let classes):
      "the label \(label) is none of the classes (\(classes.joined(separator: ", ")))"
    case .invalidWeight(_, let value): "the weight is \(value); it must be at least 0 and finite"
    default: description
    }
  }
}

extension DataOptions {
  /// Reads everything.
  func readAll(needsTarget: Bool) throws -> DataChunk {
    var reader = try open(needsTarget: needsTarget)
    let chunk = try reader.all()
    guard chunk.features.rowCount > 0 else {
      throw ReaderError.data(path: data, line: nil, reason: "there are no rows")
    }
    return chunk
  }
}

extension DataChunk {
  /// Whether the labels of the target are whole numbers.
  var targetKind: TargetKind {
    switch target {
    case .texts(let texts): texts.allSatisfy { Int(labelText: $0) != nil } ? .integers : .texts
    case .numbers, nil: .integers
    }
  }
}

/// Writes a model file; a failure is one of writing.
func writeModel(_ estimator: any CommandEstimator, to path: String) throws {
  do {
    try estimator.write(toFile: path)
  } catch {
    throw CommandFailure(.cannotWrite, error.description)
  }
}
