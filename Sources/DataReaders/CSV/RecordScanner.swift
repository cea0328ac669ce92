internal import Foundation

/// One line of separated values: where its fields are.
struct Record {
  /// The line on which it begins, counted from 1.
  var line: Int

  /// The last of the empty lines passed over on the way to it, if there were any.
  var emptyLine: Int?

  /// The fields, in order.
  var fields: [Field]
}

/// One field: where its bytes are, and whether it was quoted.
struct Field {
  var range: Range<Int>
  var isQuoted: Bool
}

/// Cuts bytes into lines and fields, reading on as needed.
struct RecordScanner {
  private var source: ByteSource
  private let separator: UInt8
  private var bytes: [UInt8] = []
  private var position = 0
  private var line = 1
  private var isAtEnd = false

  /// What messages call the source.
  var path: String { source.path }

  init(_ source: ByteSource, separator: UInt8) {
    self.source = source
    self.separator = separator
  }

  /// Returns the next line with a character, whose fields are valid until the next call.
  ///
  /// - Throws: ``ReaderError``.
  mutating func next() throws(ReaderError) -> Record? {
    var emptyLine: Int?
    while true {
      dropReadBytes()
      if line == 1, position == 0 { try skipByteOrderMark() }
      guard try has(1) else { return nil }
      var isCRLF = false
      if bytes[position] == carriageReturn, try has(2) { isCRLF = bytes[position + 1] == newline }
      guard isCRLF || bytes[position] == newline else {
        var record = try record()
        record.emptyLine = emptyLine
        return record
      }
      emptyLine = line
      position += isCRLF ? 2 : 1
      line += 1
    }
  }

  private let newline = UInt8(ascii: "\n")
  private let carriageReturn = UInt8(ascii: "\r")
  private let quote = UInt8(ascii: "\"")

  /// Forgets what has been read, once it is much.
  private mutating func dropReadBytes() {
    guard position > 1 << 16 else { return }
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

  private mutating func record() throws(ReaderError) -> Record {
    var record = Record(line: line, fields: [])
    while true {
      let field = try (bytes[position] == quote ? quotedField() : plainField())
      record.fields.append(field)
      guard try has(1) else { return record }
      if bytes[position] == separator {
        position += 1
        guard try has(1) else {
          record.fields.append(Field(range: position..<position, isQuoted: false))
          return record
        }
        continue
      }
      // The end of the line: LF, or CRLF.
      if bytes[position] == carriageReturn { position += 1 }
      if try has(1), bytes[position] == newline { position += 1 }
      line += 1
      return record
    }
  }

  /// A field up to the next separator or end of line.
  private mutating func plainField() throws(ReaderError) -> Field {
    let start = position
    while try has(1) {
      let byte = bytes[position]
      if byte == separator || byte == newline { break }
      if byte == carriageReturn, try has(2), bytes[position + 1] == newline { break }
      position += 1
    }
    return Field(range: start..<position, isQuoted: false)
  }

  /// A field between quotes, in which two quotes stand for one.
  private mutating func quotedField() throws(ReaderError) -> Field {
    let firstLine = line
    position += 1
    let start = position
    while try has(1) {
      if bytes[position] == quote {
        guard try has(2), bytes[position + 1] == quote else { break }
        position += 1
      } else if bytes[position] == newline {
        line += 1
      }
      position += 1
    }
    guard try has(1) else {
      throw .data(path: path, line: firstLine, reason: "a quoted field is not closed")
    }
    let end = position
    position += 1
    if try has(1), ![separator, newline, carriageReturn].contains(bytes[position]) {
      throw .data(
        path: path, line: line, reason: "a closing quote is followed by more than a separator")
    }
    return Field(range: start..<end, isQuoted: true)
  }

  /// The text of a field, or `nil` if it is not UTF-8; spaces around it count in quotes alone.
  func text(_ field: Field) -> String? {
    guard field.isQuoted else {
      return String(validating: bytes[trimmed(field.range)], as: UTF8.self)
    }
    return String(validating: bytes[field.range], as: UTF8.self)?
      .replacing("\"\"", with: "\"")
  }

  /// The number in a field: NaN for a missing one, `nil` for anything else.
  func number(_ field: Field) -> Double? {
    let range = trimmed(field.range)
    if let number = bytes.withUnsafeBufferPointer({ DecimalNumber.parse($0, range) }) {
      return number
    }
    let text = String(decoding: bytes[range], as: UTF8.self)
    return TargetColumn.isMissing(text) ? .nan : Double(text)
  }

  /// The range without spaces at its ends.
  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    let space = UInt8(ascii: " ")
    var range = range
    while let first = range.first, bytes[first] == space { range = range.dropFirst() }
    while let last = range.last, bytes[last] == space { range = range.dropLast() }
    return range
  }
}
