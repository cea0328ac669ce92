internal import LinearAlgebra

/// What a hidden unit makes of the sum z that arrives at it.
///
/// **Source:** names of scikit-learn's `MLPClassifier`.
public enum Activation: String, NamedHyperparameterValue {
  /// z itself.
  case identity

  /// 1 / (1 + e⁻ᶻ).
  case logistic

  /// The hyperbolic tangent of z.
  case tanh

  /// z, or 0 if it is negative.
  case relu

  /// The same for the kernels.
  var kernel: _Activation {
    switch self {
    case .identity: .identity
    case .logistic: .logistic
    case .tanh: .tanh
    case .relu: .relu
    }
  }
}
