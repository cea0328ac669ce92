#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif
internal import LinearAlgebra

/// How the learning rate of a linear model depends on the number of steps taken, t.
///
/// With t counted from 1:
///
/// | rate | η at step t |
/// | --- | --- |
/// | constant | `initialLearningRate` |
/// | optimal | 1 / (`alpha` · (t₀ + t − 1)), with t₀ = `alpha`^(−3/4) |
/// | inverseScaling | `initialLearningRate` / t^`powerT` |
/// | adaptive | `initialLearningRate`, divided by 5 each time the stopping rule would end training |
/// | passiveAggressive1 | min(`initialLearningRate`, L / ‖x‖²) |
/// | passiveAggressive2 | L / (‖x‖² + 1 / (2 · `initialLearningRate`)) |
///
/// The adaptive rate acts in `fit` with a tolerance or early stopping, and stays as it is
/// elsewhere; training ends when it is at most 1e-6 by then. The passive-aggressive ones are lengths
/// of steps, for the losses hinge and epsilonInsensitive alone.
///
/// **Source:** names, formulas and defaults of scikit-learn's `SGDClassifier`; the second is by L.
/// Bottou, the last two are K. Crammer's and others': *Online passive-aggressive algorithms*, 2006.
public enum LinearLearningRate: String, NamedHyperparameterValue {
  /// Always the same.
  case constant

  /// Falls like 1 / t at the pace that suits the penalty; needs `alpha` above 0.
  case optimal

  /// Falls like a power of t.
  case inverseScaling

  /// Falls when training gets no better.
  case adaptive

  /// As far as the loss of the sample vanishes, and no further than the initial rate.
  case passiveAggressive1

  /// The same with a soft bound.
  case passiveAggressive2

  /// Whether a step goes as far as its sample needs.
  var isPassiveAggressive: Bool { self == .passiveAggressive1 || self == .passiveAggressive2 }

  /// How the kernels take a step.
  var rule: GradientPlan.Rule {
    switch self {
    case .passiveAggressive1: .passiveAggressive1
    case .passiveAggressive2: .passiveAggressive2
    default: .slope
    }
  }
}

/// A learning rate with its settings, to be asked at every step.
struct LinearSchedule {
  private let kind: LinearLearningRate
  private let initialLearningRate: Double
  private let powerT: Double
  private let alpha: Double
  private let optimalStart: Double

  /// Makes a schedule.
  ///
  /// - Parameters:
  ///   - settings: The settings.
  ///   - reductionCount: How often the adaptive rate has been lowered.
  init(_ settings: StochasticGradientSettings, reductionCount: Int) {
    kind = settings.learningRate
    var rate = settings.initialLearningRate
    if kind == .adaptive {
      // No rate is above 0 after so many divisions.
      for _ in 0..<min(reductionCount, 1000) { rate /= 5 }
    }
    initialLearningRate = rate
    powerT = settings.powerT
    alpha = settings.alpha
    // A typical coefficient is alpha^(−1/4); the first step is chosen to be of its size.
    let firstRate = (1 / alpha.squareRoot()).squareRoot()
    optimalStart = 1 / (firstRate * alpha)
  }

  /// Whether the adaptive rate may be lowered once more.
  var isReducible: Bool { kind == .adaptive && initialLearningRate > 1e-6 }

  /// Returns the rates of steps that follow one another.
  ///
  /// - Parameters:
  ///   - first: The number of the first step, from 1.
  ///   - count: How many steps.
  /// - Returns: The rates, at least 0.
  func rates(from first: Int, count: Int) -> [Double] {
    switch kind {
    case .optimal:
      (0..<count).map { 1 / (alpha * (optimalStart + Double(first - 1 + $0))) }
    case .inverseScaling:
      (0..<count).map { initialLearningRate / pow(Double(first + $0), powerT) }
    default:
      [Double](repeating: initialLearningRate, count: count)
    }
  }
}
