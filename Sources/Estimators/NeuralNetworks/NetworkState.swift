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

  /// Where training stood at the best held-out score, if that is not where it stands now; `nil` also
  /// if nothing was scored.
  var best: BestEpoch?

  /// Whether the model is that of the best epoch: the latest call was a `fit` with early stopping.
  private(set) var showsBest = false

  /// Where training stood at the best held-out score.
  struct BestEpoch: Equatable, Sendable {
    var parameters: NumberArray
    var optimizer: NetworkMemory?
    var position: TrainingPosition
  }

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
    let memories = [trainingState.optimizer, trainingState.best?.optimizer].compactMap { $0 }
    let whole = [parameters, trainingState.best?.parameters ?? parameters]
    guard whole.allSatisfy({ $0.count == network.parameters.count }),
      whole.allSatisfy({ $0.precision == network.parameters.precision }),
      memories.allSatisfy({ $0.fits(network.parameters) })
    else {
      throw .unreadableModel(reason: "model and training state have different shapes or precisions")
    }
    optimizer = trainingState.optimizer
    progress = trainingState.progress
    hasTrained = true
    showsBest = trainingState.showsBest
    best = trainingState.best.map { best in
      BestEpoch(
        parameters: best.parameters ?? network.parameters, optimizer: best.optimizer,
        position: best.position)
    }
    guard presented != network.parameters else { return }
    if showsBest, best == nil, !trainingState.keepsModel {
      // Earlier versions saved the best parameters alone.
      best = BestEpoch(
        parameters: network.parameters, optimizer: nil, position: progress.position)
    } else {
      kept = network.parameters
    }
  }

  /// What predicts.
  var network: Network { Network(form: form, parameters: presented) }

  private var presented: NumberArray {
    kept ?? (showsBest ? best?.parameters : nil) ?? parameters
  }

  /// The best held-out score, if the model is that of the best.
  var bestHeldOutScore: Double? { showsBest ? progress.stoppingRule?.best : nil }

  /// What continues, or `nil` if only a model is there.
  var trainingState: MLPTrainingState? {
    guard hasTrained else { return nil }
    let showsOther = showsBest && best != nil
    return MLPTrainingState(
      progress: progress, optimizer: optimizer,
      iterate: kept == nil && !showsOther ? nil : parameters,
      best: best.map { best in
        MLPTrainingState.Best(
          parameters: kept == nil && showsOther ? nil : best.parameters, optimizer: best.optimizer,
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
  mutating func beginTraining(_ settings: NetworkSettings, keepsBest: Bool, continuesRule: Bool) {
    kept = nil
    hasTrained = true
    if showsBest {
      let seen = best ?? bestEpoch(at: progress.position)
      if !continuesRule { returnToBest() }
      best = progress.stoppingRule?.hasFired == false ? seen : nil
    }
    if keepsBest, !continuesRule { best = nil }
    showsBest = keepsBest
    guard optimizer == nil else { return }
    optimizer = NetworkMemory(
      solver: settings.solver, parameterCount: form.shape.parameterCount,
      precision: parameters.precision)
  }

  /// Where training stands, as the best epoch.
  func bestEpoch(at position: TrainingPosition) -> BestEpoch {
    BestEpoch(parameters: parameters, optimizer: optimizer, position: position)
  }

  /// Goes back to the best epoch, as if training had ended there; its history stays.
  mutating func returnToBest() {
    guard let best else { return }
    parameters = best.parameters
    optimizer = best.optimizer
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
      optimizer = nil
      best?.optimizer = nil
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
    func replaceMemory(_ memory: NetworkMemory?) -> NetworkMemory? {
      guard var memory else { return nil }
      replace(&memory.first)
      replace(&memory.second)
      // Steps of a smaller network say nothing of how the larger one bends.
      memory.pairs = []
      return memory
    }
    replace(&parameters)
    optimizer = replaceMemory(optimizer)
    kept = kept?.assembled(runs)
    if let old = best {
      best = BestEpoch(
        parameters: old.parameters.assembled(runs), optimizer: replaceMemory(old.optimizer),
        position: old.position)
    }
  }
}
