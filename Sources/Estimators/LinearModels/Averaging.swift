/// Whether the model is the mean of all iterates instead of the last one, and from which step on.
///
/// Averaging does not steer the training; it only reads it.
///
/// **Source:** averaged stochastic gradient descent by B. Polyak and A. Juditsky; `average` of
/// scikit-learn.
public enum Averaging: HyperparameterValue, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral
{
  /// The model is the last iterate.
  case off

  /// The model is the mean of the iterates after each step from this one on, counted from 1.
  case from(step: Int)

  public init(booleanLiteral value: Bool) { self = value ? .from(step: 1) : .off }

  public init(integerLiteral value: Int) { self = .from(step: value) }

  public var hyperparameterText: String {
    switch self {
    case .off: "false"
    case .from(step: 1): "true"
    case .from(let step): "\(step)"
    }
  }

  public init?(hyperparameterText: String) {
    if let flag = Bool(hyperparameterText) {
      self.init(booleanLiteral: flag)
    } else if let step = Int(hyperparameterText) {
      self = .from(step: step)
    } else {
      return nil
    }
  }

  public static var possibleTexts: String { "false, true, or the step it starts at, at least 1" }

  public var alternatives: [Averaging] { firstStep == nil ? [true, 3] : [false] }

  public static var example: Averaging { true }

  /// The first step whose iterate counts, or `nil`.
  var firstStep: Int? {
    if case .from(let step) = self { step } else { nil }
  }
}
