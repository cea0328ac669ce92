/// Why a matrix could not be made or a computation with matrices could not be done.
@nonexhaustive
public enum LinearAlgebraError: Error, Equatable {
  /// No usable BLAS and LAPACK library was found; what was tried, and why each failed.
  case libraryNotFound(attempts: [String])

  /// The number of elements is not rows × columns.
  case mismatchedElementCount(expected: Int, actual: Int)

  /// Row `row` has another number of elements than the rows before it.
  case raggedRow(row: Int, expected: Int, actual: Int)

  /// Two operands do not fit together; shapes are rows × columns.
  case mismatchedShapes(operation: String, left: [Int], right: [Int])

  /// The arrays of a sparse matrix contradict each other or its shape.
  case invalidStructure(reason: String)

  /// An element is NaN or infinite; the first one in row order.
  case nonFiniteElement(row: Int, column: Int, value: Double)

  /// A Cholesky pivot is not positive, so the matrix is not positive definite.
  case nonPositivePivot(index: Int)

  /// A diagonal element of a triangular matrix is zero, so it has no inverse.
  case zeroPivot(index: Int)

  /// An iteration inside LAPACK did not converge.
  case noConvergence(routine: String)

  /// A result is too large for the precision.
  case overflow(operation: String)

  /// A column depends on others of so different a size that precision does not tell which of the
  /// coefficients that fit equally well have the least norm.
  case dependenceOnColumnsOfOtherSize(column: Int)

  /// A dimension is larger than the library's 32-bit integers.
  case tooLarge(dimension: Int)
}

extension LinearAlgebraError: CustomStringConvertible {
  /// One sentence that says what is wrong and, where it can, what to do.
  public var description: String {
    switch self {
    case .libraryNotFound(let attempts):
      "No usable BLAS and LAPACK library was found (\(attempts.joined(separator: "; "))). "
        + "Install one (Debian, Ubuntu: apt-get install libopenblas-dev liblapack-dev) "
        + "or name one in \(BLASLibrary.environmentVariable)."
    case .mismatchedElementCount(let expected, let actual):
      "A matrix of this shape has \(expected) elements, but \(actual) were given."
    case .raggedRow(let row, let expected, let actual):
      "Row \(row) has \(actual) elements; the rows before it have \(expected)."
    case .mismatchedShapes(let operation, let left, let right):
      "The shapes \(Self.text(left)) and \(Self.text(right)) do not fit for \(operation)."
    case .invalidStructure(let reason):
      "The arrays are no sparse matrix: \(reason)."
    case .nonFiniteElement(let row, let column, let value):
      "Row \(row), column \(column) is \(value); every element must be finite."
    case .nonPositivePivot(let index):
      "The matrix is not positive definite: pivot \(index) is not positive."
    case .zeroPivot(let index):
      "The triangular matrix has no inverse: diagonal element \(index) is zero."
    case .noConvergence(let routine):
      "The iteration in \(routine) did not converge. Scale the columns to similar size."
    case .overflow(let operation):
      "The numbers are too large for \(operation). Scale them down."
    case .dependenceOnColumnsOfOtherSize(let column):
      "Column \(column) depends on columns of so different a size that the coefficients of least "
        + "norm cannot be told. Scale the columns to similar size, or leave column \(column) out."
    case .tooLarge(let dimension):
      "A dimension of \(dimension) is more than the BLAS library can count (2147483647)."
    }
  }

  private static func text(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: " × ")
  }
}
