/// A number in twice the precision times a power of two: of any size, so that products neither
/// overflow nor vanish.
package struct ScaledTwofold: Sendable {
  /// From 1 to 2, or from −2 to −1, or zero.
  private let number: Twofold

  /// The power of two.
  package let exponent: Int

  /// Takes a number times two to the power of an exponent.
  ///
  /// - Precondition: The number is finite.
  package init(_ number: Twofold, exponent: Int = 0) {
    let own = number.high == 0 ? 0 : Int(number.high.exponent)
    self.number = number.scaled(exponent: -own)
    self.exponent = number.high == 0 ? 0 : own + exponent
  }

  /// Takes a number.
  package init(_ number: Double) { self.init(Twofold(number)) }

  package var isZero: Bool { number.high == 0 }

  /// The number in two doubles; rounded to zero or infinite where there are none.
  package var twofold: Twofold { number.scaled(exponent: exponent) }

  /// The number without its power of two.
  package var significand: Twofold { number }

  package var negated: ScaledTwofold {
    ScaledTwofold(Twofold(-number.high, plus: -number.low), exponent: exponent)
  }

  package func adding(_ other: ScaledTwofold) -> ScaledTwofold {
    guard !isZero else { return other }
    guard !other.isZero else { return self }
    let (large, small) = exponent >= other.exponent ? (self, other) : (other, self)
    // What is so much smaller changes nothing.
    guard large.exponent - small.exponent <= 256 else { return large }
    var sum = large.number
    sum += small.number.scaled(exponent: small.exponent - large.exponent)
    return ScaledTwofold(sum, exponent: large.exponent)
  }

  package func multiplied(by other: ScaledTwofold) -> ScaledTwofold {
    ScaledTwofold(number.multiplied(by: other.number), exponent: exponent + other.exponent)
  }

  /// - Precondition: The other number is not zero.
  package func divided(by other: ScaledTwofold) -> ScaledTwofold {
    ScaledTwofold(number.divided(by: other.number), exponent: exponent - other.exponent)
  }

  /// Returns the square root, rounded to a double.
  ///
  /// - Precondition: The number is at least 0.
  package func squareRoot() -> Double {
    let isOdd = exponent % 2 != 0
    let root = (isOdd ? 2 * number.high : number.high).squareRoot()
    return Double(
      sign: .plus, exponent: (isOdd ? exponent - 1 : exponent) / 2, significand: root)
  }
}
