/// Columns far from zero beside their spread, held as what is left of them beside one of their
/// values.
///
/// Means that are taken off a product as a whole leave nothing but rounding of such columns; the
/// differences between their elements are exact, or nearly so. Columns that are all one number
/// become zeros. Of sparse samples only columns that are stored in every row can be far from zero:
/// rarely more than a few.
struct FarColumns: Sendable {
  /// Which columns they are, in rising order.
  let columns: [Int]

  /// The value that is taken off each.
  let points: [Double]

  /// What is left, n × columns.
  let deviations: [Double]

  /// The weighted mean of what is left.
  let means: [Double]

  /// The largest element of each column of the samples, far or not, times the root of its weight;
  /// of columns that are far, of what is left.
  let sizes: [Double]

  var isEmpty: Bool { columns.isEmpty }

  /// Finds those columns.
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - means: The weighted mean of each column; empty if nothing is taken off.
  /// - Complexity: O(stored elements).
  init(_ rows: StackedRows, means: [Double]) {
    let (n, d, weights) = (rows.rowCount, rows.featureCount, rows.weights)
    let roots = weights?.map { $0.squareRoot() }
    // A row without weight says nothing of where a column is.
    let first = rows.features(ofRow: rows.firstRowThatCounts)
    var counts = [Int](repeating: 0, count: d)
    var spreads = [Double](repeating: 0, count: d)
    var sizes = spreads
    rows.forEachStoredElement { row, column, value in
      counts[column] += 1
      spreads[column] += abs(value - first[column]) * (weights?[row] ?? 1)
      sizes[column] = max(sizes[column], abs(value) * (roots?[row] ?? 1))
    }
    let total = weights?.reduce(0, +) ?? Double(n)
    columns = means.indices.filter {
      counts[$0] == n && abs(means[$0]) * total > Self.greatestShare * spreads[$0]
    }
    points = columns.map { first[$0] }
    let count = columns.count
    var places = [Int](repeating: -1, count: d)
    for (place, column) in columns.enumerated() { (places[column], sizes[column]) = (place, 0) }
    var deviations = [Double](repeating: 0, count: n * count)
    var sums = [Twofold](repeating: Twofold(0), count: count)
    if count > 0 {
      rows.forEachStoredElement { row, column, value in
        let place = places[column]
        guard place >= 0 else { return }
        let deviation = value - first[column]
        deviations[row * count + place] = deviation
        sums[place] += Twofold(deviation, times: weights?[row] ?? 1)
        sizes[column] = max(sizes[column], abs(deviation) * (roots?[row] ?? 1))
      }
    }
    self.deviations = deviations
    self.means = sums.map { $0.high / total }
    self.sizes = sizes
  }

  /// How many times their mean distance from one of their values columns may be away from zero.
  private static let greatestShare = 256.0

  /// What the columns add to the product of a row with a vector.
  func product(ofRow row: Int, with vector: [Double]) -> Double {
    let start = row * columns.count
    var sum = 0.0
    for (place, column) in columns.enumerated() {
      sum += (deviations[start + place] - means[place]) * vector[column]
    }
    return sum
  }

  /// Replaces what the sum of multiples of the rows says of the columns.
  func setSums(of factors: [Double], in sums: inout [Double]) {
    guard !isEmpty else { return }
    var own = [Double](repeating: 0, count: columns.count)
    for (row, factor) in factors.enumerated() {
      for place in own.indices {
        own[place] += factor * (deviations[row * own.count + place] - means[place])
      }
    }
    for (place, column) in columns.enumerated() { sums[column] = own[place] }
  }
}

extension StackedRows {
  /// A row of features in double precision.
  fileprivate func features(ofRow row: Int) -> [Double] {
    func copied(_ features: some FeatureMatrix) -> [Double] {
      var result = [Double](repeating: 0, count: featureCount)
      result.withUnsafeMutableBufferPointer { buffer in
        var span = MutableSpan(_unsafeElements: buffer)
        features.addRow(row, times: 1, to: &span)
      }
      return result
    }
    return switch storage {
    case .dense(let matrix): copied(matrix)
    case .denseSingle(let matrix): copied(matrix)
    case .sparse(let matrix): copied(matrix)
    case .sparseSingle(let matrix): copied(matrix)
    }
  }

  /// Calls a closure with row, column and value of each stored element of the samples.
  @inline(__always)
  fileprivate func forEachStoredElement(_ body: (Int, Int, Double) -> Void) {
    switch storage {
    case .dense(let matrix): Self.forEachElement(of: matrix, body)
    case .denseSingle(let matrix): Self.forEachElement(of: matrix, body)
    case .sparse(let matrix): Self.forEachElement(of: matrix, body)
    case .sparseSingle(let matrix): Self.forEachElement(of: matrix, body)
    }
  }

  @inline(__always)
  private static func forEachElement<Scalar: MatrixScalar>(
    of matrix: Matrix<Scalar>, _ body: (Int, Int, Double) -> Void
  ) {
    for row in 0..<matrix.rowCount {
      let start = row * matrix.columnCount
      for column in 0..<matrix.columnCount {
        body(row, column, Double(matrix.elements[start + column]))
      }
    }
  }

  @inline(__always)
  private static func forEachElement<Scalar: MatrixScalar>(
    of matrix: CSRMatrix<Scalar>, _ body: (Int, Int, Double) -> Void
  ) {
    for row in 0..<matrix.rowCount {
      for index in matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1] {
        body(row, Int(matrix.columns[index]), Double(matrix.values[index]))
      }
    }
  }
}
