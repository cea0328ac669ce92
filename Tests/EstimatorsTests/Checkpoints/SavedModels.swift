import Estimators
import Foundation
import LinearAlgebra
import Testing

/// Estimators whose files of format 1 are fixtures: every kind of estimator, precision, optimizer and
/// pipeline, each with what it predicts and with what continuing it gives.
///
/// The files were written by the first program of that format, and are never written anew: what is
/// new in a later version gets files of its own beside them.
struct SavedModel: CustomTestStringConvertible, Sendable {
  /// The name of its files.
  let name: String

  /// Whether its numbers have seven digits instead of sixteen.
  let isSingle: Bool

  /// Why continuing it gives something else than it did then, if it does.
  let continuesOtherwise: String?

  /// Trains it and writes what belongs to it.
  let write: @Sendable (URL) throws -> Void

  /// Reads the file and returns it as it would be written now.
  let reencoded: @Sendable ([UInt8]) throws -> [UInt8]

  /// Predictions of the estimator in a file.
  let predictions: @Sendable ([UInt8]) throws -> [Double]

  /// The file of the estimator in a file after it has been continued.
  let continued: @Sendable ([UInt8]) throws -> [UInt8]

  var testDescription: String { name }

  init<Saved: Estimator>(
    _ name: String, isSingle: Bool = false, continuesOtherwise: String? = nil,
    _ make: @escaping @Sendable () -> Saved,
    train: @escaping @Sendable (inout Saved) throws -> Void,
    goOn: @escaping @Sendable (inout Saved) throws -> Void,
    predict: @escaping @Sendable (Saved) throws -> [Double]
  ) {
    self.name = name
    self.isSingle = isSingle
    self.continuesOtherwise = continuesOtherwise
    write = { folder in
      var estimator = make()
      try train(&estimator)
      let bytes = try ModelFile.encode(estimator)
      try WholeFile.write(bytes, to: folder.appending(path: "\(name).safetensors").path)
      var predictions = TensorArchive()
      predictions.append("predictions", try predict(estimator))
      try WholeFile.write(
        Safetensors.encode(predictions),
        to: folder.appending(path: "\(name).predictions.safetensors").path)
      try goOn(&estimator)
      try WholeFile.write(
        try ModelFile.encode(estimator),
        to: folder.appending(path: "\(name).continued.safetensors").path)
    }
    reencoded = { try ModelFile.encode(Saved(ModelFile.decode($0))) }
    predictions = { try predict(Saved(ModelFile.decode($0))) }
    continued = { bytes in
      var estimator = try Saved(ModelFile.decode(bytes))
      try goOn(&estimator)
      return try ModelFile.encode(estimator)
    }
  }
}

// MARK: - The data

/// Samples made of whole numbers, so that they are the same whatever computes them.
enum SavedData {
  static let rowCount = 48

  /// The samples of a call, 24 rows of 4 columns, of which some elements are zero.
  static func features(_ call: Int) -> Matrix<Double> {
    var matrix = Matrix<Double>(rowCount: rowCount / 2, columnCount: 4)
    for row in 0..<matrix.rowCount {
      for column in 0..<4 {
        let number = (row + call * 24) * 37 + column * 101 + row * row * 13 * (column + 1)
        matrix[row, column] = number % 5 == 0 ? 0 : Double(number % 64 - 32) / 16
      }
    }
    return matrix
  }

  static func sparse(_ call: Int) -> CSRMatrix<Double> { CSRMatrix(features(call)) }

  static func named(_ call: Int) throws -> Matrix<Double> {
    try features(call).named(["a", "b", "ü", "d"])
  }

  /// Classes that the samples tell: by the sign, or by the larger, of two columns.
  static func labels(_ call: Int, classCount: Int) -> [Int] {
    let features = features(call)
    return (0..<features.rowCount).map { row in
      if classCount == 2 { return features[row, 0] + features[row, 1] > 0 ? 7 : -7 }
      return features[row, 2] > 0.5 ? 30 : features[row, 0] > features[row, 1] ? 20 : 10
    }
  }

  static func texts(_ call: Int, classCount: Int = 3) -> [String] {
    labels(call, classCount: classCount).map { "label \($0)" }
  }

  static func sets(_ call: Int) -> [Set<String>] {
    let features = features(call)
    return (0..<features.rowCount).map { row in
      Set(["a", "b", "c"].enumerated().filter { features[row, $0.offset] > 0 }.map(\.element))
    }
  }

  static func numbers(_ call: Int) -> [Double] {
    let features = features(call)
    return (0..<features.rowCount).map { row in
      2 * features[row, 0] - features[row, 1] + Double(row % 3) / 8 + 1
    }
  }

  static func targets(_ call: Int) -> Matrix<Double> {
    let features = features(call)
    let elements = zip(numbers(call), 0...).flatMap { [$0, features[$1, 3] - $0 / 4] }
    return Matrix(unchecked: elements, rowCount: features.rowCount, columnCount: 2)
  }

  static var weights: [Double] { (0..<24).map { 0.5 + Double($0 % 3) / 2 } }
}
