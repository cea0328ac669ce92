extension Int {
  /// The count after further ones; one that has reached what a file can hold stays there.
  func counting(_ more: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(more)
    return overflow
      ? TensorArchive.counts.upperBound : Swift.min(sum, TensorArchive.counts.upperBound)
  }
}

extension Int {
  /// The product of counts, or the largest that can be counted.
  func times(_ other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? TensorArchive.counts.upperBound : product
  }
}

/// The totals that every training state counts, which model files hold as a text of their own.
struct Counters: Equatable, Sendable {
  /// The number of epochs, or passes, since the last fresh start.
  var epochCount = 0

  /// The number of samples trained on since the last fresh start, each visit counting.
  var sampleCount = 0

  /// The name under which counters stand in an archive.
  static let key = "counters"

  init() {}

  init(epochCount: Int, sampleCount: Int) {
    self.epochCount = epochCount
    self.sampleCount = sampleCount
  }

  /// Appends the counters to an archive.
  func write(to archive: inout TensorArchive) {
    archive[text: Self.key] = "{\"epochCount\":\(epochCount),\"sampleCount\":\(sampleCount)}"
  }

  /// Reads the counters from an archive.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    guard let text = archive[text: Self.key],
      let counts = JSON.decoded(text, as: [String: Int].self),
      let epochCount = counts["epochCount"], let sampleCount = counts["sampleCount"],
      TensorArchive.counts.contains(epochCount), TensorArchive.counts.contains(sampleCount)
    else { throw .unreadableModel(reason: "the counters are missing or damaged") }
    self.init(epochCount: epochCount, sampleCount: sampleCount)
  }
}
