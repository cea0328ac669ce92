#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// How the learning rate of a network depends on the number of samples trained on, t.
///
/// With η₀ for `initialLearningRate`, η₁ for `minimumLearningRate`, f for `decayFactor`, T for
/// `decaySamples` and W for `warmUpSamples`:
///
/// | rate | η after t samples |
/// | --- | --- |
/// | constant | η₀ |
/// | inverseScaling | η₀ / (t + 1)^`powerT`, the same throughout an epoch |
/// | adaptive | η₀, divided by 5 each time the stopping rule would end training |
/// | step | η₀ · f^⌊t / T⌋ |
/// | exponential | η₀ · f^(t / T) |
/// | cosine | η₀ · (t + 1) / W for t < W, then η₁ + (η₀ − η₁) · (1 + cos(π · min(1, (t − W) / T))) / 2 |
/// | plateau | η₀, times f each time the stopping rule would end training, and never below η₁ |
///
/// The clock t counts on in every call, so that a schedule stretches over all of them. Step,
/// exponential and cosine are asked at each batch. With n samples, k epochs are k · n on the clock.
/// The adaptive rate and the plateau act in `fit` with a tolerance or early stopping, and stay as
/// they are elsewhere; training ends when the adaptive rate is at most 1e-6 by then, or the plateau
/// at most η₁. Every rate serves both `adam` and `sgd`.
///
/// **Source:** names and formulas of the first three are those of scikit-learn's `MLPClassifier`,
/// which uses them for `sgd` only; the cosine is I. Loshchilov's and F. Hutter's: *SGDR: stochastic
/// gradient descent with warm restarts*, 2016.
public enum NetworkLearningRate: String, NamedHyperparameterValue {
  /// Always the same.
  case constant

  /// Falls like a power of the number of samples.
  case inverseScaling

  /// Falls when training gets no better.
  case adaptive

  /// Falls by a factor at regular intervals.
  case step

  /// Falls smoothly by a factor in each interval.
  case exponential

  /// Rises in a straight line, then falls like the half of a cosine wave.
  case cosine

  /// Falls by a factor when training gets no better.
  case plateau
}

/// A learning rate with its settings, to be asked at every batch.
struct NetworkSchedule {
  let settings: NetworkSettings

  /// How often the stopping rule has lowered the rate.
  let reductionCount: Int

  /// The number of samples trained on when the pass begins.
  let start: Int

  /// Returns the rate of a batch that begins after so many samples, those of earlier passes
  /// included.
  func rate(atSample t: Int) -> Double {
    let initial = settings.initialLearningRate
    let interval = Double(t) / Double(settings.decaySamples)
    switch settings.learningRate {
    case .constant: return initial
    case .inverseScaling: return initial / pow(Double(start) + 1, settings.powerT)
    case .adaptive: return initial * pow(0.2, Double(reductionCount))
    case .step: return initial * pow(settings.decayFactor, interval.rounded(.down))
    case .exponential: return initial * pow(settings.decayFactor, interval)
    case .cosine: return cosine(t)
    case .plateau:
      return max(
        min(initial, settings.minimumLearningRate),
        initial * pow(settings.decayFactor, Double(reductionCount)))
    }
  }

  private func cosine(_ t: Int) -> Double {
    let (initial, warmUp) = (settings.initialLearningRate, settings.warmUpSamples)
    guard t >= warmUp else { return initial * Double(t + 1) / Double(warmUp) }
    let final = min(initial, settings.minimumLearningRate)
    let share = min(1, Double(t - warmUp) / Double(settings.decaySamples))
    return final + (initial - final) * (1 + cos(.pi * share)) / 2
  }

  /// Whether the stopping rule may lower the rate once more.
  var isReducible: Bool {
    switch settings.learningRate {
    case .adaptive: rate(atSample: start) > 1e-6
    case .plateau: rate(atSample: start) > settings.minimumLearningRate
    default: false
    }
  }
}
