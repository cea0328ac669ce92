internal import LinearAlgebra

/// One call of training by stochastic gradient descent, the same for classes and for numbers.
struct StochasticGradientTraining {
  let settings: StochasticGradientSettings

  /// What the samples are to be.
  let targets: GradientTargets

  /// What each sample counts, or `nil`.
  let weights: [Double]?

  /// What each class counts, or `nil`.
  let classWeights: [Double]?

  /// A hash of the targets and the data; `nil` if no stopping rule asks for it.
  let dataFingerprint: UInt64?

  let call: TrainingCall

  /// The samples that are held out, ascending; none without early stopping.
  var heldOutRows: [Int] = []

  /// Scores parameters on the samples held out.
  var score: ((LinearParameters) throws(EstimatorError) -> Double)?

  /// Trains.
  ///
  /// - Throws: ``EstimatorError``; a failed pass has then been taken back, but not a failed `fit`.
  func run(
    _ state: inout StochasticGradientState, _ features: some FeatureMatrix
  ) throws(EstimatorError) -> TrainingSummary {
    let undo = call.kind == .partialFit ? undo(&state, features) : nil
    do {
      return try run(&state, features, undo)
    } catch {
      undo?.restore(&state)
      throw error
    }
  }

  private func run(
    _ state: inout StochasticGradientState, _ features: some FeatureMatrix,
    _ undo: StochasticGradientUndo?
  ) throws(EstimatorError) -> TrainingSummary {
    if settings.precision == .single {
      try Validation.checkSinglePrecision(features)
      if case .numbers(let numbers) = targets {
        try Validation.checkSinglePrecision(numbers, what: "target")
      }
      if let weights { try Validation.checkSinglePrecision(weights, what: "weight") }
    }
    let scores = call.kind == .fit ? score : nil
    let hasRule = settings.tolerance != nil || scores != nil
    let rule =
      hasRule
      ? StoppingRule(
        tolerance: settings.tolerance, patience: settings.patience,
        watchesScore: scores != nil) : nil
    let trainingRows = remaining(of: features.rowCount)
    var loop = EpochLoop(
      call: call, sampleCount: trainingRows?.count ?? features.rowCount,
      maxEpochs: settings.maxEpochs, rule: rule, dataFingerprint: dataFingerprint ?? 0)
    loop.divergenceRemedy = call.remedyForDivergence(settings.divergenceRemedy)
    state.beginTraining(
      settings, keepsBest: scores != nil,
      continuesRule: loop.continuesRule(of: state.progress))
    var progress = state.progress
    let epochsBefore = progress.epochCount
    let summary = try loop.run(
      &progress,
      epoch: { progress throws(EstimatorError) in
        let outcome = runEpoch(
          &state, &progress, features, trainingRows,
          tracksObjective: call.kind == .fit && rule != nil && scores == nil)
        guard undo?.isFinite(state) ?? state.iterate.isFinite else {
          throw .diverged(
            epoch: progress.epochCount - epochsBefore + 1, remedy: loop.divergenceRemedy)
        }
        guard let scores else { return outcome }
        var scored = outcome
        scored.score = try scores(state.iterate.presented)
        return scored
      },
      isBest: { position in
        guard scores != nil else { return }
        state.best = StochasticGradientState.BestEpoch(iterate: state.iterate, position: position)
      },
      mayGoOn: { progress in lowerRate(&progress) })
    state.progress = progress
    if scores != nil, summary.stopReason == .stoppingRule { state.returnToBest() }
    state.endTraining()
    return summary
  }

  /// The rows that are trained on, or `nil` for all of them.
  private func remaining(of rowCount: Int) -> [Int]? {
    guard call.kind == .fit, !heldOutRows.isEmpty else { return nil }
    return HeldOutSplit.remaining(of: rowCount, without: heldOutRows)
  }

  /// Lowers an adaptive rate instead of stopping; returns whether to go on.
  private func lowerRate(_ progress: inout TrainingProgress) -> Bool {
    guard
      LinearSchedule(settings, reductionCount: progress.schedule.reductionCount).isReducible
    else { return false }
    progress.schedule.reductionCount = progress.schedule.reductionCount.counting(1)
    return true
  }

  private func runEpoch(
    _ state: inout StochasticGradientState, _ progress: inout TrainingProgress,
    _ features: some FeatureMatrix, _ trainingRows: [Int]?, tracksObjective: Bool
  ) -> EpochOutcome {
    let count = trainingRows?.count ?? features.rowCount
    var order = progress.nextOrder(
      settings.visitingOrder, seed: settings.seed, count: count)
    if let trainingRows { order = order?.map { trainingRows[$0] } ?? trainingRows }
    let strengths = settings.penalty.strengths(alpha: settings.alpha, l1Ratio: settings.l1Ratio)
    var plan = GradientPlan()
    plan.loss = settings.loss.kernel
    plan.rule = settings.learningRate.rule
    plan.epsilon = settings.epsilon
    plan.bound = settings.initialLearningRate
    plan.squaredPenalty = strengths.squared
    plan.absolutePenalty = strengths.absolute
    plan.firstAveragedStep = settings.averaging.firstStep
    plan.classWeights = classWeights
    plan.fitsIntercept = settings.fitsIntercept
    plan.tracksObjective = tracksObjective
    var pass = EpochPass(
      features: features,
      task: GradientTask(plan: plan, targets: targets, weights: weights, order: order),
      count: count, batchSize: settings.batchSize,
      penalizesInObjective: !settings.learningRate.isPassiveAggressive,
      schedule: LinearSchedule(settings, reductionCount: progress.schedule.reductionCount),
      clock: progress.schedule.clock)
    state.iterate.change(&pass)
    progress.schedule.clock = pass.clock.counting(0)
    return EpochOutcome(
      loss: pass.loss / Double(count), objective: pass.objective / Double(count),
      learningRate: pass.lastRate)
  }

  /// What takes this pass back if it fails.
  private func undo(
    _ state: inout StochasticGradientState, _ features: some FeatureMatrix
  ) -> StochasticGradientUndo {
    let strengths = settings.penalty.strengths(alpha: settings.alpha, l1Ratio: settings.l1Ratio)
    var lowestShrink = 1.0
    if features.isSparse, strengths.squared > 0 {
      let rates = LinearSchedule(
        settings, reductionCount: state.progress.schedule.reductionCount
      ).rates(from: state.progress.schedule.clock + 1, count: features.rowCount)
      for rate in rates { lowestShrink *= max(0, 1 - rate * strengths.squared) }
    }
    return StochasticGradientUndo(
      &state, features, lowestShrink: lowestShrink, stepCount: features.rowCount,
      needsRoom: state.showsBest
        || state.iterate.needsRoom(
          forAverage: settings.averaging.firstStep != nil, forPenalty: strengths.absolute > 0)
    )
  }
}
