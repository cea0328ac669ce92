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
    let target = try E.target(of: chunk)
    return try located(chunk) {
      isPart
        ? try estimator.partialFit(
          chunk.features, to: target, weights: chunk.weights, context: context)
        : try estimator.fit(
          chunk.features, to: target, weights: chunk.weights, context: context)
    }
  }

  /// Scores a chunk, with its weights if it has any.
  func score(_ chunk: DataChunk) throws -> (score: Double, loss: Double) {
    let target = try E.target(of: chunk)
    return try located(chunk) {
      guard let weights = chunk.weights else {
        return (
          try estimator.score(chunk.features, to: target),
          try estimator.loss(chunk.features, to: target)
        )
      }
      return (
        try estimator.score(chunk.features, to: target, weights: weights),
        try estimator.loss(chunk.features, to: target, weights: weights)
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
    let targetOrigin = chunk.targetOrigin ?? chunk.origin
    switch error {
    case .nonFiniteFeature(let row, _, _, _):
      throw chunk.origin.error(row: row, reason: error.reason)
    case .nonFiniteTarget(let row, _, _), .unknownLabel(let row, _, _):
      throw targetOrigin.error(row: row, reason: error.reason)
    case .invalidWeight(let row, _):
      throw (chunk.weightsOrigin ?? chunk.origin).error(row: row, reason: error.reason)
    case .singleClass, .mismatchedTargetColumnCount:
      throw ReaderError.data(path: targetOrigin.path, line: nil, reason: error.reason)
    case .noWeight:
      throw ReaderError.data(
        path: (chunk.weightsOrigin ?? chunk.origin).path, line: nil, reason: error.reason)
    case .emptyData, .mismatchedFeatureCount, .mismatchedFeatureName, .unsupportedFeatures,
      .diverged:
      throw ReaderError.data(path: chunk.origin.path, line: nil, reason: error.reason)
    default: throw error
    }
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
    case .emptyData(let rowCount, _):
      rowCount == 0
        ? "there are no rows" : "there are no features, in no column beside target and weights"
    case .invalidWeight(_, let value): "the weight is \(value); it must be at least 0 and finite"
    default: description
    }
  }
}

extension ReadingOptions {
  /// Reads everything; there must be a row.
  func readAll(_ data: String, for purpose: Purpose) throws -> DataChunk {
    var reader = try open(data, for: purpose)
    let chunk = try reader.all()
    guard chunk.features.rowCount > 0 else {
      throw ReaderError.data(path: data, line: nil, reason: "there are no rows")
    }
    return chunk
  }
}

extension DataChunk {
  /// Checks that features and numbers to learn are finite, as every call of the library does.
  ///
  /// - Parameter targets: The numbers to learn, or `nil` for labels.
  /// - Throws: ``EstimatorError`` for the first that is not.
  func checkFinite(_ targets: [Double]?) throws {
    if let error = Self.nonFiniteFeature(in: features) { throw error }
    guard let targets, let bad = targets.firstIndex(where: { !$0.isFinite }) else { return }
    throw EstimatorError.nonFiniteTarget(
      row: bad * features.rowCount / targets.count, column: 0, value: targets[bad])
  }

  private static func nonFiniteFeature(in features: some FeatureMatrix) -> EstimatorError? {
    do {
      try features.checkFinite()
      return nil
    } catch .nonFiniteElement(let row, let column, let value) {
      return .nonFiniteFeature(
        row: row, column: column, name: features.featureNames?[column], value: value)
    } catch {
      return .linearAlgebra(error)
    }
  }

  /// Whether the labels of the target are whole numbers.
  var targetKind: TargetKind {
    switch target {
    case .texts(let texts): TargetKind(of: texts)
    case .integers, .numbers, nil: .integers
    }
  }
}

/// Writes a model file; a failure is one of writing.
func writeModel(_ estimator: any CommandEstimator, to path: String) throws {
  try writeOutput(try ModelFile.encode(estimator), to: path)
}

/// Writes the file that a command makes, all of it or nothing; a failure is one of writing.
func writeOutput(_ bytes: [UInt8], to path: String) throws {
  do {
    try Interruption.whileWriting { try WholeFile.write(bytes, to: path) }
  } catch let error as EstimatorError {
    throw CommandFailure(.cannotWrite, error.description)
  }
}
