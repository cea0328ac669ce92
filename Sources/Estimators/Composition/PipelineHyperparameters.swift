/// Whether `partialFit` lets a pipeline's transformers learn on.
public enum Preprocessing: String, NamedHyperparameterValue {
  /// Transformers learn from every part.
  case learning

  /// Transformers stay as their first call has left them.
  case frozen
}

/// The settings of a pipeline: those of its steps, each name behind the number of its step, and its
/// own.
public struct PipelineHyperparameters<First: Transformer, Last: Estimator>: HyperparameterSet {
  /// The settings of the transformer.
  public var first: First.Hyperparameters

  /// The settings of the last step.
  public var last: Last.Hyperparameters

  /// Whether `partialFit` lets the transformer learn on; takes effect at the next call.
  public var preprocessing: Preprocessing

  public init() {
    self.init(
      first: First.Hyperparameters(), last: Last.Hyperparameters(), preprocessing: .learning)
  }

  init(
    first: First.Hyperparameters, last: Last.Hyperparameters, preprocessing: Preprocessing
  ) {
    self.first = first
    self.last = last
    self.preprocessing = preprocessing
  }

  public static var declarations: [Hyperparameter<Self>] {
    // A continuing fit leaves the transformer as it is, so it cannot honour any change of its
    // settings.
    let ofFirst: [Hyperparameter<Self>] = declarationsOfFirst.map {
      $0.inside(\.first, named: nameOfFirst($0.name)) { _ in .needsFreshFit }
    }
    let ofLast: [Hyperparameter<Self>] = Last.Hyperparameters.declarations.map {
      $0.inside(\.last, named: "\(First.stepCount).\($0.name)")
    }
    return ofFirst + ofLast + [Hyperparameter("preprocessing", \.preprocessing)]
  }

  public func checkCombinations() throws(EstimatorError) {
    try first.checkCombinations()
    try last.checkCombinations()
  }

  /// The transformer's own settings; one that is a pipeline leaves `preprocessing` to the pipeline
  /// around it.
  static var declarationsOfFirst: [Hyperparameter<First.Hyperparameters>] {
    First.Hyperparameters.declarations.filter { $0.name != "preprocessing" }
  }

  /// The name of a transformer's setting in the pipeline; those of an inner pipeline have their
  /// number already.
  static func nameOfFirst(_ name: String) -> String {
    First.stepCount > 1 ? name : "0.\(name)"
  }
}

/// A type that holds several steps.
private protocol StepCounting {
  static var stepCount: Int { get }
}

extension Pipeline: StepCounting {
  fileprivate static var stepCount: Int { First.stepCount + Last.stepCount }
}

extension Estimator {
  /// The number of steps: 1 but for pipelines.
  static var stepCount: Int { (Self.self as? any StepCounting.Type)?.stepCount ?? 1 }
}
