import Estimators
import LinearAlgebra

/// Small made-up data sets, the same in every run.
enum SmallData {
  /// Clouds of points around as many centers as there are classes, overlapping a little.
  static func clouds(
    classCount: Int, rowCount: Int = 36, columnCount: Int = 5, scale: Double = 1,
    seed: UInt64 = 3
  ) -> (features: Matrix<Double>, labels: [Int]) {
    var stream = RandomStream(seed: seed, purpose: .syntheticData)
    var elements: [Double] = []
    var labels: [Int] = []
    for row in 0..<rowCount {
      let label = row % classCount
      labels.append(label * 10)
      for column in 0..<columnCount {
        let center = column % classCount == label ? 1.5 : 0
        // A fifth of the elements are zero, so that sparse storage leaves something out.
        elements.append(stream.uniform() < 0.2 ? 0 : scale * (center + stream.normal()))
      }
    }
    return (
      Matrix(unchecked: elements, rowCount: rowCount, columnCount: columnCount), labels
    )
  }

  /// Points near a plane, with as many targets as wanted.
  static func plane(
    rowCount: Int = 30, columnCount: Int = 4, targetCount: Int = 1, scale: Double = 1,
    seed: UInt64 = 5
  ) -> (features: Matrix<Double>, target: Matrix<Double>) {
    var stream = RandomStream(seed: seed, purpose: .syntheticData)
    let features = Matrix(
      unchecked: (0..<rowCount * columnCount).map { _ in scale * stream.normal() },
      rowCount: rowCount,
      columnCount: columnCount)
    var target = Matrix<Double>(rowCount: rowCount, columnCount: targetCount)
    for row in 0..<rowCount {
      for column in 0..<targetCount {
        var sum = 3.0 + Double(column) + 0.1 * stream.normal()
        for feature in 0..<columnCount {
          sum += Double(feature - column) * features[row, feature]
        }
        target[row, column] = sum
      }
    }
    return (features, target)
  }
}
