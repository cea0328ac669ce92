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

  /// Makes a summary.
  public init(
    epochCount: Int, stopReason: StopReason, isContinuation: Bool,
    restartedStoppingRule: Bool = false
  ) {
    self.epochCount = epochCount
    self.stopReason = stopReason
    self.isContinuation = isContinuation
    self.restartedStoppingRule = restartedStoppingRule
  }
}
