#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// How the learning rate of a linear model depends on the number of steps taken, t.
///
/// | rate | η at step t |
/// | --- | --- |
/// | constant | `initialLearningRate` |
/// | optimal | 1 / (`alpha` · (t₀ + t − 1)), with t₀ = `alpha`^(−3/4) |
/// | inverseScaling | `initialLearningRate` / t^`powerT` |
///
/// **Source:** names, formulas and defaults of scikit-learn's `SGDClassifier`; the second is by L.
/// Bottou.
public enum LinearLearningRate: String, NamedHyperparameterValue {
  /// Always the same.
  case constant

  /// Falls like 1 / t at the pace that suits the penalty; needs `alpha` above 0.
  case optimal

  /// Falls like a power of t.
  case inverseScaling
}

/// A learning rate with its settings, to be asked at every step.
struct LinearSchedule {
  private let kind: LinearLearningRate
  private let initialLearningRate: Double
  private let powerT: Double
  private let alpha: Double
  private let optimalStart: Double

  init(
    _ kind: LinearLearningRate, initialLearningRate: Double, powerT: Double, alpha: Double
  ) {
    self.kind = kind
    self.initialLearningRate = initialLearningRate
    self.powerT = powerT
    self.alpha = alpha
    // A typical coefficient is alpha^(−1/4); the first step is chosen to be of its size.
    let firstRate = (1 / alpha.squareRoot()).squareRoot()
    optimalStart = 1 / (firstRate * alpha)
  }

  /// Returns the rate of a step.
  ///
  /// - Parameter step: The number of the step, from 1.
  /// - Returns: The rate, at least 0.
  @inline(__always)
  func rate(atStep step: Int) -> Double {
    switch kind {
    case .constant: initialLearningRate
    case .optimal: 1 / (alpha * (optimalStart + Double(step) - 1))
    case .inverseScaling: initialLearningRate / pow(Double(step), powerT)
    }
  }
}
