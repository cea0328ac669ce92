public import LinearAlgebra

/// A multilayer perceptron that gives each sample any number of labels, trained on batches.
///
///     minimize  mean of the summed cross entropies  +  alpha / 2 · Σ weights² / batch
///
/// The last layer has a logistic unit for each label, which says how likely it is by itself.
/// A sample counts as many times as it weighs, in a mean that is divided by the number of samples
/// whatever they weigh; so does its gradient in that of a batch.
///
///     var classifier = MLPMultilabelClassifier<String>(hiddenLayerSizes: [64])
///     try classifier.fit(features, to: [["red", "round"], [], ["round"]])
///     let labels = try classifier.predict(newFeatures)
///
/// **Source:** names, defaults and formulas of scikit-learn's `MLPClassifier` for targets of
/// several columns.
public struct MLPMultilabelClassifier<Label: ClassLabel>: TrainableEstimator, Predictor {
  public typealias Target = [Set<Label>]

  public var hyperparameters: Hyperparameters

  public var warmStart = false

  public var learned: MLPMultilabelClassifierLearned<Label>?

  public var exemptions: Set<LawExemption> { hyperparameters.shared.exemptions }

  public init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
  }

  /// Makes a classifier with the settings named; see ``NetworkSettings`` for what they mean, and
  /// for those that are not named here.
  public init(
    hiddenLayerSizes: [Int] = [100], activation: Activation = .relu,
    solver: NetworkSolver = .adam, alpha: Double = 1e-4, batchSize: Int? = nil,
    initialLearningRate: Double = 0.001, maxEpochs: Int = 200, tolerance: Double? = 1e-4,
    earlyStopping: Bool = false, visitingOrder: VisitingOrder = .shuffled,
    precision: Precision = .double, classes: [Label]? = nil, seed: UInt64 = 0,
    warmStart: Bool = false
  ) {
    hyperparameters = Hyperparameters()
    hyperparameters.shared = NetworkSettings(
      hiddenLayerSizes: hiddenLayerSizes, activation: activation, solver: solver, alpha: alpha,
      batchSize: batchSize, initialLearningRate: initialLearningRate, maxEpochs: maxEpochs,
      tolerance: tolerance, earlyStopping: earlyStopping, visitingOrder: visitingOrder,
      precision: precision, seed: seed)
    hyperparameters.classes = classes
    self.warmStart = warmStart
  }

  // MARK: Prediction

  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> [Set<Label>] {
    try requireModel().predict(features)
  }

  /// Returns the probability of each label by itself.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: Probabilities, n × K, in the order of the classes.
  /// - Throws: As `predict`.
  public func predictProbabilities(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> Matrix<Double> {
    try requireModel().predictProbabilities(features)
  }

  /// The share of samples all of whose labels are predicted right, and no others.
  public func score(
    _ features: some FeatureMatrix, to target: [Set<Label>]
  ) throws(EstimatorError) -> Double {
    let predictions = try predict(features)
    try Validation.checkTarget(target, features)
    return Scores.accuracy(of: predictions, truth: target)
  }

  /// The cross entropy, summed over the labels, as a mean over the samples.
  public func loss(
    _ features: some FeatureMatrix, to target: [Set<Label>]
  ) throws(EstimatorError) -> Double {
    let model = try requireModel()
    try Validation.checkTarget(target, features)
    let truth = try ClassList(model.classes).indicators(of: target)
    guard !target.isEmpty else { return 0 }
    let sum = zip(try model.scores(features).elements, truth.elements).reduce(0.0) {
      $0 + Logistic.loss($1.1 > 0 ? $1.0 : -$1.0)
    }
    return sum / Double(target.count)
  }
}

// MARK: - Settings

extension MLPMultilabelClassifier {
  /// The settings of ``MLPMultilabelClassifier``: its own, and those of all networks.
  @dynamicMemberLookup
  public struct Hyperparameters: HyperparameterSet {
    /// The settings shared by all networks; each is a property here too.
    public var shared = NetworkSettings()

    /// All labels there will be, for streams whose first part may lack some; at least two, or none
    /// to take those of the first call; a change needs a fresh fit.
    public var classes: [Label]?

    public init() {}

    /// A shared setting.
    public subscript<Value>(dynamicMember keyPath: WritableKeyPath<NetworkSettings, Value>) -> Value
    {
      get { shared[keyPath: keyPath] }
      set { shared[keyPath: keyPath] = newValue }
    }

    public static var declarations: [Hyperparameter<Self>] {
      NetworkSettings.declarations.map { $0.inside(\.shared, named: $0.name) }
        + [.classes(\.classes)]
    }

    public func checkCombinations() throws(EstimatorError) {
      try shared.checkCombinations()
    }
  }
}

// MARK: - Training

extension MLPMultilabelClassifier {
  public var asksForFingerprint: Bool { hyperparameters.shared.hasStoppingRule }

  public func begin(
    _ features: some FeatureMatrix, to target: [Set<Label>], call: TrainingCall
  ) throws(EstimatorError) -> MLPMultilabelClassifierLearned<Label> {
    let settings = hyperparameters.shared
    let classes = try ClassList(
      declared: hyperparameters.classes, occurring: target.flatMap { $0.inLabelOrder() })
    let form = NetworkForm(
      shape: NetworkShape(
        sizes: [features.columnCount] + settings.hiddenLayerSizes + [classes.labels.count]),
      activation: settings.activation, output: .logistic)
    return MLPMultilabelClassifierLearned(
      classes: classes,
      state: NetworkState(
        form: form, parameters: try form.start(settings, call.context.initialParameters),
        featureNames: features.featureNames))
  }

  public func train(
    _ learned: inout MLPMultilabelClassifierLearned<Label>, _ features: some FeatureMatrix,
    to target: [Set<Label>], weights: [Double]?, call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    let truth = try learned.classes.indicators(of: target)
    var training = NetworkTraining(
      settings: hyperparameters.shared, targets: .numbers(truth), weights: weights, call: call)
    let scored = try ScoredSamples.of(
      call, earlyStopping: hyperparameters.shared.earlyStopping, features, target, weights
    ) { () throws(EstimatorError) in try heldOutRows(of: target) }
    if let scored {
      try HeldOutSplit.checkWeights(scored.weights)
      let classes = learned.classes
      training.heldOutRows = scored.rows
      let truth = try scored.telling { () throws(EstimatorError) in
        try classes.indicators(of: scored.target)
      }
      training.validationFingerprint = try scored.fingerprint(.numbers(truth))
      training.score = { (network) throws(EstimatorError) in
        Scores.accuracy(
          of: classes.sets(of: try scored.scores(of: network)), truth: scored.target,
          weights: scored.weights)
      }
    }
    return try training.run(&learned.state, features)
  }
}

extension MLPMultilabelClassifier: HeldOutScoring {
  public func heldOutRows(of target: [Set<Label>]) throws(EstimatorError) -> [Int] {
    try hyperparameters.shared.heldOutRows(count: target.count, strata: nil)
  }

  public var bestHeldOutScore: Double? { learned?.state.bestHeldOutScore }
}

extension ClassList {
  /// Returns for each sample and class a 1 if the sample has it as a label, otherwise a 0.
  ///
  /// - Throws: ``EstimatorError/unknownLabel(row:label:classes:)`` for the first label that is none
  ///   of the classes.
  fileprivate func indicators(of target: [Set<Label>]) throws(EstimatorError) -> Matrix<Double> {
    var result = Matrix<Double>(rowCount: target.count, columnCount: labels.count)
    let numbers = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    for (row, set) in target.enumerated() {
      for label in set.inLabelOrder() {
        guard let column = numbers[label] else {
          throw .unknownLabel(row: row, label: "\(label)", classes: labels.map { "\($0)" })
        }
        result[row, column] = 1
      }
    }
    return result
  }

  /// Returns for each row of scores the labels that are more likely than not.
  func sets(of scores: Matrix<Double>) -> [Set<Label>] {
    (0..<scores.rowCount).map { row in
      Set(labels.indices.filter { scores[row, $0] > 0 }.map { labels[$0] })
    }
  }
}
