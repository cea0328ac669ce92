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
      archive = try Safetensors.decode(WholeFile.read(path))
    } catch .unreadableModel(let reason) {
      throw CommandFailure(.badData, "\(path): \(reason)")
    }
    guard layout == .outIn else {
      self.init(archive)
      return
    }
    var turned = TensorArchive()
    for tensor in archive.tensors {
      if tensor.name.hasSuffix(".weights"), tensor.shape.count == 2 {
        turned.append(tensor.name, try archive.matrix(tensor.name).transposed())
      } else {
        turned.append(tensor)
      }
    }
    self.init(turned)
  }
}
