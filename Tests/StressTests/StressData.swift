import Estimators
import LinearAlgebra

/// Samples of every kind that calls must take: many, few and one, with columns that are empty, constant
/// or double, rows of nothing, offsets and sizes.
struct StressData {
  var features: Matrix<Double>
  var weights: [Double]?

  /// Whether its numbers are of usual sizes, so that results can be compared to rounding.
  var isModerate = true

  init(_ dice: inout Dice, columnCount: Int) {
    let rowCount = dice.pick([1, 2, 3, 5, 8, 13, 24, 24, 24, 40])
    features = Matrix(rowCount: rowCount, columnCount: columnCount)
    let density = dice.pick([0, 0.1, 0.5, 0.8, 1, 1])
    let kinds = (0..<columnCount).map { _ in dice.below(12) }
    let size = dice.chance(0.08) ? dice.pick([1e100, 1e-100, 1e30, 1e-30, 1e155, 1e-170]) : 1.0
    isModerate = size == 1
    for row in 0..<rowCount {
      for column in 0..<columnCount where dice.chance(density) {
        features[row, column] = dice.normal() * size
      }
      for column in 0..<columnCount {
        switch kinds[column] {
        case 0: features[row, column] = 0
        case 1: features[row, column] = 0.1 * size
        case 2 where column > 0: features[row, column] = features[row, column - 1]
        case 3: features[row, column] += 1000 * size
        default: break
        }
      }
      if dice.chance(0.1) {
        for column in 0..<columnCount { features[row, column] = 0 }
      }
    }
    switch dice.below(6) {
    case 0: weights = (0..<rowCount).map { _ in dice.pick([0, 1, 1, 2.5]) }
    case 1:
      let unit = dice.pick([1e-9, 1e9, 1])
      weights = (0..<rowCount).map { _ in unit * (0.5 + dice.uniform()) }
    default: weights = nil
    }
  }

  /// The samples in one of the four storages.
  static func stored(_ features: Matrix<Double>, _ storage: Int) -> any FeatureMatrix {
    switch storage {
    case 0: features
    case 1: CSRMatrix(features)
    case 2: features.converted(to: Float.self)
    default: CSRMatrix(features.converted(to: Float.self))
    }
  }
}
