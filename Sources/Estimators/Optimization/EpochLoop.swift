/// What one epoch of training reports to the loop around it.
struct EpochOutcome {
  /// The mean loss of the samples, each before its own update.
  var loss: Double

  /// What the stopping rule looks at, if it looks at no score.
  var objective: Double

  /// The learning rate of the last update.
  var learningRate: Double

  /// The score on the samples held out, if there are any.
  var score: Double?

  /// Whether the method itself sees that it has arrived, which ends `fit` if there is a rule.
  var hasConverged = false
}

/// The loop over the epochs of one call, the same for everything that trains in epochs: budget,
/// stopping rule, counters, history, observers, cancellation.
struct EpochLoop {
  /// The call.
  var call: TrainingCall

  /// The number of samples an epoch trains on.
  var sampleCount: Int

  /// The number of epochs that `fit` may take.
  var maxEpochs: Int

  /// When `fit` stops earlier; `nil` for never.
  var rule: StoppingRule?

  /// A hash of the data and the targets.
  var dataFingerprint: UInt64

  /// Runs the epochs.
  ///
  /// - Parameters:
  ///   - progress: Where training stands; counted on.
  ///   - epoch: Trains one epoch. Whatever it throws ends the loop.
  ///   - isBest: Is called after an epoch that was the best so far, with where training then stands.
  ///   - mayGoOn: Is asked when the rule has fired; `true` gives the rule its patience back.
  /// - Returns: What the call did.
  /// - Throws: What `epoch` throws; ``EstimatorError/cancelled``;
  ///   ``EstimatorError/diverged(epoch:remedy:)``.
  func run(
    _ progress: inout TrainingProgress,
    epoch: (inout TrainingProgress) throws(EstimatorError) -> EpochOutcome,
    isBest: (TrainingPosition) -> Void = { _ in },
    mayGoOn: (inout TrainingProgress) -> Bool = { _ in false }
  ) throws(EstimatorError) -> TrainingSummary {
    guard call.kind == .fit else {
      progress.history = TrainingHistory()
      _ = try runOne(&progress, number: 1, budget: 1, epoch)
      return TrainingSummary(
        epochCount: 1, stopReason: .onePass, isContinuation: call.isContinuation)
    }
    var summary = TrainingSummary(
      epochCount: 0, stopReason: .budget, isContinuation: call.isContinuation)
    if rule != nil {
      if !continuesRule(of: progress) {
        summary.restartedStoppingRule = progress.stoppingRule != nil
        progress.stoppingRule = StoppingRuleState(dataFingerprint: dataFingerprint)
      }
    }
    while summary.epochCount < maxEpochs {
      summary.epochCount += 1
      let outcome = try runOne(
        &progress, number: summary.epochCount, budget: maxEpochs, epoch)
      guard let rule, var state = progress.stoppingRule else { continue }
      var verdict = rule.note(outcome.score ?? outcome.objective, in: &state)
      if outcome.hasConverged {
        state.hasFired = true
        verdict.hasFired = true
      }
      progress.stoppingRule = state
      if verdict.isBest { isBest(progress.position) }
      guard verdict.hasFired else { continue }
      if mayGoOn(&progress) {
        progress.stoppingRule?.patienceUsed = 0
        progress.stoppingRule?.hasFired = false
        continue
      }
      summary.stopReason = .stoppingRule
      break
    }
    return summary
  }

  /// Whether this call goes on with the stopping rule of an earlier one: `fit` does, if the rule has
  /// not ended that one and the data are the same.
  func continuesRule(of progress: TrainingProgress) -> Bool {
    guard call.kind == .fit, rule != nil, let before = progress.stoppingRule else { return false }
    return !before.hasFired && before.dataFingerprint == dataFingerprint
  }

  /// What a user can do when training diverges.
  var divergenceRemedy = "Lower initialLearningRate, or scale the features."

  /// Runs one epoch and takes note of it.
  private func runOne(
    _ progress: inout TrainingProgress, number: Int, budget: Int,
    _ epoch: (inout TrainingProgress) throws(EstimatorError) -> EpochOutcome
  ) throws(EstimatorError) -> EpochOutcome {
    guard !call.context.isCancelled() else { throw .cancelled }
    let outcome = try epoch(&progress)
    guard outcome.loss.isFinite, outcome.objective.isFinite, outcome.score?.isFinite ?? true else {
      throw .diverged(epoch: number, remedy: divergenceRemedy)
    }
    progress.epochCount = progress.epochCount.counting(1)
    progress.sampleCount = progress.sampleCount.counting(sampleCount)
    progress.history.losses.append(outcome.loss)
    progress.history.learningRates.append(outcome.learningRate)
    if let score = outcome.score { progress.history.scores.append(score) }
    call.context.observer?(
      .epochEnded(
        EpochReport(
          epoch: progress.epochCount, epochInCall: number, epochBudget: budget,
          loss: outcome.loss, learningRate: outcome.learningRate, score: outcome.score)))
    return outcome
  }
}
