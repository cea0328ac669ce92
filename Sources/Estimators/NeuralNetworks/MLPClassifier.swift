public import LinearAlgebra

/// A multilayer perceptron that tells classes apart, trained on batches.
///
///     minimize  mean cross entropy  +  alpha / 2 · Σ weights² / batch
///
/// The last layer is a softmax over the classes, or one logistic unit for two classes.
///
///     var classifier = MLPClassifier<Int>(hiddenLayerSizes: [64], maxEpochs: 50)
///     try classifier.fit(features, to: digits)
///     let guesses = try classifier.predict(newFeatures)
///
/// **Source:** names, defaults and formulas of scikit-learn's `MLPClassifier`; differences are
/// listed in the documentation.
public struct MLPClassifier<Label: ClassLabel>: TrainableEstimator, ProbabilisticClassifier {
  public typealias Target = [Label]

  public var hyperparameters: Hyperparameters

  public var warmStart = false

  public var learned: MLPLearned<Label>?

  public var exemptions: Set<LawExemption> {
    hyperparameters.learningRate == .constant ? [] : [.rateChangesBetweenPasses]
  }

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a classifier with the settings named; see ``Hyperparameters`` for what they mean.
  public init(
    hiddenLayerSizes: [Int] = [100], activation: Activation = .relu,
    solver: NetworkSolver = .adam, alpha: Double = 1e-4, batchSize: Int? = nil,
    learningRate: NetworkLearningRate = .constant, initialLearningRate: Double = 0.001,
    powerT: Double = 0.5, maxEpochs: Int = 200, tolerance: Double? = 1e-4, patience: Int = 10,
    momentum: Double = 0.9, nesterov: Bool = true, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, visitingOrder: VisitingOrder = .shuffled, classes: [Label]? = nil,
    seed: UInt64 = 0, warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.hiddenLayerSizes = hiddenLayerSizes
    hyperparameters.activation = activation
    hyperparameters.solver = solver
    hyperparameters.alpha = alpha
    hyperparameters.batchSize = batchSize
    hyperparameters.learningRate = learningRate
    hyperparameters.initialLearningRate = initialLearningRate
    hyperparameters.powerT = powerT
    hyperparameters.maxEpochs = maxEpochs
    hyperparameters.tolerance = tolerance
    hyperparameters.patience = patience
    hyperparameters.momentum = momentum
    hyperparameters.nesterov = nesterov
    hyperparameters.beta1 = beta1
    hyperparameters.beta2 = beta2
    hyperparameters.epsilon = epsilon
    hyperparameters.visitingOrder = visitingOrder
    hyperparameters.classes = classes
    hyperparameters.seed = seed
    self.warmStart = warmStart
  }

  // MARK: Prediction

  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> [Label] {
    try requireModel().predict(features)
  }

  public func decisionFunction(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    try requireModel().decisionFunction(features)
  }

  public func predictProbabilities(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    try requireModel().predictProbabilities(features)
  }

  /// The mean cross entropy over the samples.
  public func loss(
    _ features: some FeatureMatrix, to target: [Label]
  ) throws(EstimatorError) -> Double {
    let model = try requireModel()
    try Validation.checkTargetCount(target, features)
    let numbers = try ClassList(model.classes).numbers(of: target)
    guard !numbers.isEmpty else { return 0 }
    var outputs = try model.outputs(features)
    let width = outputs.columnCount
    let sum = outputs.withUnsafeMutableElements { outputs in
      outputs.baseAddress.map {
        Double._crossEntropy($0, numbers, nil, numbers.count, width)
      } ?? 0
    }
    return sum / Double(numbers.count)
  }
}

// MARK: - Settings

extension MLPClassifier {
  /// The settings of ``MLPClassifier``.
  public struct Hyperparameters: HyperparameterSet {
    /// The number of units in each hidden layer; each at least 1, any number of layers, and at most
    /// 2²⁸ parameters in all; a change needs a fresh fit.
    public var hiddenLayerSizes = [100]

    /// What hidden units make of what arrives; a change needs a fresh fit.
    public var activation: Activation = .relu

    /// How parameters move against the gradient; a change needs `reset(.optimizer)`.
    public var solver: NetworkSolver = .adam

    /// The strength of the penalty on the weights; at least 0; takes effect at the next call.
    public var alpha = 1e-4

    /// The number of samples in a batch; at least 1, or none for 200, or all samples if they are
    /// fewer; takes effect at the next call.
    public var batchSize: Int?

    /// How the learning rate depends on the samples trained on; takes effect at the next call.
    public var learningRate: NetworkLearningRate = .constant

    /// The learning rate at the start; greater than 0; takes effect at the next call.
    public var initialLearningRate = 0.001

    /// The power of the inverse scaling rate; a finite number; takes effect at the next call.
    public var powerT = 0.5

    /// The number of epochs that one call of `fit` may take; at least 1; takes effect at the next
    /// call.
    public var maxEpochs = 200

    /// By how much the loss must fall in an epoch to count as better; at least 0, or none to use
    /// all epochs; takes effect at the next call.
    public var tolerance: Double? = 1e-4

    /// How many epochs in a row may be no better; `fit` stops at the next.
    ///
    /// At least 1. Takes effect at the next call.
    public var patience = 10

    /// What the velocity keeps in each step, with solver `sgd`; at least 0 and below 1; takes
    /// effect at the next call.
    public var momentum = 0.9

    /// Whether the velocity looks ahead, with solver `sgd`; takes effect at the next call.
    public var nesterov = true

    /// What Adam's mean of the gradient keeps in each step; at least 0 and below 1; takes effect at
    /// the next call.
    public var beta1 = 0.9

    /// What Adam's mean of the squared gradient keeps in each step; at least 0 and below 1; takes
    /// effect at the next call.
    public var beta2 = 0.999

    /// What keeps Adam from dividing by zero; greater than 0; takes effect at the next call.
    public var epsilon = 1e-8

    /// In which order an epoch visits the samples; takes effect at the next call.
    public var visitingOrder: VisitingOrder = .shuffled

    /// All classes there will be, for streams whose first part may lack some; at least two, or none
    /// to take those of the first call; a change needs a fresh fit.
    public var classes: [Label]?

    /// What all random choices follow from; a change needs `reset(.trainingState)`.
    public var seed: UInt64 = 0

    public init() {}

    public static var declarations: [Hyperparameter<Self>] {
      [
        Hyperparameter(
          "hiddenLayerSizes", \.hiddenLayerSizes,
          AllowedRange("whole numbers of at least 1") { $0.allSatisfy { $0 >= 1 } },
          whenChanged: .needsFreshFit),
        Hyperparameter("activation", \.activation, whenChanged: .needsFreshFit),
        Hyperparameter("solver", \.solver, whenChanged: .needsReset(of: .optimizer)),
        Hyperparameter("alpha", \.alpha, .atLeast(0)),
        Hyperparameter(
          "batchSize", \.batchSize, AllowedRange("at least 1, or none") { $0 ?? 1 >= 1 }),
        Hyperparameter("learningRate", \.learningRate),
        Hyperparameter("initialLearningRate", \.initialLearningRate, .above(0)),
        Hyperparameter("powerT", \.powerT, .finite),
        Hyperparameter("maxEpochs", \.maxEpochs, .atLeast(1)),
        Hyperparameter("tolerance", \.tolerance, .noneOrAtLeast(0)),
        Hyperparameter("patience", \.patience, .atLeast(1)),
        Hyperparameter("momentum", \.momentum, .within(0..<1)),
        Hyperparameter("nesterov", \.nesterov),
        Hyperparameter("beta1", \.beta1, .within(0..<1)),
        Hyperparameter("beta2", \.beta2, .within(0..<1)),
        Hyperparameter("epsilon", \.epsilon, .above(0)),
        Hyperparameter("visitingOrder", \.visitingOrder),
        .classes(\.classes),
        Hyperparameter("seed", \.seed, whenChanged: .needsTrainingStateReset),
      ]
    }
  }
}

// MARK: - Training

extension MLPClassifier {
  public var asksForFingerprint: Bool { hyperparameters.tolerance != nil }

  public func begin(
    _ features: some FeatureMatrix, to target: [Label], call: TrainingCall
  ) throws(EstimatorError) -> MLPLearned<Label> {
    let classes = try ClassList(declared: hyperparameters.classes, occurring: target)
    let shape = NetworkShape(
      sizes: [features.columnCount] + hyperparameters.hiddenLayerSizes + [classes.problemCount])
    try shape.checkSize(hiddenLayerSizes: hyperparameters.hiddenLayerSizes)
    let parameters: [Double]
    if let given = call.context.initialParameters {
      parameters = try shape.parameters(from: given)
    } else {
      parameters = shape.initialParameters(
        activation: hyperparameters.activation, seed: hyperparameters.seed)
    }
    return MLPLearned(
      classes: classes, featureNames: features.featureNames, shape: shape,
      activation: hyperparameters.activation, parameters: parameters)
  }

  public func train(
    _ learned: inout MLPLearned<Label>, _ features: some FeatureMatrix, to target: [Label],
    weights: [Double]?, call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    let settings = hyperparameters
    let labels = try learned.classes.numbers(of: target)
    try prepareLinearAlgebra()
    // The rule fires when more than `patience` epochs are no better; with linear models, when as
    // many are.
    let rule = settings.tolerance.map {
      StoppingRule(tolerance: $0, patience: min(settings.patience, .max - 1) + 1)
    }
    let loop = EpochLoop(
      call: call, sampleCount: features.rowCount, maxEpochs: settings.maxEpochs, rule: rule,
      dataFingerprint: Fingerprint.combine(call.fingerprint ?? 0, labels))
    let batchSize = min(settings.batchSize ?? 200, features.rowCount)
    let trainer = MLPTrainer(
      features: features, labels: labels, weights: weights, batchSize: batchSize,
      kernel: NetworkKernel(shape: learned.shape, activation: learned.activation),
      optimizer: optimizer,
      workspace: NetworkWorkspace(learned.shape, batchSize: batchSize), call: call)
    var progress = learned.progress
    learned.hasTrained = true
    if learned.optimizer == nil {
      learned.optimizer = NetworkOptimizerState(
        solver: settings.solver, parameterCount: learned.parameters.count)
    }
    let summary = try loop.run(
      &progress,
      epoch: { progress throws(EstimatorError) in
        let rate = settings.learningRate.rate(
          initial: settings.initialLearningRate, powerT: settings.powerT,
          sampleCount: progress.schedule.clock)
        let order = progress.nextOrder(
          settings.visitingOrder, seed: settings.seed, count: features.rowCount)
        let loss = try trainer.runEpoch(&learned, order: order, rate: rate)
        guard learned.parameters.isFinite, learned.optimizer?.isFinite ?? true else {
          throw .diverged(
            epoch: progress.epochCount - learned.progress.epochCount + 1,
            remedy: EpochLoop.divergenceRemedy)
        }
        progress.schedule.clock += features.rowCount
        return EpochOutcome(loss: loss, objective: loss, learningRate: rate)
      })
    learned.progress = progress
    return summary
  }

  private var optimizer: NetworkOptimizer {
    NetworkOptimizer(
      solver: hyperparameters.solver, alpha: hyperparameters.alpha,
      momentum: hyperparameters.momentum, usesNesterov: hyperparameters.nesterov,
      beta1: hyperparameters.beta1, beta2: hyperparameters.beta2, epsilon: hyperparameters.epsilon)
  }
}
