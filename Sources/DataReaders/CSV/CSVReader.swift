internal import LinearAlgebra

/// Reads separated values, such as CSV, a part at a time.
///
/// Fields may be quoted, with two quotes for one inside; spaces and tabs count in quotes alone;
/// lines end in LF, CRLF or CR. Lines without any character are passed over, except between the
/// rows of a single column, where one could be a value left out: it is refused. Features are
/// numbers: decimal digits with a point and an exponent if need be, `inf` or `infinity`. An empty
/// field, `NA` and `nan` are missing and become NaN, which learners refuse by row and column. The
/// target is handed out as text; what would be missing is a text in quotes. No two columns have
/// one name.
///
/// **Source:** RFC 4180.
public struct CSVReader: ChunkReader {
  private var scanner: RecordScanner
  private let options: CSVOptions
  private var layout: Layout?
  /// The first line, where it is a row and has not been handed out.
  private var firstRecord: Record?

  /// Where each column goes.
  private struct Layout {
    var firstLine: Int
    var columnCount: Int
    var target: Int?
    var weights: Int?
    var features: [Int]
    var names: [String]?
  }

  /// Opens a file; `-` is standard input.
  ///
  /// - Throws: ``ReaderError``.
  public init(path: String, options: CSVOptions = CSVOptions()) throws(ReaderError) {
    scanner = RecordScanner(try ByteSource(path: path), separator: options.separator)
    self.options = options
  }

  /// Reads from memory.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - path: What messages call it.
  ///   - options: What to know.
  public init(_ bytes: [UInt8], path: String, options: CSVOptions = CSVOptions()) {
    scanner = RecordScanner(ByteSource(bytes, path: path), separator: options.separator)
    self.options = options
  }

  public mutating func next(_ maximumRowCount: Int) throws(ReaderError) -> DataChunk? {
    let layout = try preparedLayout()
    guard let layout else { return nil }
    var elements: [Double] = []
    var texts: [String?] = []
    var weights: [Double] = []
    var lines: [Int] = []
    while lines.count < maximumRowCount, let record = try nextRecord() {
      if layout.columnCount == 1, record.line > layout.firstLine, let line = record.emptyLine {
        throw .data(
          path: scanner.path, line: line,
          reason: "the line is empty; take it out, or write nan for a missing value")
      }
      guard scanner.fields.count == layout.columnCount else {
        throw error(
          record,
          "\(scanner.fields.count) columns, but the lines before have \(layout.columnCount)")
      }
      for column in layout.features {
        elements.append(try number(record, column, layout))
      }
      if let target = layout.target { texts.append(try targetText(record, target)) }
      if let column = layout.weights { weights.append(try number(record, column, layout)) }
      lines.append(record.line)
    }
    guard !lines.isEmpty else { return nil }
    return DataChunk(
      features: Matrix(
        unchecked: elements, rowCount: lines.count, columnCount: layout.features.count,
        featureNames: layout.names),
      target: layout.target == nil ? nil : .texts(texts),
      weights: layout.weights == nil ? nil : weights,
      origin: RowOrigin(path: scanner.path, lines: lines))
  }

  private mutating func nextRecord() throws(ReaderError) -> Record? {
    if let record = firstRecord {
      firstRecord = nil
      return record
    }
    return try scanner.next()
  }

  private func number(
    _ record: Record, _ column: Int, _ layout: Layout
  ) throws(ReaderError) -> Double {
    if let number = scanner.number(scanner.fields[column]) { return number }
    let name = layout.names.map { names in
      layout.features.firstIndex(of: column).map { names[$0] } ?? "\(column)"
    }
    let isFirst = record.line == layout.firstLine && options.header == .automatic
    throw error(
      record,
      "column \(name ?? "\(column)") holds the text \(try text(record, column).excerpt); "
        + "\(column == layout.weights ? "weights" : "features") are numbers"
        + "\(isFirst ? "; give --header if the line names the columns" : "")")
  }

  /// The text to learn, or `nil` if it is missing; in quotes nothing is.
  private func targetText(_ record: Record, _ column: Int) throws(ReaderError) -> String? {
    let field = scanner.fields[column]
    return field.quotes == .absent && scanner.isMissing(field) ? nil : try text(record, column)
  }

  private func text(_ record: Record, _ column: Int) throws(ReaderError) -> String {
    guard let text = scanner.text(scanner.fields[column]) else {
      throw error(record, "column \(column) is not written in UTF-8; convert the file")
    }
    return text
  }

  private func error(_ record: Record, _ reason: String) -> ReaderError {
    .data(path: scanner.path, line: record.line, reason: reason)
  }

  /// Reads the first line and decides where each column goes; `nil` if there is no line.
  private mutating func preparedLayout() throws(ReaderError) -> Layout? {
    if let layout { return layout }
    guard let first = try scanner.next() else { return nil }
    var texts: [String] = []
    for column in scanner.fields.indices { texts.append(try text(first, column)) }
    let isHeader =
      switch options.header {
      case .present: true
      case .absent: false
      case .automatic: try looksLikeHeader(first, texts)
      }
    if !isHeader { firstRecord = first }
    let names = isHeader ? texts : nil
    let count = scanner.fields.count
    if let names { try checkDistinct(names, first) }
    let target = try index(of: options.target, names, count)
    let weights = try index(of: options.weights, names, count)
    if let target, target == weights {
      throw error(
        first, "column \(names?[target] ?? "\(target)") is both the target and the weights")
    }
    let features = (0..<count).filter { $0 != target && $0 != weights }
    let layout = Layout(
      firstLine: first.line, columnCount: count, target: target, weights: weights,
      features: features,
      names: names.map { names in features.map { names[$0] } })
    self.layout = layout
    return layout
  }

  /// Refuses two columns of one name.
  ///
  /// One of them could be learned from what the other holds, or be taken for it by a model. Several
  /// may have no name, unless that is asked for.
  private func checkDistinct(_ names: [String], _ header: Record) throws(ReaderError) {
    let asked = [options.target, options.weights].compactMap(\.self)
    var positions: [String: Int] = [:]
    for (column, name) in names.enumerated() where !name.isEmpty || asked.contains(.name(name)) {
      if let other = positions.updateValue(column, forKey: name) {
        throw error(
          header,
          "columns \(other) and \(column), counted from 0, are both named \(name.excerpt); give "
            + "each a name of its own")
      }
    }
  }

  /// Whether the first line names the columns: it does if a column asked for by name is among them,
  /// and otherwise if it has no number.
  private func looksLikeHeader(_ first: Record, _ texts: [String]) throws(ReaderError) -> Bool {
    let asked = [options.target, options.weights].compactMap(\.self)
    guard !texts.contains(where: { asked.contains(.name($0)) }) else { return true }
    let numbers = scanner.fields.map(scanner.number)
    guard !numbers.contains(where: { $0?.isFinite == true }) else { return false }
    guard numbers.contains(where: { $0 != nil }) else { return true }
    guard numbers.contains(where: { $0 == nil }) else { return false }
    // Texts beside missing values: names where features must stand, or else perhaps a label.
    let target = options.target.flatMap { column -> Int? in
      guard case .index(let index) = column else { return nil }
      return index < 0 ? scanner.fields.count + index : index
    }
    guard !numbers.indices.contains(where: { numbers[$0] == nil && $0 != target }) else {
      return true
    }
    throw error(
      first, "the line may name the columns or be a row; give --header or --no-header")
  }

  private func index(
    of column: CSVOptions.Column?, _ names: [String]?, _ count: Int
  ) throws(ReaderError) -> Int? {
    guard let column else { return nil }
    let found: Int? =
      switch column {
      case .name(let name): names?.firstIndex(of: name)
      case .index(let index):
        names?.firstIndex(of: "\(index)") ?? (index < 0 ? count + index : index)
      }
    guard let found, found >= 0, found < count else {
      let text =
        switch column {
        case .name(let name): name
        case .index(let index): "\(index)"
        }
      throw .unknownColumn(
        path: scanner.path, column: text,
        possible: names ?? ["the numbers 0 to \(count - 1)"])
    }
    return found
  }
}
