public import LinearAlgebra

/// What is to be learned for each sample: labels, numbers, or nothing at all.
public protocol TrainingTarget {
  /// The number of samples it is for, or `nil` if it is for any number.
  var rowCount: Int? { get }

  /// The first value that is NaN or infinite.
  var firstNonFinite: (row: Int, column: Int, value: Double)? { get }

  /// Returns what belongs to the given rows, in that order.
  func selectingRows(_ rows: [Int]) -> Self
}

extension Array: TrainingTarget where Element: Hashable {
  public var rowCount: Int? { count }

  public var firstNonFinite: (row: Int, column: Int, value: Double)? {
    func first(_ numbers: [Double]) -> (row: Int, column: Int, value: Double)? {
      numbers.firstIndex { !$0.isFinite }.map { ($0, 0, numbers[$0]) }
    }
    // Types are compared first: that costs nothing, and a cast does.
    if Element.self == Double.self { return (self as? [Double]).flatMap(first) }
    if Element.self == Float.self {
      return (self as? [Float]).flatMap { first($0.map(Double.init)) }
    }
    // Of several labels a sample, the one that is not finite, if there is any.
    if Element.self == Set<Double>.self {
      return (self as? [Set<Double>]).flatMap { first($0.map { $0.first { !$0.isFinite } ?? 0 }) }
    }
    return nil
  }

  public func selectingRows(_ rows: [Int]) -> [Element] { rows.map { self[$0] } }
}

/// The target of a transformer that learns from the features alone.
public struct NoTarget: TrainingTarget, Equatable, Sendable {
  /// Makes the target.
  public init() {}

  public var rowCount: Int? { nil }

  public var firstNonFinite: (row: Int, column: Int, value: Double)? { nil }

  public func selectingRows(_ rows: [Int]) -> NoTarget { self }
}

/// The target of a regression: one number for each sample, or several.
public struct RegressionTarget: TrainingTarget, Equatable, ExpressibleByArrayLiteral, Sendable {
  /// The numbers, samples × targets.
  public let matrix: Matrix<Double>

  /// Takes one number for each sample.
  public init(_ numbers: [Double]) {
    matrix = Matrix(unchecked: numbers, rowCount: numbers.count, columnCount: 1)
  }

  /// Takes several numbers for each sample.
  ///
  /// - Parameter matrix: The numbers, samples × targets.
  public init(_ matrix: Matrix<Double>) {
    self.matrix = matrix
  }

  public init(arrayLiteral elements: Double...) {
    self.init(elements)
  }

  /// The numbers in row order; with one target, one for each sample.
  public var values: [Double] { matrix.elements }

  /// The number of targets.
  public var columnCount: Int { matrix.columnCount }

  public var rowCount: Int? { matrix.rowCount }

  /// The first target of a sample.
  public subscript(row: Int) -> Double { matrix[row, 0] }

  /// A target of a sample.
  public subscript(row: Int, column: Int) -> Double { matrix[row, column] }

  public var firstNonFinite: (row: Int, column: Int, value: Double)? {
    guard let index = matrix.elements.firstIndex(where: { !$0.isFinite }) else { return nil }
    return (index / columnCount, index % columnCount, matrix.elements[index])
  }

  public func selectingRows(_ rows: [Int]) -> RegressionTarget {
    RegressionTarget(matrix.selectingRows(rows))
  }
}
