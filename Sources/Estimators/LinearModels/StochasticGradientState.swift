internal import LinearAlgebra

/// Everything that a linear model by stochastic gradient descent has learned, but for what its
/// problems mean.
struct StochasticGradientState: Sendable {
  /// The parameters that training works on.
  var iterate: AnyLinearIterate

  /// Counters, clock, visiting order, stopping rule and history.
  var progress = TrainingProgress()

  /// Where training stood at the best held-out score, if that is not where it stands now; `nil` also
  /// if nothing was scored.
  var best: BestEpoch?

  /// Whether the model is that of the best epoch: the latest call was a `fit` with early stopping.
  private(set) var showsBest = false

  /// Where training stood at the best held-out score.
  struct BestEpoch: Equatable, Sendable {
    var iterate: AnyLinearIterate
    var position: TrainingPosition
  }

  /// The parameters of the model, where they are neither those of the iterate nor the best: when
  /// what they came from was forgotten.
  var kept: LinearParameters?

  /// Whether training has gone on since only a model was there.
  var hasTrained = false

  /// The loss of the latest call, and its width.
  var loss: LinearLoss
  var epsilon: Double?

  /// The names of the features, or `nil`.
  let featureNames: [String]?

  init(
    iterate: AnyLinearIterate, loss: LinearLoss, epsilon: Double?, featureNames: [String]?
  ) {
    self.iterate = iterate
    self.loss = loss
    self.epsilon = epsilon
    self.featureNames = featureNames
  }

  /// Starts from zeros, or from given parameters.
  ///
  /// - Throws: ``EstimatorError/mismatchedInitialParameters(name:reason:)``.
  init(
    _ settings: StochasticGradientSettings, problemCount: Int, _ features: some FeatureMatrix,
    _ given: InitialParameters?
  ) throws(EstimatorError) {
    let width = features.columnCount
    let start = LinearParameters(
      coefficients: try given?.matrix("coefficients", rows: problemCount, columns: width)
        ?? Matrix(rowCount: problemCount, columnCount: width),
      intercepts: try given?.numbers("intercepts", count: problemCount)
        ?? [Double](repeating: 0, count: problemCount))
    guard settings.fitsIntercept || start.intercepts.allSatisfy({ $0 == 0 }) else {
      throw .mismatchedInitialParameters(
        name: "intercepts", reason: "are not all 0, but fitsIntercept is false")
    }
    if settings.precision == .single {
      try Self.checkSinglePrecision("coefficients", start.coefficients.elements)
      try Self.checkSinglePrecision("intercepts", start.intercepts)
    }
    self.init(
      iterate: AnyLinearIterate(start, precision: settings.precision), loss: settings.loss,
      epsilon: settings.epsilon, featureNames: features.featureNames)
  }

  private static func checkSinglePrecision(
    _ name: String, _ numbers: [Double]
  ) throws(EstimatorError) {
    guard numbers.allSatisfy({ Float($0).isFinite }) else {
      throw .mismatchedInitialParameters(
        name: name, reason: "hold a number that single precision cannot")
    }
  }

  /// Puts a model and a training state together again.
  init(
    model: LinearParameters, precision: Precision, loss: LinearLoss, epsilon: Double?,
    featureNames: [String]?,
    training: StochasticGradientMemory?
  ) throws(EstimatorError) {
    iterate = training?.iterate ?? AnyLinearIterate(model, precision: precision)
    self.loss = loss
    self.epsilon = epsilon
    self.featureNames = featureNames
    guard let training else { return }
    guard iterate.featureCount == model.coefficients.columnCount,
      iterate.problemCount == model.intercepts.count
    else { throw .unreadableModel(reason: "model and training state have different shapes") }
    progress = training.progress
    hasTrained = true
    showsBest = training.showsBest
    best = training.best.map { best in
      BestEpoch(
        iterate: best.iterate ?? AnyLinearIterate(model, precision: precision),
        position: best.position)
    }
    guard presented != model else { return }
    if showsBest, best == nil, !training.keepsModel {
      // Earlier versions saved the best parameters alone.
      best = BestEpoch(
        iterate: AnyLinearIterate(model, precision: precision), position: progress.position)
    } else {
      kept = model
    }
  }

  /// The best held-out score, if the model is that of the best.
  var bestHeldOutScore: Double? { showsBest ? progress.stoppingRule?.best : nil }

  /// What predicts.
  var presented: LinearParameters {
    kept ?? (showsBest ? best?.iterate.presented : nil) ?? iterate.presented
  }

  /// What continues, or `nil` if only a model is there.
  var memory: StochasticGradientMemory? {
    guard hasTrained else { return nil }
    let showsOther = showsBest && best != nil
    return StochasticGradientMemory(
      progress: progress,
      iterate: kept == nil && !showsOther && iterate.isPlain ? nil : iterate,
      best: best.map { best in
        StochasticGradientMemory.Best(
          iterate: kept == nil && showsOther && best.iterate.isPlain ? nil : best.iterate,
          position: best.position)
      }, showsBest: showsBest, keepsModel: kept != nil)
  }

  /// Notes that training goes on.
  ///
  /// - Parameters:
  ///   - settings: The settings.
  ///   - keepsBest: Whether the call is a `fit` with early stopping.
  ///   - continuesRule: Whether it goes on with the stopping rule, and so from where training stands;
  ///     otherwise it starts from what is seen.
  mutating func beginTraining(
    _ settings: StochasticGradientSettings, keepsBest: Bool, continuesRule: Bool
  ) {
    loss = settings.loss
    epsilon = settings.epsilon
    kept = nil
    hasTrained = true
    if showsBest {
      let seen = best ?? BestEpoch(iterate: iterate, position: progress.position)
      if !continuesRule { returnToBest() }
      best = progress.stoppingRule?.hasFired == false ? seen : nil
    }
    if keepsBest, !continuesRule { best = nil }
    showsBest = keepsBest
  }

  /// Goes back to the best epoch, as if training had ended there; its history stays.
  mutating func returnToBest() {
    guard let best else { return }
    iterate = best.iterate
    progress.position = best.position
    self.best = nil
  }

  /// Notes that training ends: what is best is not held twice.
  mutating func endTraining() {
    if showsBest, best?.position == progress.position { best = nil }
  }

  /// Forgets one part; predictions stay what they are until training goes on.
  mutating func reset(_ part: TrainingPart) {
    let before = presented
    switch part {
    case .optimizer:
      var forgetting = ForgetOptimizer()
      iterate.change(&forgetting)
      best?.iterate.change(&forgetting)
    case .stoppingRule:
      // What is seen is what continues.
      if showsBest { returnToBest() }
      best = nil
      showsBest = false
      progress.stoppingRule = nil
    default:
      _ = progress.reset(part)
      best?.position.reset(part)
    }
    kept = nil
    if presented != before { kept = before }
  }
}

/// Forgets what the optimizer remembers.
private struct ForgetOptimizer: IterateChange {
  func apply<Parameter: MatrixScalar>(to iterate: inout LinearIterate<Parameter>) {
    iterate.forgetOptimizer()
  }
}

/// What a linear model by stochastic gradient descent continues from, beyond its model.
struct StochasticGradientMemory: Equatable, Sendable {
  var progress: TrainingProgress
  /// The current iterate, where it is not the model.
  var iterate: AnyLinearIterate?
  /// Where training stood at the best score, if that is not where it stands.
  var best: Best?
  /// Whether the model is that of the best epoch.
  var showsBest: Bool

  /// Whether what the model came from was forgotten.
  var keepsModel: Bool

  /// Where training stood at the best score.
  struct Best: Equatable, Sendable {
    /// The iterate, where it is not the model.
    var iterate: AnyLinearIterate?
    var position: TrainingPosition
  }

  func write(to archive: inout TensorArchive) {
    progress.write(to: &archive)
    iterate?.write(to: &archive)
    if showsBest { archive.append("stopping.model_is_best", 1) }
    if keepsModel { archive.append("model_is_kept", 1) }
    guard let best else { return }
    var inner = TensorArchive()
    best.position.write(to: &inner)
    best.iterate?.write(to: &inner)
    archive.append(contentsOf: inner, prefix: Self.bestPrefix)
  }

  private static let bestPrefix = "stopping.best."

  /// Reads what was written.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    progress = try TrainingProgress(from: archive)
    iterate =
      archive.contains("iterate.vectors") ? try AnyLinearIterate(from: archive) : nil
    showsBest = try archive.flag("stopping.model_is_best")
    keepsModel = try archive.flag("model_is_kept")
    let inner = archive.contents(ofPrefix: Self.bestPrefix)
    if inner.contains("epochs") {
      best = Best(
        iterate: inner.contains("iterate.vectors") ? try AnyLinearIterate(from: inner) : nil,
        position: try TrainingPosition(from: inner))
    } else if inner.contains("coefficients"), !showsBest,
      try RecordedSettings(from: archive)["earlyStopping"] == "true"
    {
      // Earlier versions saved best parameters without what trains on from them.
      progress.stoppingRule = nil
    }
  }

  init(
    progress: TrainingProgress, iterate: AnyLinearIterate?, best: Best?, showsBest: Bool,
    keepsModel: Bool
  ) {
    self.progress = progress
    self.iterate = iterate
    self.best = best
    self.showsBest = showsBest
    self.keepsModel = keepsModel
  }
}
