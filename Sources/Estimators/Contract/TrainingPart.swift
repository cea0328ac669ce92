/// A part of the training state that can be forgotten alone.
public enum TrainingPart: String, CaseIterable, Sendable {
  /// What the optimizer remembers: averages, velocity, moments and their step, accumulated
  /// penalties, a lazy scale.
  case optimizer

  /// The learning-rate clock, the current rate, the counters of a plateau.
  case schedule

  /// The counters behind the visiting order, dropout masks and the held-out draw.
  case visitingOrder

  /// The best loss or score, the patience used, the best parameters.
  case stoppingRule

  /// The loss, score and rate of past epochs.
  case history

  /// The part in words.
  var phrase: String {
    switch self {
    case .optimizer: "optimizer memory"
    case .schedule: "learning-rate schedule"
    case .visitingOrder: "visiting order"
    case .stoppingRule: "stopping rule"
    case .history: "history"
    }
  }
}

/// How much of what was learned is to be forgotten.
public enum ResetScope: String, Sendable {
  /// Everything: the next call starts fresh.
  case everything

  /// The training state: the next continuing call starts from the model, with a fresh optimizer,
  /// clock and order.
  case trainingState
}
