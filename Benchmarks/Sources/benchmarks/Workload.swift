import DataReaders
import LinearAlgebra

/// What is to be measured.
struct Workload: Decodable {
  enum Task: String, Decodable {
    case gemm
    case sgd
    case sparseSGD = "sgd-sparse"
    case partialFit = "partial-fit"
    case sparsePartialFit = "partial-fit-sparse"
    case predict
    case stream
    case accuracy
    case sparseAccuracy = "accuracy-sparse"
    case mlp
    case mlpPredict = "mlp-predict"
    case mlpPartialFit = "mlp-partial-fit"
    case mlpTest = "mlp-test"
    case leastSquares = "least-squares"
    case sparseLeastSquares = "least-squares-sparse"
    case leastSquaresStream = "least-squares-stream"
    case scaler
    case sparseScaler = "scaler-sparse"
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
  var solver: String?
  var tolerance: Double?
  var alpha: Double?
  var epochs: Int?
  var hidden: [Int]?
  var batch: Int?
  var chunk: Int?
  var weighted: Bool?
}

/// The files of a workload's data set.
struct DataFolder {
  var path: String
  var workload: Workload

  /// Samples in single precision and labels that are not trained on.
  func test() throws -> (features: Matrix<Float>, labels: [Int]) {
    let (x, y) = (try array("test_X"), try array("test_y"))
    let features = try Matrix(
      rowCount: x.shape[0], columnCount: x.shape[1], elements: x.doubles)
    return (features.converted(to: Float.self), y.doubles.map { Int($0) })
  }

  private func array(_ part: String) throws -> NumpyArray {
    try NumpyArray(path: "\(path)/\(workload.data ?? "")_\(part).npy")
  }

  /// The samples.
  func features() throws -> Matrix<Double> {
    let array = try array("X")
    return try Matrix(
      rowCount: array.shape[0], columnCount: array.shape[1], elements: array.doubles)
  }

  /// The same in single precision.
  func singleFeatures() throws -> Matrix<Float> { try features().converted(to: Float.self) }

  /// Samples of which few elements are stored.
  func sparseFeatures() throws -> CSRMatrix<Double> {
    let offsets = try array("indptr").doubles.map { Int($0) }
    return try CSRMatrix(
      rowCount: offsets.count - 1, columnCount: 100_000, rowOffsets: offsets,
      columns: try array("indices").doubles.map { Int32($0) }, values: try array("data").doubles)
  }

  /// The targets as numbers.
  func numbers() throws -> [Double] { try array(workload.target ?? "y").doubles }

  /// The targets as labels.
  func labels() throws -> [Int] { try numbers().map { Int($0) } }
}
