/// What a number is where it is read from text: one grammar for data files, settings, the command
/// and model files.
///
///     number   = [sign] (decimal | "inf" | "infinity" | "nan")
///     decimal  = (digits ["." [digits]] | "." digits) ["e" [sign] digits]
///     sign     = "+" | "-"
///     digits   = "0" … "9", at least one
///
/// Letters may be large or small. Spaces and tabs at the ends do not count. Everything else is
/// text: hexadecimal digits, separators of thousands, a decimal comma, digits of other scripts, and
/// whatever stands behind a NUL.
package enum NumberText {
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Returns the number that a text is, rounded once to the nearest; `nil` if it is none.
  package static func number(_ text: some StringProtocol) -> Double? {
    var text = String(text)
    return text.withUTF8 { number($0, 0..<$0.count) }
  }

  /// Returns the whole number that a text is, or `nil`.
  ///
  /// It is one only as it would be written: `007`, `+7`, `7.0` and ` 7` are none, so that labels
  /// that differ stay apart.
  package static func wholeNumber(_ text: String) -> Int? {
    guard let number = Int(text), number.description == text else { return nil }
    return number
  }

  /// Returns the number that bytes are, rounded once to the nearest; `nil` if they are none.
  ///
  /// Up to 2⁵³ in digits and a power of ten up to 22 are both exact in double precision, so that
  /// one division or multiplication rounds once and rightly; what is beyond is left to the standard
  /// library.
  ///
  /// - Complexity: O(count).
  ///
  /// **Source:** W. Clinger: *How to read floating point numbers accurately*, 1990.
  package static func number(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> Double? {
    let range = trimmed(bytes, range)
    var position = range.lowerBound
    let end = range.upperBound
    var isNegative = false
    if position < end, isSign(bytes[position]) {
      isNegative = bytes[position] == UInt8(ascii: "-")
      position += 1
    }
    let start = position
    var digits: UInt64 = 0
    var digitCount = 0
    var scale = 0
    var hasPoint = false
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else if isDigit(byte) {
        digits = digits &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
        digitCount += 1
        if hasPoint { scale -= 1 }
      } else {
        break
      }
      position += 1
    }
    guard digitCount > 0 else { return word(bytes, start..<end, isNegative) }
    if position < end {
      guard bytes[position] | 0x20 == UInt8(ascii: "e"),
        let exponent = exponent(bytes, position + 1..<end)
      else { return nil }
      scale += exponent
    }
    guard digitCount <= 18, digits <= 1 << 53, abs(scale) <= 22 else {
      return Double(String(decoding: bytes[range], as: UTF8.self))
    }
    let magnitude =
      scale < 0 ? Double(digits) / powersOfTen[-scale] : Double(digits) * powersOfTen[scale]
    return isNegative ? -magnitude : magnitude
  }

  /// The digits of an exponent, or `nil`; one beyond all doubles stands for all beyond.
  private static func exponent(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> Int? {
    var position = range.lowerBound
    guard position < range.upperBound else { return nil }
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isSign(bytes[position]) { position += 1 }
    guard position < range.upperBound else { return nil }
    var value = 0
    while position < range.upperBound {
      guard isDigit(bytes[position]) else { return nil }
      value = min(value * 10 + Int(bytes[position] - UInt8(ascii: "0")), 1_000_000)
      position += 1
    }
    return isNegative ? -value : value
  }

  /// The number that a word stands for, or `nil`.
  private static func word(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ isNegative: Bool
  ) -> Double? {
    // The longest word has 8 letters; a text of any length is not copied to find that out.
    guard range.count <= 8 else { return nil }
    return switch String(decoding: bytes[range].map { $0 | 0x20 }, as: UTF8.self) {
    case "inf", "infinity": isNegative ? -.infinity : .infinity
    case "nan": .nan
    default: nil
    }
  }

  private static func trimmed(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isBlank(bytes[start]) { start += 1 }
    while start < end, isBlank(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  private static func isSign(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
