/// The settings by which `fit` stops, which everything that trains in epochs has.
protocol StoppingSettings {
  var tolerance: Double? { get }
  var earlyStopping: Bool { get }
  var validationFraction: Double { get }
  var seed: UInt64 { get }
}

extension StoppingSettings {
  /// Whether something decides when `fit` stops.
  var hasStoppingRule: Bool { tolerance != nil || earlyStopping }

  /// Returns the rows that early stopping holds out, ascending; none if it is off.
  ///
  /// - Parameters:
  ///   - count: The number of samples.
  ///   - strata: The class of each, or `nil` where there are none.
  /// - Returns: The rows.
  /// - Throws: As ``HeldOutSplit/rows(count:strata:fraction:seed:)``.
  func heldOutRows(count: Int, strata: [Int32]?) throws(EstimatorError) -> [Int] {
    guard earlyStopping else { return [] }
    return try HeldOutSplit.rows(
      count: count, strata: strata, fraction: validationFraction, seed: seed)
  }

  /// Returns the rows that early stopping holds out of labels, ascending; none if it is off.
  ///
  /// Which classes there are beside those that occur makes no difference.
  ///
  /// - Parameter labels: The labels.
  /// - Returns: The rows.
  /// - Throws: As ``HeldOutSplit/rows(count:strata:fraction:seed:)``.
  func heldOutRows<Label: ClassLabel>(of labels: [Label]) throws(EstimatorError) -> [Int] {
    guard earlyStopping else { return [] }
    return try heldOutRows(count: labels.count, strata: ClassList.ranks(of: labels))
  }
}
