internal import LinearAlgebra

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Probabilities and losses of finite scores, to the last digits also where they are small.
///
/// The kernels of training are quicker, and stop short of the smallest numbers.
enum Logistic {
  /// Returns 1 / (1 + e⁻ᶻ); 1 less it is that of −z.
  static func probability(_ score: Double) -> Double {
    let small = exp(-abs(score))
    return (score < 0 ? small : 1) / (1 + small)
  }

  /// Returns log(1 + e⁻ᶻ), the loss of a score z on the side of its sample.
  static func loss(_ score: Double) -> Double {
    LinearLossKernel.logistic.value(score, target: 1, epsilon: 0)
  }

  /// Returns the probabilities eᶻ / Σ eᶻ of classes that exclude one another.
  static func softmax(_ scores: ArraySlice<Double>) -> [Double] {
    let (largest, others) = sum(scores)
    return scores.map { exp($0 - largest) / (1 + others) }
  }

  /// Returns their logarithms, z − log Σ eᶻ.
  static func logSoftmax(_ scores: ArraySlice<Double>) -> [Double] {
    let (largest, others) = sum(scores)
    let rest = log1p(others)
    return scores.map { ($0 - largest) - rest }
  }

  /// Returns the largest score, and the sum of eᶻ over the others, relative to that of the largest:
  /// it may be far below 1.
  private static func sum(_ scores: ArraySlice<Double>) -> (largest: Double, others: Double) {
    var best = scores.startIndex
    for index in scores.indices where scores[index] > scores[best] { best = index }
    var others = 0.0
    for index in scores.indices where index != best { others += exp(scores[index] - scores[best]) }
    return (scores[best], others)
  }
}
