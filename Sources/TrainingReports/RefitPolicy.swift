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
  /// - Parameter isOnePass: Whether the learner needs one pass over the data, as least squares
  ///   does.
  /// - Returns: The sentence.
  public func explanation(isOnePass: Bool) -> String {
    switch (self, isOnePass) {
    case (.overwrite, _):
      "fit: every call forgets all earlier ones and learns from its own rows alone."
    case (.continue, false):
      "fit with warmStart: every call goes on exactly where the last one stopped, with parameters, "
        + "optimizer memory, learning-rate clock, visiting order and stopping rule."
    case (.continue, true):
      "fit with warmStart: every call adds its rows to the statistics of all rows before, so the "
        + "answer is that of all rows ever seen."
    case (.parameters, false):
      "reset(.trainingState), then fit with warmStart: every call starts from the last parameters, "
        + "but with a fresh optimizer, clock and order (what scikit-learn calls warm_start=True)."
    case (.parameters, true):
      "reset(.trainingState), then fit with warmStart: the statistics are forgotten, and parameters "
        + "alone are nothing to start from here, so this must equal overwrite."
    case (.partialFit, false):
      "partialFit: every call goes on like continue, but makes exactly one pass over its rows and "
        + "asks no stopping rule."
    case (.partialFit, true):
      "partialFit: one pass is all that this learner ever needs, so this must equal continue."
    }
  }
}
