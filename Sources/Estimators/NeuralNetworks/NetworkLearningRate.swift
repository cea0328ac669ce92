#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// How the learning rate of a network depends on the number of samples trained on, t.
///
/// | rate | η in an epoch that begins at t |
/// | --- | --- |
/// | constant | `initialLearningRate` |
/// | inverseScaling | `initialLearningRate` / (t + 1)^`powerT` |
///
/// The rate is the same throughout an epoch, and in `partialFit` throughout the pass. It serves
/// every solver.
///
/// **Source:** names and formulas of scikit-learn's `MLPClassifier`, which uses them for `sgd`
/// only.
public enum NetworkLearningRate: String, NamedHyperparameterValue {
  /// Always the same.
  case constant

  /// Falls like a power of the number of samples.
  case inverseScaling

  /// Returns the rate of an epoch that begins after so many samples.
  func rate(initial: Double, powerT: Double, sampleCount: Int) -> Double {
    switch self {
    case .constant: initial
    case .inverseScaling: initial / pow(Double(sampleCount) + 1, powerT)
    }
  }
}
