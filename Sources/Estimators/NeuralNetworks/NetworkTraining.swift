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

  /// A hash of the samples that the caller holds out, or 0.
  var validationFingerprint: UInt64 = 0

  /// Scores a network on the samples held out.
  var score: ((Network) throws(EstimatorError) -> Double)?

  /// Trains.
  ///
  /// - Throws: ``EstimatorError``; the state is then of no use.
  func run(
    _ state: inout NetworkState, _ features: some FeatureMatrix
  ) throws(EstimatorError) -> TrainingSummary {
    guard call.kind == .fit || settings.solver != .lbfgs else {
      throw .unsupportedCall(
        call: "partialFit", setting: "solver lbfgs",
        remedy: "Choose solver adam or sgd, or fit with warmStart.")
    }
    try prepareLinearAlgebra()
    switch state.parameters.precision {
    case .double: return try run(&state, features, in: Double.self)
    case .single:
      try Validation.checkSinglePrecision(features)
      if case .numbers(let matrix) = targets {
        try Validation.checkSinglePrecision(
          matrix.elements, columnCount: matrix.columnCount, what: "target")
      }
      if let weights { try Validation.checkSinglePrecision(weights, what: "weight") }
      return try run(&state, features, in: Float.self)
    }
  }

  private func run<Scalar: MatrixScalar>(
    _ state: inout NetworkState, _ features: some FeatureMatrix, in type: Scalar.Type
  ) throws(EstimatorError) -> TrainingSummary {
    let rows = HeldOutSplit.remaining(of: features.rowCount, without: heldOutRows)
    var loop = EpochLoop(
      call: call, sampleCount: rows.count, maxEpochs: settings.maxEpochs, rule: rule,
      dataFingerprint: targets.combined(
        with: (call.fingerprint ?? 0) ^ validationFingerprint))
    let isWhole = settings.solver == .lbfgs
    let batchSize = isWhole ? rows.count : min(settings.batchSize ?? 200, rows.count)
    let gradient = NetworkGradient<_, Scalar>(
      state.form, features, targets, weights, rowCount: batchSize,
      frozenLayers: Set(settings.frozenLayers), threadCount: call.context.threadCount)
    let pass = NetworkPass(
      settings: settings, batchSize: batchSize, gradient: gradient,
      isCancelled: call.context.isCancelled)
    let descent = NetworkDescent(settings: settings, rows: rows, gradient: gradient)
    loop.divergenceRemedy = call.remedyForDivergence(settings.divergenceRemedy)
    state.beginTraining(
      settings, keepsBest: score != nil, continuesRule: loop.continuesRule(of: state.progress))
    var progress = state.progress
    let epochsBefore = progress.epochCount
    let summary = try loop.run(
      &progress,
      epoch: { progress throws(EstimatorError) in
        var outcome: EpochOutcome
        if isWhole {
          outcome = descent.run(&state, &progress.schedule)
        } else {
          let order = nextOrder(&progress, rows, of: features.rowCount)
          outcome = try pass.run(&state, &progress, order: order)
        }
        guard state.isFinite, outcome.loss.isFinite else {
          throw .diverged(
            epoch: progress.epochCount - epochsBefore + 1, remedy: loop.divergenceRemedy)
        }
        outcome.score = try score.map { (score) throws(EstimatorError) in
          try score(Network(form: state.form, parameters: state.parameters))
        }
        return outcome
      },
      isBest: { position in
        if score != nil { state.best = state.bestEpoch(at: position) }
      },
      mayGoOn: { progress in lowerRate(&progress) })
    state.progress = progress
    if score != nil, summary.stopReason == .stoppingRule { state.returnToBest() }
    state.endTraining()
    return summary
  }

  /// The rule fires when more than `patience` epochs are no better; with linear models, when as
  /// many are.
  private var rule: StoppingRule? {
    guard call.kind == .fit, settings.hasStoppingRule else { return nil }
    // L-BFGS looks at slopes, and says itself when it has arrived.
    let looksAtLosses = settings.solver != .lbfgs || score != nil
    return StoppingRule(
      tolerance: looksAtLosses ? settings.tolerance : nil,
      patience: min(settings.patience, .max - 1) + 1, watchesScore: score != nil)
  }

  /// The rows in the order in which the next epoch visits them.
  private func nextOrder(
    _ progress: inout TrainingProgress, _ rows: [Int], of rowCount: Int
  ) -> [Int] {
    let order = progress.nextOrder(
      settings.visitingOrder, seed: settings.seed, count: rows.count)
    return rows.count < rowCount ? order?.map { rows[$0] } ?? rows : order ?? rows
  }

  /// Lowers a rate that the stopping rule drives instead of stopping; returns whether to go on.
  private func lowerRate(_ progress: inout TrainingProgress) -> Bool {
    let schedule = NetworkSchedule(
      settings: settings, reductionCount: progress.schedule.reductionCount,
      start: progress.schedule.clock)
    guard schedule.isReducible else { return false }
    progress.schedule.reductionCount = progress.schedule.reductionCount.counting(1)
    return true
  }
}
