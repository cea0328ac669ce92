internal import _CLinearAlgebra

/// Products of all columns with all columns, of rows [1 x y 0 …]: stride × stride, of which what
/// stands below the diagonal means nothing.
package struct GramMatrix: Sendable {
  /// The elements in row order.
  package var elements: [Double]

  /// The number of columns.
  package let stride: Int

  /// Rows whose products are not added yet, in panels of columns; none where all products stay in
  /// the second cache.
  ///
  /// So each product is fetched from memory once for many rows.
  private var panels: [Double]

  /// How many rows are in the panels.
  private var packedCount = 0

  /// The most rows in the panels; a multiple of those that are given at a time.
  private static let capacity = 512

  /// The most columns whose products stay in the second cache.
  private static let mostColumnsInCache = 384

  /// Makes the products of no rows.
  init(stride: Int) {
    self.stride = stride
    elements = [Double](zerosInHugePages: stride * stride)
    let isLarge = stride > Self.mostColumnsInCache
    panels = [Double](zerosInHugePages: isLarge ? stride * Self.capacity : 0)
  }

  /// Adds the products of rows.
  ///
  /// - Parameters:
  ///   - rows: The rows, of `stride` numbers each.
  ///   - count: How many they are; at most 512 until ``finish()`` is called.
  mutating func add(_ rows: UnsafePointer<Double>, count: Int) {
    guard !panels.isEmpty else {
      return elements.withUnsafeMutableBufferPointer { g in
        if let g = g.baseAddress { la_add_gram_f64(rows, count, stride, g) }
      }
    }
    if packedCount + count > Self.capacity { flush() }
    panels.withUnsafeMutableBufferPointer { panels in
      guard let panels = panels.baseAddress else { return }
      la_pack_panels_f64(rows, count, stride, packedCount, Self.capacity, panels)
    }
    packedCount += count
  }

  /// Adds the products of the rows that wait for it.
  private mutating func flush() {
    guard packedCount > 0 else { return }
    elements.withUnsafeMutableBufferPointer { g in
      panels.withUnsafeBufferPointer { panels in
        guard let g = g.baseAddress, let panels = panels.baseAddress else { return }
        la_add_panels_gram_f64(panels, packedCount, Self.capacity, stride, g)
      }
    }
    packedCount = 0
  }

  /// Adds what is left, and lets the room for it go.
  mutating func finish() {
    flush()
    panels = []
  }

  /// Adds the products of other rows.
  mutating func add(_ other: GramMatrix) { elements.add(other.elements) }
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
    let groups = groups
    var parts = Parallel.map(groups.count, threadCount: threadCount) { index in
      var part = GramMatrix(stride: stride)
      forEachBlock(of: groups[index], shift: shift, weighting: .roots) { block in
        if let triangle { Self.divide(block.rows, block.count, by: triangle, stride) }
        part.add(block.rows, count: block.count)
      }
      part.finish()
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
    for part in parts { sum.add(part) }
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
