/// A value in JSON, with where it stands.
///
/// Unlike a dictionary this knows of a key that stands twice in an object, which is refused: readers
/// differ in which of the two they take.
///
/// **Source:** RFC 8259.
struct JSONValue {
  /// What kinds of values there are.
  indirect enum Content {
    case object([(name: String, value: JSONValue)])
    case list([JSONValue])
    case text(String)
    /// A number as it is written, or `true`, `false` or `null`.
    case word(String)
  }

  /// Why bytes are no value.
  enum Fault: Error, Equatable {
    /// This byte, or the end, is not what must follow.
    case unexpected(position: Int)

    /// An object has two values under this name.
    case repeatedName(String)
  }

  var content: Content

  /// Its bytes, quotation marks and brackets among them.
  var range: Range<Int>

  /// Reads a value.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - range: Which of them, with nothing but white space around the value.
  /// - Throws: ``Fault``.
  /// - Complexity: O(count).
  init(_ bytes: [UInt8], in range: Range<Int>) throws(Fault) {
    var parser = JSONParser(bytes: bytes, position: range.lowerBound, end: range.upperBound)
    self = try parser.document()
  }

  init(content: Content, range: Range<Int>) {
    self.content = content
    self.range = range
  }

  /// The value under a name, or `nil`.
  subscript(name: String) -> JSONValue? {
    guard case .object(let entries) = content else { return nil }
    return entries.first { $0.name == name }?.value
  }

  /// The entries, or `nil` if this is no object.
  var entries: [(name: String, value: JSONValue)]? {
    guard case .object(let entries) = content else { return nil }
    return entries
  }

  /// The text, or `nil` if this is none.
  var text: String? {
    guard case .text(let text) = content else { return nil }
    return text
  }

  /// The whole numbers of a list, or `nil` if this is something else.
  var integers: [Int]? {
    guard case .list(let values) = content else { return nil }
    let integers = values.compactMap { value -> Int? in
      guard case .word(let word) = value.content else { return nil }
      return Int(word)
    }
    return integers.count == values.count ? integers : nil
  }
}

/// Reads one value after another.
private struct JSONParser {
  let bytes: [UInt8]
  var position: Int
  let end: Int

  /// No file has a reason for more brackets inside one another.
  private static let deepest = 64

  mutating func document() throws(JSONValue.Fault) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard position == end else { throw .unexpected(position: position) }
    return value
  }

  private var next: UInt8? { position < end ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func take(_ character: UnicodeScalar) throws(JSONValue.Fault) {
    skipSpace()
    guard next == UInt8(ascii: character) else { throw .unexpected(position: position) }
    position += 1
  }

  /// Whether a character follows, which is then passed over.
  private mutating func takes(_ character: UnicodeScalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONValue.Fault) -> JSONValue {
    skipSpace()
    let start = position
    guard depth < Self.deepest, let byte = next else { throw .unexpected(position: position) }
    let content: JSONValue.Content =
      switch byte {
      case UInt8(ascii: "{"): .object(try entries(depth: depth))
      case UInt8(ascii: "["): .list(try elements(depth: depth))
      case UInt8(ascii: "\""): .text(try text())
      default: .word(try word())
      }
    return JSONValue(content: content, range: start..<position)
  }

  private mutating func entries(
    depth: Int
  ) throws(JSONValue.Fault) -> [(name: String, value: JSONValue)] {
    try take("{")
    var entries: [(name: String, value: JSONValue)] = []
    var names: Set<String> = []
    guard !takes("}") else { return [] }
    repeat {
      skipSpace()
      let name = try text()
      guard names.insert(name).inserted else { throw .repeatedName(name) }
      try take(":")
      entries.append((name, try value(depth: depth + 1)))
    } while takes(",")
    try take("}")
    return entries
  }

  private mutating func elements(depth: Int) throws(JSONValue.Fault) -> [JSONValue] {
    try take("[")
    var elements: [JSONValue] = []
    guard !takes("]") else { return [] }
    repeat { elements.append(try value(depth: depth + 1)) } while takes(",")
    try take("]")
    return elements
  }

  /// A number, `true`, `false` or `null`, as it is written.
  private mutating func word() throws(JSONValue.Fault) -> String {
    let start = position
    while let byte = next,
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || [0x2B, 0x2D, 0x2E].contains(byte)
    { position += 1 }
    let word = bytes[start..<position]
    let text = String(decoding: word, as: UTF8.self)
    guard ["true", "false", "null"].contains(text) || isNumber(word) else {
      throw .unexpected(position: start)
    }
    return text
  }

  /// Whether bytes are a number: `-0.5e+10`, with the sign, the fraction and the exponent left out
  /// if need be.
  private func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
    var rest = word
    func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
    func dropDigits() -> Int {
      let count = rest.prefix(while: isDigit).count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let first = rest.first
    let count = dropDigits()
    guard count == 1 || (count > 1 && first != UInt8(ascii: "0")) else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard dropDigits() > 0 else { return false }
    }
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if let sign = rest.first, [0x2B, 0x2D].contains(sign) { rest = rest.dropFirst() }
      guard dropDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  private mutating func text() throws(JSONValue.Fault) -> String {
    try take("\"")
    let start = position
    var result: [UInt8] = []
    while true {
      let run = bytes[position..<end].prefix {
        $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
      result += run
      position = run.endIndex
      guard next == UInt8(ascii: "\\") else { break }
      position += 1
      result += String(try escapedCharacter()).utf8
    }
    // Not after white space, which would be a part of the text and must be escaped.
    guard next == UInt8(ascii: "\"") else { throw .unexpected(position: position) }
    position += 1
    guard let text = String(validating: result, as: UTF8.self) else {
      throw .unexpected(position: start)
    }
    return text
  }

  /// The character that stands behind a backslash.
  private mutating func escapedCharacter() throws(JSONValue.Fault) -> Character {
    let start = position
    guard let letter = next else { throw .unexpected(position: position) }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return Character(UnicodeScalar(letter))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw .unexpected(position: start)
    }
    var units = [try codeUnit()]
    // Characters beyond the first 65,536 are two of these.
    if UTF16.isLeadSurrogate(units[0]) {
      guard position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      else { throw .unexpected(position: position) }
      position += 2
      units.append(try codeUnit())
    }
    guard let text = String(validating: units, as: UTF16.self), let character = text.first else {
      throw .unexpected(position: start)
    }
    return character
  }

  /// Four hexadecimal digits.
  private mutating func codeUnit() throws(JSONValue.Fault) -> UInt16 {
    let digits = bytes[position..<min(position + 4, end)]
    guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw .unexpected(position: position) }
    position += 4
    return unit
  }
}
