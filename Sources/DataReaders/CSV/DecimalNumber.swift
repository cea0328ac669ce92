/// Numbers from their decimal digits, exactly.
enum DecimalNumber {
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Returns the number, or `nil` if the text is none or needs more than this fast way.
  ///
  /// Up to 2⁵³ in digits and a power of ten up to 22 are both exact in double precision, so that
  /// one division or multiplication rounds once and rightly.
  ///
  /// **Source:** W. Clinger: *How to read floating point numbers accurately*, 1990.
  static func parse(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Double? {
    var position = range.lowerBound
    let end = range.upperBound
    var isNegative = false
    if position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+")
    {
      isNegative = bytes[position] == UInt8(ascii: "-")
      position += 1
    }
    var digits: UInt64 = 0
    var digitCount = 0
    var scale = 0
    var hasPoint = false
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        digits = digits &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
        digitCount += 1
        if hasPoint { scale -= 1 }
      } else {
        break
      }
      position += 1
    }
    guard digitCount > 0, digitCount <= 18, digits <= 1 << 53 else { return nil }
    if position < end {
      guard bytes[position] | 0x20 == UInt8(ascii: "e"),
        let exponent = exponent(bytes, position + 1..<end)
      else { return nil }
      scale += exponent
    }
    guard abs(scale) <= 22 else { return nil }
    let magnitude =
      scale < 0 ? Double(digits) / powersOfTen[-scale] : Double(digits) * powersOfTen[scale]
    return isNegative ? -magnitude : magnitude
  }

  private static func exponent(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> Int? {
    var position = range.lowerBound
    guard position < range.upperBound else { return nil }
    var sign = 1
    if bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
      sign = bytes[position] == UInt8(ascii: "-") ? -1 : 1
      position += 1
    }
    guard position < range.upperBound, range.upperBound - position <= 4 else { return nil }
    var value = 0
    while position < range.upperBound {
      let byte = bytes[position]
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
      position += 1
    }
    return sign * value
  }
}
