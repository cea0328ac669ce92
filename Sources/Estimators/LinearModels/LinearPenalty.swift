/// What is added to the loss to keep coefficients small; intercepts are left out.
public enum LinearPenalty: String, NamedHyperparameterValue {
  /// Nothing.
  case none

  /// `alpha` / 2 · ‖w‖².
  case l2

  /// `alpha` · Σ ǀwǀ, which makes coefficients zero.
  case l1

  /// Both: `alpha` · ((1 − `l1Ratio`) / 2 · ‖w‖² + `l1Ratio` · Σ ǀwǀ).
  case elasticNet

  /// The strengths of the squared and of the absolute penalty.
  func strengths(alpha: Double, l1Ratio: Double) -> (squared: Double, absolute: Double) {
    switch self {
    case .none: (0, 0)
    case .l2: (alpha, 0)
    case .l1: (0, alpha)
    case .elasticNet: ((1 - l1Ratio) * alpha, l1Ratio * alpha)
    }
  }
}
