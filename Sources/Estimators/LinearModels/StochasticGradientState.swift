internal import LinearAlgebra

/// Everything that a linear model by stochastic gradient descent has learned, but for what its
/// problems mean.
struct StochasticGradientState: Sendable {
  /// The parameters that training works on.
  var iterate: AnyLinearIterate

  /// Counters, clock, visiting order, stopping rule and history.
  var progress = TrainingProgress()

  /// The parameters of the best held-out score, or `nil` if none were scored.
  var best: LinearParameters?

  /// Whether the model is the best parameters: the latest call was a `fit` with early stopping.
  var showsBest = false

  /// The parameters of the model, where they are neither those of the iterate nor the best: when
  /// what they came from was forgotten.
  var kept: LinearParameters?

  /// Whether training has gone on since only a model was there.
  var hasTrained = false

  /// The loss of the latest call.
  var loss: LinearLoss

  /// The names of the features, or `nil`.
  let featureNames: [String]?

  init(iterate: AnyLinearIterate, loss: LinearLoss, featureNames: [String]?) {
    self.iterate = iterate
    self.loss = loss
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
    self.init(
      iterate: AnyLinearIterate(start, precision: settings.precision), loss: settings.loss,
      featureNames: features.featureNames)
  }

  /// Puts a model and a training state together again.
  init(
    model: LinearParameters, precision: Precision, loss: LinearLoss, featureNames: [String]?,
    training: StochasticGradientMemory?
  ) throws(EstimatorError) {
    iterate = training?.iterate ?? AnyLinearIterate(model, precision: precision)
    self.loss = loss
    self.featureNames = featureNames
    guard let training else { return }
    guard iterate.featureCount == model.coefficients.columnCount,
      iterate.problemCount == model.intercepts.count
    else { throw .unreadableModel(reason: "model and training state have different shapes") }
    progress = training.progress
    hasTrained = true
    showsBest = training.showsBest
    best = training.showsBest ? model : training.best
    if !showsBest, iterate.presented != model { kept = model }
  }

  /// The best held-out score, if the model is that of the best.
  var bestHeldOutScore: Double? { showsBest ? progress.stoppingRule?.best : nil }

  /// What predicts.
  var presented: LinearParameters {
    kept ?? (showsBest ? best : nil) ?? iterate.presented
  }

  /// What continues, or `nil` if only a model is there.
  var memory: StochasticGradientMemory? {
    guard hasTrained else { return nil }
    let isModel = kept == nil && !showsBest && iterate.isPlain
    return StochasticGradientMemory(
      progress: progress, iterate: isModel ? nil : iterate, best: showsBest ? nil : best,
      showsBest: showsBest)
  }

  /// Notes that training goes on from the iterate.
  mutating func beginTraining(loss: LinearLoss, keepsBest: Bool) {
    self.loss = loss
    kept = nil
    showsBest = keepsBest
    hasTrained = true
  }

  /// Forgets one part; predictions stay what they are until training goes on.
  mutating func reset(_ part: TrainingPart) {
    let before = presented
    switch part {
    case .optimizer:
      var forgetting = ForgetOptimizer()
      iterate.change(&forgetting)
    case .stoppingRule:
      best = nil
      showsBest = false
      progress.stoppingRule = nil
    default:
      _ = progress.reset(part)
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
  /// The best parameters, where they are not the model.
  var best: LinearParameters?
  /// Whether the model is the best parameters.
  var showsBest: Bool

  func write(to archive: inout TensorArchive) {
    progress.write(to: &archive)
    iterate?.write(to: &archive)
    if showsBest { archive.append("stopping.model_is_best", 1) }
    best?.write(to: &archive, prefix: "stopping.best.", precision: .double)
  }

  /// Reads what was written.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    progress = try TrainingProgress(from: archive)
    iterate =
      archive.contains("iterate.vectors") ? try AnyLinearIterate(from: archive) : nil
    showsBest = try archive.flag("stopping.model_is_best")
    best =
      archive.contains("stopping.best.coefficients")
      ? try LinearParameters(from: archive, prefix: "stopping.best.") : nil
  }

  init(
    progress: TrainingProgress, iterate: AnyLinearIterate?, best: LinearParameters?,
    showsBest: Bool
  ) {
    self.progress = progress
    self.iterate = iterate
    self.best = best
    self.showsBest = showsBest
  }
}
