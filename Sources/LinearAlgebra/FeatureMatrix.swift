/// Samples to learn from or to predict for, one a row: n × d.
///
/// How the samples are stored (dense or sparse, `Float` or `Double`) is the business of the
/// conforming type. Learning needs these few operations on rows, each in the precision of the
/// parameters, which need not be that of the samples.
///
/// Row operations do not check for NaN or infinity; ``checkFinite()`` does, once, before learning.
public protocol FeatureMatrix: Sendable {
  /// The number of samples, n.
  var rowCount: Int { get }

  /// The number of features, d.
  var columnCount: Int { get }

  /// The names of the features, d of them, or `nil` if they have none.
  var featureNames: [String]? { get }

  /// Whether a row stores only some of its elements, the others being zero.
  var isSparse: Bool { get }

  /// The number of elements that are stored: n · d if dense.
  var storedElementCount: Int { get }

  /// Returns the dot product of a row with weights.
  ///
  /// - Parameters:
  ///   - row: The row, 0 ..< n.
  ///   - weights: The weights, d of them.
  /// - Returns: The sum of the products.
  /// - Complexity: O(stored elements of the row).
  func dotProduct<Parameter: MatrixScalar>(
    ofRow row: Int, with weights: Span<Parameter>
  ) -> Parameter

  /// Computes the dot products of a row with each of several rows of weights, in one visit of the
  /// row.
  ///
  /// - Parameters:
  ///   - row: The row, 0 ..< n.
  ///   - weights: The weights, K × d in row order.
  ///   - products: Where the K products are put.
  /// - Complexity: O(K · stored elements of the row).
  func dotProducts<Parameter: MatrixScalar>(
    ofRow row: Int, with weights: Span<Parameter>, into products: inout MutableSpan<Parameter>
  )

  /// Returns the sum of the squares of a row.
  ///
  /// - Parameter row: The row, 0 ..< n.
  /// - Returns: The sum, in double precision.
  /// - Complexity: O(stored elements of the row).
  func sumOfSquares(ofRow row: Int) -> Double

  /// Adds a multiple of a row to a vector: vector ← vector + factor · row.
  ///
  /// - Parameters:
  ///   - row: The row, 0 ..< n.
  ///   - factor: What the row is multiplied by.
  ///   - vector: The vector, d elements.
  /// - Complexity: O(stored elements of the row).
  func addRow<Parameter: MatrixScalar>(
    _ row: Int, times factor: Parameter, to vector: inout MutableSpan<Parameter>
  )

  /// Scales several vectors by one number and adds a multiple of a row to each, in one visit of the
  /// row: vector k ← scale · vector k + factor k · row.
  ///
  /// - Parameters:
  ///   - row: The row, 0 ..< n.
  ///   - factors: What the row is multiplied by for each vector, K of them.
  ///   - vectors: The vectors, K × d in row order.
  ///   - scale: What the vectors are multiplied by first.
  /// - Complexity: O(K · stored elements of the row) if `scale` is 1, otherwise O(K · d).
  func addRow<Parameter: MatrixScalar>(
    _ row: Int, times factors: Span<Parameter>, toScaled vectors: inout MutableSpan<Parameter>,
    scale: Parameter
  )

  /// Copies rows into a dense batch, changing the precision where it differs.
  ///
  /// - Parameters:
  ///   - rows: The rows to copy, each 0 ..< n, in the order wanted; a row may be named more than
  ///     once.
  ///   - batch: Where they are put, `rows.count` × d in row order.
  /// - Complexity: O(rows · d).
  func copyRows<Parameter: MatrixScalar>(
    _ rows: Span<Int>, into batch: inout MutableSpan<Parameter>
  )

  /// Appends the columns of the row's stored elements; nothing if the row is dense.
  ///
  /// - Complexity: O(stored elements of the row).
  func appendStoredColumns(ofRow row: Int, to columns: inout [Int32])

  /// Checks that every element is finite.
  ///
  /// - Throws: ``LinearAlgebraError/nonFiniteElement(row:column:value:)``, naming the first in row
  ///   order.
  /// - Complexity: O(stored elements), at the speed of memory.
  func checkFinite() throws(LinearAlgebraError)

  /// Checks that every element is finite and returns a hash of the shape, the values and where they
  /// stand.
  ///
  /// Equal matrices have equal fingerprints however they are stored: a dense matrix and its sparse
  /// form, a `Float` matrix and its exact copy in `Double`. Names do not count.
  ///
  /// - Throws: ``LinearAlgebraError/nonFiniteElement(row:column:value:)``, naming the first in row
  ///   order.
  /// - Complexity: O(stored elements), in the one pass that also checks.
  func checkedFingerprint() throws(LinearAlgebraError) -> UInt64

  /// Shows the matrix as it is stored underneath.
  ///
  /// Not for use outside this package.
  func _accept<Visitor: _StorageVisitor>(_ visitor: inout Visitor)

  /// Returns the given rows, in that order, as a matrix of its own.
  ///
  /// - Parameter rows: The rows, each 0 ..< n; a row may be named more than once.
  /// - Returns: The rows, `rows.count` × d, with the same names.
  /// - Complexity: O(stored elements of those rows).
  func selectingRows(_ rows: [Int]) -> Self
}

extension FeatureMatrix {
  /// Returns a run of rows as a matrix of its own.
  ///
  /// - Complexity: O(stored elements of those rows).
  public func selectingRows(_ rows: Range<Int>) -> Self {
    selectingRows(Array(rows))
  }
}

/// Combines the hash of a matrix's values with its shape.
func fingerprint(rowCount: Int, columnCount: Int, hash: UInt64) -> UInt64 {
  var mixed = hash
  for count in [rowCount, columnCount] {
    mixed = (mixed ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
    mixed ^= mixed >> 32
  }
  return mixed
}
