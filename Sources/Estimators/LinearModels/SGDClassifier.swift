public import LinearAlgebra

/// A linear classifier trained by stochastic gradient descent: one step a sample, all classes in
/// one visit.
///
///     minimize  mean of L(y, w · x + b)  +  alpha / 2 · ‖w‖²
///
/// With more than two classes each is told apart from the others by a problem of its own, and all
/// problems share the visiting order, the clock, the rate and the stopping rule.
///
///     var classifier = SGDClassifier<String>(loss: .logistic)
///     try classifier.fit(features, to: labels)
///     let probabilities = try classifier.predictProbabilities(newFeatures)
///
/// **Source:** names, defaults and formulas of scikit-learn's `SGDClassifier`; differences are
/// listed in the documentation.
public struct SGDClassifier<Label: ClassLabel>: TrainableEstimator, ProbabilisticClassifier {
  public typealias Target = [Label]

  public var hyperparameters: Hyperparameters

  public var warmStart = false

  public var learned: SGDLearned<Label>?

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a classifier with the settings named; see ``Hyperparameters`` for what they mean.
  public init(
    loss: LinearLoss = .hinge, penalty: LinearPenalty = .l2, alpha: Double = 1e-4,
    learningRate: LinearLearningRate = .optimal, initialLearningRate: Double = 0.01,
    powerT: Double = 0.5, averaging: Averaging = false, maxEpochs: Int = 1000,
    tolerance: Double? = 1e-3, patience: Int = 5, visitingOrder: VisitingOrder = .shuffled,
    fitsIntercept: Bool = true, classes: [Label]? = nil, seed: UInt64 = 0, warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.loss = loss
    hyperparameters.penalty = penalty
    hyperparameters.alpha = alpha
    hyperparameters.learningRate = learningRate
    hyperparameters.initialLearningRate = initialLearningRate
    hyperparameters.powerT = powerT
    hyperparameters.averaging = averaging
    hyperparameters.maxEpochs = maxEpochs
    hyperparameters.tolerance = tolerance
    hyperparameters.patience = patience
    hyperparameters.visitingOrder = visitingOrder
    hyperparameters.fitsIntercept = fitsIntercept
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

  /// The mean of the model's loss over the samples, and over the problems if there are several.
  public func loss(
    _ features: some FeatureMatrix, to target: [Label]
  ) throws(EstimatorError) -> Double {
    let model = try requireModel()
    try Validation.checkTargetCount(target, features)
    let numbers = try ClassList(model.classes).numbers(of: target)
    let scores = try model.decisionFunction(features)
    guard scores.rowCount > 0 else { return 0 }
    var sum = 0.0
    for row in 0..<scores.rowCount {
      for problem in 0..<scores.columnCount {
        let isPositive = Int(numbers[row]) == (scores.columnCount == 1 ? 1 : problem)
        sum += model.loss.valueAndSlope(scores[row, problem], side: isPositive ? 1 : -1).value
      }
    }
    return sum / Double(scores.elements.count)
  }
}

// MARK: - Settings

extension SGDClassifier {
  /// The settings of ``SGDClassifier``.
  public struct Hyperparameters: HyperparameterSet {
    /// What is made small; takes effect at the next call.
    public var loss: LinearLoss = .hinge

    /// What keeps the coefficients small; takes effect at the next call.
    public var penalty: LinearPenalty = .l2

    /// The strength of the penalty; at least 0, and above 0 with the optimal rate; takes effect at
    /// the next call.
    public var alpha = 1e-4

    /// How the learning rate depends on the step; takes effect at the next call.
    public var learningRate: LinearLearningRate = .optimal

    /// The rate at the first step, of all rates but the optimal; greater than 0; takes effect at
    /// the next call.
    public var initialLearningRate = 0.01

    /// The power of the inverse scaling rate; a number; takes effect at the next call.
    public var powerT = 0.5

    /// Whether the model is the mean of the iterates; a change needs `reset(.optimizer)`.
    public var averaging: Averaging = false

    /// The number of epochs that one call of `fit` may take; at least 1; takes effect at the next
    /// call.
    public var maxEpochs = 1000

    /// By how much the objective must fall in an epoch to count as better; at least 0, or none to
    /// use all epochs; takes effect at the next call.
    public var tolerance: Double? = 1e-3

    /// How many epochs in a row may be no better before `fit` stops; at least 1; takes effect at
    /// the next call.
    public var patience = 5

    /// In which order an epoch visits the samples; takes effect at the next call.
    public var visitingOrder: VisitingOrder = .shuffled

    /// Whether the model has intercepts; a change needs a fresh fit.
    public var fitsIntercept = true

    /// All classes there will be, for streams whose first part may lack some; at least two, or none
    /// to take those of the first call; a change needs a fresh fit.
    public var classes: [Label]?

    /// What all random choices follow from; a change needs `reset(.trainingState)`.
    public var seed: UInt64 = 0

    public init() {}

    public static var declarations: [Hyperparameter<Self>] {
      [
        Hyperparameter("loss", \.loss),
        Hyperparameter("penalty", \.penalty),
        Hyperparameter("alpha", \.alpha, .atLeast(0)),
        Hyperparameter("learningRate", \.learningRate),
        Hyperparameter("initialLearningRate", \.initialLearningRate, .above(0)),
        Hyperparameter("powerT", \.powerT, .finite),
        Hyperparameter(
          "averaging", \.averaging,
          AllowedRange(Averaging.possibleTexts) { $0.firstStep ?? 1 >= 1 },
          whenChanged: .needsReset(of: .optimizer)),
        Hyperparameter("maxEpochs", \.maxEpochs, .atLeast(1)),
        Hyperparameter("tolerance", \.tolerance, .noneOrAtLeast(0)),
        Hyperparameter("patience", \.patience, .atLeast(1)),
        Hyperparameter("visitingOrder", \.visitingOrder),
        Hyperparameter("fitsIntercept", \.fitsIntercept, whenChanged: .needsFreshFit),
        .classes(\.classes),
        Hyperparameter("seed", \.seed, whenChanged: .needsTrainingStateReset),
      ]
    }

    public func checkCombinations() throws(EstimatorError) {
      guard learningRate != .optimal || alpha > 0 else {
        throw .invalidHyperparameter(
          name: "alpha", value: alpha.hyperparameterText,
          requirement: "greater than 0 with learningRate optimal")
      }
    }
  }
}

// MARK: - Training

extension SGDClassifier {
  public static var undoesFailedPasses: Bool { true }

  public func begin(
    _ features: some FeatureMatrix, to target: [Label], call: TrainingCall
  ) throws(EstimatorError) -> SGDLearned<Label> {
    let classes = try ClassList(declared: hyperparameters.classes, occurring: target)
    let (rows, columns) = (classes.problemCount, features.columnCount)
    var iterate = SGDIterate(
      vectors: [Double](repeating: 0, count: rows * columns),
      intercepts: [Double](repeating: 0, count: rows))
    if let given = call.context.initialParameters {
      iterate.vectors = try given.matrix("coefficients", rows: rows, columns: columns).elements
      iterate.intercepts = try given.numbers("intercepts", count: rows)
    }
    return SGDLearned(
      classes: classes, featureNames: features.featureNames, loss: hyperparameters.loss,
      iterate: iterate)
  }

  public func train(
    _ learned: inout SGDLearned<Label>, _ features: some FeatureMatrix, to target: [Label],
    weights: [Double]?, call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    let labels = try learned.classes.numbers(of: target)
    let undo =
      call.kind == .partialFit
      ? SGDUndo(&learned, features, lowestShrink: lowestShrink(learned, features)) : nil
    do {
      return try run(&learned, features, labels, weights, call, undo)
    } catch {
      undo?.restore(&learned)
      throw error
    }
  }

  private func run(
    _ learned: inout SGDLearned<Label>, _ features: some FeatureMatrix, _ labels: [Int32],
    _ weights: [Double]?, _ call: TrainingCall, _ undo: SGDUndo<Label>?
  ) throws(EstimatorError) -> TrainingSummary {
    let settings = hyperparameters
    let rule = settings.tolerance.map {
      StoppingRule(tolerance: $0, patience: settings.patience)
    }
    let loop = EpochLoop(
      call: call, sampleCount: features.rowCount, maxEpochs: settings.maxEpochs, rule: rule,
      dataFingerprint: Fingerprint.combine(call.fingerprint ?? 0, labels))
    let epoch = SGDEpochSettings(
      loss: settings.loss, schedule: schedule, alpha: penaltyStrength,
      fitsIntercept: settings.fitsIntercept, firstAveragedStep: settings.averaging.firstStep,
      tracksObjective: rule != nil && call.kind == .fit)
    learned.beginTraining(loss: settings.loss)
    if !features.isSparse { learned.iterate.makeExplicit() }
    var progress = learned.progress
    let summary = try loop.run(&progress) { progress throws(EstimatorError) in
      let order = progress.nextOrder(
        settings.visitingOrder, seed: settings.seed, count: features.rowCount)
      let sums = runSGDEpoch(
        features, order: order, labels: labels, weights: weights, settings: epoch,
        clock: &progress.schedule.clock, iterate: &learned.iterate)
      guard undo?.isFinite(learned) ?? learned.iterate.isFinite else {
        throw .diverged(
          epoch: progress.epochCount - learned.progress.epochCount + 1,
          remedy: EpochLoop.divergenceRemedy)
      }
      let count = Double(features.rowCount)
      return EpochOutcome(
        loss: sums.loss / count, objective: sums.objective / count,
        learningRate: sums.learningRate)
    }
    learned.progress = progress
    return summary
  }

  private var schedule: LinearSchedule {
    LinearSchedule(
      hyperparameters.learningRate, initialLearningRate: hyperparameters.initialLearningRate,
      powerT: hyperparameters.powerT, alpha: hyperparameters.alpha)
  }

  private var penaltyStrength: Double {
    hyperparameters.penalty == .l2 ? hyperparameters.alpha : 0
  }

  /// The product of the factors by which a pass over sparse samples shrinks the coefficients.
  private func lowestShrink(
    _ learned: SGDLearned<Label>, _ features: some FeatureMatrix
  ) -> Double {
    guard features.isSparse, penaltyStrength > 0 else { return 1 }
    let start = learned.progress.schedule.clock
    return (1...features.rowCount).reduce(1) { product, step in
      product * max(0, 1 - schedule.rate(atStep: start + step) * penaltyStrength)
    }
  }
}
