import Estimators
import Foundation
import LinearAlgebra
import Testing

/// Files that were written once are read, predicted from and continued by every later version.
///
/// Numbers are compared to rounding: the order of a sum follows the processor.
@Suite struct SavedModelTests {
  private let folder = References.folder.appending(path: "format-1")

  private func bytes(_ model: SavedModel, _ part: String = "") throws -> [UInt8] {
    try WholeFile.read(folder.appending(path: "\(model.name)\(part).safetensors").path)
  }

  @Test(arguments: SavedModel.all) func anOldFilePredictsAsItDid(model: SavedModel) throws {
    let expected = try Safetensors.decode(bytes(model, ".predictions")).numbers("predictions")
    let actual = try model.predictions(bytes(model))
    try expectClose(actual, expected, model, "predictions")
  }

  @Test(arguments: SavedModel.all) func anOldFileContinuesAsItDid(model: SavedModel) throws {
    try expectClose(model.continued(bytes(model)), bytes(model, ".continued"), model)
  }

  @Test(arguments: SavedModel.all) func anOldFileIsWrittenAsItWasRead(model: SavedModel) throws {
    try expectClose(model.reencoded(bytes(model)), bytes(model), model)
  }

  @Test func everyFileIsLookedAt() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let expected = SavedModel.all.flatMap { model in
      ["", ".predictions", ".continued"].map { "\(model.name)\($0).safetensors" }
    }
    #expect(Set(files) == Set(expected))
    #expect(files.count == expected.count)
  }

  /// Writes the files of models that are new; what is there stays.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["WRITE_SAVED_MODELS"] != nil))
  func writeNewFiles() throws {
    for model in SavedModel.all {
      let path = folder.appending(path: "\(model.name).safetensors").path
      if !FileManager.default.fileExists(atPath: path) { try model.write(folder) }
    }
  }

  private func expectClose(_ actual: [UInt8], _ expected: [UInt8], _ model: SavedModel) throws {
    let (actual, expected) = (try Safetensors.decode(actual), try Safetensors.decode(expected))
    // A later version may hold more.
    #expect(
      actual.metadata.filter { $0.key != "checksum" }
        == expected.metadata.filter { $0.key != "checksum" })
    for tensor in expected.tensors {
      let other = try #require(actual[tensor.name], "\(tensor.name)")
      #expect(other.elementType == tensor.elementType, "\(tensor.name)")
      #expect(other.shape == tensor.shape, "\(tensor.name)")
      #expect(other.integers == tensor.integers || tensor.name.hasSuffix("stopping.data"))
      try expectClose(other.numbers, tensor.numbers, model, tensor.name)
    }
  }

  private func expectClose(
    _ actual: [Double], _ expected: [Double], _ model: SavedModel, _ name: String
  ) throws {
    try #require(actual.count == expected.count, "\(name)")
    let scale = expected.reduce(1e-3) { max($0, abs($1)) }
    for (left, right) in zip(actual, expected) {
      #expect(abs(left - right) <= (model.isSingle ? 1e-4 : 1e-9) * scale, "\(name)")
    }
  }
}
