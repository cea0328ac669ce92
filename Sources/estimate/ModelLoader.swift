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

  /// Reads the estimator in a file, which must have learned something.
  ///
  /// - Parameter path: The path of the file.
  /// - Returns: The estimator.
  /// - Throws: ``CommandFailure``: 66 if there is no such file, 65 if it is damaged or empty.
  static func loadFitted(_ path: String) throws -> any CommandEstimator {
    func checked<E: CommandEstimator>(_ estimator: E) throws -> any CommandEstimator {
      guard estimator.model != nil else {
        throw CommandFailure(
          .badData,
          "\(path): the \(E.name) in it has learned nothing; let it learn first, with estimate fit."
        )
      }
      return estimator
    }
    return try checked(load(path))
  }

  /// Whether the labels of a file are numbers or texts; `nil` if it holds none.
  private static func targetKind(_ contents: ModelFile.Contents) -> TargetKind? {
    // The classes learned or, before, what settings say of labels. Texts have quotes there.
    let settings = contents.hyperparameters.filter { name, text in
      let name = name.split(separator: ".").last
      return (name == "classes" || name == "classWeight") && text.hasPrefix("[")
    }
    let lists = contents.classes.map { [$0] } ?? Array(settings.values)
    guard !lists.isEmpty else { return nil }
    return lists.contains { $0.contains("\"") } ? .texts : .integers
  }
}
