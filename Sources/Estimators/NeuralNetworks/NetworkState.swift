internal import LinearAlgebra

/// Everything that a network has learned, but for what its outputs mean.
struct NetworkState: Sendable {
  private(set) var form: NetworkForm

  /// The parameters that training works on.
  var parameters: NumberArray

  /// What the optimizer remembers, or `nil` before its first step.
  var optimizer: NetworkMemory?

  /// Counters, clock, visiting order, stopping rule and history.
  var progress = TrainingProgress()

  /// The parameters of the best held-out score, or `nil` if none were scored.
  var best: NumberArray?

  /// Whether the model is the best parameters: the latest call was a `fit` with early stopping.
  private(set) var showsBest = false

  /// The parameters of the model, where they are neither those of the iterate nor the best: when
  /// what they came from was forgotten.
  private var kept: NumberArray?

  /// Whether training has gone on since only a model was there.
  private var hasTrained = false

  /// The names of the features, or `nil`.
  let featureNames: [String]?

  init(form: NetworkForm, parameters: NumberArray, featureNames: [String]?) {
    self.form = form
    self.parameters = parameters
    self.featureNames = featureNames
  }

  /// Puts a network and a training state together again.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if they do not belong together.
  init(
    _ network: Network, featureNames: [String]?, trainingState: MLPTrainingState?
  ) throws(EstimatorError) {
    self.init(
      form: network.form, parameters: trainingState?.iterate ?? network.parameters,
      featureNames: featureNames)
    guard let trainingState else { return }
    let arrays =
      [parameters, trainingState.best].compactMap { $0 } + (trainingState.optimizer?.arrays ?? [])
    guard
      arrays.allSatisfy({
        $0.count == network.parameters.count && $0.precision == network.parameters.precision
      })
    else { throw .unreadableModel(reason: "model and training state have different shapes") }
    optimizer = trainingState.optimizer
    progress = trainingState.progress
    hasTrained = true
    showsBest = trainingState.showsBest
    best = showsBest ? network.parameters : trainingState.best
    if !showsBest, parameters != network.parameters { kept = network.parameters }
  }

  /// What predicts.
  var network: Network { Network(form: form, parameters: presented) }

  private var presented: NumberArray {
    kept ?? (showsBest ? best : nil) ?? parameters
  }

  /// The best held-out score, if the model is that of the best.
  var bestHeldOutScore: Double? { showsBest ? progress.stoppingRule?.best : nil }

  /// What continues, or `nil` if only a model is there.
  var trainingState: MLPTrainingState? {
    guard hasTrained else { return nil }
    return MLPTrainingState(
      progress: progress, optimizer: optimizer,
      iterate: kept == nil && !showsBest ? nil : parameters, best: showsBest ? nil : best,
      showsBest: showsBest)
  }

  /// Notes that training goes on from the iterate.
  mutating func beginTraining(_ settings: NetworkSettings, keepsBest: Bool) {
    kept = nil
    showsBest = keepsBest
    hasTrained = true
    guard optimizer == nil else { return }
    optimizer = NetworkMemory(
      solver: settings.solver, parameterCount: form.shape.parameterCount,
      precision: parameters.precision)
  }

  /// Forgets one part; predictions stay what they are until training goes on.
  mutating func reset(_ part: TrainingPart) {
    let before = presented
    switch part {
    case .optimizer:
      optimizer = nil
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

  /// Whether every number is finite.
  var isFinite: Bool { parameters.isFinite && optimizer?.isFinite ?? true }

  /// Gives the last layer other units; everything before it stays as it is.
  ///
  /// - Parameter sources: For each unit to be, the unit there is that it comes from, or `nil` for
  ///   one that begins at 0.
  mutating func replaceOutputs(from sources: [Int?]) {
    let old = form.shape
    let last = old.layerCount - 1
    let runs =
      [.copied(0..<old.weights(of: last).lowerBound)]
      + (0...old.sizes[last]).flatMap { row in
        // The rows of the weights, and the biases after them.
        sources.map { source -> NumberRun in
          guard let source else { return .zeros(1) }
          let place = old.weights(of: last).lowerBound + row * old.outputCount + source
          return .copied(place..<place + 1)
        }
      }
    func replace(_ numbers: inout NumberArray) {
      if numbers.count > 0 { numbers = numbers.assembled(runs) }
    }
    form = NetworkForm(
      shape: NetworkShape(sizes: old.sizes.dropLast() + [sources.count]),
      activation: form.activation,
      output: form.output == .identity ? .identity : NetworkForm.output(forProblems: sources.count))
    replace(&parameters)
    best = best?.assembled(runs)
    kept = kept?.assembled(runs)
    guard var memory = optimizer else { return }
    replace(&memory.first)
    replace(&memory.second)
    // Steps of a smaller network say nothing of how the larger one bends.
    memory.pairs = []
    optimizer = memory
  }
}
