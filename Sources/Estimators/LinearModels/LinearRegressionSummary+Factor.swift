internal import LinearAlgebra

extension LinearRegressionSummary {
  /// Computes the figures from the factor of all rows and the model that follows from it.
  init(_ factor: TriangularFactor, _ model: LinearRegressionModel) {
    let (d, t, offset) = (factor.featureCount, factor.targetCount, factor.offset)
    let least = factor.residualSquares
    let excess = model.isNonNegative ? factor.excessSquares(of: model.coefficients) : nil
    let squares = excess.map { zip(least, $0).map { $0 + $1 } } ?? least
    residualSumsOfSquares = squares
    rSquared = (0..<t).map { target in
      let explained = (offset..<max(offset, factor.r.rowCount)).reduce(0.0) {
        let part = factor.r[$1, offset + d + target]
        return $0 + part * part
      }
      let total = explained + least[target]
      return total > 0 ? (explained - (excess?[target] ?? 0)) / total : nil
    }
    let rank = model.rank ?? 0
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
    var lengths = (offset..<offset + d).map { row in
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
      lengths.insert(length(combined[...]), at: 0)
    }
    inference = .success(
      Inference(
        (0..<t).map { target in
          (offset == 1 ? [model.intercepts[target]] : []) + model.coefficients.row(target)
        },
        squares.map { square in lengths.map { $0 * (square / Double(freedom)).squareRoot() } },
        degreesOfFreedom: freedom))
  }
}

private func length(_ vector: ArraySlice<Double>) -> Double {
  let largest = vector.map(abs).max() ?? 0
  guard largest > 0 else { return 0 }
  return largest * vector.reduce(0) { $0 + $1 / largest * ($1 / largest) }.squareRoot()
}

extension TriangularFactor {
  /// The sum of squared residuals, for each target.
  var residualSquares: [Double] { factor.residualNorms.map { $0 * $0 } }

  /// By how much coefficients make the sum of squared residuals larger than it has to be, for each
  /// target: ‖R · w − C‖², below the row of the intercept.
  func excessSquares(of coefficients: Matrix<Double>) -> [Double] {
    (0..<targetCount).map { target in
      let differences = (offset..<max(offset, r.rowCount)).map { row in
        (0..<featureCount).reduce(r[row, offset + featureCount + target]) {
          $0 - r[row, offset + $1] * coefficients[target, $1]
        }
      }
      let root = length(differences[...])
      return root * root
    }
  }

  /// R⁻¹, if R has an inverse.
  var inverseTriangle: Matrix<Double>? {
    guard let triangle = factor.regularTriangle else { return nil }
    return try? TriangularMatrix(upper: triangle).solve(.identity(triangle.rowCount))
  }
}
