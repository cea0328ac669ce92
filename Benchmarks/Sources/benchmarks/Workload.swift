import DataReaders
import LinearAlgebra

/// What is to be measured.
struct Workload: Decodable {
  enum Task: String, Decodable {
    case gemm
    case sgd
    case mlp
    case leastSquares = "least-squares"
  }

  enum Precision: String, Decodable {
    case single
    case double
  }

  var name: String
  var task: Task
  var precision: Precision?
  var threads: Int?
  var data: String?
  var target: String?
  var size: Int?
  var loss: String?
  var epochs: Int?
  var hidden: [Int]?
  var batch: Int?
}

/// The files of a workload's data set.
struct DataFolder {
  var path: String
  var workload: Workload

  private func array(_ part: String) throws -> NumpyArray {
    try NumpyArray(path: "\(path)/\(workload.data ?? "")_\(part).npy")
  }

  /// The samples.
  func features() throws -> Matrix<Double> {
    let array = try array("X")
    return try Matrix(
      rowCount: array.shape[0], columnCount: array.shape[1], elements: array.doubles)
  }

  /// The targets as numbers.
  func numbers() throws -> [Double] { try array(workload.target ?? "y").doubles }

  /// The targets as labels.
  func labels() throws -> [Int] { try numbers().map { Int($0) } }
}
