/// A dense matrix: rows × columns, elements stored row after row.
///
/// A matrix is a value: a copy shares its storage until one of them is changed.
public struct Matrix<Scalar: MatrixScalar>: Equatable, Sendable {
  /// The number of rows.
  public let rowCount: Int

  /// The number of columns.
  public let columnCount: Int

  /// The elements in row order, rows · columns of them.
  public private(set) var elements: [Scalar]

  /// The names of the columns, or `nil` if they have none.
  public let featureNames: [String]?

  /// Makes a matrix from elements in row order.
  ///
  /// - Parameters:
  ///   - rowCount: The number of rows, at least 0.
  ///   - columnCount: The number of columns, at least 0.
  ///   - elements: The elements in row order, rows · columns of them.
  ///   - featureNames: A name for each column, or `nil`.
  /// - Throws: ``LinearAlgebraError/mismatchedElementCount(expected:actual:)``, for elements or
  ///   names.
  public init(
    rowCount: Int, columnCount: Int, elements: [Scalar], featureNames: [String]? = nil
  ) throws(LinearAlgebraError) {
    let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
    guard rowCount >= 0, columnCount >= 0, !overflow, elements.count == count else {
      throw .mismatchedElementCount(expected: overflow ? .max : count, actual: elements.count)
    }
    if let featureNames, featureNames.count != columnCount {
      throw .mismatchedElementCount(expected: columnCount, actual: featureNames.count)
    }
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = elements
    self.featureNames = featureNames
  }

  /// Makes a matrix from its rows.
  ///
  /// - Parameters:
  ///   - rows: The rows, all of the same length.
  ///   - featureNames: A name for each column, or `nil`.
  /// - Throws: ``LinearAlgebraError/raggedRow(row:expected:actual:)``, or
  ///   ``LinearAlgebraError/mismatchedElementCount(expected:actual:)`` for the names.
  public init(rows: [[Scalar]], featureNames: [String]? = nil) throws(LinearAlgebraError) {
    let columnCount = rows.first?.count ?? featureNames?.count ?? 0
    for (index, row) in rows.enumerated() where row.count != columnCount {
      throw .raggedRow(row: index, expected: columnCount, actual: row.count)
    }
    try self.init(
      rowCount: rows.count, columnCount: columnCount, elements: rows.flatMap(\.self),
      featureNames: featureNames)
  }

  /// Makes a matrix whose elements are all the same.
  ///
  /// - Precondition: Both counts are at least 0.
  public init(rowCount: Int, columnCount: Int, repeating value: Scalar = 0) {
    precondition(rowCount >= 0 && columnCount >= 0, "A matrix has no negative number of rows.")
    self.rowCount = rowCount
    self.columnCount = columnCount
    elements = [Scalar](repeating: value, count: rowCount * columnCount)
    featureNames = nil
  }

  /// Makes the n × n matrix with ones on its diagonal and zeros elsewhere.
  public static func identity(_ count: Int) -> Matrix {
    var result = Matrix(rowCount: count, columnCount: count)
    for index in 0..<count { result[index, index] = 1 }
    return result
  }

  /// The element in a row and a column, both counted from 0.
  ///
  /// - Precondition: Both are inside the matrix.
  public subscript(row: Int, column: Int) -> Scalar {
    get {
      checkPosition(row, column)
      return elements[row * columnCount + column]
    }
    set {
      checkPosition(row, column)
      elements[row * columnCount + column] = newValue
    }
  }

  private func checkPosition(_ row: Int, _ column: Int) {
    precondition(
      row >= 0 && row < rowCount && column >= 0 && column < columnCount,
      "Row \(row), column \(column) is outside a matrix of \(rowCount) × \(columnCount).")
  }

  /// Returns the elements of a row.
  ///
  /// - Precondition: The row is inside the matrix.
  /// - Complexity: O(1); the slice shares the matrix's storage.
  public func row(_ row: Int) -> ArraySlice<Scalar> {
    precondition(row >= 0 && row < rowCount, "Row \(row) is outside a matrix of \(rowCount) rows.")
    return elements[row * columnCount..<(row + 1) * columnCount]
  }

  /// Returns the elements of a column.
  ///
  /// - Precondition: The column is inside the matrix.
  /// - Complexity: O(rows).
  public func column(_ column: Int) -> [Scalar] {
    precondition(
      column >= 0 && column < columnCount,
      "Column \(column) is outside a matrix of \(columnCount) columns.")
    return (0..<rowCount).map { elements[$0 * columnCount + column] }
  }

  /// Returns the same matrix with other names for its columns.
  ///
  /// - Throws: ``LinearAlgebraError/mismatchedElementCount(expected:actual:)``.
  public func named(_ featureNames: [String]?) throws(LinearAlgebraError) -> Matrix {
    try Matrix(
      rowCount: rowCount, columnCount: columnCount, elements: elements, featureNames: featureNames)
  }

  /// Returns the matrix with rows and columns exchanged.
  ///
  /// - Complexity: O(rows · columns).
  public func transposed() -> Matrix {
    var result = Matrix(rowCount: columnCount, columnCount: rowCount)
    // Square blocks, so that both sides stay in the cache.
    let block = 32
    for firstRow in stride(from: 0, to: rowCount, by: block) {
      for firstColumn in stride(from: 0, to: columnCount, by: block) {
        for row in firstRow..<min(firstRow + block, rowCount) {
          for column in firstColumn..<min(firstColumn + block, columnCount) {
            result.elements[column * rowCount + row] = elements[row * columnCount + column]
          }
        }
      }
    }
    return result
  }

  /// Returns the matrix in another precision, rounding where it is smaller.
  public func converted<Other: MatrixScalar>(to scalar: Other.Type = Other.self) -> Matrix<Other> {
    let converted = [Other](inHugePages: elements.count) { target in
      elements.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        Scalar._convertStored(from, to, source.count)
      }
    }
    return Matrix<Other>(
      unchecked: converted, rowCount: rowCount, columnCount: columnCount,
      featureNames: featureNames)
  }

  /// Calls a closure with the elements, to be changed in place.
  package mutating func withUnsafeMutableElements<Result>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    try elements.withUnsafeMutableBufferPointer { try body($0) }
  }

  /// The same matrix with names known to be right in number.
  func taking(names: [String]?) -> Matrix {
    Matrix(unchecked: elements, rowCount: rowCount, columnCount: columnCount, featureNames: names)
  }

  /// Makes a matrix from parts known to fit together.
  package init(
    unchecked elements: [Scalar], rowCount: Int, columnCount: Int, featureNames: [String]? = nil
  ) {
    assert(elements.count == rowCount * columnCount)
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = elements
    self.featureNames = featureNames
  }
}
