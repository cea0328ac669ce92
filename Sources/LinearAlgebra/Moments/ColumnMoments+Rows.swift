internal import _CLinearAlgebra

extension ColumnMoments {
  /// Adds rows.
  ///
  /// - Parameters:
  ///   - features: The rows, of as many columns.
  ///   - weights: What each row counts, at least 0; `nil` for 1 each. Rows of weight 0 are left out.
  ///   - isCancelled: Is asked before each block of rows.
  /// - Returns: Whether all of them were added; otherwise the call was cancelled.
  /// - Complexity: O(n · d); of sparse rows O(stored elements + d).
  package mutating func add(
    _ features: some FeatureMatrix, weights: [Double]?, isCancelled: () -> Bool
  ) -> Bool {
    guard !isCancelled() else { return false }
    if features.isSparse {
      var adder = SparseAdder(moments: self, weights: weights)
      features._accept(&adder)
      self = adder.moments
      return true
    }
    let counted = weights.map { weights in weights.indices.filter { weights[$0] > 0 } }
    let count = counted?.count ?? features.rowCount
    let d = columnCount
    let size = max(1, min(count, 65_536 / max(1, d)))
    let padded = (d + 7) / 8 * 8
    // Whole vectors are read, also of the last numbers. Behind them is room for the moments of a
    // block, and for which of its columns are wild.
    return withUnsafeTemporaryAllocation(
      of: Double.self, capacity: size * d + 8 + 5 * padded
    ) { scratch in
      scratch.initialize(repeating: 0)
      guard let block = scratch.baseAddress else { return true }
      let room = block + size * d + 8
      var found = la_moments(
        mean: room, mean_rest: room + padded, squares: room + 2 * padded,
        squares_rest: room + 3 * padded)
      for start in stride(from: 0, to: count, by: size) {
        guard !isCancelled() else { return false }
        let places = start..<min(start + size, count)
        let rows = counted.map { Array($0[places]) } ?? Array(places)
        var batch = MutableSpan(
          _unsafeElements: UnsafeMutableBufferPointer(start: block, count: rows.count * d))
        features.copyRows(rows.span, into: &batch)
        add(
          block, rows.count, weights: weights.map { weights in rows.map { weights[$0] } },
          found: &found, wild: room + 4 * padded)
      }
      return true
    }
  }

  /// Adds dense rows, each of which counts.
  private mutating func add(
    _ rows: UnsafePointer<Double>, _ count: Int, weights: [Double]?,
    found: UnsafePointer<la_moments>, wild: UnsafeMutablePointer<Double>
  ) {
    let d = columnCount
    let added = weights.map { $0.sum } ?? Twofold(Double(count))
    var spread: [Double]?
    if let weights, d < Int(LA_SIDE_BY_SIDE) / 2 {
      spread = []
      spread?.reserveCapacity(count * d + 8)
      for weight in weights {
        for _ in 0..<d { spread?.append(weight) }
      }
      spread?.append(contentsOf: repeatElement(0, count: 8))
    }
    la_moments_f64(rows, weights, spread, count, d, la_parts(added), found, wild)
    merge(found, weight: added, wild: wild) { columns in
      columns.map { column in
        ScaledMoments((0..<count).map { (rows[$0 * d + column], weights?[$0] ?? 1) })
      }
    }
  }
}

extension ColumnMoments {
  /// Adds sparse rows, from their stored elements and what the others count.
  private struct SparseAdder: _StorageVisitor {
    var moments: ColumnMoments
    let weights: [Double]?

    mutating func _visit<Stored: MatrixScalar>(_ matrix: CSRMatrix<Stored>) {
      let (d, weights) = (matrix.columnCount, weights)
      let count = weights.map { $0.count { $0 > 0 } } ?? matrix.rowCount
      guard count > 0 else { return }
      if moments.weight.high > 0, matrix.values.count < d / 8 { return addFew(matrix) }
      var added = ColumnMoments(columnCount: d)
      let total = weights.map { $0.sum } ?? Twofold(Double(count))
      var wild = [Double](repeating: 0, count: (d + 7) / 8 * 8)
      var known = [la_sparse_column](repeating: la_sparse_column(), count: d)
      var columnWeights = weights.map { _ in [Double](repeating: 0, count: 2 * d) } ?? []
      let parts = la_parts(total)
      added.withMoments { moments in
        switch matrix {
        case let matrix as CSRMatrix<Double>:
          la_sparse_moments_f64(
            matrix.values, matrix.columns, matrix.rowOffsets, weights, matrix.rowCount, count, d,
            parts, &known, &columnWeights, moments, &wild)
        case let matrix as CSRMatrix<Float>:
          la_sparse_moments_f32(
            matrix.values, matrix.columns, matrix.rowOffsets, weights, matrix.rowCount, count, d,
            parts, &known, &columnWeights, moments, &wild)
        default: preconditionFailure("Numbers are Double or Float.")
        }
      }
      added.withMoments { found in
        moments.merge(found, weight: total, wild: &wild) { columns in
          Self.exactly(matrix, weights, count, total, columns)
        }
      }
    }

    /// Adds rows that store elements of few columns: for the others they are zeros.
    private mutating func addFew<Stored: MatrixScalar>(_ matrix: CSRMatrix<Stored>) {
      let used = Set(matrix.columns).sorted()
      let places = matrix.columns.map { column in
        Int32(used.partitioningIndex { $0 >= column })
      }
      let columns = used.map { Int($0) }
      var part = SparseAdder(moments: moments.columns(columns), weights: weights)
      part._visit(
        CSRMatrix(
          unchecked: matrix.rowCount, used.count, matrix.rowOffsets, places, matrix.values, nil))
      moments.mergeZeros(
        weight: weights.map { $0.sum } ?? Twofold(Double(matrix.rowCount)), except: columns)
      for (place, column) in columns.enumerated() {
        moments.copy(place, of: part.moments, to: column)
      }
    }

    /// Sparse samples show themselves as such.
    mutating func _visit<Stored: MatrixScalar>(_ matrix: Matrix<Stored>) {
      _visit(CSRMatrix(matrix))
    }

    /// The moments of some columns, of numbers of any size.
    private static func exactly<Stored: MatrixScalar>(
      _ matrix: CSRMatrix<Stored>, _ weights: [Double]?, _ count: Int, _ total: Twofold,
      _ columns: [Int]
    ) -> [ScaledMoments] {
      var places = [Int](repeating: -1, count: matrix.columnCount)
      for (place, column) in columns.enumerated() { places[column] = place }
      var values = [[(value: Double, weight: Double)]](repeating: [], count: columns.count)
      var rows = [[Int]](repeating: [], count: columns.count)
      for row in 0..<matrix.rowCount where weights?[row] != 0 {
        for index in matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1] {
          let place = places[Int(matrix.columns[index])]
          guard place >= 0 else { continue }
          values[place].append((Double(matrix.values[index]), weights?[row] ?? 1))
          if weights != nil { rows[place].append(row) }
        }
      }
      return zip(values, rows).map { values, rows in
        var moments = ScaledMoments(values)
        var zeros = ScaledTwofold(Double(count - values.count))
        if let weights, values.count < count {
          zeros = ScaledTwofold(total).adding(moments.weight.negated)
          // So little is left that the difference has lost digits of it.
          if zeros.isZero || zeros.exponent < ScaledTwofold(total).exponent - 40 {
            var others = weights
            for row in rows { others[row] = 0 }
            zeros = ScaledTwofold(others.sum)
          }
        }
        moments.merge(
          ScaledMoments(weight: zeros, mean: ScaledTwofold(0), squares: ScaledTwofold(0)))
        return moments
      }
    }
  }
}

extension Array where Element: Comparable {
  /// The first place of a sorted array from which on a condition holds.
  fileprivate func partitioningIndex(where holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Array where Element == Double {
  /// The sum, in twice the precision.
  fileprivate var sum: Twofold {
    var sum = Twofold(0)
    for number in self { sum += number }
    return sum
  }
}
