/// What one epoch of training reports to the loop around it.
struct EpochOutcome {
  /// The mean loss of the samples, each before its own update.
  var loss: Double

  /// What the stopping rule looks at.
  var objective: Double

  /// The learning rate of the last update.
  var learningRate: Double
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
  ///   - runEpoch: Trains one epoch. Whatever it throws ends the loop.
  /// - Returns: What the call did.
  /// - Throws: What `runEpoch` throws; ``EstimatorError/cancelled``.
  func run(
    _ progress: inout TrainingProgress,
    _ runEpoch: (inout TrainingProgress) throws(EstimatorError) -> EpochOutcome
  ) throws(EstimatorError) -> TrainingSummary {
    guard call.kind == .fit else {
      progress.history = TrainingHistory()
      try runOne(&progress, number: 1, budget: 1, rule: nil, runEpoch)
      return TrainingSummary(
        epochCount: 1, stopReason: .onePass, isContinuation: call.isContinuation)
    }
    var summary = TrainingSummary(
      epochCount: 0, stopReason: .budget, isContinuation: call.isContinuation)
    if rule != nil {
      let before = progress.stoppingRule
      if let before, before.hasFired || before.dataFingerprint != dataFingerprint {
        summary.restartedStoppingRule = true
        progress.stoppingRule = nil
      }
      if progress.stoppingRule == nil {
        progress.stoppingRule = StoppingRuleState(dataFingerprint: dataFingerprint)
      }
    }
    while summary.epochCount < maxEpochs {
      summary.epochCount += 1
      let hasFired = try runOne(
        &progress, number: summary.epochCount, budget: maxEpochs, rule: rule, runEpoch)
      if hasFired {
        summary.stopReason = .stoppingRule
        break
      }
    }
    return summary
  }

  /// What a user can do when training diverges.
  static let divergenceRemedy = "Lower initialLearningRate, or scale the features."

  /// Runs one epoch; returns whether the rule has fired.
  @discardableResult
  private func runOne(
    _ progress: inout TrainingProgress, number: Int, budget: Int, rule: StoppingRule?,
    _ runEpoch: (inout TrainingProgress) throws(EstimatorError) -> EpochOutcome
  ) throws(EstimatorError) -> Bool {
    guard !call.context.isCancelled() else { throw .cancelled }
    let outcome = try runEpoch(&progress)
    guard outcome.loss.isFinite, outcome.objective.isFinite else {
      throw .diverged(epoch: number, remedy: Self.divergenceRemedy)
    }
    progress.epochCount += 1
    progress.sampleCount += sampleCount
    progress.history.losses.append(outcome.loss)
    progress.history.learningRates.append(outcome.learningRate)
    call.context.observer?(
      .epochEnded(
        EpochReport(
          epoch: progress.epochCount, epochInCall: number, epochBudget: budget,
          loss: outcome.loss, learningRate: outcome.learningRate)))
    guard let rule, var state = progress.stoppingRule else { return false }
    let hasFired = rule.note(outcome.objective, in: &state)
    progress.stoppingRule = state
    return hasFired
  }
}
