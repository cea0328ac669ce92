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
    // settings; but for what says only whether a pass lets it learn.
    let ofFirst: [Hyperparameter<Self>] = First.Hyperparameters.declarations.map { declaration in
      declaration.inside(\.first, named: nameOfFirst(declaration.name)) {
        isPreprocessing(declaration.name) ? $0 : .needsFreshFit
      }
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

  /// The transformer's settings that a continuing call must find unchanged.
  static var declarationsOfFirst: [Hyperparameter<First.Hyperparameters>] {
    First.Hyperparameters.declarations.filter { !isPreprocessing($0.name) }
  }

  /// The name of a transformer's setting in the pipeline; those of an inner pipeline have their
  /// number already, but for its own, which gets that of its last step.
  static func nameOfFirst(_ name: String) -> String {
    guard First.stepCount > 1 else { return "0.\(name)" }
    return name == preprocessingName ? "\(First.stepCount - 1).\(name)" : name
  }

  private static var preprocessingName: String { "preprocessing" }

  private static func isPreprocessing(_ name: String) -> Bool {
    name == preprocessingName || name.hasSuffix(".\(preprocessingName)")
  }
}

/// A type that holds several steps.
private protocol StepHolding {
  static var stepCount: Int { get }
  static var firstPath: String { get }
  static var lastPath: String { get }
}

extension Pipeline: StepHolding {
  fileprivate static var stepCount: Int { First.stepCount + Last.stepCount }

  fileprivate static var firstPath: String { First.stepCount > 1 ? First.firstPath : "0." }

  fileprivate static var lastPath: String { "\(First.stepCount).\(Last.lastPath)" }
}

extension Estimator {
  private static var holder: (any StepHolding.Type)? { Self.self as? any StepHolding.Type }

  /// The number of steps: 1 but for pipelines.
  static var stepCount: Int { holder?.stepCount ?? 1 }

  /// What names of the first, and of the last, of all steps stand behind in an archive.
  static var firstPath: String { holder?.firstPath ?? "" }
  static var lastPath: String { holder?.lastPath ?? "" }
}
