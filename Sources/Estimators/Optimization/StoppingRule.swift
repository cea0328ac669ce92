/// When an estimator that trains in epochs stops before its budget is used: after `patience` epochs
/// in a row in which the objective did not fall by `tolerance`.
struct StoppingRule {
  /// By how much the objective must fall to count as better; at least 0.
  var tolerance: Double

  /// How many epochs in a row may be no better.
  var patience: Int

  /// Notes an epoch's objective; returns whether to stop.
  ///
  /// **Source:** scikit-learn's rule, the same in its linear models and its networks.
  func note(_ objective: Double, in state: inout StoppingRuleState) -> Bool {
    if let best = state.best, objective > best - tolerance {
      state.patienceUsed += 1
    } else {
      state.patienceUsed = 0
    }
    state.best = min(state.best ?? objective, objective)
    state.hasFired = state.patienceUsed >= patience
    return state.hasFired
  }
}

/// What a stopping rule remembers between epochs and calls.
public struct StoppingRuleState: Equatable, Sendable {
  /// The best objective so far, or `nil` before the first epoch.
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
