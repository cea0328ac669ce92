public import LinearAlgebra

/// A multilayer perceptron that tells classes apart, trained on batches.
///
///     minimize  mean cross entropy  +  alpha / 2 · Σ weights² / batch
///
/// The last layer is a softmax over the classes, or one logistic unit for two classes.
/// A sample counts as many times as it weighs, in a mean that is divided by the number of samples
/// whatever they weigh; so does its gradient in that of a batch.
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

  public var learned: MLPClassifierLearned<Label>?

  public var exemptions: Set<LawExemption> { hyperparameters.shared.exemptions }

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a classifier with the settings named; see ``NetworkSettings`` for what they mean, and
  /// for those that are not named here.
  public init(
    hiddenLayerSizes: [Int] = [100], activation: Activation = .relu,
    solver: NetworkSolver = .adam, alpha: Double = 1e-4, batchSize: Int? = nil,
    learningRate: NetworkLearningRate = .constant, initialLearningRate: Double = 0.001,
    powerT: Double = 0.5, dropout: [Double] = [], maxEpochs: Int = 200,
    tolerance: Double? = 1e-4, patience: Int = 10, earlyStopping: Bool = false,
    validationFraction: Double = 0.1, momentum: Double = 0.9, nesterov: Bool = true,
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    visitingOrder: VisitingOrder = .shuffled, precision: Precision = .double,
    classWeight: ClassWeight<Label> = .none, classes: [Label]? = nil,
    unknownLabels: UnknownLabels = .error, seed: UInt64 = 0,
    warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.shared = NetworkSettings(
      hiddenLayerSizes: hiddenLayerSizes, activation: activation, solver: solver, alpha: alpha,
      batchSize: batchSize, learningRate: learningRate, initialLearningRate: initialLearningRate,
      powerT: powerT, dropout: dropout, maxEpochs: maxEpochs, tolerance: tolerance,
      patience: patience, earlyStopping: earlyStopping, validationFraction: validationFraction,
      momentum: momentum, nesterov: nesterov, beta1: beta1, beta2: beta2, epsilon: epsilon,
      visitingOrder: visitingOrder, precision: precision, seed: seed)
    hyperparameters.classWeight = classWeight
    hyperparameters.classes = classes
    hyperparameters.unknownLabels = unknownLabels
    self.warmStart = warmStart
  }

  // MARK: Prediction

  @_specialize(where Label == Int, Features == Matrix<Double>)
  @_specialize(where Label == String, Features == Matrix<Double>)
  public func predict<Features: FeatureMatrix>(
    _ features: Features
  ) throws(EstimatorError) -> [Label] {
    guard let learned else { throw .notFitted(estimator: Self.name) }
    return try learned.model.predict(features)
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
    try Validation.checkTarget(target, features)
    let numbers = try ClassList(model.classes).numbers(of: target)
    guard !numbers.isEmpty else { return 0 }
    let scores = try model.scores(features)
    let sum = numbers.indices.reduce(0.0) { sum, row in
      let number = Int(numbers[row])
      guard scores.columnCount > 1 else {
        return sum + Logistic.loss(number == 1 ? scores[row, 0] : -scores[row, 0])
      }
      return sum - Logistic.logSoftmax(scores.row(row))[number]
    }
    return sum / Double(numbers.count)
  }
}

// MARK: - Training

extension MLPClassifier {
  // Compiled once more for the types that are most used: in calls with one sample each, looking
  // types up takes longer than training.

  @_specialize(where Label == Int, Features == Matrix<Double>)
  @_specialize(where Label == String, Features == Matrix<Double>)
  @discardableResult
  public mutating func fit<Features: FeatureMatrix>(
    _ features: Features, to target: [Label], weights: [Double]?, context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try performFit(features, to: target, weights: weights, context: context)
  }

  @_specialize(where Label == Int, Features == Matrix<Double>)
  @_specialize(where Label == String, Features == Matrix<Double>)
  @discardableResult
  public mutating func partialFit<Features: FeatureMatrix>(
    _ features: Features, to target: [Label], weights: [Double]?, context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try performPartialFit(features, to: target, weights: weights, context: context)
  }

  public var asksForFingerprint: Bool { hyperparameters.shared.hasStoppingRule }

  public func begin(
    _ features: some FeatureMatrix, to target: [Label], call: TrainingCall
  ) throws(EstimatorError) -> MLPClassifierLearned<Label> {
    let settings = hyperparameters.shared
    let classes = try ClassList(
      declared: hyperparameters.classes, unknownLabels: hyperparameters.unknownLabels,
      occurring: target)
    let form = NetworkForm(
      shape: NetworkShape(
        sizes: [features.columnCount] + settings.hiddenLayerSizes + [classes.problemCount]),
      activation: settings.activation,
      output: NetworkForm.output(forProblems: classes.problemCount))
    return MLPClassifierLearned(
      classes: classes,
      state: NetworkState(
        form: form, parameters: try form.start(settings, call.context.initialParameters),
        featureNames: features.featureNames))
  }

  public func train(
    _ learned: inout MLPClassifierLearned<Label>, _ features: some FeatureMatrix,
    to target: [Label], weights: [Double]?, call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    // Whatever is thrown, what was learned before stays what the estimator has.
    if hyperparameters.unknownLabels == .extend { learned.extend(by: target) }
    let labels = try learned.classes.numbers(of: target)
    let classWeights = try hyperparameters.classWeight.weights(of: learned.classes, labels, call)
    var training = NetworkTraining(
      settings: hyperparameters.shared, targets: .labels(labels),
      weights: classWeights.map { classWeights in
        labels.indices.map { classWeights[Int(labels[$0])] * (weights?[$0] ?? 1) }
      } ?? weights, call: call)
    let settings = hyperparameters.shared
    let scored = try ScoredSamples.of(
      call, earlyStopping: settings.earlyStopping, features, target, weights
    ) { () throws(EstimatorError) in
      let rows = try settings.heldOutRows(count: labels.count, strata: labels)
      let names = learned.classes.labels
      try HeldOutSplit.checkClasses(rows, strata: labels, weights: weights) { "\(names[$0])" }
      return rows
    }
    if let scored {
      let truth = try scored.telling { () throws(EstimatorError) in
        try learned.classes.numbers(of: scored.target)
      }
      training.heldOutRows = scored.rows
      training.validationFingerprint = try scored.fingerprint(.labels(truth))
      training.score = { (network) throws(EstimatorError) in
        Scores.accuracy(
          of: try scored.scores(of: network).classNumbers, truth: truth,
          weights: scored.weights)
      }
    }
    return try training.run(&learned.state, features)
  }
}

extension MLPClassifier: HeldOutScoring {
  public func heldOutRows(of target: [Label]) throws(EstimatorError) -> [Int] {
    try hyperparameters.shared.heldOutRows(of: target)
  }

  public var bestHeldOutScore: Double? { learned?.state.bestHeldOutScore }
}
