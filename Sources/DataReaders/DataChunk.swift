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

  /// Where the target comes from, if it has a file of its own.
  public var targetOrigin: RowOrigin?

  /// Where the weights come from, if they have a file of their own.
  public var weightsOrigin: RowOrigin?

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
  /// Texts, one for each row; `nil` for one that is missing.
  case texts([String?])

  /// Whole numbers, one for each row; those beyond 2⁵³ too are kept to the last digit.
  case integers([Int])

  /// Numbers, rows × targets.
  case numbers(Matrix<Double>)

  /// The number of rows.
  public var rowCount: Int {
    switch self {
    case .texts(let texts): texts.count
    case .integers(let integers): integers.count
    case .numbers(let matrix): matrix.rowCount
    }
  }

  /// The targets of some of the rows.
  public func selectingRows(_ rows: Range<Int>) -> TargetColumn {
    switch self {
    case .texts(let texts): .texts(Array(texts[rows]))
    case .integers(let integers): .integers(Array(integers[rows]))
    case .numbers(let matrix): .numbers(matrix.selectingRows(rows))
    }
  }

  /// The texts as labels, or `nil` if one is missing or there are numbers.
  public var labels: [String]? {
    guard case .texts(let texts) = self else { return nil }
    let labels = texts.compactMap(\.self)
    return labels.count == texts.count ? labels : nil
  }

  /// Whether a text stands for a value that is missing, unless it has quotes around it: an empty
  /// one, `NA` or `nan`, in large letters or small.
  public static func isMissing(_ text: String) -> Bool {
    text.utf8.count <= 3 && ["", "na", "nan"].contains(text.lowercased())
  }
}

/// Where rows come from: a file and, where it has lines, the line of each row.
public struct RowOrigin: Equatable, Sendable {
  /// The path of the file, or what stands for it.
  public var path: String

  /// The line on which each row begins, counted from 1; `nil` for files without lines.
  public var lines: [Int]?

  /// The number that the first of these rows has in the file.
  public var firstRow: Int

  /// Makes an origin.
  public init(path: String, lines: [Int]? = nil, firstRow: Int = 0) {
    self.path = path
    self.lines = lines
    self.firstRow = firstRow
  }

  /// The origin of some of the rows.
  public func selectingRows(_ rows: Range<Int>) -> RowOrigin {
    RowOrigin(
      path: path, lines: lines.map { Array($0[rows]) }, firstRow: firstRow + rows.lowerBound)
  }

  /// The error for a row, with the place named as well as it can be.
  public func error(row: Int, reason: String) -> ReaderError {
    guard let lines, lines.indices.contains(row) else {
      return .data(path: path, line: nil, reason: "row \(firstRow + row): \(reason)")
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
    let rows = try next(.max)
    // Some errors, such as a target without a row, show at the end alone.
    while rows != nil, try next(.max) != nil {}
    return rows
      ?? DataChunk(
        features: Matrix<Double>(rowCount: 0, columnCount: 0), origin: RowOrigin(path: ""))
  }
}
