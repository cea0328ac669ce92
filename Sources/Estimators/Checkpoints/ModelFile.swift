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
  public static func encode<E: Estimator>(
    _ estimator: E, includesTrainingState: Bool = true
  ) -> [UInt8] {
    var archive = estimator.model?.archive ?? TensorArchive()
    if includesTrainingState, let state = estimator.trainingState {
      archive.append(contentsOf: state.archive, prefix: trainingPrefix)
    }
    for (inner, outer) in hoisted(E.self) { archive.renameText(inner, to: outer) }
    archive[text: "format"] = format
    archive[text: "format_version"] = version
    archive[text: "estimator"] = E.name
    archive[text: "hyperparameters"] = JSON.object(estimator.hyperparameters.texts)
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
    let isPipeline = E.stepCount > 1
    let first = isPipeline ? "0." : ""
    let last = isPipeline ? "\(E.stepCount - 1)." : ""
    return [
      (first + FeatureNames.key, FeatureNames.key), (last + "classes", "classes"),
      (trainingPrefix + last + Counters.key, Counters.key),
    ]
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
    guard contents.estimator == Self.name else {
      throw .unreadableModel(
        reason: "it holds a \(contents.estimator), not a \(Self.name)")
    }
    var settings = Hyperparameters()
    for (name, text) in contents.hyperparameters.sorted(by: { $0.key < $1.key }) {
      do {
        try settings.set(name, to: text, of: Self.name)
      } catch {
        throw .unreadableModel(reason: "its setting \(name) is \(text)")
      }
    }
    self.init(hyperparameters: settings)
    var archive = contents.archive
    guard !archive.tensors.isEmpty else { return }
    for (inner, outer) in ModelFile.hoisted(Self.self) { archive.renameText(outer, to: inner) }
    let model = try Model(
      from: archive.removing { $0.hasPrefix(ModelFile.trainingPrefix) })
    guard contents.hasTrainingState else {
      try restore(model: model, trainingState: nil)
      return
    }
    let training = archive.contents(ofPrefix: ModelFile.trainingPrefix)
    try restore(model: model, trainingState: try TrainingState(from: training))
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
  /// - Throws: ``EstimatorError/file(path:reason:)``.
  public func write(
    toFile path: String, includesTrainingState: Bool = true
  ) throws(EstimatorError) {
    try WholeFile.write(
      ModelFile.encode(self, includesTrainingState: includesTrainingState), to: path)
  }
}
