internal import _CLinearAlgebra

/// The rows [1 x y] of a least squares problem in double precision, whatever they are stored as.
///
/// They are put together in blocks that stay in the cache; no copy of all of them is made. Rows are
/// visited in groups, whose number follows from the shape alone: so results do not depend on how
/// many threads share the groups.
package struct StackedRows: Sendable {
  /// The samples as they are stored.
  enum Storage: Sendable {
    case dense(Matrix<Double>)
    case denseSingle(Matrix<Float>)
    case sparse(CSRMatrix<Double>)
    case sparseSingle(CSRMatrix<Float>)
  }

  let storage: Storage
  let targets: Matrix<Double>
  let weights: [Double]?

  /// The number of rows, n.
  package let rowCount: Int

  /// The length d of x.
  package let featureCount: Int

  /// Whether the rows begin with a one.
  package let hasOnes: Bool

  /// The length t of y.
  package var targetCount: Int { targets.columnCount }

  /// The number of columns of [1 x], q.
  package var columnCount: Int { featureCount + (hasOnes ? 1 : 0) }

  /// The number of columns of [1 x y], q + t.
  package var width: Int { columnCount + targetCount }

  /// The length of a row in a block: the width, rounded up to whole vectors.
  package var stride: Int { (width + 7) / 8 * 8 }

  /// Takes samples and targets.
  ///
  /// - Parameters:
  ///   - features: The rows x, n × d.
  ///   - targets: The rows y, n × t.
  ///   - weights: What each row counts, or `nil`.
  ///   - hasOnes: Whether the rows begin with a one.
  package init(
    _ features: some FeatureMatrix, targets: Matrix<Double>, weights: [Double]?, hasOnes: Bool
  ) {
    var finder = StorageFinder()
    features._accept(&finder)
    storage = finder.storage
    rowCount = features.rowCount
    featureCount = features.columnCount
    self.targets = targets
    self.weights = weights
    self.hasOnes = hasOnes
  }

  private struct StorageFinder: _StorageVisitor {
    var storage = Storage.dense(Matrix(rowCount: 0, columnCount: 0))

    mutating func _visit<Stored: MatrixScalar>(_ matrix: Matrix<Stored>) {
      if let matrix = matrix as? Matrix<Double> { storage = .dense(matrix) }
      if let matrix = matrix as? Matrix<Float> { storage = .denseSingle(matrix) }
    }

    mutating func _visit<Stored: MatrixScalar>(_ matrix: CSRMatrix<Stored>) {
      if let matrix = matrix as? CSRMatrix<Double> { storage = .sparse(matrix) }
      if let matrix = matrix as? CSRMatrix<Float> { storage = .sparseSingle(matrix) }
    }
  }

  /// Checks that every feature is finite.
  ///
  /// - Throws: ``LinearAlgebraError/nonFiniteElement(row:column:value:)``.
  package func checkFinite() throws(LinearAlgebraError) {
    switch storage {
    case .dense(let matrix): try matrix.checkFinite()
    case .denseSingle(let matrix): try matrix.checkFinite()
    case .sparse(let matrix): try matrix.checkFinite()
    case .sparseSingle(let matrix): try matrix.checkFinite()
    }
  }

  // MARK: Shift

  /// A point amid the rows, [x y], taken from some of those that count; exactly the value of a column
  /// that is the same in those rows.
  ///
  /// From more rows where there are more columns, in all of which it is a little off.
  ///
  /// - Parameter ofLast: Whether only the last rows are asked, because they count most.
  /// - Returns: The point, d + t numbers.
  package func center(ofLast: Bool) -> [Double] {
    let counting = rowsThatCount
    let all = counting?.count ?? rowCount
    let count = min(all, 64 + 4 * featureCount)
    let width = featureCount + targetCount
    let share = 1 / Double(count)
    var first = [Double](repeating: 0, count: width)
    var center = first
    var scratch = [Double](repeating: 0, count: isDense ? 0 : featureCount)
    first.withUnsafeMutableBufferPointer { first in
      center.withUnsafeMutableBufferPointer { center in
        for sample in 0..<count {
          let index = ofLast ? all - count + sample : sample * all / count
          let place = counting?[index] ?? index
          withRows(place..<place + 1, scratch: &scratch) { x, y in
            for column in 0..<width {
              let value = column < featureCount ? x[column] : y[column - featureCount]
              if sample == 0 { first[column] = value }
              center[column] += (value - first[column]) * share
            }
          }
        }
        for column in 0..<width {
          center[column] += first[column]
          if !center[column].isFinite { center[column] = 0 }
        }
      }
    }
    return center
  }

  /// The first row of a weight above 0, if there is any.
  var firstRowThatCounts: Int { weights?.firstIndex { $0 > 0 } ?? 0 }

  /// The rows of weights above 0, if there are others too.
  private var rowsThatCount: [Int]? {
    guard let weights, weights.contains(0) else { return nil }
    let rows = weights.indices.filter { weights[$0] > 0 }
    return rows.isEmpty ? nil : rows
  }

  /// Whether samples are stored as they are computed with.
  private var isDense: Bool {
    if case .dense = storage { true } else { false }
  }

  /// Calls a closure with the address of rows x, in double precision.
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - scratch: Room for as many rows.
  ///   - body: What is done with them and the targets of the rows.
  /// - Returns: What the closure returned; `nil` if there is nothing in a row.
  private func withRows<Result>(
    _ rows: Range<Int>, scratch: inout [Double],
    _ body: (UnsafePointer<Double>, UnsafePointer<Double>) -> Result
  ) -> Result? {
    targets.elements.withUnsafeBufferPointer { y in
      guard let y = y.baseAddress.map({ $0 + rows.lowerBound * targetCount }) else { return nil }
      switch storage {
      case .dense(let matrix):
        return matrix.elements.withUnsafeBufferPointer { x in
          x.baseAddress.map { body($0 + rows.lowerBound * featureCount, y) }
        }
      case .denseSingle(let matrix): return converted(matrix, rows, y, &scratch, body)
      case .sparse(let matrix): return converted(matrix, rows, y, &scratch, body)
      case .sparseSingle(let matrix): return converted(matrix, rows, y, &scratch, body)
      }
    }
  }

  private func converted<Result>(
    _ features: some FeatureMatrix, _ rows: Range<Int>, _ y: UnsafePointer<Double>,
    _ scratch: inout [Double], _ body: (UnsafePointer<Double>, UnsafePointer<Double>) -> Result
  ) -> Result? {
    scratch.withUnsafeMutableBufferPointer { scratch in
      let part = scratch.extracting(0..<rows.count * featureCount)
      var batch = MutableSpan(_unsafeElements: part)
      features.copyRows(Array(rows).span, into: &batch)
      return part.baseAddress.map { body(UnsafePointer($0), y) }
    }
  }

  // MARK: Blocks

  /// How rows are put together.
  package enum Weighting {
    /// Each as it is; its weight stands beside.
    case beside

    /// Each multiplied by the root of its weight.
    case roots
  }

  /// A block of rows [1 x y 0 …].
  package struct Block {
    /// The rows, one after another; rows of zeros follow, up to a multiple of 8.
    package let rows: UnsafeMutablePointer<Double>

    /// The number of rows.
    package let count: Int

    /// The weights of the rows, if they stand beside.
    package let weights: UnsafePointer<Double>?
  }

  /// The most rows in a block: as many as stay in the nearest cache.
  private var blockSize: Int { min(512, max(64, 8192 / stride / 8 * 8)) }

  /// Rows that are summed up one after another.
  ///
  /// Several groups only where each has enough work, and as many as need little memory beside that
  /// of the samples; two always may be,
  /// and no more than there are rows.
  package var groups: [Range<Int>] {
    let affordable = rowCount * featureCount / (20 * stride * stride)
    let count = rowCount * stride < 1 << 18 ? 1 : min(16, rowCount, max(2, affordable))
    return (0..<count).map { rowCount * $0 / count..<rowCount * ($0 + 1) / count }
  }

  /// Calls a closure with one block of rows after another.
  ///
  /// - Parameters:
  ///   - group: The rows.
  ///   - shift: What is taken off [x y] first, or `nil`.
  ///   - weighting: What becomes of the weights.
  ///   - size: The most rows in a block; `nil` for as many as stay in the cache.
  ///   - body: What is done with a block.
  package func forEachBlock(
    of group: Range<Int>, shift: [Double]?, weighting: Weighting, size: Int? = nil,
    _ body: (Block) -> Void
  ) {
    let size = min(size ?? blockSize, group.count)
    let padded = (size + 7) / 8 * 8
    var scratch = [Double](repeating: 0, count: isDense ? 0 : size * featureCount)
    var numbers = [Double](repeating: 0, count: weights == nil ? 0 : padded)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: padded * stride) { block in
      guard let z = block.baseAddress else { return }
      for start in Swift.stride(from: group.lowerBound, to: group.upperBound, by: size) {
        let rows = start..<min(start + size, group.upperBound)
        if let weights {
          for index in 0..<padded {
            let weight = index < rows.count ? weights[start + index] : 0
            numbers[index] = weighting == .roots ? weight.squareRoot() : weight
          }
        }
        let isWeighted = weights != nil
        numbers.withUnsafeBufferPointer { numbers in
          let numbers = isWeighted ? numbers.baseAddress : nil
          withRows(rows, scratch: &scratch) { x, y in
            stack(x, y, weighting == .roots ? numbers : nil, rows.count, shift, z)
          }
          body(
            Block(rows: z, count: rows.count, weights: weighting == .beside ? numbers : nil))
        }
      }
    }
  }

  /// Calls a closure with one block of rows after another, in twice the precision: each number and
  /// what was rounded off it, multiplied by the root of the row's weight.
  ///
  /// - Parameters:
  ///   - group: The rows.
  ///   - shift: What is taken off [x y] first.
  ///   - size: The most rows in a block.
  ///   - body: What is done with the two parts of a block and the number of its rows.
  func forEachTwofoldBlock(
    of group: Range<Int>, shift: [Double], size: Int,
    _ body: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, Int) -> Void
  ) {
    let size = min(size, group.count)
    var scratch = [Double](repeating: 0, count: isDense ? 0 : size * featureCount)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * size * stride) { block in
      guard let high = block.baseAddress else { return }
      let low = high + size * stride
      for start in Swift.stride(from: group.lowerBound, to: group.upperBound, by: size) {
        let rows = start..<min(start + size, group.upperBound)
        withRows(rows, scratch: &scratch) { x, y in
          withStacking(shift) { stacking in
            guard let weights else {
              return la_stack_rows_twofold_f64(stacking, x, y, nil, rows.count, high, low)
            }
            weights.withUnsafeBufferPointer {
              la_stack_rows_twofold_f64(
                stacking, x, y, $0.baseAddress.map { $0 + start }, rows.count, high, low)
            }
          }
        }
        body(high, low, rows.count)
      }
    }
  }

  private func stack(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ roots: UnsafePointer<Double>?,
    _ count: Int, _ shift: [Double]?, _ z: UnsafeMutablePointer<Double>
  ) {
    withStacking(shift) { la_stack_rows_f64($0, x, y, roots, count, z) }
  }

  private func withStacking(_ shift: [Double]?, _ body: (UnsafePointer<la_stacking>) -> Void) {
    func call(_ shift: UnsafePointer<Double>?) {
      var stacking = la_stacking(
        features: featureCount, targets: targetCount, stride: stride, has_ones: hasOnes,
        shift: shift)
      body(&stacking)
    }
    guard let shift else { return call(nil) }
    shift.withUnsafeBufferPointer { call($0.baseAddress) }
  }
}
