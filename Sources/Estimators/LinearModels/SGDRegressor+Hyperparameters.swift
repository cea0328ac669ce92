extension SGDRegressor {
  /// The settings of ``SGDRegressor``, which are those of all linear models by stochastic gradient
  /// descent.
  @dynamicMemberLookup
  public struct Hyperparameters: HyperparameterSet {
    /// The settings shared with ``SGDClassifier``; each is a property here too.
    public var shared = StochasticGradientSettings(
      loss: .squaredError, learningRate: .inverseScaling, powerT: 0.25)

    public init() {}

    /// A shared setting.
    public subscript<Value>(
      dynamicMember keyPath: WritableKeyPath<StochasticGradientSettings, Value>
    ) -> Value {
      get { shared[keyPath: keyPath] }
      set { shared[keyPath: keyPath] = newValue }
    }

    public static var declarations: [Hyperparameter<Self>] {
      let losses = LinearLoss.allCases.filter { !$0.isForClassification }
      let range = AllowedRange<LinearLoss>(
        "one of " + losses.map(\.rawValue).joined(separator: ", ")
      ) { !$0.isForClassification }
      return [Hyperparameter("loss", \.shared.loss, range)]
        + StochasticGradientSettings.declarations.map { $0.inside(\.shared, named: $0.name) }
    }

    public func checkCombinations() throws(EstimatorError) {
      try shared.checkCombinations(passiveAggressiveLoss: .epsilonInsensitive)
    }
  }
}
