internal import Foundation

/// Student's t distribution.
///
/// **Source:** M. Abramowitz, I. Stegun, Handbook of mathematical functions, 26.5 and 26.7; the
/// continued fraction is evaluated by the method of W. Lentz, 1976.
struct StudentDistribution {
  /// The degrees of freedom, at least 1.
  let degreesOfFreedom: Int

  /// Returns the probability of a value at least as far from zero as t, on either side.
  func probabilityBeyond(_ t: Double) -> Double {
    let freedom = Double(degreesOfFreedom)
    // t² may overflow, and the probability is then zero.
    let square = t * t
    guard square.isFinite else { return 0 }
    return Self.incompleteBeta(
      freedom / (freedom + square), complement: square / (freedom + square), freedom / 2, 0.5)
  }

  /// Returns the t beyond which, on either side, values lie with a probability.
  ///
  /// - Parameter probability: Above 0 and below 1.
  /// - Returns: Above 0.
  func quantile(beyond probability: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while probabilityBeyond(high) > probability, high < 1e300 { (low, high) = (high, 2 * high) }
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { return middle }
      if probabilityBeyond(middle) > probability { low = middle } else { high = middle }
    }
  }

  /// The regularized incomplete beta function I_x(a, b).
  private static func incompleteBeta(
    _ x: Double, complement: Double, _ a: Double, _ b: Double
  ) -> Double {
    guard x > 0 else { return 0 }
    guard complement > 0 else { return 1 }
    let logarithm =
      logOfGamma(a + b) - logOfGamma(a) - logOfGamma(b) + a * log(x) + b * log(complement)
    let front = exp(logarithm)
    // The fraction converges fast on the side of the mean.
    return x < (a + 1) / (a + b + 2)
      ? front * fraction(x, a, b) / a : 1 - front * fraction(complement, b, a) / b
  }

  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let least = 1e-300
    func away(_ value: Double) -> Double { abs(value) < least ? least : value }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...10_000 {
      let m = Double(step)
      for numerator in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 / away(1 + numerator * d)
        c = away(1 + numerator / c)
        result *= c * d
      }
      if abs(c * d - 1) < 1e-16 { break }
    }
    return result
  }

  private static func logOfGamma(_ x: Double) -> Double {
    #if canImport(Darwin)
      Foundation.lgamma(x)
    #else
      lgamma(x)
    #endif
  }
}
