internal import _CLinearAlgebra

/// Reflections in twice the precision: so that of rows that come one by one no digit is lost, however
/// many they are and however bad the condition of their columns.
extension LeastSquaresFactor {
  /// The most columns that are always reflected in twice the precision.
  ///
  /// Up to so many it takes at most about three times as long as reflections by LAPACK.
  package static let greatestTwofoldColumnCount = 128

  /// Whether rows are reflected in twice the precision: if columns are few, if the triangle stays
  /// flat, or if rows are few, for then LAPACK would factor the whole triangle again.
  ///
  /// - Parameter rowCount: The number of rows.
  /// - Returns: Whether they are.
  func isTwofoldAffordable(rowCount: Int) -> Bool {
    min(columnCount, r.rowCount + rowCount) <= Self.greatestTwofoldColumnCount
      || rowCount <= Int(LA_TWOFOLD_ROWS)
  }

  /// Folds rows in.
  ///
  /// - Complexity: O(n · q · (q + t)).
  mutating func reflectTwofold(_ rows: StackedRows, _ group: Range<Int>, _ shift: [Double]) {
    var triangle = TwofoldTriangle(self, adding: group.count)
    rows.forEachTwofoldBlock(of: group, shift: shift, size: Int(LA_TWOFOLD_ROWS)) {
      triangle.reflect($0, $1, count: $2)
    }
    self = triangle.factor
  }

  /// Folds the rows of another factor in.
  ///
  /// - Complexity: O(q² · (q + t)).
  mutating func reflectTwofold(_ other: LeastSquaresFactor) {
    var triangle = TwofoldTriangle(self, adding: other.r.rowCount)
    let (width, stride) = (r.columnCount, triangle.stride)
    for start in Swift.stride(from: 0, to: other.r.rowCount, by: Int(LA_TWOFOLD_ROWS)) {
      let count = min(Int(LA_TWOFOLD_ROWS), other.r.rowCount - start)
      var high = [Double](repeating: 0, count: count * stride)
      var low = high
      for row in 0..<count {
        for column in 0..<width {
          let value = other.element(start + row, column)
          high[row * stride + column] = value.high
          low[row * stride + column] = value.low
        }
      }
      triangle.reflect(&high, &low, count: count)
    }
    self = triangle.factor
  }
}

/// A triangular factor while rows are folded into it: each row in whole vectors, and room for
/// as many as there will be.
private struct TwofoldTriangle {
  /// From a row to the next.
  let stride: Int

  private let (columnCount, targetCount): (Int, Int)
  private var (high, low): ([Double], [Double])
  private var rowCount: Int
  private var residualNorms: [Double]

  /// Takes a factor.
  ///
  /// - Parameters:
  ///   - factor: The factor.
  ///   - count: How many rows will be folded in, at most.
  init(_ factor: LeastSquaresFactor, adding count: Int) {
    let (q, width) = (factor.columnCount, factor.columnCount + factor.targetCount)
    let stride = (width + 7) / 8 * 8
    (columnCount, targetCount, self.stride) = (q, factor.targetCount, stride)
    rowCount = factor.r.rowCount
    residualNorms = factor.residualNorms
    let capacity = min(q, rowCount + count)
    (high, low) = ([Double](repeating: 0, count: capacity * stride), [])
    low = high
    for row in 0..<rowCount {
      for column in row..<width {
        high[row * stride + column] = factor.r[row, column]
        if !factor.rest.isEmpty {
          low[row * stride + column] = factor.rest[row * width + column]
        }
      }
    }
  }

  /// Folds rows in, which are spoiled.
  mutating func reflect(
    _ rowsHigh: UnsafeMutablePointer<Double>, _ rowsLow: UnsafeMutablePointer<Double>, count: Int
  ) {
    let before = rowCount
    rowCount = la_reflect_twofold_f64(
      &high, &low, before, columnCount, rowsHigh, rowsLow, count, stride)
    for row in rowCount - before..<count {
      for target in 0..<targetCount {
        residualNorms[target] = length(
          residualNorms[target], rowsHigh[row * stride + columnCount + target])
      }
    }
  }

  /// The factor with the rows folded in.
  var factor: LeastSquaresFactor {
    let width = columnCount + targetCount
    func packed(_ numbers: [Double]) -> [Double] {
      (0..<rowCount).flatMap { numbers[$0 * stride..<$0 * stride + width] }
    }
    return LeastSquaresFactor(
      r: Matrix(unchecked: packed(high), rowCount: rowCount, columnCount: width), rest: packed(low),
      residualNorms: residualNorms)
  }
}
