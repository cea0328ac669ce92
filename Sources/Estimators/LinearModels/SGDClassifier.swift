public import LinearAlgebra

/// A linear classifier trained by stochastic gradient descent: one step a sample, all classes in
/// one visit.
///
///     minimize  mean of L(y, w · x + b)  +  alpha · penalty(w)
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

  public var learned: SGDClassifierLearned<Label>?

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a classifier with the settings named; see ``Hyperparameters`` and
  /// ``StochasticGradientSettings`` for what they mean.
  public init(
    loss: LinearLoss = .hinge, penalty: LinearPenalty = .l2, alpha: Double = 1e-4,
    l1Ratio: Double = 0.15, epsilon: Double = 0.1, learningRate: LinearLearningRate = .optimal,
    initialLearningRate: Double = 0.01, powerT: Double = 0.5, averaging: Averaging = false,
    batchSize: Int = 1, maxEpochs: Int = 1000, tolerance: Double? = 1e-3, patience: Int = 5,
    earlyStopping: Bool = false, validationFraction: Double = 0.1,
    visitingOrder: VisitingOrder = .shuffled, fitsIntercept: Bool = true,
    precision: Precision = .double, classWeight: ClassWeight<Label> = .none,
    classes: [Label]? = nil, unknownLabels: UnknownLabels = .error, seed: UInt64 = 0,
    warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.shared = StochasticGradientSettings(
      loss: loss, penalty: penalty, alpha: alpha, l1Ratio: l1Ratio, epsilon: epsilon,
      learningRate: learningRate, initialLearningRate: initialLearningRate, powerT: powerT,
      averaging: averaging, batchSize: batchSize, maxEpochs: maxEpochs, tolerance: tolerance,
      patience: patience, earlyStopping: earlyStopping, validationFraction: validationFraction,
      visitingOrder: visitingOrder, fitsIntercept: fitsIntercept, precision: precision, seed: seed)
    hyperparameters.classWeight = classWeight
    hyperparameters.classes = classes
    hyperparameters.unknownLabels = unknownLabels
    self.warmStart = warmStart
  }

  // MARK: Prediction

  @_specialize(where Label == Int, Features == Matrix<Double>)
  @_specialize(where Label == String, Features == Matrix<Double>)
  @_specialize(where Label == Int, Features == CSRMatrix<Double>)
  @_specialize(where Label == String, Features == CSRMatrix<Double>)
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

  /// The mean of the model's loss over the samples, and over the problems if there are several.
  public func loss(
    _ features: some FeatureMatrix, to target: [Label]
  ) throws(EstimatorError) -> Double {
    let model = try requireModel()
    try Validation.checkTarget(target, features)
    let numbers = try ClassList(model.classes).numbers(of: target)
    try model.checkColumns(features)
    guard features.rowCount > 0 else { return 0 }
    let kernel = model.loss.kernel
    let epsilon = model.epsilon ?? hyperparameters.shared.epsilon
    var sum = 0.0
    try features.forEachBlockOfScores(model.parameters) { start, scores in
      for row in 0..<scores.rowCount {
        let number = Int(numbers[start + row])
        for problem in 0..<scores.columnCount {
          let isPositive = number == (scores.columnCount == 1 ? 1 : problem)
          sum += kernel.value(
            scores[row, problem], target: isPositive ? 1 : -1, epsilon: epsilon)
        }
      }
    }
    return sum / Double(features.rowCount) / Double(model.intercepts.count)
  }
}

// MARK: - Training

extension SGDClassifier {
  // Compiled once more for the types that are most used: in calls with one sample each, looking
  // types up takes longer than training.

  @_specialize(where Label == Int, Features == Matrix<Double>)
  @_specialize(where Label == String, Features == Matrix<Double>)
  @_specialize(where Label == Int, Features == CSRMatrix<Double>)
  @_specialize(where Label == String, Features == CSRMatrix<Double>)
  @discardableResult
  public mutating func fit<Features: FeatureMatrix>(
    _ features: Features, to target: [Label], weights: [Double]?, context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try performFit(features, to: target, weights: weights, context: context)
  }

  @_specialize(where Label == Int, Features == Matrix<Double>)
  @_specialize(where Label == String, Features == Matrix<Double>)
  @_specialize(where Label == Int, Features == CSRMatrix<Double>)
  @_specialize(where Label == String, Features == CSRMatrix<Double>)
  @discardableResult
  public mutating func partialFit<Features: FeatureMatrix>(
    _ features: Features, to target: [Label], weights: [Double]?, context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try performPartialFit(features, to: target, weights: weights, context: context)
  }

  public static var undoesFailedPasses: Bool { true }

  public var asksForFingerprint: Bool { hyperparameters.shared.hasStoppingRule }

  public func begin(
    _ features: some FeatureMatrix, to target: [Label], call: TrainingCall
  ) throws(EstimatorError) -> SGDClassifierLearned<Label> {
    let classes = try ClassList(
      declared: hyperparameters.classes, unknownLabels: hyperparameters.unknownLabels,
      occurring: target)
    return SGDClassifierLearned(
      classes: classes,
      state: try StochasticGradientState(
        hyperparameters.shared, problemCount: classes.problemCount, features,
        call.context.initialParameters))
  }

  public func train(
    _ learned: inout SGDClassifierLearned<Label>, _ features: some FeatureMatrix,
    to target: [Label], weights: [Double]?, call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    guard hyperparameters.unknownLabels == .extend else {
      return try trainKnown(&learned, features, target, weights, call)
    }
    var extended = learned
    extended.extend(by: target)
    let summary = try trainKnown(&extended, features, target, weights, call)
    learned = extended
    return summary
  }

  private func trainKnown(
    _ learned: inout SGDClassifierLearned<Label>, _ features: some FeatureMatrix,
    _ target: [Label], _ weights: [Double]?, _ call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    let labels = try learned.classes.numbers(of: target)
    var training = StochasticGradientTraining(
      settings: hyperparameters.shared, targets: .labels(labels), weights: weights,
      classWeights: try hyperparameters.classWeight.weights(of: learned.classes, labels, call),
      dataFingerprint: call.fingerprint.map { Fingerprint.combine($0, labels) }, call: call)
    if call.kind == .fit, hyperparameters.shared.earlyStopping {
      let rows = try hyperparameters.shared.heldOutRows(count: labels.count, strata: labels)
      let truth = rows.map { labels[$0] }
      let rowWeights = weights.map { weights in rows.map { weights[$0] } }
      let names = learned.classes.labels
      try HeldOutSplit.checkClasses(rows, strata: labels, weights: weights) { "\(names[$0])" }
      training.heldOutRows = rows
      training.score = { (parameters) throws(EstimatorError) in
        Scores.accuracy(
          of: try parameters.classNumbers(features, ofRows: rows), truth: truth,
          weights: rowWeights)
      }
    }
    return try training.run(&learned.state, features)
  }
}

extension SGDClassifier: HeldOutScoring {
  public func heldOutRows(of target: [Label]) throws(EstimatorError) -> [Int] {
    try hyperparameters.shared.heldOutRows(of: target)
  }

  public var bestHeldOutScore: Double? { learned?.state.bestHeldOutScore }
}
