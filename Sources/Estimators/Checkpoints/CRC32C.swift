/// The CRC-32C checksum (Castagnoli), eight bytes at a time.
///
/// **Source:** RFC 3720, appendix B.4, for the polynomial and its test values; M. Kounavis, F.
/// Berry: *A systematic approach to building high performance software-based CRC generators*, 2005,
/// for the eight tables.
enum CRC32C {
  private static let tables: [[UInt32]] = {
    var tables = [[UInt32](repeating: 0, count: 256)]
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = (value >> 1) ^ (value & 1 == 1 ? 0x82F6_3B78 : 0) }
      tables[0][byte] = value
    }
    for slice in 1..<8 {
      tables.append(tables[slice - 1].map { ($0 >> 8) ^ tables[0][Int($0 & 255)] })
    }
    return tables
  }()

  /// Returns the checksum of bytes.
  ///
  /// - Complexity: O(count).
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    let table = tables
    bytes.withUnsafeBytes { bytes in
      var offset = 0
      while offset + 8 <= bytes.count {
        let word =
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
          ^ UInt64(crc)
        crc = 0
        for slice in 0..<8 { crc ^= table[7 - slice][Int((word >> (8 * slice)) & 255)] }
        offset += 8
      }
      while offset < bytes.count {
        crc = (crc >> 8) ^ table[0][Int((crc ^ UInt32(bytes[offset])) & 255)]
        offset += 1
      }
    }
    return ~crc
  }
}
