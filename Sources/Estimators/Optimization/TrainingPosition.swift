/// Where training stands among epochs and samples: everything that is counted, but for what a
/// stopping rule remembers and what was observed.
struct TrainingPosition: Equatable, Sendable {
  var epochCount = 0
  var sampleCount = 0
  var schedule = ScheduleState()
  var orderCount = 0
  var maskedSampleCount = 0

  /// Forgets one part.
  mutating func reset(_ part: TrainingPart) {
    switch part {
    case .schedule: schedule = ScheduleState()
    case .visitingOrder:
      orderCount = 0
      maskedSampleCount = 0
    case .optimizer, .stoppingRule, .history: break
    }
  }

  /// Appends everything to an archive.
  func write(to archive: inout TensorArchive) {
    archive.append("epochs", epochCount)
    archive.append("samples", sampleCount)
    archive.append("clock", schedule.clock)
    archive.append("reductions", schedule.reductionCount)
    archive.append("orders", orderCount)
    archive.append("masked_samples", maskedSampleCount)
  }

  init() {}

  /// Reads what was appended.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    epochCount = try archive.count("epochs")
    sampleCount = try archive.count("samples")
    schedule.clock = try archive.count("clock")
    schedule.reductionCount = try archive.count("reductions")
    orderCount = try archive.count("orders")
    maskedSampleCount = try archive.count("masked_samples")
  }
}

extension TrainingProgress {
  /// Everything that is counted.
  var position: TrainingPosition {
    get {
      var position = TrainingPosition()
      position.epochCount = epochCount
      position.sampleCount = sampleCount
      position.schedule = schedule
      position.orderCount = orderCount
      position.maskedSampleCount = maskedSampleCount
      return position
    }
    set {
      epochCount = newValue.epochCount
      sampleCount = newValue.sampleCount
      schedule = newValue.schedule
      orderCount = newValue.orderCount
      maskedSampleCount = newValue.maskedSampleCount
    }
  }
}
