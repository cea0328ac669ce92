internal import LinearAlgebra

extension LinearRegressionSummary {
  /// Computes the figures from the factor of all rows and the model that follows from it.
  init(_ factor: TriangularFactor, _ model: LinearRegressionModel) {
    let (d, t, offset) = (factor.featureCount, factor.targetCount, factor.offset)
    let rank = model.rank ?? 0
    // Where the rank is full and signs are free the answer leaves nothing of C; otherwise it may.
    let excess =
      model.isNonNegative || rank < d
      ? factor.excess(of: model.coefficients) : [Double](repeating: 0, count: t)
    let lengths = zip(factor.factor.residualNorms, excess).map { length([$0, $1]) }
    residualSumsOfSquares = lengths.map { $0 * $0 }
    // By lengths, whose squares may be too large or too small to be numbers.
    rSquared = (0..<t).map { target in
      let explained = length(
        (offset..<max(offset, factor.r.rowCount)).map { factor.r[$0, offset + d + target] })
      let total = length([explained, factor.factor.residualNorms[target]])
      guard total > 0 else { return nil }
      let (up, down) = (explained / total, excess[target] / total)
      return up * up - down * down
    }
    let freedom = factor.weightedSampleCount - rank - offset
    degreesOfFreedom = freedom
    guard !model.isNonNegative else {
      inference = .failure(.nonNegative)
      return
    }
    guard !factor.hasForgotten else {
      inference = .failure(.forgetting)
      return
    }
    guard rank == d, let inverse = factor.inverseTriangle else {
      inference = .failure(.shortRank(rank: rank, featureCount: d))
      return
    }
    guard freedom > 0 else {
      inference = .failure(
        .noFreedom(sampleCount: factor.weightedSampleCount, coefficientCount: offset + d))
      return
    }
    var deviations = (offset..<offset + d).map { row in
      length(inverse.row(row))
    }
    if offset == 1 {
      // The intercept is that of the shifted features, less what the shift makes of it.
      var combined = Array(inverse.row(0))
      for column in 0..<d {
        for (index, value) in inverse.row(1 + column).enumerated() {
          combined[index] -= factor.shift[column] * value
        }
      }
      deviations.insert(length(combined), at: 0)
    }
    let errors = lengths.map { rest in
      deviations.map { $0 * (rest / Double(freedom).squareRoot()) }
    }
    guard errors.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      inference = .failure(.outOfRange)
      return
    }
    inference = .success(
      Inference(
        (0..<t).map { target in
          (offset == 1 ? [model.intercepts[target]] : []) + model.coefficients.row(target)
        },
        errors, degreesOfFreedom: freedom))
  }
}

func length(_ vector: some Collection<Double>) -> Double {
  let largest = vector.map(abs).max() ?? 0
  guard largest > 0 else { return 0 }
  return largest * vector.reduce(0) { $0 + $1 / largest * ($1 / largest) }.squareRoot()
}

extension TriangularFactor {
  /// The root of how much coefficients make the sum of squared residuals larger than the least that
  /// R leaves, for each target: ‖R · w − C‖, below the row of the intercept.
  func excess(of coefficients: Matrix<Double>) -> [Double] {
    (0..<targetCount).map { target in
      length(
        (offset..<max(offset, r.rowCount)).map { row in
          var left = factor.element(row, offset + featureCount + target)
          for column in max(0, row - offset)..<featureCount {
            left.subtract(
              coefficients[target, column], times: factor.element(row, offset + column))
          }
          return left.high
        })
    }
  }

  /// R⁻¹, if R has an inverse.
  var inverseTriangle: Matrix<Double>? {
    guard let triangle = factor.regularTriangle else { return nil }
    return try? TriangularMatrix(upper: triangle).solve(.identity(triangle.rowCount))
  }
}
