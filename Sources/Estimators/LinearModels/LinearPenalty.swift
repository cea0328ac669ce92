/// What is added to the loss to keep coefficients small.
public enum LinearPenalty: String, NamedHyperparameterValue {
  /// Nothing.
  case none

  /// Half the sum of squares of the coefficients, times `alpha`; the intercept is left out.
  case l2
}
