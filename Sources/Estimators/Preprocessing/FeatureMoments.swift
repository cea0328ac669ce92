internal import LinearAlgebra

/// Count, mean and sum of squared differences from the mean of each feature, for all samples seen.
struct FeatureMoments: Equatable, Sendable {
  /// The number of samples.
  var sampleCount = 0

  /// The moments of those that count.
  var columns: ColumnMoments

  /// The number of samples, or 0, whose sums were rounded as they came, as earlier versions did: so
  /// that rounding may have left something of a feature that does not vary.
  var roundedSampleCount = 0

  init(featureCount: Int) { columns = ColumnMoments(columnCount: featureCount) }

  /// The number of features, d.
  var featureCount: Int { columns.columnCount }

  /// Adds samples.
  ///
  /// - Parameters:
  ///   - features: The samples.
  ///   - weights: What each sample counts, or `nil`.
  ///   - isCancelled: Is asked before each block.
  /// - Throws: ``EstimatorError/cancelled``, or ``EstimatorError/unsupportedFeatures(reason:)`` if
  ///   weights are too large to be added up. If it was cancelled, some blocks may have been added.
  /// - Complexity: O(n · d); of sparse samples O(stored elements + d).
  mutating func add(
    _ features: some FeatureMatrix, _ weights: [Double]?, isCancelled: () -> Bool
  ) throws(EstimatorError) {
    if sampleCount == 0 { self = FeatureMoments(featureCount: features.columnCount) }
    guard (weights?.reduce(columns.weight.high, +) ?? 0).isFinite else {
      throw .unsupportedFeatures(
        reason: "The weights are too large to be added up. Divide all of them by the same number.")
    }
    guard columns.add(features, weights: weights, isCancelled: isCancelled) else {
      throw .cancelled
    }
    sampleCount = sampleCount.counting(features.rowCount)
  }

  /// The scaler's model.
  ///
  /// - Throws: ``EstimatorError/unsupportedFeatures(reason:)`` if a feature varies by so little that
  ///   nothing can be divided by it.
  func model(
    _ settings: StandardScaler.Hyperparameters, featureNames: [String]?
  ) throws(EstimatorError) -> StandardScalerModel {
    StandardScalerModel(
      means: settings.withMean ? columns.means : nil,
      scales: settings.withStd ? try scales(featureNames) : nil, featureCount: featureCount,
      featureNames: featureNames)
  }

  /// The standard deviations; 1 for a feature that does not vary.
  private func scales(_ names: [String]?) throws(EstimatorError) -> [Double] {
    var scales = columns.deviations
    if roundedSampleCount > 0 {
      for (column, mean) in columns.means.enumerated() where isRounding(scales[column], mean) {
        scales[column] = 0
      }
    }
    if let column = Self.setOnes(&scales) {
      throw .unsupportedFeatures(
        reason: "Column \(column)\(names.map { " (\($0[column]))" } ?? "") varies by less than "
          + "\(Double.leastNormalMagnitude), by which nothing can be divided. Multiply it by a "
          + "large number.")
    }
    return scales
  }

  /// Puts 1 in the place of 0, and returns the first column of less than a normal number.
  private static func setOnes(_ scales: inout [Double]) -> Int? {
    scales.withUnsafeMutableBufferPointer { scales in
      var smallest: Int?
      for column in scales.indices {
        if scales[column] == 0 { scales[column] = 1 }
        if scales[column] < .leastNormalMagnitude { smallest = smallest ?? column }
      }
      return smallest
    }
  }

  /// Whether a deviation may be what rounding has left in sums that were rounded as they came.
  ///
  /// **Source:** the bound is scikit-learn's.
  private func isRounding(_ deviation: Double, _ mean: Double) -> Bool {
    let count = Double(roundedSampleCount)
    let share = count * Double.ulpOfOne
    // Without squares: √(n ε) · deviation or n ε · mean, whichever is the larger.
    return deviation <= max(share.squareRoot() * deviation, share * abs(mean))
  }
}

extension FeatureMoments {
  func write(to archive: inout TensorArchive) {
    archive.append("weight", columns.weight.high)
    archive.append("means", columns.means)
    archive.append("squares", columns.squares)
    archive.append("weight_rest", columns.weight.low)
    archive.append("mean_rests", columns.meanRests)
    archive.append("square_rests", columns.squareRests)
    if !columns.exponents.isEmpty {
      archive.append("square_exponents", columns.exponents.map(Double.init))
    }
    if roundedSampleCount > 0 { archive.append("rounded_sample_count", roundedSampleCount) }
  }

  /// Reads what was written.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive, sampleCount: Int) throws(EstimatorError) {
    let means = try archive.numbers("means")
    let squares = try archive.numbers("squares", count: means.count)
    let weight = try archive.number("weight")
    var (rest, rests) = (0.0, [[Double]](repeating: squares.map { _ in 0 }, count: 2))
    var exponents: [Double] = []
    // Earlier versions kept no rests.
    let isRounded = !archive.contains("mean_rests")
    if !isRounded {
      rest = try archive.number("weight_rest")
      rests = [
        try archive.numbers("mean_rests", count: means.count),
        try archive.numbers("square_rests", count: means.count),
      ]
      if archive.contains("square_exponents") {
        exponents = try archive.numbers("square_exponents", count: means.count)
      }
    }
    guard sampleCount > 0, weight > 0, squares.allSatisfy({ $0 >= 0 }),
      exponents.allSatisfy({ abs($0) < 10_000 && $0 == $0.rounded() })
    else {
      throw .unreadableModel(reason: "the moments are those of no samples")
    }
    columns = ColumnMoments(
      weight: Twofold(weight, plus: rest), means: means, meanRests: rests[0], squares: squares,
      squareRests: rests[1], exponents: exponents.map { Int($0) })
    self.sampleCount = sampleCount
    roundedSampleCount = sampleCount
    if !isRounded {
      roundedSampleCount =
        archive.contains("rounded_sample_count") ? try archive.count("rounded_sample_count") : 0
    }
  }
}
