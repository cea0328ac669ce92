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
  /// - Parameters:
  ///   - features: The samples.
  ///   - weights: What each sample counts, or `nil`.
  ///   - isCancelled: Is asked before each block.
  /// - Throws: ``EstimatorError/cancelled``; some blocks may then have been added.
  /// - Complexity: O(n · d).
  mutating func add(
    _ features: some FeatureMatrix, _ weights: [Double]?, isCancelled: () -> Bool
  ) throws(EstimatorError) {
    let width = features.columnCount
    guard !isCancelled() else { throw .cancelled }
    if sampleCount == 0 { self = FeatureMoments(featureCount: width) }
    if features.isSparse {
      var visitor = SparseMoments(weights: weights, featureCount: width)
      features._accept(&visitor)
      if visitor.weight > 0 {
        merge(means: visitor.means, squares: visitor.squares, weight: visitor.weight)
      }
      sampleCount += features.rowCount
      return
    }
    let blockSize = max(1, min(features.rowCount, 65_536 / max(1, width)))
    let memory = UnsafeMutablePointer<Double>.allocate(capacity: max(1, blockSize * width))
    defer { memory.deallocate() }
    var blockMeans = means
    var blockSquares = means
    for start in stride(from: 0, to: features.rowCount, by: blockSize) {
      guard !isCancelled() else { throw .cancelled }
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

/// The moments of sparse samples, from their stored elements and the number of the others.
private struct SparseMoments: _StorageVisitor {
  let weights: [Double]?
  var weight = 0.0
  var means: [Double]
  var squares: [Double]

  init(weights: [Double]?, featureCount: Int) {
    self.weights = weights
    means = [Double](repeating: 0, count: featureCount)
    squares = means
  }

  mutating func _visit<Stored: MatrixScalar>(_ matrix: CSRMatrix<Stored>) {
    weight = weights?.reduce(0, +) ?? Double(matrix.rowCount)
    guard weight > 0 else { return }
    // What the samples count that store an element, column by column.
    var stored = [Double](repeating: 0, count: means.count)
    forEachElement(of: matrix) { column, value, weight in
      means[column] += weight * value
      stored[column] += weight
    }
    for column in means.indices { means[column] /= weight }
    forEachElement(of: matrix) { column, value, weight in
      let difference = value - means[column]
      squares[column] += weight * difference * difference
    }
    for column in means.indices {
      squares[column] += max(0, weight - stored[column]) * means[column] * means[column]
    }
  }

  private func forEachElement<Stored: MatrixScalar>(
    of matrix: CSRMatrix<Stored>, _ body: (Int, Double, Double) -> Void
  ) {
    for row in 0..<matrix.rowCount {
      let weight = weights?[row] ?? 1
      for index in matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1] {
        body(Int(matrix.columns[index]), Double(matrix.values[index]), weight)
      }
    }
  }

  /// Sparse samples show themselves as such.
  mutating func _visit<Stored: MatrixScalar>(_ matrix: Matrix<Stored>) {
    _visit(CSRMatrix(matrix))
  }
}
