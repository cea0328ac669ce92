internal import LinearAlgebra

/// Where an estimator that trains in epochs stands: counters, clock, visiting order, stopping rule,
/// history.
public struct TrainingProgress: Equatable, Sendable {
  /// The number of epochs since the last fresh start.
  public internal(set) var epochCount = 0

  /// The number of samples trained on since the last fresh start, each visit counting.
  public internal(set) var sampleCount = 0

  /// The learning-rate clock.
  public internal(set) var schedule = ScheduleState()

  /// The number of visiting orders drawn since the counter was last reset.
  public internal(set) var orderCount = 0

  /// The number of samples for which units were left out, since the counter was last reset.
  public internal(set) var maskedSampleCount = 0

  /// The stopping rule, or `nil` if none has been at work.
  public internal(set) var stoppingRule: StoppingRuleState?

  /// What was observed in each epoch.
  public internal(set) var history = TrainingHistory()

  init() {}

  /// Forgets one part; returns `false` for the part that is not kept here, the optimizer's.
  mutating func reset(_ part: TrainingPart) -> Bool {
    switch part {
    case .optimizer: return false
    case .schedule: schedule = ScheduleState()
    case .visitingOrder:
      orderCount = 0
      maskedSampleCount = 0
    case .stoppingRule: stoppingRule = nil
    case .history: history = TrainingHistory()
    }
    return true
  }

  /// Returns the order in which the next epoch visits `count` samples, `nil` for the order in which
  /// they stand.
  mutating func nextOrder(_ order: VisitingOrder, seed: UInt64, count: Int) -> [Int]? {
    guard order == .shuffled else { return nil }
    var stream = RandomStream(
      seed: seed, purpose: .visitingOrder, number: UInt64(orderCount))
    orderCount = orderCount.counting(1)
    // One sample has one order.
    guard count > 1 else { return nil }
    return stream.permutation(of: count)
  }
}

extension TrainingProgress {
  /// Appends everything to an archive.
  ///
  /// The counters stand in a text of their own, as model files have it.
  func write(to archive: inout TensorArchive) {
    Counters(epochCount: epochCount, sampleCount: sampleCount).write(to: &archive)
    archive.append("schedule.clock", schedule.clock)
    archive.append("schedule.reductions", schedule.reductionCount)
    archive.append("order.count", orderCount)
    if maskedSampleCount > 0 { archive.append("order.masked_samples", maskedSampleCount) }
    if let stoppingRule {
      archive.append("stopping.best", stoppingRule.best)
      archive.append("stopping.patience_used", stoppingRule.patienceUsed)
      archive.append("stopping.has_fired", stoppingRule.hasFired ? 1 : 0)
      archive.append("stopping.data", Int(bitPattern: UInt(stoppingRule.dataFingerprint)))
    }
    archive.append("history.losses", history.losses)
    archive.append("history.rates", history.learningRates)
    if !history.scores.isEmpty { archive.append("history.scores", history.scores) }
  }

  /// Reads what was appended.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    let counters = try Counters(from: archive)
    epochCount = counters.epochCount
    sampleCount = counters.sampleCount
    schedule.clock = try archive.count("schedule.clock")
    schedule.reductionCount = try archive.count("schedule.reductions")
    orderCount = try archive.count("order.count")
    if archive.contains("order.masked_samples") {
      maskedSampleCount = try archive.count("order.masked_samples")
    }
    if archive.contains("stopping.patience_used") {
      guard let data = archive["stopping.data"]?.integers?.first else {
        throw .unreadableModel(reason: "the stopping rule does not say what data it is about")
      }
      stoppingRule = StoppingRuleState(
        best: try archive.numberIfPresent("stopping.best"),
        patienceUsed: try archive.count("stopping.patience_used"),
        hasFired: try archive.flag("stopping.has_fired"),
        dataFingerprint: UInt64(UInt(bitPattern: data)))
    }
    history.losses = try archive.numbers("history.losses")
    history.learningRates = try archive.numbers(
      "history.rates", count: history.losses.count)
    if archive.contains("history.scores") {
      history.scores = try archive.numbers("history.scores")
    }
  }
}

/// The learning-rate clock.
public struct ScheduleState: Equatable, Sendable {
  /// What the rate is computed from: steps taken, or samples seen, since the clock was last reset.
  public internal(set) var clock = 0

  /// How often the stopping rule has lowered a rate that it drives.
  public internal(set) var reductionCount = 0
}

/// What was observed in each epoch: of `fit` in all of them, of `partialFit` in the latest.
public struct TrainingHistory: Equatable, Sendable {
  /// The mean loss of the samples, each before its own update.
  public internal(set) var losses: [Double] = []

  /// The learning rate of the last update.
  public internal(set) var learningRates: [Double] = []

  /// The score on the samples held out, in the epochs that held any out.
  public internal(set) var scores: [Double] = []
}

/// The order in which an epoch visits the samples.
public enum VisitingOrder: String, NamedHyperparameterValue {
  /// A new random order in each epoch, fixed by the seed and the number of the epoch.
  case shuffled

  /// The order in which they stand.
  case sequential
}
