internal import Foundation

/// The little JSON that headers need, written so that the same values always give the same bytes.
enum JSON {
  /// Returns a text in quotation marks, everything special in it escaped.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// Returns an object of texts, in the order given.
  static func object(_ entries: [(name: String, text: String)]) -> String {
    "{" + entries.map { "\(quoted($0.name)):\(quoted($0.text))" }.joined(separator: ",") + "}"
  }

  /// Returns a list of values.
  static func list<Value: Encodable>(_ values: [Value]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Labels are numbers, texts and the like, which encode; one that cannot be encoded cannot be
    // decoded either, and the reader says so.
    return (try? encoder.encode(values)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
  }

  /// Reads what was written, or returns `nil`.
  static func decoded<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) -> Value?
  {
    try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  /// Reads a label from text as a user writes it: as it stands if it is JSON of that type,
  /// otherwise in quotation marks.
  static func label<Label: Decodable>(_ text: String, as type: Label.Type) -> Label? {
    decoded("[\(text)]", as: [Label].self)?.first
      ?? decoded("[\(quoted(text))]", as: [Label].self)?.first
  }
}

extension StringProtocol {
  /// The text without spaces around it.
  var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
