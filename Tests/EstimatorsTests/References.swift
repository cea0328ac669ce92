import DataReaders
import Estimators
import Foundation
import LinearAlgebra

/// Results of scikit-learn to compare with, written by `Scripts/generate-references.py`.
enum References {
  private struct Document<Case: Decodable>: Decodable {
    var versions: [String: String]
    var cases: [Case]
  }

  /// Where the fixtures are.
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures")

  /// The cases of a fixture.
  static func cases<Case: Decodable>(_ name: String, of type: Case.Type = Case.self) throws
    -> [Case]
  {
    let data = try Data(contentsOf: folder.appending(path: "\(name).json"))
    let document = try JSONDecoder().decode(Document<Case>.self, from: data)
    guard document.versions["scikit-learn"]?.hasPrefix("1.9") == true, !document.cases.isEmpty
    else { throw CocoaError(.fileReadCorruptFile) }
    return document.cases
  }
}

/// The bundled data sets as the references use them.
enum Samples {
  /// Features and labels.
  static func labelled(_ sample: SampleData) throws -> (features: Matrix<Double>, labels: [String])
  {
    let chunk = try sample.read()
    guard let features = chunk.features as? Matrix<Double>, let labels = chunk.target?.labels
    else { throw CocoaError(.fileReadCorruptFile) }
    return (features, labels)
  }

  /// The features and targets of the diabetes data.
  static func diabetes() throws -> (features: Matrix<Double>, target: [Double]) {
    let sample = try labelled(.diabetes)
    return (sample.features, sample.labels.compactMap { Double($0) })
  }

  /// Each column divided by its largest absolute value.
  static func scaled(_ features: Matrix<Double>) throws -> Matrix<Double> {
    var result = features
    for column in 0..<features.columnCount {
      let largest = features.column(column).map(abs).max() ?? 0
      for row in 0..<features.rowCount where largest > 0 { result[row, column] /= largest }
    }
    return try result.named(nil)
  }

  /// The weights 0.5, 1.5, 2.5, 3.5, over and over.
  static func weights(_ count: Int) -> [Double] { (0..<count).map { 0.5 + Double($0 % 4) } }

  /// The weights 0.25, 0.75, 1.25, 1.75, over and over, then 1 for what is left: their sum is their
  /// number, in every batch of a multiple of 4 too.
  static func evenWeights(_ count: Int) -> [Double] {
    (0..<count).map { $0 < count / 4 * 4 ? 0.25 + Double($0 % 4) / 2 : 1 }
  }
}

/// The largest difference, relative to the largest absolute value of the reference.
func relativeDistance(_ values: [Double], _ reference: [Double]) -> Double {
  guard values.count == reference.count else { return .infinity }
  let largest = reference.map(abs).max() ?? 0
  let difference = zip(values, reference).map { abs($0 - $1) }.max() ?? 0
  return difference == 0 ? 0 : difference / largest
}
