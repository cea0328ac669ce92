/// When an estimator that trains in epochs stops before its budget is used: after `patience` epochs
/// in a row in which the objective did not fall, or the score did not rise, by `tolerance`.
struct StoppingRule {
  /// By how much the value must become better to count as better, at least 0; `nil` never to stop.
  var tolerance: Double?

  /// How many epochs in a row may be no better.
  var patience: Int

  /// Whether the value is a score, of which more is better, rather than an objective.
  var watchesScore = false

  /// What an epoch's value means.
  struct Verdict {
    /// Whether it is the best so far.
    var isBest: Bool

    /// Whether it is time to stop.
    var hasFired: Bool
  }

  /// Notes an epoch's value.
  ///
  /// **Source:** scikit-learn's rule, the same in its linear models and its networks.
  func note(_ value: Double, in state: inout StoppingRuleState) -> Verdict {
    // Of a score, less than nothing is an objective.
    let sign = watchesScore ? -1.0 : 1.0
    let objective = sign * value
    let best = state.best.map { sign * $0 }
    if let tolerance, let best, objective > best - tolerance {
      state.patienceUsed += 1
    } else {
      state.patienceUsed = 0
    }
    let isBest = best.map { objective < $0 } ?? true
    if isBest { state.best = value }
    state.hasFired = state.patienceUsed >= patience
    return Verdict(isBest: isBest, hasFired: state.hasFired)
  }
}

/// What a stopping rule remembers between epochs and calls.
public struct StoppingRuleState: Equatable, Sendable {
  /// The best objective, or with early stopping the best score, so far; `nil` before the first
  /// epoch.
  public internal(set) var best: Double?

  /// For how many epochs in a row it has not become better.
  public internal(set) var patienceUsed = 0

  /// Whether the rule has ended a call.
  public internal(set) var hasFired = false

  /// A hash of the data that the rule was at work on.
  public internal(set) var dataFingerprint: UInt64

  init(
    best: Double? = nil, patienceUsed: Int = 0, hasFired: Bool = false, dataFingerprint: UInt64
  ) {
    self.best = best
    self.patienceUsed = patienceUsed
    self.hasFired = hasFired
    self.dataFingerprint = dataFingerprint
  }
}
