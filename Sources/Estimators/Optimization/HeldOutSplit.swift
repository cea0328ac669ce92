internal import LinearAlgebra

/// Which samples early stopping holds out: a matter of their number, their classes and the seed
/// alone, so that the same data always give the same samples.
enum HeldOutSplit {
  /// Returns the rows to hold out, ascending.
  ///
  /// - Parameters:
  ///   - count: The number of samples.
  ///   - strata: The class of each, of every one of which about the same share is taken; `nil`
  ///     where there are none, and at least two samples are held out.
  ///   - fraction: The share to hold out, rounded up to whole samples.
  ///   - seed: The seed.
  /// - Returns: The rows, ascending.
  /// - Throws: ``EstimatorError/unsupportedCall(call:setting:remedy:)`` if nothing would be left to
  ///   hold out or to train on.
  static func rows(
    count: Int, strata: [Int32]?, fraction: Double, seed: UInt64
  ) throws(EstimatorError) -> [Int] {
    let wanted = Int((Double(count) * fraction).rounded(.up))
    // R² of one number says nothing.
    guard wanted >= (strata == nil ? 2 : 1), count - wanted >= 1 else {
      throw .unsupportedCall(
        call: "Early stopping", setting: "\(count) samples and validationFraction \(fraction)",
        remedy: "Give more samples, or switch earlyStopping off.")
    }
    var stream = RandomStream(seed: seed, purpose: .heldOutSamples)
    let order = stream.permutation(of: count)
    guard let strata else { return order.prefix(wanted).sorted() }
    var groups: [Int32: [Int]] = [:]
    for row in order { groups[strata[row], default: []].append(row) }
    // Whole numbers of each class, and the largest fractions get what is left.
    let classes = groups.keys.sorted()
    let shares = classes.map { Double(groups[$0]?.count ?? 0) * Double(wanted) / Double(count) }
    var counts = shares.map { Int($0) }
    let byFraction = classes.indices.sorted {
      (shares[$1] - Double(counts[$1]), $0) < (shares[$0] - Double(counts[$0]), $1)
    }
    for index in byFraction.prefix(wanted - counts.reduce(0, +)) { counts[index] += 1 }
    var rows: [Int] = []
    for (index, name) in classes.enumerated() {
      rows += groups[name]?.prefix(counts[index]) ?? []
    }
    return rows.sorted()
  }

  /// Returns the rows of so many samples that are left to train on, ascending.
  ///
  /// - Parameters:
  ///   - count: The number of samples.
  ///   - heldOut: The rows that are held out.
  /// - Returns: All others.
  static func remaining(of count: Int, without heldOut: [Int]) -> [Int] {
    var isHeldOut = [Bool](repeating: false, count: count)
    for row in heldOut { isHeldOut[row] = true }
    return (0..<count).filter { !isHeldOut[$0] }
  }
}
