internal import Foundation
internal import LinearAlgebra

/// The safetensors format: the length of a header, the header in JSON, then the tensors' bytes one
/// after another.
///
/// **Source:** https://huggingface.co/docs/safetensors, whose readers for Python read what is
/// written here.
public enum Safetensors {
  /// No header is longer, so that a damaged length cannot ask for all memory.
  static let longestHeader = 100_000_000

  /// Returns the bytes of an archive.
  ///
  /// - Complexity: O(bytes).
  public static func encode(_ archive: TensorArchive) -> [UInt8] {
    var entries: [String] = []
    if !archive.metadata.isEmpty {
      let texts = archive.metadata.sorted { $0.key < $1.key }
        .map { "\(JSON.quoted($0.key)):\(JSON.quoted($0.value))" }
      entries.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in archive.tensors {
      let end = offset + tensor.bytes.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\(JSON.quoted(tensor.name)):{\"dtype\":\"\(tensor.elementType.rawValue)\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    // Padded, so that the numbers behind it are aligned.
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + offset)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: header)
    for tensor in archive.tensors { bytes.append(contentsOf: tensor.bytes) }
    return bytes
  }

  /// Reads an archive; every length is checked before it is used.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  /// - Complexity: O(bytes).
  public static func decode(_ bytes: [UInt8]) throws(EstimatorError) -> TensorArchive {
    guard bytes.count >= 8 else {
      throw .unreadableModel(reason: "\(bytes.count) bytes are too few for a safetensors file")
    }
    let length = bytes.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
    }
    guard length <= longestHeader, 8 + Int(length) <= bytes.count else {
      throw .unreadableModel(
        reason: "the header is said to have \(length) bytes, the whole file has \(bytes.count)")
    }
    let start = 8 + Int(length)
    let header: [String: HeaderEntry]
    do {
      header = try JSONDecoder().decode([String: HeaderEntry].self, from: Data(bytes[8..<start]))
    } catch {
      throw .unreadableModel(reason: "the header is not the JSON of a safetensors file")
    }
    return try archive(header, bytes, start)
  }

  private static func archive(
    _ header: [String: HeaderEntry], _ bytes: [UInt8], _ start: Int
  ) throws(EstimatorError) -> TensorArchive {
    var archive = TensorArchive()
    var described: [(name: String, tensor: TensorDescription)] = []
    for (name, entry) in header {
      switch entry {
      case .metadata(let texts):
        guard name == "__metadata__" else {
          throw .unreadableModel(reason: "the header describes \(name) as no tensor")
        }
        for (name, text) in texts { archive[text: name] = text }
      case .tensor(let tensor):
        described.append((name, tensor))
      }
    }
    described.sort {
      ($0.tensor.offsets[0], $0.tensor.offsets[1], $0.name)
        < ($1.tensor.offsets[0], $1.tensor.offsets[1], $1.name)
    }
    var expected = 0
    for (name, tensor) in described {
      guard let elementType = Tensor.ElementType(rawValue: tensor.dtype) else {
        throw .unreadableModel(reason: "tensor \(name) has elements of type \(tensor.dtype)")
      }
      let (begin, end) = (tensor.offsets[0], tensor.offsets[1])
      guard begin == expected, begin <= end, end <= bytes.count - start else {
        throw .unreadableModel(
          reason: "tensor \(name) is said to lie at \(begin) to \(end) of \(bytes.count - start)")
      }
      archive.append(
        try Tensor(
          name: name, elementType: elementType, shape: tensor.shape,
          bytes: Array(bytes[start + begin..<start + end])))
      expected = end
    }
    guard expected == bytes.count - start else {
      throw .unreadableModel(
        reason: "the tensors end at \(expected) of \(bytes.count - start) bytes")
    }
    return archive
  }
}

/// What the header says of a tensor.
private struct TensorDescription: Decodable {
  var dtype: String
  var shape: [Int]
  var offsets: [Int]

  private enum CodingKeys: String, CodingKey {
    case dtype, shape
    case offsets = "data_offsets"
  }
}

/// One entry of the header: a tensor, or the texts.
private enum HeaderEntry: Decodable {
  case tensor(TensorDescription)
  case metadata([String: String])

  init(from decoder: any Decoder) throws {
    if let tensor = try? TensorDescription(from: decoder) {
      guard tensor.offsets.count == 2 else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "two offsets are needed"))
      }
      self = .tensor(tensor)
    } else {
      self = .metadata(try [String: String](from: decoder))
    }
  }
}
