/// A number in twice the precision: the sum of two doubles, of which the second is what was rounded
/// off the first.
///
/// **Source:** T. Dekker, A floating-point technique for extending the available precision, 1971.
package struct Twofold: Equatable, Sendable {
  /// The number, rounded to a double.
  package private(set) var high: Double

  /// What was rounded off.
  package private(set) var low: Double

  /// Takes a number as it is.
  package init(_ value: Double) {
    high = value
    low = 0
  }

  /// Takes the sum of two numbers, of any size.
  package init(_ first: Double, plus second: Double) {
    high = first + second
    let part = high - first
    low = (first - (high - part)) + (second - part)
  }

  /// Takes the product of two numbers.
  package init(_ first: Double, times second: Double) {
    high = first * second
    low = (-high).addingProduct(first, second)
  }

  /// Adds a number.
  package static func += (left: inout Twofold, right: Double) {
    left += Twofold(right)
  }

  /// Adds a number.
  package static func += (left: inout Twofold, right: Twofold) {
    let sum = Twofold(left.high, plus: right.high)
    left = Twofold(sum.high, plus: sum.low + (left.low + right.low))
  }

  /// Takes a product off.
  package mutating func subtract(_ factor: Double, times other: Twofold) {
    var product = Twofold(-factor, times: other.high)
    product += -factor * other.low
    self += product
  }

  /// Takes a product off.
  package mutating func subtract(_ factor: Twofold, times other: Twofold) {
    let product = Twofold(-factor.high, times: other.high)
    let rest = product.low - (factor.high * other.low + factor.low * other.high)
    self += Twofold(product.high, plus: rest)
  }

  /// Returns the product with another number.
  package func multiplied(by other: Twofold) -> Twofold {
    let product = Twofold(high, times: other.high)
    return Twofold(product.high, plus: product.low + (high * other.low + low * other.high))
  }

  /// Returns the product with a power of two, of any size.
  package func scaled(exponent: Int) -> Twofold {
    var result = self
    result.high = Double(sign: .plus, exponent: exponent, significand: high)
    result.low = Double(sign: .plus, exponent: exponent, significand: low)
    return result
  }

  /// Returns the quotient by another number.
  package func divided(by other: Twofold) -> Twofold {
    let first = high / other.high
    var left = self
    left.subtract(first, times: other)
    return Twofold(first, plus: left.high / other.high)
  }
}
