internal import Foundation

/// The form in which an estimator stands in a file: safetensors, with everything but the numbers in
/// the metadata.
///
/// | metadata | what |
/// | --- | --- |
/// | `format`, `format_version` | `swift-estimators`, `1` |
/// | `estimator` | the type, such as `SGDClassifier`, or the types of a pipeline with a plus between |
/// | `hyperparameters` | every setting as text, in JSON |
/// | `classes`, `feature_names`, `counters` | in JSON, where there are any |
/// | `checksum` | CRC-32C of the whole file with these eight digits as zeros |
///
/// The same training gives the same bytes: there is no time, host or path in them.
public enum ModelFile {
  static let format = "swift-estimators"
  static let version = "1"

  /// What training tensors and texts stand under.
  static let trainingPrefix = "training."

  private static let noChecksum = "00000000"
  private static let checksumKey = "checksum"

  /// Returns the bytes of a file that holds an estimator.
  ///
  /// - Parameters:
  ///   - estimator: The estimator; one that has learned nothing is written with its settings alone.
  ///   - includesTrainingState: Whether it can be continued from the file; otherwise it can only
  ///     predict.
  /// - Returns: The bytes, the same for the same training.
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)`` for a setting that no
  ///   program would read.
  public static func encode<E: Estimator>(
    _ estimator: E, includesTrainingState: Bool = true
  ) throws(EstimatorError) -> [UInt8] {
    try estimator.hyperparameters.check()
    var archive = estimator.model?.archive ?? TensorArchive()
    if includesTrainingState, let state = estimator.trainingState {
      archive.append(contentsOf: state.archive, prefix: trainingPrefix)
    }
    for (inner, outer) in hoisted(E.self) { archive.renameText(inner, to: outer) }
    archive[text: "format"] = format
    archive[text: "format_version"] = version
    archive[text: "estimator"] = E.name
    archive[text: "hyperparameters"] = JSON.object(estimator.hyperparameters.texts)
    return sealed(archive)
  }

  /// Returns the bytes of an archive with its checksum.
  package static func sealed(_ archive: TensorArchive) -> [UInt8] {
    var archive = archive
    archive[text: checksumKey] = noChecksum
    var bytes = Safetensors.encode(archive)
    if let header = try? Safetensors.header(of: bytes), let range = checksumRange(header) {
      bytes.replaceSubrange(range, with: checksum(bytes).utf8)
    }
    return bytes
  }

  /// The checksum as it stands in a file: eight digits, of which the letters are small.
  private static func checksum(_ bytes: [UInt8]) -> String {
    let digits = String(CRC32C.checksum(bytes), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// What a file says of itself, before it is known what kind of estimator it holds.
  public struct Contents: Sendable {
    /// Everything in the file.
    public let archive: TensorArchive

    /// The type of the estimator, such as `SGDClassifier`.
    public let estimator: String

    /// Every setting as text.
    public let hyperparameters: [String: String]

    /// The classes in JSON, or `nil` if there are none.
    public var classes: String? { archive[text: "classes"] }

    /// The totals of training; none if there is no training state.
    public var counters: [String: Int] {
      archive[text: Counters.key].flatMap { JSON.decoded($0) } ?? [:]
    }

    /// Whether anything has been learned.
    public var hasModel: Bool { !archive.tensors.isEmpty }

    /// Whether training can be continued exactly.
    public var hasTrainingState: Bool {
      archive.tensors.contains { $0.name.hasPrefix(trainingPrefix) }
    }
  }

  /// Reads the bytes of a file and checks that nothing in them has changed.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  public static func decode(_ bytes: [UInt8]) throws(EstimatorError) -> Contents {
    let header = try Safetensors.header(of: bytes)
    let archive = try Safetensors.archive(header, bytes)
    guard archive[text: "format"] == format else {
      throw .unreadableModel(reason: "the file was not written by \(format)")
    }
    guard let version = archive[text: "format_version"], version == Self.version else {
      throw .unreadableModel(
        reason: "its format is version \(archive[text: "format_version"] ?? "missing"), "
          + "but this program reads version \(Self.version)")
    }
    guard let range = checksumRange(header) else {
      throw .unreadableModel(reason: "its checksum is missing")
    }
    var blank = bytes
    blank.replaceSubrange(range, with: noChecksum.utf8)
    guard bytes[range].elementsEqual(checksum(blank).utf8) else {
      throw .unreadableModel(reason: "its checksum is wrong, so the file is damaged")
    }
    guard let estimator = archive[text: "estimator"],
      let settings = archive[text: "hyperparameters"],
      let hyperparameters = JSON.decoded(settings, as: [String: String].self)
    else {
      throw .unreadableModel(reason: "the estimator or its hyperparameters are missing or damaged")
    }
    return Contents(archive: archive, estimator: estimator, hyperparameters: hyperparameters)
  }

  /// The texts that every file has under the same name, also that of a pipeline, where they belong
  /// to one of the steps: the names of what goes in, the classes of what comes out, the counters of
  /// what learns.
  static func hoisted<E: Estimator>(_ type: E.Type) -> [(inner: String, outer: String)] {
    [
      (E.firstPath + FeatureNames.key, FeatureNames.key), (E.lastPath + "classes", "classes"),
      (trainingPrefix + E.lastPath + Counters.key, Counters.key),
    ]
  }

  /// Whether a tensor was written by earlier versions and is no longer: an iterate that is the model,
  /// and best parameters without what trains on from them.
  static func isObsolete(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    return parts.contains("iterate")
      || ["coefficients", "intercepts", "parameters"].contains {
        name.hasSuffix("stopping.best.\($0)")
      }
  }

  /// Where the eight digits of the checksum stand, whatever white space is around them.
  private static func checksumRange(_ header: Safetensors.Header) -> Range<Int>? {
    guard let range = header.json[Safetensors.Header.texts]?[checksumKey]?.range,
      range.count == noChecksum.utf8.count + 2
    else { return nil }
    return range.lowerBound + 1..<range.upperBound - 1
  }
}

extension Estimator {
  /// Makes an estimator from the contents of a file.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if the file holds another type of
  ///   estimator, or what it holds contradicts itself.
  public init(_ contents: ModelFile.Contents) throws(EstimatorError) {
    // Earlier versions did not write how steps are nested.
    let flatName = Self.name.filter { $0 != "(" && $0 != ")" }
    guard contents.estimator == Self.name || contents.estimator == flatName else {
      let isNestedOtherwise = contents.estimator.filter { $0 != "(" && $0 != ")" } == flatName
      throw .unreadableModel(
        reason: "it holds a \(contents.estimator), not a \(Self.name)"
          + (isNestedOtherwise ? ", whose steps are the same but nested otherwise" : ""))
    }
    let names = Set(Hyperparameters.declarations.map(\.name))
    guard contents.estimator == Self.name || names.isSuperset(of: contents.hyperparameters.keys)
    else {
      throw .unreadableModel(
        reason:
          "it holds a \(contents.estimator), not a \(Self.name), whose steps are the same but "
          + "nested otherwise")
    }
    let settings = try contents.settings(of: Self.self)
    self.init(hyperparameters: settings)
    var archive = contents.archive
    guard !archive.tensors.isEmpty else { return }
    for (inner, outer) in ModelFile.hoisted(Self.self) where archive[text: outer] != nil {
      archive.renameText(outer, to: inner)
    }
    let model = try Model(
      from: archive.removing { $0.hasPrefix(ModelFile.trainingPrefix) })
    let training = archive.contents(ofPrefix: ModelFile.trainingPrefix)
    try restore(
      model: model,
      trainingState: contents.hasTrainingState ? try TrainingState(from: training) : nil)
    try checkUnderstood(contents)
  }

  /// Checks that of the tensors in a file each is one that would be written, of the same kind and
  /// shape: what is not understood is not left out in silence.
  private func checkUnderstood(_ contents: ModelFile.Contents) throws(EstimatorError) {
    var own = model?.archive ?? TensorArchive()
    if let state = trainingState {
      own.append(contentsOf: state.archive, prefix: ModelFile.trainingPrefix)
    }
    for tensor in contents.archive.tensors where !ModelFile.isObsolete(tensor.name) {
      guard let other = own[tensor.name] else {
        throw .unreadableModel(reason: "tensor \(tensor.name) is none that a \(Self.name) has")
      }
      guard other.elementType == tensor.elementType, other.shape == tensor.shape else {
        throw .unreadableModel(
          reason: "tensor \(tensor.name) is \(tensor.elementType.rawValue) of shape "
            + "\(tensor.shape), not \(other.elementType.rawValue) of shape \(other.shape)")
      }
    }
  }

  /// Reads an estimator from a file.
  ///
  /// - Parameter path: The path of the file.
  /// - Throws: ``EstimatorError/file(path:reason:)`` or
  ///   ``EstimatorError/unreadableModel(reason:)``.
  public init(contentsOfFile path: String) throws(EstimatorError) {
    try self.init(ModelFile.decode(WholeFile.read(path)))
  }

  /// Writes the estimator to a file: all of it or, if something fails, nothing, and an older file
  /// stays as it is.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - includesTrainingState: Whether it can be continued from the file; otherwise it can only
  ///     predict.
  /// - Throws: ``EstimatorError/file(path:reason:)``; as ``ModelFile/encode(_:includesTrainingState:)``.
  public func write(
    toFile path: String, includesTrainingState: Bool = true
  ) throws(EstimatorError) {
    let bytes = try ModelFile.encode(self, includesTrainingState: includesTrainingState)
    try WholeFile.write(bytes, to: path)
  }
}

extension ModelFile.Contents {
  /// Reads the settings of a type of estimator.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` for a setting it does not have, or a value
  ///   that is none.
  fileprivate func settings<E: Estimator>(of type: E.Type) throws(EstimatorError)
    -> E.Hyperparameters
  {
    var settings = E.Hyperparameters()
    // Made once: there are as many of them as settings.
    let declarations = E.Hyperparameters.declarations
    for (name, text) in hyperparameters.sorted(by: { $0.key < $1.key }) {
      guard let declaration = declarations.first(where: { $0.name == name }) else {
        throw .unreadableModel(reason: "its setting \(name) is none that a \(E.name) has")
      }
      do {
        try declaration.set(text, in: &settings)
      } catch {
        throw .unreadableModel(reason: "its setting \(name) is \(text)")
      }
    }
    return settings
  }
}
