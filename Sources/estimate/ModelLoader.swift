import Estimators

/// Reads model files without knowing before what they hold.
enum ModelLoader {
  /// Reads the bytes of a file and checks them.
  ///
  /// - Throws: ``CommandFailure``: 66 if there is no such file, 65 if it is damaged.
  static func contents(_ path: String) throws -> ModelFile.Contents {
    let bytes = try WholeFile.read(path)
    do {
      return try ModelFile.decode(bytes)
    } catch {
      throw CommandFailure(.badData, "\(path): \(error.description)")
    }
  }

  /// Reads the estimator in a file, with what it has learned.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - target: What will be learned, for an estimator that has learned nothing yet.
  /// - Returns: The estimator.
  /// - Throws: ``CommandFailure``: 66 if there is no such file, 65 if it is damaged.
  static func load(
    _ path: String, target: TargetKind = .integers
  ) throws -> any CommandEstimator {
    let contents = try contents(path)
    let names = contents.estimator.split(separator: "+").map {
      EstimatorCatalog.kebabCase(String($0))
    }
    let prototype = try EstimatorCatalog.make(
      names.last ?? "", target: targetKind(contents) ?? target, preprocess: Array(names.dropLast()))
    func load<E: CommandEstimator>(_ prototype: E) throws -> any CommandEstimator {
      do {
        return try E(contents)
      } catch {
        throw CommandFailure(.badData, "\(path): \(error.description)")
      }
    }
    return try load(prototype)
  }

  /// Whether the labels of a file are numbers or texts; `nil` if it holds none.
  private static func targetKind(_ contents: ModelFile.Contents) -> TargetKind? {
    // A list of texts has quotes; a list of whole numbers has none.
    contents.classes.map { $0.contains("\"") ? .texts : .integers }
  }
}
