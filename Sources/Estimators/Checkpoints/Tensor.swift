public import LinearAlgebra

/// A named array of numbers, as it stands in a model file.
public struct Tensor: Equatable, Sendable {
  /// How one element is stored, with the name the safetensors format has for it.
  public enum ElementType: String, CaseIterable, Sendable {
    /// IEEE 754 double precision.
    case float64 = "F64"

    /// IEEE 754 single precision.
    case float32 = "F32"

    /// A signed whole number of 64 bits.
    case int64 = "I64"

    /// The size of one element in bytes.
    public var byteCount: Int { self == .float32 ? 4 : 8 }
  }

  /// The name, unique in its archive.
  public var name: String

  /// How the elements are stored.
  public let elementType: ElementType

  /// The extent in each dimension; empty for a single number.
  public let shape: [Int]

  /// The elements in row order, little-endian.
  public let bytes: [UInt8]

  /// Makes a tensor from its bytes.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - elementType: How the elements are stored.
  ///   - shape: The extents, each at least 0.
  ///   - bytes: The elements in row order, little-endian.
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if the bytes do not fill the shape.
  public init(
    name: String, elementType: ElementType, shape: [Int], bytes: [UInt8]
  ) throws(EstimatorError) {
    guard let count = Tensor.elementCount(shape), bytes.count == count * elementType.byteCount
    else {
      throw .unreadableModel(
        reason: "tensor \(name) of shape \(shape) does not hold \(bytes.count) bytes")
    }
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.bytes = bytes
  }

  /// Makes a tensor from a matrix, rows × columns.
  public init<Scalar: MatrixScalar>(_ name: String, _ matrix: Matrix<Scalar>) {
    self.init(name, matrix.elements, shape: [matrix.rowCount, matrix.columnCount])
  }

  /// Makes a tensor from numbers, with one dimension unless a shape is given.
  ///
  /// - Precondition: The numbers fill the shape.
  public init<Scalar: MatrixScalar>(_ name: String, _ numbers: [Scalar], shape: [Int]? = nil) {
    let shape = shape ?? [numbers.count]
    precondition(Tensor.elementCount(shape) == numbers.count)
    self.name = name
    elementType = Scalar.self == Float.self ? .float32 : .float64
    self.shape = shape
    bytes = littleEndianBytes(numbers)
  }

  /// Makes a tensor from whole numbers, with one dimension unless a shape is given.
  ///
  /// - Precondition: The numbers fill the shape.
  public init(_ name: String, _ numbers: [Int], shape: [Int]? = nil) {
    let shape = shape ?? [numbers.count]
    precondition(Tensor.elementCount(shape) == numbers.count)
    self.name = name
    elementType = .int64
    self.shape = shape
    bytes = littleEndianBytes(numbers.map(Int64.init))
  }

  /// The elements as numbers; those of whole-number tensors are converted.
  public var numbers: [Double] {
    switch elementType {
    case .float64: values(UInt64.self).map { Double(bitPattern: $0) }
    case .float32: values(UInt32.self).map { Double(Float(bitPattern: $0)) }
    case .int64: values(Int64.self).map(Double.init)
    }
  }

  /// The elements as whole numbers, or `nil` if they are stored as something else.
  public var integers: [Int]? {
    elementType == .int64 ? values(Int64.self).map(Int.init) : nil
  }

  private func values<Value: FixedWidthInteger>(_ type: Value.Type) -> [Value] {
    bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / MemoryLayout<Value>.size).map {
        Value(
          littleEndian: bytes.loadUnaligned(
            fromByteOffset: $0 * MemoryLayout<Value>.size, as: Value.self))
      }
    }
  }

  /// The product of the extents, or `nil` if one is negative or the product too large.
  static func elementCount(_ shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= Int.max / 8 else { return nil }
      count = product
    }
    return count
  }
}

/// The bytes of numbers as they lie in memory on a little-endian machine.
private func littleEndianBytes<Number>(_ numbers: [Number]) -> [UInt8] {
  var bytes = numbers.withUnsafeBytes { Array($0) }
  if 1.bigEndian == 1 {
    let size = MemoryLayout<Number>.size
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<start + size].reverse()
    }
  }
  return bytes
}
