internal import Foundation
public import LinearAlgebra

/// An array as NumPy saves it in a `.npy` file.
///
/// **Source:** *NEP 1, a simple file format for NumPy arrays*, and its later versions 2 and 3.
public struct NumpyArray: Sendable {
  /// The extents; a single number has none.
  public let shape: [Int]

  /// The elements in row order, in the precision they were stored in.
  public let elements: Elements

  /// The elements of an array.
  public enum Elements: Sendable {
    case integer([Int])
    case double([Double])
    case single([Float])
  }

  private let path: String

  /// Reads a file.
  ///
  /// - Throws: ``ReaderError``.
  public init(path: String) throws(ReaderError) {
    var source = try ByteSource(path: path)
    var bytes: [UInt8] = []
    while try source.read(into: &bytes) {}
    try self.init(bytes, path: source.path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Throws: ``ReaderError/data(path:line:reason:)``.
  public init(_ bytes: [UInt8], path: String) throws(ReaderError) {
    func failure(_ reason: String) -> ReaderError { .data(path: path, line: nil, reason: reason) }
    guard bytes.count >= 10, Array(bytes[0..<6]) == [0x93] + Array("NUMPY".utf8) else {
      throw failure("this is no NumPy array")
    }
    let isShort = bytes[6] == 1
    guard [1, 2, 3].contains(bytes[6]), bytes.count >= (isShort ? 10 : 12) else {
      throw failure("version \(bytes[6]) of the format is unknown")
    }
    let lengthBytes = isShort ? bytes[8..<10] : bytes[8..<12]
    let headerLength = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = (isShort ? 10 : 12) + headerLength
    guard start <= bytes.count else { throw failure("the header is cut off") }
    let header = String(decoding: bytes[(start - headerLength)..<start], as: UTF8.self)
    guard let description = NumpyHeader(header) else { throw failure("the header is damaged") }
    guard let type = NumpyElementType(rawValue: description.elementType) else {
      throw failure(
        "elements of type \(description.elementType) are not supported; save numbers of 32 or 64 "
          + "bits, or bytes")
    }
    var count = 1
    for extent in description.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= bytes.count else {
        throw failure("shape \(description.shape) is more than the file holds")
      }
      count = product
    }
    guard bytes.count - start == count * type.byteCount else {
      throw failure(
        "shape \(description.shape) needs \(count * type.byteCount) bytes, but \(bytes.count - start) "
          + "follow the header")
    }
    let stored = type.elements(bytes, from: start, count: count)
    elements =
      description.isColumnMajor ? stored.reordered(shape: description.shape) : stored
    shape = description.shape
    self.path = path
  }

  /// The array as samples: two dimensions, rows × columns.
  ///
  /// - Throws: ``ReaderError/data(path:line:reason:)`` if it has another number of dimensions.
  public func features() throws(ReaderError) -> any FeatureMatrix {
    guard shape.count == 2 else {
      throw .data(
        path: path, line: nil, reason: "features have two dimensions, but this has shape \(shape)")
    }
    guard case .single(let numbers) = elements else {
      return Matrix(unchecked: doubles, rowCount: shape[0], columnCount: shape[1])
    }
    return Matrix(unchecked: numbers, rowCount: shape[0], columnCount: shape[1])
  }

  /// The array as targets: one dimension, or two with a column for each target.
  ///
  /// - Throws: ``ReaderError/data(path:line:reason:)`` if it has another number of dimensions.
  public func targets() throws(ReaderError) -> TargetColumn {
    guard shape.count == 1 || shape.count == 2 else {
      throw .data(
        path: path, line: nil,
        reason: "targets have one or two dimensions, but this has shape \(shape)")
    }
    let columnCount = shape.count == 2 ? shape[1] : 1
    if case .integer(let integers) = elements, columnCount == 1 { return .integers(integers) }
    return .numbers(Matrix(unchecked: doubles, rowCount: shape[0], columnCount: columnCount))
  }

  /// The elements in double precision.
  public var doubles: [Double] {
    switch elements {
    case .integer(let numbers): numbers.map(Double.init)
    case .double(let numbers): numbers
    case .single(let numbers): numbers.map(Double.init)
    }
  }
}

extension NumpyArray.Elements {
  /// Elements in column order, put in row order.
  fileprivate func reordered(shape: [Int]) -> NumpyArray.Elements {
    switch self {
    case .integer(let numbers): .integer(Self.reordered(numbers, shape))
    case .double(let numbers): .double(Self.reordered(numbers, shape))
    case .single(let numbers): .single(Self.reordered(numbers, shape))
    }
  }

  private static func reordered<Number>(_ numbers: [Number], _ shape: [Int]) -> [Number] {
    guard shape.count == 2 else { return numbers }
    return (0..<numbers.count).map { index in
      let (row, column) = (index / max(1, shape[1]), index % max(1, shape[1]))
      return numbers[column * shape[0] + row]
    }
  }
}

/// The header of a `.npy` file: a Python dictionary of three entries.
private struct NumpyHeader {
  var elementType: String
  var isColumnMajor: Bool
  var shape: [Int]

  init?(_ text: String) {
    guard let type = text.firstMatch(of: #/'descr':\s*'([^']*)'/#),
      let order = text.firstMatch(of: #/'fortran_order':\s*(True|False)/#),
      let extents = text.firstMatch(of: #/'shape':\s*\(([^)]*)\)/#)
    else { return nil }
    elementType = String(type.1)
    isColumnMajor = order.1 == "True"
    shape = []
    for part in extents.1.split(separator: ",") {
      let digits = part.trimmingCharacters(in: .whitespaces)
      guard !digits.isEmpty else { continue }
      guard let extent = Int(digits) else { return nil }
      shape.append(extent)
    }
  }
}

/// The types of elements that can be read, by NumPy's names for them.
private enum NumpyElementType: String {
  case double = "<f8"
  case single = "<f4"
  case int64 = "<i8"
  case int32 = "<i4"
  case int16 = "<i2"
  case int8 = "|i1"
  case uint8 = "|u1"
  case bool = "|b1"

  var byteCount: Int {
    switch self {
    case .double, .int64: 8
    case .single, .int32: 4
    case .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  func elements(_ bytes: [UInt8], from start: Int, count: Int) -> NumpyArray.Elements {
    bytes.withUnsafeBytes { bytes in
      func read<Stored: FixedWidthInteger, Value: BitwiseCopyable>(
        _ convert: (Stored) -> Value
      ) -> [Value] {
        [Value](inHugePages: count) { values in
          for index in 0..<count {
            let offset = start + index * MemoryLayout<Stored>.size
            values.initializeElement(
              at: index,
              to: convert(
                Stored(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Stored.self))))
          }
        }
      }
      return switch self {
      case .double: .double(read { (bits: UInt64) in Double(bitPattern: bits) })
      case .single: .single(read { (bits: UInt32) in Float(bitPattern: bits) })
      case .int64: .integer(read { (stored: Int64) in Int(stored) })
      case .int32: .integer(read { (stored: Int32) in Int(stored) })
      case .int16: .integer(read { (stored: Int16) in Int(stored) })
      case .int8: .integer(read { (stored: Int8) in Int(stored) })
      case .uint8, .bool: .integer(read { (stored: UInt8) in Int(stored) })
      }
    }
  }
}
