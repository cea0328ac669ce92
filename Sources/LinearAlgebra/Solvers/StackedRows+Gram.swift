internal import _CLinearAlgebra

/// Products of all columns with all columns, of rows [1 x y 0 …]: stride × stride, of which what
/// stands below the diagonal means nothing.
package struct GramMatrix: Sendable {
  /// The elements in row order.
  package var elements: [Double]

  /// The number of columns.
  package let stride: Int

  /// Adds the products of rows.
  ///
  /// - Parameters:
  ///   - rows: The rows, of `stride` numbers each.
  ///   - count: How many they are.
  package mutating func add(_ rows: UnsafePointer<Double>, count: Int) {
    elements.withUnsafeMutableBufferPointer { g in
      guard let g = g.baseAddress else { return }
      la_add_gram_f64(rows, count, stride, g)
    }
  }
}

extension StackedRows {
  /// Sums the products of all columns with all columns.
  ///
  /// - Parameters:
  ///   - shift: What is taken off [x y] first.
  ///   - triangle: If there is one, the rows are multiplied by its inverse first; stride × stride.
  ///   - extra: Rows that are added, already shifted; width columns.
  ///   - threadCount: How many threads to use.
  /// - Returns: The products.
  /// - Complexity: O(n · width²); with a triangle, three times that.
  package func gram(
    shift: [Double], dividingBy triangle: [Double]?, extra: Matrix<Double>, threadCount: Int
  ) -> GramMatrix {
    let stride = stride
    let empty = GramMatrix(elements: [Double](repeating: 0, count: stride * stride), stride: stride)
    let groups = groups
    var parts = Parallel.map(groups.count, threadCount: threadCount) { index in
      var part = empty
      forEachBlock(of: groups[index], shift: shift, weighting: .roots) { block in
        if let triangle { Self.divide(block.rows, block.count, by: triangle, stride) }
        part.add(block.rows, count: block.count)
      }
      return part
    }
    var sum = parts.removeFirst()
    if extra.rowCount > 0 {
      var rows = [Double](repeating: 0, count: extra.rowCount * stride)
      for row in 0..<extra.rowCount {
        for column in 0..<extra.columnCount { rows[row * stride + column] = extra[row, column] }
      }
      if let triangle {
        rows.withUnsafeMutableBufferPointer { rows in
          if let start = rows.baseAddress {
            Self.divide(start, extra.rowCount, by: triangle, stride)
          }
        }
      }
      sum.add(rows, count: extra.rowCount)
    }
    for part in parts { sum.elements.add(part.elements) }
    return sum
  }

  /// Z ← Z · T⁻¹ for an upper triangle T.
  private static func divide(
    _ rows: UnsafeMutablePointer<Double>, _ count: Int, by triangle: [Double], _ stride: Int
  ) {
    // As the library sees it: Zᵀ ← (Tᵀ)⁻¹ Zᵀ, with a lower triangle.
    Double._trsm(true, false, false, false, stride, count, 1, triangle, stride, rows, stride)
  }
}
