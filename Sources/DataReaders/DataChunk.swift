public import LinearAlgebra

/// Rows read from somewhere: features, and what belongs to them.
public struct DataChunk: Sendable {
  /// The samples, n × d.
  public var features: any FeatureMatrix

  /// What to learn for each sample, or `nil` if no target was asked for.
  public var target: TargetColumn?

  /// How much each sample counts, or `nil` if no weights were asked for.
  public var weights: [Double]?

  /// Where the rows come from, for messages.
  public var origin: RowOrigin

  /// Makes a chunk.
  public init(
    features: any FeatureMatrix, target: TargetColumn? = nil, weights: [Double]? = nil,
    origin: RowOrigin
  ) {
    self.features = features
    self.target = target
    self.weights = weights
    self.origin = origin
  }
}

/// A target as it was read: what it means is decided by who learns it.
public enum TargetColumn: Equatable, Sendable {
  /// Texts, one for each row.
  case texts([String])

  /// Numbers, rows × targets.
  case numbers(Matrix<Double>)

  /// The number of rows.
  public var rowCount: Int {
    switch self {
    case .texts(let texts): texts.count
    case .numbers(let matrix): matrix.rowCount
    }
  }
}

/// Where rows come from: a file and, where it has lines, the line of each row.
public struct RowOrigin: Equatable, Sendable {
  /// The path of the file, or what stands for it.
  public var path: String

  /// The line on which each row begins, counted from 1; `nil` for files without lines.
  public var lines: [Int]?

  /// Makes an origin.
  public init(path: String, lines: [Int]? = nil) {
    self.path = path
    self.lines = lines
  }

  /// The error for a row, with the place named as well as it can be.
  public func error(row: Int, reason: String) -> ReaderError {
    guard let lines, lines.indices.contains(row) else {
      return .data(path: path, line: nil, reason: "row \(row): \(reason)")
    }
    return .data(path: path, line: lines[row], reason: reason)
  }
}

/// A source of rows that hands them out in parts.
public protocol ChunkReader {
  /// Returns the next rows, at most so many, or `nil` when there are no more.
  ///
  /// - Throws: ``ReaderError``.
  mutating func next(_ maximumRowCount: Int) throws(ReaderError) -> DataChunk?
}

extension ChunkReader {
  /// Returns all rows that are left; a chunk without rows if there are none.
  ///
  /// - Throws: ``ReaderError``.
  public mutating func all() throws(ReaderError) -> DataChunk {
    try next(.max)
      ?? DataChunk(
        features: Matrix<Double>(rowCount: 0, columnCount: 0), origin: RowOrigin(path: ""))
  }
}
