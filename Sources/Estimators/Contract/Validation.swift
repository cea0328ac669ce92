internal import LinearAlgebra

/// What is checked before every call, in one place.
enum Validation {
  /// Checks samples, targets and weights.
  ///
  /// - Parameters:
  ///   - features: The samples.
  ///   - target: The targets.
  ///   - weights: What each sample counts, or `nil`.
  ///   - fingerprints: Whether a hash is wanted.
  ///   - finite: Whether features are to be finite; with a hash they always are.
  /// - Returns: A hash of samples and weights from the same pass, if it is wanted.
  /// - Throws: ``EstimatorError`` for the first thing that is wrong.
  /// - Complexity: O(stored elements), one pass.
  @discardableResult
  static func check(
    _ features: some FeatureMatrix, _ target: some TrainingTarget, _ weights: [Double]?,
    fingerprints: Bool, finite: Bool = true
  ) throws(EstimatorError) -> UInt64? {
    try checkCounts(features, target, weights)
    guard fingerprints else {
      if finite { try checkFinite(features) }
      return nil
    }
    do {
      let hash = try features.checkedFingerprint()
      return weights.map { Fingerprint.combine(hash, $0) } ?? hash
    } catch {
      throw named(error, features)
    }
  }

  /// Checks that all features are finite.
  static func checkFinite(_ features: some FeatureMatrix) throws(EstimatorError) {
    do {
      try features.checkFinite()
    } catch {
      throw named(error, features)
    }
  }

  /// Checks what prediction needs: the same columns as those learned from, and finite features.
  static func checkForPrediction(
    _ features: some FeatureMatrix, expectedCount: Int, expectedNames: [String]?
  ) throws(EstimatorError) {
    try checkColumns(features, expectedCount: expectedCount, expectedNames: expectedNames)
    try checkFinite(features)
  }

  /// Checks that every prediction is a number.
  ///
  /// - Parameters:
  ///   - predictions: The predictions, m × outputs.
  ///   - firstRow: The position of the first of them among all.
  ///   - rows: The row of each position, or `nil` where they are the same.
  /// - Throws: ``EstimatorError/nonFinitePrediction(row:output:)``.
  static func checkPredictions(
    _ predictions: Matrix<Double>, firstRow: Int = 0, _ rows: [Int]? = nil
  ) throws(EstimatorError) {
    guard !predictions.elements.isFinite,
      let index = predictions.elements.firstIndex(where: { !$0.isFinite })
    else { return }
    let position = firstRow + index / predictions.columnCount
    throw .nonFinitePrediction(
      row: rows?[position] ?? position, output: index % predictions.columnCount)
  }

  /// Checks that single precision can hold every feature.
  ///
  /// - Throws: ``EstimatorError/beyondSinglePrecision(place:value:)``, naming the first in row order.
  /// - Complexity: O(stored elements).
  static func checkSinglePrecision(_ features: some FeatureMatrix) throws(EstimatorError) {
    let bound = Double(Float.greatestFiniteMagnitude)
    var elements = [Double](repeating: 0, count: features.columnCount)
    // No square is larger than the sum of all.
    for row in 0..<features.rowCount where !(features.sumOfSquares(ofRow: row) < bound * bound) {
      elements.withMutableSpan { features.copyRows([row].span, into: &$0) }
      guard let column = elements.firstIndex(where: { !Float($0).isFinite }) else { continue }
      let name = features.featureNames.map { " (\($0[column]))" } ?? ""
      throw .beyondSinglePrecision(
        place: "Row \(row), column \(column)\(name)", value: elements[column])
    }
  }

  /// Checks that single precision can hold every one of some numbers.
  ///
  /// - Parameters:
  ///   - numbers: The numbers, rows × columns.
  ///   - columnCount: The number of columns.
  ///   - what: What they are, such as `target`.
  /// - Throws: ``EstimatorError/beyondSinglePrecision(place:value:)``, naming the first.
  static func checkSinglePrecision(
    _ numbers: [Double], columnCount: Int = 1, what: String
  ) throws(EstimatorError) {
    guard let index = numbers.firstIndex(where: { !Float($0).isFinite }) else { return }
    let column = columnCount > 1 ? ", column \(index % columnCount)," : ""
    throw .beyondSinglePrecision(
      place: "The \(what) of row \(index / columnCount)\(column)", value: numbers[index])
  }

  /// Checks the number of columns and, where both sides have them, their names.
  static func checkColumns(
    _ features: some FeatureMatrix, expectedCount: Int, expectedNames: [String]?
  ) throws(EstimatorError) {
    guard features.columnCount == expectedCount else {
      throw .mismatchedFeatureCount(expected: expectedCount, actual: features.columnCount)
    }
    guard let expectedNames, let names = features.featureNames else { return }
    for (column, (expected, actual)) in zip(expectedNames, names).enumerated()
    where expected != actual {
      throw .mismatchedFeatureName(column: column, expected: expected, actual: actual)
    }
  }

  /// Checks that there is a target for each sample, and that all are finite.
  ///
  /// - Throws: ``EstimatorError/mismatchedTargetCount(expected:actual:)`` or
  ///   ``EstimatorError/nonFiniteTarget(row:column:value:)``.
  static func checkTarget(
    _ target: some TrainingTarget, _ features: some FeatureMatrix
  ) throws(EstimatorError) {
    if let count = target.rowCount, count != features.rowCount {
      throw .mismatchedTargetCount(expected: features.rowCount, actual: count)
    }
    if let bad = target.firstNonFinite {
      throw .nonFiniteTarget(row: bad.row, column: bad.column, value: bad.value)
    }
  }

  private static func checkCounts(
    _ features: some FeatureMatrix, _ target: some TrainingTarget, _ weights: [Double]?
  ) throws(EstimatorError) {
    guard features.rowCount > 0, features.columnCount > 0 else {
      throw .emptyData(rowCount: features.rowCount, columnCount: features.columnCount)
    }
    try checkTarget(target, features)
    guard let weights else { return }
    guard weights.count == features.rowCount else {
      throw .mismatchedWeightCount(expected: features.rowCount, actual: weights.count)
    }
    for (row, weight) in weights.enumerated() where !(weight >= 0 && weight.isFinite) {
      throw .invalidWeight(row: row, value: weight)
    }
    guard weights.contains(where: { $0 > 0 }) else { throw .noWeight }
  }

  /// The error of an estimator for that of its linear algebra, which knows no names.
  static func named(
    _ error: LinearAlgebraError, _ features: some FeatureMatrix
  ) -> EstimatorError {
    guard case .nonFiniteElement(let row, let column, let value) = error else {
      return .linearAlgebra(error)
    }
    return .nonFiniteFeature(
      row: row, column: column, name: features.featureNames?[column], value: value)
  }
}

/// Hashes that tell whether two calls were given the same data.
enum Fingerprint {
  /// Combines a hash with numbers.
  static func combine(_ hash: UInt64, _ numbers: [Double]) -> UInt64 {
    numbers.reduce(hash) { mix($0, $1.bitPattern) }
  }

  /// Combines a hash with whole numbers.
  static func combine(_ hash: UInt64, _ numbers: [Int32]) -> UInt64 {
    numbers.reduce(hash) { mix($0, UInt64(UInt32(bitPattern: $1))) }
  }

  private static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
    let product = (hash ^ value &* 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
    return product ^ (product >> 31)
  }
}
