import DataReaders
import Foundation
import LinearAlgebra
import Testing

@Suite struct NumpyArrayTests {
  /// A file as NumPy writes it: magic, version, length, dictionary padded to 64 bytes, elements.
  private func file(
    _ type: String, _ shape: String, _ bytes: [UInt8], columnMajor: Bool = false, version: UInt8 = 1
  ) -> [UInt8] {
    var header =
      "{'descr': '\(type)', 'fortran_order': \(columnMajor ? "True" : "False"), 'shape': \(shape), }"
    let prefix = version == 1 ? 10 : 12
    while (prefix + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    let length = header.utf8.count
    let lengthBytes: [UInt8] =
      version == 1
      ? [UInt8(length & 255), UInt8(length >> 8)]
      : [UInt8(length & 255), UInt8(length >> 8), 0, 0]
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + Array(header.utf8) + bytes
  }

  private func bytes<Value>(_ values: [Value]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

  @Test func doublesAndSinglesKeepTheirPrecision() throws {
    let doubles = try NumpyArray(file("<f8", "(2, 3)", bytes([1.0, 2, 3, 4, 5, 6])), path: "a")
    let matrix = try #require(try doubles.features() as? Matrix<Double>)
    #expect(matrix[1, 0] == 4)
    let singles = try NumpyArray(
      file("<f4", "(1, 2)", bytes([Float(0.1), 2]), version: 2), path: "a")
    #expect(try #require(try singles.features() as? Matrix<Float>).elements == [0.1, 2])
  }

  @Test func columnOrderIsTurnedIntoRowOrder() throws {
    let array = try NumpyArray(
      file("<f8", "(2, 3)", bytes([1.0, 4, 2, 5, 3, 6]), columnMajor: true), path: "a")
    #expect(array.doubles == [1, 2, 3, 4, 5, 6])
  }

  @Test func wholeNumbersBecomeDoubles() throws {
    #expect(
      try NumpyArray(file("<i8", "(2,)", bytes([Int64(-7), 9])), path: "a").doubles == [-7, 9])
    #expect(try NumpyArray(file("<i4", "(1,)", bytes([Int32(-7)])), path: "a").doubles == [-7])
    #expect(try NumpyArray(file("|u1", "(2,)", [200, 1]), path: "a").doubles == [200, 1])
    #expect(try NumpyArray(file("|b1", "(2,)", [0, 1]), path: "a").targets() == .integers([0, 1]))
  }

  @Test func wholeNumbersOfATargetKeepEveryDigit() throws {
    let labels = [1 << 53, 1 << 53 + 1, Int.min]
    #expect(
      try NumpyArray(file("<i8", "(3,)", bytes(labels)), path: "a").targets() == .integers(labels))
    let table = try NumpyArray(file("<i8", "(1, 2)", bytes([3, 4])), path: "a").targets()
    #expect(table == .numbers(try Matrix(rowCount: 1, columnCount: 2, elements: [3, 4])))
  }

  @Test func whatIsNoArrayIsRefused() {
    let whole = file("<f8", "(2, 3)", bytes([1.0, 2, 3, 4, 5, 6]))
    for count in whole.indices {
      #expect(throws: ReaderError.self) { try NumpyArray(Array(whole[0..<count]), path: "a") }
    }
    for bad in [
      file("<f2", "(1,)", [0, 0]), file(">f8", "(1,)", bytes([1.0])),
      file("<f8", "(3,)", bytes([1.0])), file("<f8", "(-1,)", bytes([1.0])),
      file("<f8", "(9223372036854775807, 9)", bytes([1.0])), file("<f8", "(x,)", bytes([1.0])),
      file("<f8", "(1,)", bytes([1.0]), version: 9),
    ] { #expect(throws: ReaderError.self) { try NumpyArray(bad, path: "a") } }
    #expect(throws: ReaderError.self) {
      try NumpyArray(file("<f8", "(1,)", bytes([1.0])), path: "a").features()
    }
  }

  @Test func rowsAreHandedOutInParts() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "a-\(UUID()).npy").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(file("<f8", "(5, 1)", bytes([1.0, 2, 3, 4, 5]))).write(to: URL(filePath: path))
    var reader = try NumpyReader(path: path)
    #expect(try reader.next(3)?.features.rowCount == 3)
    let rest = try #require(try reader.next(3))
    #expect((rest.features as? Matrix<Double>)?.elements == [4, 5])
    // Rows are counted in the file, not in the part.
    #expect(rest.origin.error(row: 1, reason: "bad").description == "\(path): row 4: bad")
    #expect(try reader.next(3) == nil)
  }
}
