/// The laws of the refit contract.
public enum Law: Int, CaseIterable, Sendable {
  /// With `warmStart` off, `fit` depends on nothing that happened before.
  case overwrite = 1

  /// Epochs in two calls equal the same epochs in one.
  case oneGoOrInParts

  /// `partialFit` k times over the same rows equals `fit` of k epochs.
  case passes

  /// One pass in chunks equals one pass at once.
  case chunks

  /// Encode, decode, continue equals uninterrupted.
  case encoding

  /// A call that throws changes nothing.
  case allOrNothing

  /// No change of a setting is ignored.
  case noSilentSetting

  /// Labels, columns and names that are not those learned from are refused.
  case classesAndFeatures

  /// Held-out scores are those of what is returned, on samples never trained on.
  case honestEarlyStopping

  /// What was read or passed in is never changed by a later call.
  case values

  /// Averaging by `partialFit` equals averaging by `fit`.
  case averaging

  /// A copy trained further leaves the original as it was; tasks and threads change no result.
  case copiesAndTasks
}

/// A law that an estimator was found to break.
public struct LawViolation: Error, Equatable, Sendable {
  /// The law.
  public let law: Law

  /// The estimator, by the name of its type.
  public let estimator: String

  /// What was done, and what differed.
  public let difference: String

  /// By how much at most, where numbers differ.
  public let amount: Double?
}

extension LawViolation: CustomStringConvertible {
  /// One sentence that names law, estimator, difference and amount.
  public var description: String {
    "\(estimator) breaks law \(law.rawValue) (\(law)): \(difference)"
      + (amount.map { ", by up to \($0)" } ?? "") + "."
  }
}

/// Whether a law holds, or does not apply.
public enum LawOutcome: Equatable, Sendable {
  /// It was checked and holds.
  case holds

  /// It does not apply, for a reason.
  case doesNotApply(String)
}
