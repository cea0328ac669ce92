/// The triangular factor that follows from products of columns.
struct CholeskyTriangle {
  /// R and C side by side, q × (q + t).
  private(set) var triangle: Matrix<Double>

  /// What is left of the squares of each target.
  let squares: [Double]

  /// The condition number of the columns, scaled to similar length.
  let conditionEstimate: Double

  /// Factors the products of columns, scaled by powers of two to similar length; `nil` if they are
  /// not positive definite.
  ///
  /// - Parameters:
  ///   - gram: The products of [1 x y].
  ///   - q: The number of columns of [1 x].
  ///   - t: The number of columns of y.
  /// - Complexity: O(q³).
  init?(_ gram: GramMatrix, _ q: Int, _ t: Int) {
    let (stride, width) = (gram.stride, q + t)
    let scales = (0..<q).map { column in
      let square = gram.elements[column * stride + column]
      return square > 0 ? Double.powerOfTwo(-(square.exponent / 2)) : 1
    }
    var result = Matrix<Double>(rowCount: q, columnCount: width)
    var condition = Double.infinity
    let information = result.withUnsafeMutableElements { r in
      for row in 0..<q {
        for column in row..<width {
          r[row * width + column] =
            gram.elements[row * stride + column] * scales[row]
            * (column < q ? scales[column] : 1)
        }
      }
      guard let start = r.baseAddress else { return 1 }
      // The library sees the transpose: its lower triangle is our upper one.
      let information = Double._potrf(false, q, start, width)
      guard information == 0 else { return information }
      if t > 0 { Double._trsm(false, false, true, false, t, q, 1, start, width, start + q, width) }
      condition = conditionEstimate2(of: start, count: q, stride: width)
      for row in 0..<q {
        for column in row..<q { r[row * width + column] /= scales[column] }
      }
      return 0
    }
    guard information == 0, condition.isFinite else { return nil }
    triangle = result
    conditionEstimate = condition
    squares = (q..<width).map { column in
      var left = gram.elements[column * stride + column]
      for row in 0..<q { left -= result[row, column] * result[row, column] }
      return left
    }
  }

  /// R alone, q × q.
  var square: Matrix<Double> {
    let q = triangle.rowCount
    var result = Matrix<Double>(rowCount: q, columnCount: q)
    for row in 0..<q {
      for column in row..<q { result[row, column] = triangle[row, column] }
    }
    return result
  }

  /// The triangle that takes R off the columns of x and their part off those of y: [R C; 0 1].
  func padded(to stride: Int) -> [Double] {
    var result = [Double](repeating: 0, count: stride * stride)
    for row in 0..<stride {
      result[row * stride + row] = 1
      guard row < triangle.rowCount else { continue }
      for column in row..<triangle.columnCount {
        result[row * stride + column] = triangle[row, column]
      }
    }
    return result
  }
}
