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
    let continued = try model.continued(bytes(model))
    guard let reason = model.continuesOtherwise else {
      try expectClose(continued, bytes(model, ".continued"), model)
      return
    }
    let (new, old) = (
      try Safetensors.decode(continued), try Safetensors.decode(bytes(model, ".continued"))
    )
    #expect(new.tensors.map(\.numbers) != old.tensors.map(\.numbers), "\(reason)")
    #expect(new.tensors.allSatisfy { $0.numbers.allSatisfy(\.isFinite) })
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
    for (name, text) in expected.metadata where name != "checksum" {
      // Counters of nested pipelines stand under the name that those of all others have.
      let last = name.split(separator: ".").last.map(String.init) ?? name
      let other = try #require(actual.metadata[name] ?? actual.metadata[last], "\(name)")
      if last == "hyperparameters" || last == "settings" {
        let settings = try [text, other].map {
          try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
        }
        // A setting that others have no use for need not be recorded.
        #expect(
          settings[0].allSatisfy { settings[1][$0.key] == $0.value || last == "settings" },
          "\(name)")
      } else {
        #expect(other.filter { $0 != "(" && $0 != ")" } == text, "\(name)")
      }
    }
    for tensor in expected.tensors
    where !tensor.name.contains("iterate.") && !tensor.name.contains("stopping.best.") {
      let other = try #require(actual[tensor.name], "\(tensor.name)")
      #expect(other.elementType == tensor.elementType, "\(tensor.name)")
      #expect(other.shape == tensor.shape, "\(tensor.name)")
      #expect(other.integers == tensor.integers || tensor.name.hasSuffix("stopping.data"))
      try expectClose(other.numbers, tensor.numbers, model, tensor.name)
    }
    try expectSameIterates(actual, expected, model)
  }

  /// Vectors and scale of an iterate may differ, coefficients may not; an iterate that is the model
  /// need not be there.
  private func expectSameIterates(
    _ actual: TensorArchive, _ expected: TensorArchive, _ model: SavedModel
  ) throws {
    func numbers(_ archive: TensorArchive, _ name: String) -> [Double]? {
      archive.tensors.first { $0.name.hasSuffix(name) && !$0.name.contains("best.") }?.numbers
    }
    func iterate(_ archive: TensorArchive) -> [Double] {
      if let parameters = numbers(archive, "iterate.parameters") { return parameters }
      guard let vectors = numbers(archive, "iterate.vectors") else {
        return (numbers(archive, "coefficients") ?? []) + (numbers(archive, "intercepts") ?? [])
      }
      let scale = numbers(archive, "iterate.scale")?.first ?? .nan
      return vectors.map { $0 * scale } + (numbers(archive, "iterate.intercepts") ?? [])
    }
    if expected.tensors.contains(where: { $0.name.contains("iterate.") }) {
      try expectClose(iterate(actual), iterate(expected), model, "the iterate")
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
