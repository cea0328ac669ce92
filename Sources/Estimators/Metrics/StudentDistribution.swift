internal import Foundation

/// Student's t distribution.
///
/// **Source:** the regularized incomplete beta function in continued fractions, M. Abramowitz, I.
/// Stegun, Handbook of mathematical functions, 26.5 and 26.7; in the tail C. F. Gauss's fraction,
/// all of whose terms are positive; evaluated by the method of W. Lentz, 1976.
package struct StudentDistribution {
  /// The degrees of freedom, at least 1.
  let degreesOfFreedom: Int

  package init(degreesOfFreedom: Int) { self.degreesOfFreedom = degreesOfFreedom }

  /// Returns the probability of a value at least as far from zero as t, on either side.
  ///
  ///     I_x(ν / 2, 1 / 2)     x = ν / (ν + t²)
  ///
  /// The relative error is below 1e-12, as long as the probability is a normal number.
  package func probabilityBeyond(_ t: Double) -> Double {
    let (freedom, half) = (Double(degreesOfFreedom), Double(degreesOfFreedom) / 2)
    let root = abs(t) / freedom.squareRoot()
    // t² / ν, which may overflow; everything below bears that.
    let square = root * root
    let complement = square < 1 ? square / (1 + square) : 1 / (1 + 1 / square)
    // Neither a difference of logarithms of gamma functions nor log x, of which little would be left.
    let logarithm = root < 1e100 ? log1p(square) : 2 * log(root)
    let front = exp(-half * logarithm) * Self.gammaRatio(half) / Double.pi.squareRoot()
    // Each fraction converges fast on its side of the mean.
    return square * (half + 1) > 1.5
      ? front / complement.squareRoot() * Self.tailFraction(1 / square, half + 1) / half
      : 1 - 2 * front * complement.squareRoot() * Self.fraction(complement, half)
  }

  /// Returns the t beyond which, on either side, values lie with a probability.
  ///
  /// - Parameter probability: Above 0 and below 1.
  /// - Returns: Above 0.
  package func quantile(beyond probability: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while probabilityBeyond(high) > probability, high < 0x1p1023 { (low, high) = (high, 2 * high) }
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { return middle }
      if probabilityBeyond(middle) > probability { low = middle } else { high = middle }
    }
  }

  /// Γ(a + 1/2) / Γ(a), for a of at least 1/2: the asymptotic series, from 30 on.
  private static func gammaRatio(_ a: Double) -> Double {
    var (a, factor) = (a, 1.0)
    while a < 30 {
      factor *= a / (a + 0.5)
      a += 1
    }
    let coefficients: [Double] = [
      39325.0 / 33_554_432, 869.0 / 4_194_304, -399.0 / 262_144, -21.0 / 32768, 5.0 / 1024,
      1.0 / 128, -1.0 / 8, 1,
    ]
    return factor * a.squareRoot() * coefficients.reduce(0) { $0 / a + $1 }
  }

  /// F(1, 1/2; c; −z), for z of at least 0.
  private static func tailFraction(_ z: Double, _ c: Double) -> Double {
    var lentz = Lentz()
    for step in 1...Self.mostSteps {
      let n = Double(step / 2)
      let (left, right) = step % 2 == 1 ? (0.5 + n, c - 1 + n) : (n, c - 1.5 + n)
      let last = c + 2 * n - (step % 2 == 1 ? 0 : 1)
      if lentz.add(left * right / ((last - 1) * last) * z) { break }
    }
    return 1 / lentz.value
  }

  /// The fraction of I_x(1/2, b), for x up to 3 / (2 b + 5).
  private static func fraction(_ x: Double, _ b: Double) -> Double {
    var lentz = Lentz()
    let a = 0.5
    for step in 1...Self.mostSteps {
      let m = Double(step / 2)
      let (left, right) = step % 2 == 1 ? (-(a + m), a + b + m) : (m, b - m)
      let last = a + 2 * m + (step % 2 == 1 ? 1 : 0)
      if lentz.add(left * right / ((last - 1) * last) * x) { break }
    }
    return 1 / lentz.value
  }

  private static let mostSteps = 10_000
}

/// A continued fraction 1 + a₁ / (1 + a₂ / (1 + …)).
private struct Lentz {
  private(set) var value = 1.0
  private var c = 1.0
  private var d = 0.0

  /// Takes the next numerator in; returns whether nothing changes any more.
  mutating func add(_ numerator: Double) -> Bool {
    d = 1 / Self.away(1 + numerator * d)
    c = Self.away(1 + numerator / c)
    value *= c * d
    return abs(c * d - 1) < 1e-16
  }

  private static func away(_ number: Double) -> Double { abs(number) < 1e-300 ? 1e-300 : number }
}
