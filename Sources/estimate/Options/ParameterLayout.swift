import ArgumentParser
import Estimators
import LinearAlgebra

/// In which order the weights of a layer are stored.
enum ParameterLayout: String, CaseIterable, ExpressibleByArgument {
  /// A row for each input, as here.
  case inOut = "in-out"

  /// A row for each output, as PyTorch stores them.
  case outIn = "out-in"
}

extension InitialParameters {
  /// Reads parameters from a safetensors file.
  init(file path: String, layout: ParameterLayout) throws {
    let archive: TensorArchive
    do {
      let stored = try Safetensors.decode(WholeFile.read(path))
      archive = layout == .inOut ? stored : try stored.turned()
    } catch EstimatorError.unreadableModel(let reason) {
      throw CommandFailure(.badData, "\(path): \(reason)")
    }
    self.init(archive)
  }
}

extension TensorArchive {
  /// The same with rows and columns of every layer's weights exchanged.
  fileprivate func turned() throws(EstimatorError) -> TensorArchive {
    var turned = TensorArchive()
    for tensor in tensors {
      if tensor.name.hasSuffix(".weights"), tensor.shape.count == 2 {
        turned.append(tensor.name, try matrix(tensor.name).transposed())
      } else {
        turned.append(tensor)
      }
    }
    return turned
  }
}
