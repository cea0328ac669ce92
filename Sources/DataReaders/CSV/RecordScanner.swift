internal import LinearAlgebra

/// One line of separated values.
struct Record {
  /// The line on which it begins, counted from 1.
  var line: Int

  /// The last of the empty lines passed over on the way to it, if there were any.
  var emptyLine: Int?
}

/// One field: where its bytes are, and whether they stand between quotes.
struct Field {
  /// Whether a field stands between quotes, and whether quotes are among its bytes.
  enum Quotes {
    case absent, around, aroundAndInside
  }

  var start: Int
  var end: Int
  var quotes: Quotes
}

/// Cuts bytes into lines and fields, reading on as needed.
struct RecordScanner {
  /// The fields of the latest line, valid until the next is asked for.
  private(set) var fields: [Field] = []

  private var source: ByteSource
  private let separator: UInt8?
  private var bytes: [UInt8] = []
  private var position = 0
  private var line = 1
  private var isAtEnd = false

  /// What messages call the source.
  var path: String { source.path }

  /// Makes a scanner.
  ///
  /// - Parameters:
  ///   - source: The bytes.
  ///   - separator: What separates fields; `nil` where each line is one field, also an empty line.
  init(_ source: ByteSource, separator: UInt8?) {
    self.source = source
    self.separator = separator
  }

  /// Finds the next line with a character, and its ``fields``.
  ///
  /// - Throws: ``ReaderError``.
  mutating func next() throws(ReaderError) -> Record? {
    dropReadBytes()
    if line == 1, position == 0 { try skipByteOrderMark() }
    var emptyLine: Int?
    while try has(1) {
      guard separator != nil, isLineEnd(bytes[position]) else {
        let record = Record(line: line, emptyLine: emptyLine)
        try scanFields()
        return record
      }
      emptyLine = line
      try skipLineEnd()
    }
    return nil
  }

  private let newline = UInt8(ascii: "\n")
  private let carriageReturn = UInt8(ascii: "\r")
  private let quote = UInt8(ascii: "\"")

  /// Forgets what has been read, once it is most of what is held: so each byte is moved once at
  /// most.
  private mutating func dropReadBytes() {
    guard position > 1 << 16, position > bytes.count / 2 else { return }
    bytes.removeFirst(position)
    position = 0
  }

  private mutating func skipByteOrderMark() throws(ReaderError) {
    if try has(3), bytes[0...2] == [0xEF, 0xBB, 0xBF] { position = 3 }
  }

  /// Whether so many bytes follow; reads on until they do.
  private mutating func has(_ count: Int) throws(ReaderError) -> Bool {
    while bytes.count - position < count {
      guard !isAtEnd else { return false }
      if try !source.read(into: &bytes) { isAtEnd = true }
    }
    return true
  }

  private mutating func scanFields() throws(ReaderError) {
    fields.removeAll(keepingCapacity: true)
    while true {
      try scanField()
      guard let separator, try has(1), bytes[position] == separator else { break }
      position += 1
    }
    if try has(1) { try skipLineEnd() }
  }

  private mutating func scanField() throws(ReaderError) {
    let start = position
    while try has(1), isBlank(bytes[position]) { position += 1 }
    if try has(1), bytes[position] == quote {
      try scanQuotedField()
    } else {
      position = start
      try skip(toLineEndOr: separator ?? newline)
      fields.append(Field(start: start, end: position, quotes: .absent))
    }
  }

  /// Scans a field between quotes, in which two quotes stand for one.
  private mutating func scanQuotedField() throws(ReaderError) {
    let firstLine = line
    position += 1
    var field = Field(start: position, end: position, quotes: .around)
    while true {
      try skip(toLineEndOr: quote)
      guard try has(1) else {
        throw .data(path: path, line: firstLine, reason: "a quoted field is not closed")
      }
      guard bytes[position] == quote else {
        try skipLineEnd()
        continue
      }
      guard try has(2), bytes[position + 1] == quote else { break }
      field.quotes = .aroundAndInside
      position += 2
    }
    field.end = position
    position += 1
    while try has(1), isBlank(bytes[position]) { position += 1 }
    if try has(1), bytes[position] != separator, !isLineEnd(bytes[position]) {
      throw .data(
        path: path, line: line, reason: "a closing quote is followed by more than a separator")
    }
    fields.append(field)
  }

  /// Goes on to the next end of a line or byte of this value, or to the end of all.
  private mutating func skip(toLineEndOr mark: UInt8) throws(ReaderError) {
    while true {
      let start = position
      position = bytes.withUnsafeBufferPointer { bytes in
        var index = start
        while index < bytes.count, bytes[index] != mark, !isLineEnd(bytes[index]) { index += 1 }
        return index
      }
      // At the end of what has been read, more may follow.
      guard position == bytes.count, try has(1) else { return }
    }
  }

  /// Passes over the end of a line: LF, CRLF or CR.
  private mutating func skipLineEnd() throws(ReaderError) {
    let isReturn = bytes[position] == carriageReturn
    position += 1
    if isReturn, try has(1), bytes[position] == newline { position += 1 }
    line += 1
  }

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == newline || byte == carriageReturn }

  /// Whether a byte counts in quotes alone where it stands at the ends of a field.
  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (byte == UInt8(ascii: "\t") && byte != separator)
  }

  /// The text of a field, or `nil` if it is not UTF-8; blanks around it count in quotes alone.
  func text(_ field: Field) -> String? {
    switch field.quotes {
    case .absent: String(validating: bytes[trimmed(field)], as: UTF8.self)
    case .around: String(validating: bytes[field.start..<field.end], as: UTF8.self)
    case .aroundAndInside: String(validating: unquoted(field), as: UTF8.self)
    }
  }

  /// Whether a field stands for a value that is missing.
  func isMissing(_ field: Field) -> Bool {
    let range = trimmed(field)
    // No longer text does, so that none is copied to find that out.
    return range.count <= 3
      && TargetColumn.isMissing(String(decoding: bytes[range], as: UTF8.self))
  }

  /// The number in a field: NaN for a missing one, `nil` for anything else.
  func number(_ field: Field) -> Double? {
    bytes.withUnsafeBufferPointer { NumberText.number($0, field.start..<field.end) }
      ?? (isMissing(field) ? .nan : nil)
  }

  /// The bytes with one quote for two.
  private func unquoted(_ field: Field) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(field.end - field.start)
    var index = field.start
    while index < field.end {
      result.append(bytes[index])
      index += bytes[index] == quote ? 2 : 1
    }
    return result
  }

  /// Where a field's bytes are without blanks at its ends.
  private func trimmed(_ field: Field) -> Range<Int> {
    var (start, end) = (field.start, field.end)
    while start < end, isBlank(bytes[start]) { start += 1 }
    while start < end, isBlank(bytes[end - 1]) { end -= 1 }
    return start..<end
  }
}
