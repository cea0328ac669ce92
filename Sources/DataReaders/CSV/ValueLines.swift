internal import LinearAlgebra

/// A text file with one value a line, such as the target of each row or its weight.
///
/// A value may be quoted, with two quotes for one inside, and then be of several lines; blanks count
/// in quotes alone. Lines end in LF, CRLF or CR. Each line is a value, also an empty one.
public struct ValueLines: Sendable {
  /// The texts; `nil` for one that is missing: an empty line, `NA` or `nan` without quotes.
  public private(set) var texts: [String?] = []

  /// Where each is.
  public var origin: RowOrigin { RowOrigin(path: path, lines: lines) }

  private let path: String
  private var lines: [Int] = []

  /// Reads a file; `-` is standard input.
  ///
  /// - Throws: ``ReaderError``.
  public init(path: String) throws(ReaderError) {
    try self.init(RecordScanner(ByteSource(path: path), separator: nil))
  }

  /// Reads from memory.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - path: What messages call it.
  /// - Throws: ``ReaderError``.
  public init(_ bytes: [UInt8], path: String) throws(ReaderError) {
    try self.init(RecordScanner(ByteSource(bytes, path: path), separator: nil))
  }

  private init(_ scanner: consuming RecordScanner) throws(ReaderError) {
    path = scanner.path
    while let record = try scanner.next() {
      let field = scanner.fields[0]
      lines.append(record.line)
      guard field.quotes != .absent || !scanner.isMissing(field) else {
        texts.append(nil)
        continue
      }
      guard let text = scanner.text(field) else {
        throw .data(
          path: path, line: record.line, reason: "this is not written in UTF-8; convert the file")
      }
      texts.append(text)
    }
  }

  /// The values as numbers.
  ///
  /// - Parameter name: What messages call a value, such as `weight`.
  /// - Returns: A number for each line.
  /// - Throws: ``ReaderError/data(path:line:reason:)`` for the first that is missing or no number.
  public func numbers(_ name: String) throws(ReaderError) -> [Double] {
    var numbers: [Double] = []
    for (row, text) in texts.enumerated() {
      guard let text else {
        throw origin.error(
          row: row, reason: "the \(name) is missing; fill it in or leave the row out")
      }
      guard let number = NumberText.number(text) else {
        throw origin.error(row: row, reason: "the \(name) \(text.excerpt) is no number")
      }
      numbers.append(number)
    }
    return numbers
  }
}
