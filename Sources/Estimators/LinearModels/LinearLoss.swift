internal import LinearAlgebra

/// What a linear model makes small.
///
/// With y the target (±1 for the side a sample of a classification belongs on), p its score, z = y
/// · p and r = p − y:
///
/// | loss | L |
/// | --- | --- |
/// | hinge | max(0, 1 − z) |
/// | squaredHinge | max(0, 1 − z)² |
/// | perceptron | max(0, −z) |
/// | logistic | log(1 + e⁻ᶻ) |
/// | modifiedHuber | max(0, 1 − z)² if z ≥ −1, otherwise −4 z |
/// | squaredError | r² / 2 |
/// | huber | r² / 2 if ǀrǀ ≤ ε, otherwise ε (ǀrǀ − ε / 2) |
/// | epsilonInsensitive | max(0, ǀrǀ − ε) |
/// | squaredEpsilonInsensitive | max(0, ǀrǀ − ε)² |
///
/// where ε is the setting `epsilon`. The first five are for classification alone.
///
/// **Source:** names and formulas of scikit-learn's `SGDClassifier` and `SGDRegressor`.
public enum LinearLoss: String, NamedHyperparameterValue {
  /// A linear support vector machine.
  case hinge

  /// A support vector machine that punishes more the further a sample is on the wrong side.
  case squaredHinge

  /// Rosenblatt's perceptron.
  case perceptron

  /// Logistic regression; gives probabilities.
  case logistic

  /// Tolerant of outliers; gives probabilities.
  case modifiedHuber

  /// Ordinary least squares.
  case squaredError

  /// Least squares near the target, and tolerant of outliers beyond `epsilon`.
  case huber

  /// Support vector regression: errors up to `epsilon` count nothing.
  case epsilonInsensitive

  /// The same with squares beyond `epsilon`.
  case squaredEpsilonInsensitive

  /// Whether a score can be turned into a probability.
  var hasProbabilities: Bool { self == .logistic || self == .modifiedHuber }

  /// Whether the setting `epsilon` says something of it.
  var hasWidth: Bool {
    self == .huber || self == .epsilonInsensitive || self == .squaredEpsilonInsensitive
  }

  /// Whether it is one of those for classification alone.
  var isForClassification: Bool { kernel.rawValue < LinearLossKernel.squaredError.rawValue }

  /// The same for the kernels.
  var kernel: LinearLossKernel {
    switch self {
    case .hinge: .hinge
    case .squaredHinge: .squaredHinge
    case .perceptron: .perceptron
    case .logistic: .logistic
    case .modifiedHuber: .modifiedHuber
    case .squaredError: .squaredError
    case .huber: .huber
    case .epsilonInsensitive: .epsilonInsensitive
    case .squaredEpsilonInsensitive: .squaredEpsilonInsensitive
    }
  }

  /// Returns the probability that a sample of this score belongs on the positive side.
  func probability(_ score: Double) -> Double {
    self == .logistic ? Logistic.probability(score) : (min(1, max(-1, score)) + 1) / 2
  }
}
