internal import Foundation

/// A value that can be written as named tensors and read back, bit for bit.
///
/// Its `Codable` conformance wraps the same bytes, in the safetensors format.
public protocol TensorArchivable: Codable, Equatable, Sendable {
  /// Appends everything the value holds.
  func write(to archive: inout TensorArchive)

  /// Reads what `write(to:)` has appended.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if something is missing or contradicts
  ///   the rest.
  init(from archive: TensorArchive) throws(EstimatorError)
}

extension TensorArchivable {
  /// The value as an archive.
  public var archive: TensorArchive {
    var archive = TensorArchive()
    write(to: &archive)
    return archive
  }

  /// Encodes the bytes of the archive.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Data(Safetensors.encode(archive)))
  }

  /// Decodes from the bytes of an archive.
  public init(from decoder: any Decoder) throws {
    let bytes = try decoder.singleValueContainer().decode(Data.self)
    try self.init(from: Safetensors.decode([UInt8](bytes)))
  }
}
