internal import LinearAlgebra

/// What stays the same while an epoch of stochastic gradient descent runs.
struct SGDEpochSettings {
  var loss: LinearLoss
  var schedule: LinearSchedule
  /// The strength of the squared penalty; 0 for none.
  var alpha: Double
  var fitsIntercept: Bool
  /// The first step whose iterate is averaged, or `nil`.
  var firstAveragedStep: Int?
  /// Whether the objective with its penalty is wanted beside the loss.
  var tracksObjective: Bool
}

/// What an epoch adds up.
struct SGDEpochSums {
  /// The losses of all samples, each before its update, as means over the problems.
  var loss = 0.0
  /// The same with the penalty, if it is tracked.
  var objective = 0.0
  /// The learning rate of the last step.
  var learningRate = 0.0
}

/// Visits each sample once and moves the parameters of all problems against the slope of its loss.
///
/// For a sample x with weight ω, step t and rate η, for each problem with side y = ±1, score p = w
/// · x + b and slope g = ∂L/∂p, cut off at ±10¹²:
///
///     w ← max(0, 1 − η α) w − η g ω x
///     b ← b − η g ω
///     mean of iterates ← that with w and b
///
/// The list above the function is what it is compiled for.
///
/// - Parameters:
///   - features: The samples, n × d.
///   - order: The order in which they are visited, or `nil` for that in which they stand.
///   - labels: The number of each sample's class; with one problem, 1 is its positive side.
///   - weights: What each sample counts, or `nil`.
///   - settings: What stays the same.
///   - clock: The number of steps taken before; counted on.
///   - iterate: The parameters. For dense samples, its scale is 1 and its sum explicit.
/// - Returns: What the epoch adds up.
/// - Complexity: O(K · stored elements); with averaging and dense samples twice that.
///
/// **Source:** the order of the operations is that of scikit-learn's `SGDClassifier`.
@specialized(where Features == Matrix<Double>)
@specialized(where Features == Matrix<Float>)
@specialized(where Features == CSRMatrix<Double>)
@specialized(where Features == CSRMatrix<Float>)
func runSGDEpoch<Features: FeatureMatrix>(
  _ features: Features, order: [Int]?, labels: [Int32], weights: [Double]?,
  settings: SGDEpochSettings, clock: inout Int, iterate: inout SGDIterate
) -> SGDEpochSums {
  let problemCount = iterate.intercepts.count
  let isSparse = features.isSparse
  let rowCount = features.rowCount
  var sums = SGDEpochSums()
  var scores = [Double](repeating: 0, count: problemCount)
  var factors = [Double](repeating: 0, count: problemCount)
  var squaredNorm = settings.tracksObjective ? iterate.squaredNorm : 0
  for position in 0..<rowCount {
    let row = order.map { $0[position] } ?? position
    if position + 4 < rowCount {
      features.prefetchRow(order.map { $0[position + 4] } ?? position + 4)
    }
    clock += 1
    let rate = settings.schedule.rate(atStep: clock)
    sums.learningRate = rate
    var scoreSpan = scores.mutableSpan
    features.dotProducts(ofRow: row, with: iterate.vectors.span, into: &scoreSpan)

    let stepSize = -rate * (weights.map { $0[row] } ?? 1)
    let shrink = max(0, 1 - rate * settings.alpha)
    var loss = 0.0
    var inner = 0.0
    var factorSquares = 0.0
    for problem in 0..<problemCount {
      let product = scores[problem] * iterate.scale
      let isPositive = Int(labels[row]) == (problemCount == 1 ? 1 : problem)
      let (value, slope) = settings.loss.valueAndSlope(
        product + iterate.intercepts[problem], side: isPositive ? 1 : -1)
      let factor = stepSize * min(max(slope, -1e12), 1e12)
      loss += value
      inner += factor * product
      factorSquares += factor * factor
      factors[problem] = factor
      if settings.fitsIntercept { iterate.intercepts[problem] += factor }
    }
    loss /= Double(problemCount)
    sums.loss += loss
    if settings.tracksObjective {
      sums.objective += loss + settings.alpha * 0.5 * squaredNorm / Double(problemCount)
      squaredNorm =
        shrink * shrink * squaredNorm + 2 * shrink * inner
        + factorSquares * features.sumOfSquares(ofRow: row)
    }

    if isSparse {
      iterate.addSparse(features, row, &factors, shrink: shrink)
    } else if shrink != 1 || factorSquares != 0 {
      var vectorSpan = iterate.vectors.mutableSpan
      features.addRow(row, times: factors.span, toScaled: &vectorSpan, scale: shrink)
    }
    if let first = settings.firstAveragedStep, clock >= first {
      iterate.addToAverage(isSparse: isSparse)
    }
  }
  return sums
}

extension SGDIterate {
  /// The sum of squares of all coefficients.
  fileprivate var squaredNorm: Double {
    vectors.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { Double._sumOfSquares($0, buffer.count) } ?? 0
    } * scale * scale
  }

  /// Adds multiples of a sparse row to the coefficients after shrinking them all, in time that
  /// depends on the row alone.
  ///
  /// The factors, what the row is multiplied by in each problem, are used up.
  @inline(__always)
  fileprivate mutating func addSparse(
    _ features: some FeatureMatrix, _ row: Int, _ factors: inout [Double], shrink: Double
  ) {
    scale *= shrink
    if scale < Self.smallestScale { foldOrClear() }
    for problem in factors.indices { factors[problem] /= scale }
    var vectorSpan = vectors.mutableSpan
    features.addRow(row, times: factors.span, toScaled: &vectorSpan, scale: 1)
    guard let factor = average?.factor, factor != 0 else { return }
    // The vectors count `factor` in the sum, which must not change by what has just been added to
    // them.
    for problem in factors.indices { factors[problem] *= -factor }
    average?.subtract(features, row, factors)
  }

  /// Folds the scale, or clears the vectors if it has become zero.
  private mutating func foldOrClear() {
    guard scale == 0 else {
      foldScale()
      return
    }
    average?.makeExplicit(vectors)
    vectors = [Double](repeating: 0, count: vectors.count)
    scale = 1
  }

  /// Counts the iterate in the mean.
  @inline(__always)
  fileprivate mutating func addToAverage(isSparse: Bool) {
    if average == nil {
      average = SGDAverage(problemCount: intercepts.count, featureCount: featureCount)
    }
    average?.add(vectors, scale: scale, intercepts: intercepts, isSparse: isSparse)
  }
}

extension SGDAverage {
  /// Adds multiples of a row to the rest.
  fileprivate mutating func subtract(
    _ features: some FeatureMatrix, _ row: Int, _ factors: [Double]
  ) {
    var restSpan = rest.mutableSpan
    features.addRow(row, times: factors.span, toScaled: &restSpan, scale: 1)
  }

  /// Counts one more iterate.
  fileprivate mutating func add(
    _ vectors: [Double], scale: Double, intercepts iterate: [Double], isSparse: Bool
  ) {
    if isSparse {
      factor += scale
    } else {
      rest.withUnsafeMutableBufferPointer { rest in
        vectors.withUnsafeBufferPointer { vectors in
          guard let rest = rest.baseAddress, let source = vectors.baseAddress else { return }
          Double._add(1, source, rest, vectors.count)
        }
      }
    }
    for problem in iterate.indices { intercepts[problem] += iterate[problem] }
    count += 1
  }
}
