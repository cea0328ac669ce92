internal import LinearAlgebra

/// Count, mean and sum of squared differences from the mean of each feature, for all samples seen.
struct FeatureMoments: Equatable, Sendable {
  /// The sum of the weights.
  var weight = 0.0

  /// The number of samples.
  var sampleCount = 0

  /// The means, d.
  var means: [Double]

  /// The weighted sums of squared differences from the mean, d.
  var squares: [Double]

  init(featureCount: Int) {
    means = [Double](repeating: 0, count: featureCount)
    squares = means
  }

  /// Whether every number is finite.
  var isFinite: Bool { means.isFinite && squares.isFinite && weight.isFinite }

  /// Adds samples, a block at a time: within a block first the mean, then the differences from it.
  ///
  /// - Complexity: O(n · d).
  mutating func add(_ features: some FeatureMatrix, _ weights: [Double]?) {
    let width = features.columnCount
    let blockSize = max(1, min(features.rowCount, 65_536 / max(1, width)))
    let memory = UnsafeMutablePointer<Double>.allocate(capacity: max(1, blockSize * width))
    defer { memory.deallocate() }
    var blockMeans = means
    var blockSquares = means
    for start in stride(from: 0, to: features.rowCount, by: blockSize) {
      let rows = Array(start..<min(start + blockSize, features.rowCount))
      features.copyRows(rows, to: memory)
      let rowWeights = weights.map { Array($0[rows[0]..<rows[0] + rows.count]) }
      let blockWeight = rowWeights?.reduce(0, +) ?? Double(rows.count)
      guard blockWeight > 0 else { continue }
      for column in 0..<width {
        blockMeans[column] = 0
        blockSquares[column] = 0
      }
      for row in rows.indices {
        let share = (rowWeights?[row] ?? 1) / blockWeight
        for column in 0..<width { blockMeans[column] += share * memory[row * width + column] }
      }
      for row in rows.indices {
        let weight = rowWeights?[row] ?? 1
        for column in 0..<width {
          let difference = memory[row * width + column] - blockMeans[column]
          blockSquares[column] += weight * difference * difference
        }
      }
      merge(means: blockMeans, squares: blockSquares, weight: blockWeight)
    }
    sampleCount += features.rowCount
  }

  /// Merges the moments of other samples.
  private mutating func merge(
    means other: [Double], squares otherSquares: [Double], weight added: Double
  ) {
    let total = weight + added
    for column in means.indices {
      let difference = other[column] - means[column]
      means[column] += difference * (added / total)
      squares[column] +=
        otherSquares[column] + difference * difference * (weight * (added / total))
    }
    weight = total
  }

  /// The scaler's model.
  func model(
    _ settings: StandardScaler.Hyperparameters, featureNames: [String]?
  ) -> StandardScalerModel {
    StandardScalerModel(
      means: settings.withMean ? means : nil, scales: settings.withStd ? deviations : nil,
      featureCount: means.count, featureNames: featureNames)
  }

  /// The standard deviations; 1 for a feature that varies by no more than its rounding.
  ///
  /// **Source:** the bound for rounding is scikit-learn's.
  private var deviations: [Double] {
    means.indices.map { column in
      let variance = squares[column] / weight
      let rounding =
        weight * Double.ulpOfOne
        * (variance + weight * means[column] * means[column] * Double.ulpOfOne)
      return variance <= rounding ? 1 : variance.squareRoot()
    }
  }
}
