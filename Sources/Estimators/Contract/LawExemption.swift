/// A reason for which some laws of the refit contract do not apply to an estimator, or only to
/// rounding.
///
/// The list is complete: there are no others.
public enum LawExemption: String, CaseIterable, Sendable {
  /// It needs one pass over the data: laws 2, 9 and 11 say nothing of it, and 3 and 4 hold to
  /// rounding, `k` passes counting as k-fold rows.
  case onePass

  /// Its rows count less the older they are: law 4 holds for chunks of any size in one order.
  case forgetsOldRows

  /// It uses no random numbers: there is nothing to show for the visiting order.
  case noRandomness

  /// It trains by L-BFGS, which has no `partialFit`: laws 3 and 4 say nothing of it.
  case limitedMemoryQuasiNewton

  /// It solves by an iteration that keeps no statistics: `partialFit` throws.
  case keepsNoStatistics

  /// It keeps a bounded sketch of the data: law 4 holds within the sketch's stated bound.
  case boundedSketch

  /// Its learning rate changes between passes: of law 4 it is not one of the rates whose clock
  /// counts steps or samples.
  case rateChangesBetweenPasses

  /// It is a pipeline whose transformers learn on in `partialFit`: laws 3 and 4 hold once they are
  /// frozen.
  case learningTransformers

  /// It is a pipeline whose transformers stay as their first call has left them: law 4 holds once
  /// that call is made.
  case frozenTransformers
}

extension Set<LawExemption> {
  /// Whether there is a `partialFit`.
  public var allowPartialFit: Bool {
    isDisjoint(with: [.limitedMemoryQuasiNewton, .keepsNoStatistics])
  }
}
