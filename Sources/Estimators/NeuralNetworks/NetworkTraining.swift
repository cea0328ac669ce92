internal import LinearAlgebra

/// One call of training of a network, the same for classes and for numbers.
struct NetworkTraining {
  let settings: NetworkSettings

  /// What the samples are to be.
  let targets: NetworkTargets

  /// What each sample counts, or `nil`.
  let weights: [Double]?

  let call: TrainingCall

  /// The samples that are held out, ascending; none without early stopping.
  var heldOutRows: [Int] = []

  /// Scores a network on the samples held out.
  var score: ((Network) throws(EstimatorError) -> Double)?

  /// Trains.
  ///
  /// - Throws: ``EstimatorError``; the state is then of no use.
  func run(
    _ state: inout NetworkState, _ features: some FeatureMatrix
  ) throws(EstimatorError) -> TrainingSummary {
    try prepareLinearAlgebra()
    switch state.parameters.precision {
    case .double: return try run(&state, features, in: Double.self)
    case .single: return try run(&state, features, in: Float.self)
    }
  }

  private func run<Scalar: MatrixScalar>(
    _ state: inout NetworkState, _ features: some FeatureMatrix, in type: Scalar.Type
  ) throws(EstimatorError) -> TrainingSummary {
    let rows = trainingRows(features.rowCount)
    let loop = EpochLoop(
      call: call, sampleCount: rows.count, maxEpochs: settings.maxEpochs, rule: rule,
      dataFingerprint: targets.combined(with: call.fingerprint ?? 0))
    let pass = NetworkPass<_, Scalar>(
      settings: settings, form: state.form, features: features, targets: targets,
      weights: weights, batchSize: min(settings.batchSize ?? 200, rows.count),
      isCancelled: call.context.isCancelled)
    state.beginTraining(settings, keepsBest: score != nil)
    var progress = state.progress
    let epochsBefore = progress.epochCount
    let summary = try loop.run(
      &progress, restartedRule: { state.best = nil },
      epoch: { progress throws(EstimatorError) in
        var order = progress.nextOrder(
          settings.visitingOrder, seed: settings.seed, count: rows.count)
        if rows.count < features.rowCount { order = order?.map { rows[$0] } }
        var outcome = try pass.run(&state, &progress.schedule, order: order ?? rows)
        guard state.isFinite else {
          throw .diverged(
            epoch: progress.epochCount - epochsBefore + 1, remedy: EpochLoop.divergenceRemedy)
        }
        outcome.score = try score.map { (score) throws(EstimatorError) in
          try score(Network(form: state.form, parameters: state.parameters))
        }
        return outcome
      },
      isBest: { if score != nil { state.best = state.parameters } },
      mayGoOn: { progress in lowerRate(&progress) })
    state.progress = progress
    return summary
  }

  /// The rule fires when more than `patience` epochs are no better; with linear models, when as
  /// many are.
  private var rule: StoppingRule? {
    guard call.kind == .fit, settings.hasStoppingRule else { return nil }
    return StoppingRule(
      tolerance: settings.tolerance, patience: min(settings.patience, .max - 1) + 1,
      watchesScore: score != nil)
  }

  /// The rows that are trained on.
  private func trainingRows(_ rowCount: Int) -> [Int] {
    guard !heldOutRows.isEmpty else { return Array(0..<rowCount) }
    var isHeldOut = [Bool](repeating: false, count: rowCount)
    for row in heldOutRows { isHeldOut[row] = true }
    return (0..<rowCount).filter { !isHeldOut[$0] }
  }

  /// Lowers a rate that the stopping rule drives instead of stopping; returns whether to go on.
  private func lowerRate(_ progress: inout TrainingProgress) -> Bool {
    let schedule = NetworkSchedule(
      settings: settings, reductionCount: progress.schedule.reductionCount,
      start: progress.schedule.clock)
    guard schedule.isReducible else { return false }
    progress.schedule.reductionCount += 1
    return true
  }
}

/// The passes of one call over its samples, batch after batch.
struct NetworkPass<Features: FeatureMatrix, Scalar: MatrixScalar> {
  private let settings: NetworkSettings
  private let batchSize: Int
  private let isCancelled: @Sendable () -> Bool
  private let gradient: NetworkGradient<Features, Scalar>

  init(
    settings: NetworkSettings, form: NetworkForm, features: Features, targets: NetworkTargets,
    weights: [Double]?, batchSize: Int, isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.settings = settings
    self.batchSize = batchSize
    self.isCancelled = isCancelled
    gradient = NetworkGradient(form, features, targets, weights, rowCount: batchSize)
  }

  /// Visits every row once.
  ///
  /// - Parameters:
  ///   - state: Parameters and optimizer, which are changed.
  ///   - clock: The learning-rate clock, which goes on.
  ///   - order: The rows, in the order in which they are visited.
  /// - Returns: The mean loss with the penalty, each batch before its own step.
  /// - Throws: ``EstimatorError/cancelled``.
  func run(
    _ state: inout NetworkState, _ clock: inout ScheduleState, order: [Int]
  ) throws(EstimatorError) -> EpochOutcome {
    guard var memory = state.optimizer else {
      preconditionFailure("An optimizer is made before the first pass.")
    }
    // Taken out, so that the only copy is changed in place.
    state.optimizer = nil
    var stepper = NetworkStepper<Scalar>(
      settings: settings, shape: state.form.shape,
      parameters: state.parameters.take(as: Scalar.self),
      first: memory.first.take(as: Scalar.self), second: memory.second.take(as: Scalar.self),
      stepCount: memory.stepCount)
    defer {
      state.parameters = NumberArray(stepper.parameters)
      memory.first = NumberArray(stepper.first)
      memory.second = NumberArray(stepper.second)
      memory.stepCount = stepper.stepCount
      state.optimizer = memory
    }
    let schedule = NetworkSchedule(
      settings: settings, reductionCount: clock.reductionCount, start: clock.clock)
    var masks = dropoutMasks
    var (loss, rate) = (0.0, 0.0)
    for start in stride(from: 0, to: order.count, by: batchSize) {
      guard !isCancelled() else { throw .cancelled }
      let count = min(batchSize, order.count - start)
      rate = schedule.rate(atSample: clock.clock)
      masks?.sampleCount = clock.clock
      loss +=
        order.withUnsafeBufferPointer { order in
          step(&stepper, .init(rebasing: order[start..<start + count]), rate: rate, masks)
        } * Double(count)
      clock.clock += count
    }
    let mean = loss / Double(order.count)
    return EpochOutcome(loss: mean, objective: mean, learningRate: rate)
  }

  private var dropoutMasks: DropoutMasks? {
    guard settings.dropout.contains(where: { $0 > 0 }) else { return nil }
    return DropoutMasks(
      seed: settings.seed,
      rates: settings.hiddenLayerSizes.indices.map { settings.dropoutRate(ofLayer: $0) })
  }

  /// Takes one step on a batch; returns its mean loss before the step, with the penalty.
  private func step(
    _ stepper: inout NetworkStepper<Scalar>, _ rows: UnsafeBufferPointer<Int>, rate: Double,
    _ masks: DropoutMasks?
  ) -> Double {
    // A batch whose samples all count nothing has nothing to say, and its mean loss no meaning.
    let weightSum = gradient.weight(of: rows)
    guard weightSum > 0 else { return 0 }
    let loss = stepper.parameters.withUnsafeBufferPointer { parameters in
      parameters.baseAddress.map {
        gradient.compute($0, rows, weightSum: weightSum, dropout: masks)
      } ?? 0
    }
    let squares = stepper.step(
      gradient: gradient.value, rate: rate, l2: settings.alpha / weightSum)
    return (loss + 0.5 * settings.alpha * squares) / weightSum
  }
}
