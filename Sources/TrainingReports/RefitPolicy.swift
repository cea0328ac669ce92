public import Estimators

/// What a second call is to keep of the first.
public enum RefitPolicy: String, CaseIterable, Sendable {
  /// `fit` with `warmStart` off: nothing.
  case overwrite

  /// `fit` with `warmStart` on: everything.
  case `continue`

  /// `reset(.trainingState)`, then `fit` with `warmStart` on: the parameters, as scikit-learn's
  /// `warm_start=True` does.
  case parameters

  /// `partialFit`: everything, with one pass over the rows of the call.
  case partialFit = "partial-fit"

  /// What the policy keeps, as a sentence for a reader who does not know the code.
  ///
  /// - Parameter exemptions: Those of the estimator, which tell whether it learns in epochs, in one
  ///   pass, or by iterations that keep nothing of the rows.
  /// - Returns: The sentence.
  public func explanation(for exemptions: Set<LawExemption>) -> String {
    let keepsStatistics = !exemptions.contains(.keepsNoStatistics)
    return switch (self, exemptions.contains(.onePass), keepsStatistics) {
    case (.overwrite, _, _):
      "fit: every call forgets all earlier ones and learns from its own rows alone."
    case (.continue, false, _):
      "fit with warmStart: every call goes on exactly where the last one stopped, with parameters, "
        + "optimizer memory, learning-rate clock, visiting order and stopping rule."
    case (.continue, true, true):
      "fit with warmStart: every call adds its rows to the statistics of all rows before, so the "
        + "answer is that of all rows ever seen."
    case (.continue, true, false):
      "fit with warmStart: every call solves for its own rows, starting from the last parameters."
    case (.parameters, false, _):
      "reset(.trainingState), then fit with warmStart: every call starts from the last parameters, "
        + "but with a fresh optimizer, clock and order (what scikit-learn calls warm_start=True)."
    case (.parameters, true, true):
      "reset(.trainingState), then fit with warmStart: the statistics are forgotten, and parameters "
        + "alone are nothing to start from here, so this must equal overwrite."
    case (.parameters, true, false):
      "reset(.trainingState), then fit with warmStart: parameters are all that is kept anyway, so "
        + "this must equal continue."
    case (.partialFit, false, _):
      "partialFit: every call goes on like continue, but makes exactly one pass over its rows and "
        + "asks no stopping rule."
    case (.partialFit, true, _):
      "partialFit: one pass is all that this learner ever needs, so this must equal continue."
    }
  }
}
