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
    try archive(header(of: bytes), bytes)
  }

  /// Reads the header.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``, also if it says something twice, of which
  ///   readers could take the one or the other.
  static func header(of bytes: [UInt8]) throws(EstimatorError) -> Header {
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
    let end = 8 + Int(length)
    do {
      return Header(json: try JSONValue(bytes, in: 8..<end), end: end)
    } catch .repeatedName(let name) {
      throw .unreadableModel(reason: "the header has two values under the name \(name)")
    } catch {
      throw .unreadableModel(reason: "the header is not the JSON of a safetensors file")
    }
  }

  /// What stands before the numbers.
  struct Header {
    /// The name under which texts stand.
    static let texts = "__metadata__"

    /// The texts, and a description of each tensor.
    var json: JSONValue

    /// Where the numbers begin.
    var end: Int
  }

  /// Reads what a header describes.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  static func archive(
    _ header: Header, _ bytes: [UInt8]
  ) throws(EstimatorError) -> TensorArchive {
    let start = header.end
    var archive = TensorArchive()
    var described: [(name: String, tensor: TensorDescription)] = []
    guard let entries = header.json.entries else {
      throw .unreadableModel(reason: "the header is not the JSON of a safetensors file")
    }
    for (name, value) in entries {
      guard name == Header.texts else {
        described.append((name, try TensorDescription(name, value)))
        continue
      }
      guard let texts = value.entries, texts.allSatisfy({ $0.value.text != nil }) else {
        throw .unreadableModel(reason: "the header has metadata that are no texts")
      }
      for (name, value) in texts { archive[text: name] = value.text }
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
private struct TensorDescription {
  var dtype: String
  var shape: [Int]
  var offsets: [Int]

  init(_ name: String, _ value: JSONValue) throws(EstimatorError) {
    guard let dtype = value["dtype"]?.text, let shape = value["shape"]?.integers,
      let offsets = value["data_offsets"]?.integers, offsets.count == 2
    else { throw .unreadableModel(reason: "the header describes \(name) as no tensor") }
    self.dtype = dtype
    self.shape = shape
    self.offsets = offsets
  }
}
