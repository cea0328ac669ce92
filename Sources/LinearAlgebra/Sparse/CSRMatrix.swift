/// A sparse matrix in compressed rows: of each row only some elements are stored, the others are
/// zero.
///
/// The columns in a row are in ascending order and none is named twice: so the arrays of two equal
/// matrices are equal but for stored zeros. Arrays in another order are sorted when the matrix is
/// made.
public struct CSRMatrix<Scalar: MatrixScalar>: Equatable, Sendable {
  /// The number of rows.
  public let rowCount: Int

  /// The number of columns, at most 2³¹ − 1.
  public let columnCount: Int

  /// Where each row begins in ``columns`` and ``values``, and behind the last row their count.
  public let rowOffsets: [Int]

  /// The column of each stored element, ascending within a row.
  public let columns: [Int32]

  /// The stored elements, row after row.
  public let values: [Scalar]

  /// The names of the columns, or `nil` if they have none.
  public let featureNames: [String]?

  /// Makes a sparse matrix from its three arrays, which are checked.
  ///
  /// - Parameters:
  ///   - rowCount: The number of rows, at least 0.
  ///   - columnCount: The number of columns, 0 … 2³¹ − 1.
  ///   - rowOffsets: Where each row begins, and the count of elements; rows + 1 values that never
  ///     fall.
  ///   - columns: The column of each stored element, 0 ..< columns; in any order within a row.
  ///   - values: The stored elements; as many as `columns`.
  ///   - featureNames: A name for each column, or `nil`.
  /// - Throws: ``LinearAlgebraError/invalidStructure(reason:)``, also for a column named twice in
  ///   one row; ``LinearAlgebraError/mismatchedElementCount(expected:actual:)`` for the names.
  /// - Complexity: O(rows + stored elements) if columns are in order.
  public init(
    rowCount: Int, columnCount: Int, rowOffsets: [Int], columns: [Int32], values: [Scalar],
    featureNames: [String]? = nil
  ) throws(LinearAlgebraError) {
    guard rowCount >= 0, columnCount >= 0, columnCount <= Int(Int32.max) else {
      throw .invalidStructure(reason: "\(rowCount) × \(columnCount) is no possible shape")
    }
    guard rowOffsets.count - 1 == rowCount else {
      throw .invalidStructure(
        reason: "\(rowCount) rows need one offset more than that, but there are \(rowOffsets.count)"
      )
    }
    guard columns.count == values.count, rowOffsets[rowCount] == columns.count, rowOffsets[0] == 0
    else {
      throw .invalidStructure(
        reason: "offsets run from \(rowOffsets[0]) to \(rowOffsets[rowCount]), but there are "
          + "\(columns.count) columns and \(values.count) values")
    }
    if let featureNames, featureNames.count != columnCount {
      throw .mismatchedElementCount(expected: columnCount, actual: featureNames.count)
    }
    for row in 0..<rowCount where rowOffsets[row] > rowOffsets[row + 1] {
      throw .invalidStructure(
        reason: "row \(row) begins at \(rowOffsets[row]) and ends at \(rowOffsets[row + 1])")
    }
    var columns = columns
    var values = values
    for row in 0..<rowCount {
      try Self.sortRow(
        row, rowOffsets[row]..<rowOffsets[row + 1], &columns, &values, columnCount: columnCount)
    }
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.rowOffsets = rowOffsets
    self.columns = columns
    self.values = values
    self.featureNames = featureNames
  }

  /// Checks one row and puts its columns in order.
  private static func sortRow(
    _ row: Int, _ range: Range<Int>, _ columns: inout [Int32], _ values: inout [Scalar],
    columnCount: Int
  ) throws(LinearAlgebraError) {
    var isSorted = true
    for index in range {
      guard columns[index] >= 0, columns[index] < columnCount else {
        throw .invalidStructure(
          reason: "row \(row) names column \(columns[index]) of \(columnCount)")
      }
      if index > range.lowerBound, columns[index - 1] >= columns[index] { isSorted = false }
    }
    guard !isSorted else { return }
    let sorted = range.map { (columns[$0], values[$0]) }.sorted { $0.0 < $1.0 }
    for (index, (column, value)) in zip(range, sorted) {
      if index > range.lowerBound, columns[index - 1] == column {
        throw .invalidStructure(reason: "row \(row) names column \(column) twice")
      }
      columns[index] = column
      values[index] = value
    }
  }

  /// Makes the sparse form of a dense matrix: its elements that are not zero.
  ///
  /// - Precondition: It has at most 2³¹ − 1 columns.
  /// - Complexity: O(rows · columns).
  public init(_ matrix: Matrix<Scalar>) {
    precondition(
      matrix.columnCount <= Int(Int32.max), "A sparse matrix has at most 2³¹ − 1 columns.")
    var rowOffsets = [0]
    var columns: [Int32] = []
    var values: [Scalar] = []
    for row in 0..<matrix.rowCount {
      for (column, value) in matrix.row(row).enumerated() where value != 0 {
        columns.append(Int32(column))
        values.append(value)
      }
      rowOffsets.append(columns.count)
    }
    self.init(
      unchecked: matrix.rowCount, matrix.columnCount, rowOffsets, columns, values,
      matrix.featureNames)
  }

  /// Makes a matrix from arrays known to be right.
  init(
    unchecked rowCount: Int, _ columnCount: Int, _ rowOffsets: [Int], _ columns: [Int32],
    _ values: [Scalar], _ featureNames: [String]?
  ) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.rowOffsets = rowOffsets
    self.columns = columns
    self.values = values
    self.featureNames = featureNames
  }

  /// Returns the matrix with each column multiplied by its factor.
  package func scalingColumns(by factors: [Double]) -> CSRMatrix {
    let scaled = zip(values, columns).map { Scalar(Double($0) * factors[Int($1)]) }
    return CSRMatrix(
      unchecked: rowCount, columnCount, rowOffsets, columns, scaled, featureNames)
  }

  /// Returns the matrix with every element stored.
  ///
  /// - Complexity: O(rows · columns).
  public func dense() -> Matrix<Scalar> {
    var elements = [Scalar](repeating: 0, count: rowCount * columnCount)
    for row in 0..<rowCount {
      for index in rowOffsets[row]..<rowOffsets[row + 1] {
        elements[row * columnCount + Int(columns[index])] = values[index]
      }
    }
    return Matrix(
      unchecked: elements, rowCount: rowCount, columnCount: columnCount, featureNames: featureNames)
  }
}
