#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// What a linear classifier makes small.
///
/// With y = ±1 the side a sample belongs on, p its score and z = y · p:
///
/// | loss | L |
/// | --- | --- |
/// | hinge | max(0, 1 − z) |
/// | logistic | log(1 + e⁻ᶻ) |
///
/// **Source:** names and formulas of scikit-learn's `SGDClassifier`.
public enum LinearLoss: String, NamedHyperparameterValue {
  /// A linear support vector machine.
  case hinge

  /// Logistic regression; gives probabilities.
  case logistic

  /// Whether a score can be turned into a probability.
  var hasProbabilities: Bool { self == .logistic }

  /// Returns the loss and its slope in the score.
  ///
  /// - Parameters:
  ///   - score: The score p.
  ///   - side: On which side the sample belongs, 1 or −1.
  /// - Returns: L, and its derivative in p.
  @inline(__always)
  func valueAndSlope(_ score: Double, side: Double) -> (value: Double, slope: Double) {
    let z = score * side
    switch self {
    case .hinge:
      return z <= 1 ? (1 - z, -side) : (0, 0)
    case .logistic:
      // One exponential, of a number that is not positive, serves both.
      let e = exp(-abs(z))
      let slope = z > 0 ? -side * e / (1 + e) : -side / (1 + e)
      return (log1p(e) + max(0, -z), slope)
    }
  }

  /// Returns the logistic function 1 / (1 + e⁻ᵖ).
  static func probability(_ score: Double) -> Double {
    let e = exp(-abs(score))
    return score > 0 ? 1 / (1 + e) : e / (1 + e)
  }
}
