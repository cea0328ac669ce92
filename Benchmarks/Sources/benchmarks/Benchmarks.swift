import Foundation

/// Our side of the benchmarks: one workload a process.
///
///     benchmarks WORKLOAD FOLDER
///
/// WORKLOAD is an object of `workloads.json`. Prints one JSON object, as `peers.py` does.
@main
struct Benchmarks {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      FileHandle.standardError.write(Data("usage: benchmarks WORKLOAD FOLDER\n".utf8))
      exit(64)
    }
    let workload = try JSONDecoder().decode(Workload.self, from: Data(arguments[1].utf8))
    let data = DataFolder(path: arguments[2], workload: workload)
    let result: Measurement =
      switch workload.task {
      case .gemm: try measureGemm(workload)
      case .sgd: try measureSGD(workload, data)
      case .sparseSGD: try measureSGD(workload, data.sparseFeatures(), data)
      case .partialFit: try measurePartialFit(workload, data.features(), data)
      case .sparsePartialFit: try measurePartialFit(workload, data.sparseFeatures(), data)
      case .predict: try measurePredict(workload, data)
      case .stream: try measureStream(workload)
      case .accuracy: try measureAccuracy(workload, data.features(), data)
      case .sparseAccuracy: try measureAccuracy(workload, data.sparseFeatures(), data)
      case .mlp: try measureNetwork(workload, data)
      case .mlpPredict: try measureNetworkPredict(workload, data)
      case .mlpPartialFit: try measureNetworkPartialFit(workload, data)
      case .mlpTest: try measureNetworkTest(workload, data)
      case .leastSquares: try measureLeastSquares(workload, data)
      case .sparseLeastSquares: try measureSparseLeastSquares(workload, data)
      case .leastSquaresStream: try measureLeastSquaresStream(workload, data)
      case .scaler: try measureScaler(workload, data.features())
      case .sparseScaler: try measureScaler(workload, data.sparseFeatures())
      }
    print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
  }
}
