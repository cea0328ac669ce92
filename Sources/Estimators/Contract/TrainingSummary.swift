/// What one call did.
public struct TrainingSummary: Equatable, Sendable {
  /// Why a call ended.
  public enum StopReason: String, Sendable {
    /// One pass is all there is to do.
    case onePass

    /// All epochs of the call's budget are done.
    case budget

    /// The stopping rule fired.
    case stoppingRule
  }

  /// What has been done as asked, but the caller should know of.
  @nonexhaustive
  public enum Warning: Equatable, Sendable {
    /// Features depend on each other, so that many coefficients fit equally well; those of least norm
    /// were taken.
    ///
    /// The rank is that of the features, with an intercept after their means were taken off.
    case shortRank(rank: Int, featureCount: Int)
  }

  /// The number of epochs in this call.
  public var epochCount: Int

  /// Why the call ended.
  ///
  /// If budget and rule end in the same epoch, the rule has fired.
  public var stopReason: StopReason

  /// Whether the call continued from what was there.
  public var isContinuation: Bool

  /// Whether a stopping rule was there but had to start again: it had fired, or the data are
  /// others.
  public var restartedStoppingRule: Bool

  /// What the caller should know of, or `nil`.
  public var warning: Warning?

  /// Makes a summary.
  public init(
    epochCount: Int, stopReason: StopReason, isContinuation: Bool,
    restartedStoppingRule: Bool = false, warning: Warning? = nil
  ) {
    self.epochCount = epochCount
    self.stopReason = stopReason
    self.isContinuation = isContinuation
    self.restartedStoppingRule = restartedStoppingRule
    self.warning = warning
  }
}

extension TrainingSummary.Warning: CustomStringConvertible {
  /// One sentence that says what is so, and what to do about it.
  public var description: String {
    switch self {
    case .shortRank(let rank, let featureCount):
      "the \(featureCount) features depend on each other (rank \(rank)): of all coefficients that fit "
        + "equally well these have the least norm; leave features out, or use Ridge"
    }
  }
}
