/// Whether samples that are held out can tell when to stop: a score of what does not count, or of one
/// number, is the same after every epoch.
extension HeldOutSplit {
  /// Checks that something of the samples that are scored counts.
  ///
  /// - Parameter weights: What each of them counts, or `nil`.
  /// - Throws: ``EstimatorError/unsupportedCall(call:setting:remedy:)``.
  static func checkWeights(_ weights: [Double]?) throws(EstimatorError) {
    guard let weights else { return }
    guard weights.contains(where: { $0 > 0 }) else {
      throw refusal("held-out samples that all have weight 0")
    }
  }

  /// Checks that of every class that is scored something counts, and that every class that counts
  /// is trained on.
  ///
  /// - Parameters:
  ///   - rows: The rows that are held out.
  ///   - strata: The class of each of all samples.
  ///   - weights: What each of all samples counts, or `nil`.
  ///   - name: The name of a class.
  /// - Throws: ``EstimatorError/unsupportedCall(call:setting:remedy:)``.
  static func checkClasses(
    _ rows: [Int], strata: [Int32], weights: [Double]?, name: (Int) -> String
  ) throws(EstimatorError) {
    let classCount = Int(strata.max() ?? -1) + 1
    var isHeldOut = [Bool](repeating: false, count: strata.count)
    for row in rows { isHeldOut[row] = true }
    var (held, scored, trained) = (
      [Bool](repeating: false, count: classCount), [Bool](repeating: false, count: classCount),
      [Bool](repeating: false, count: classCount)
    )
    for (row, stratum) in strata.enumerated() {
      let counts = weights.map { $0[row] > 0 } ?? true
      if isHeldOut[row] { held[Int(stratum)] = true }
      guard counts else { continue }
      if isHeldOut[row] { scored[Int(stratum)] = true } else { trained[Int(stratum)] = true }
    }
    for index in 0..<classCount {
      guard scored[index] || !held[index] else {
        throw refusal("held-out samples of class \(name(index)) that all have weight 0")
      }
      guard trained[index] || !scored[index] else {
        throw refusal("every sample of class \(name(index)) that counts held out")
      }
    }
  }

  /// Checks that numbers that are scored vary.
  ///
  /// - Parameters:
  ///   - truth: The targets, samples × targets in row order.
  ///   - columnCount: The number of targets.
  ///   - weights: What each sample counts, or `nil`.
  /// - Throws: ``EstimatorError/unsupportedCall(call:setting:remedy:)``.
  static func checkTargets(
    _ truth: [Double], columnCount: Int, weights: [Double]?
  ) throws(EstimatorError) {
    let rows = (0..<truth.count / columnCount).filter { row in weights.map { $0[row] > 0 } ?? true }
    guard rows.count > 1 else {
      throw refusal("fewer than two held-out samples that count")
    }
    let first = rows[0] * columnCount
    let varies = rows.contains { row in
      (0..<columnCount).contains { truth[row * columnCount + $0] != truth[first + $0] }
    }
    guard varies else { throw refusal("a held-out target that does not vary") }
  }

  private static func refusal(_ what: String) -> EstimatorError {
    .unsupportedCall(
      call: "Early stopping", setting: what,
      remedy: "Give more samples that count, choose another validationFraction or seed, or switch "
        + "earlyStopping off.")
  }
}
