extension SGDClassifier {
  /// The settings of ``SGDClassifier``: its own, and those of all linear models by stochastic
  /// gradient descent.
  @dynamicMemberLookup
  public struct Hyperparameters: HyperparameterSet {
    /// The settings shared with ``SGDRegressor``; each is a property here too.
    public var shared = StochasticGradientSettings(
      loss: .hinge, learningRate: .optimal, powerT: 0.5)

    /// How much the samples of each class count; weights at least 0; takes effect at the next call.
    public var classWeight: ClassWeight<Label> = .none

    /// All classes there will be, for streams whose first part may lack some; at least two, or none
    /// to take those of the first call; a change needs a fresh fit.
    public var classes: [Label]?

    /// What becomes of a label that is none of the classes; takes effect at the next call.
    public var unknownLabels: UnknownLabels = .error

    public init() {}

    /// A shared setting.
    public subscript<Value>(
      dynamicMember keyPath: WritableKeyPath<StochasticGradientSettings, Value>
    ) -> Value {
      get { shared[keyPath: keyPath] }
      set { shared[keyPath: keyPath] = newValue }
    }

    public static var declarations: [Hyperparameter<Self>] {
      [Hyperparameter("loss", \.shared.loss)]
        + StochasticGradientSettings.declarations.map { $0.inside(\.shared, named: $0.name) }
        + [
          .classWeight(\.classWeight), .classes(\.classes),
          Hyperparameter("unknownLabels", \.unknownLabels),
        ]
    }

    public func checkCombinations() throws(EstimatorError) {
      try shared.checkCombinations(passiveAggressiveLoss: .hinge)
    }
  }
}
