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

  /// How numbers are written that are not finite, for which JSON has no words.
  private static let words = (infinity: "inf", negativeInfinity: "-inf", nan: "nan")

  /// Returns a list of values.
  ///
  /// - Precondition: The values can be encoded, as numbers, texts and what consists of them can.
  static func list<Value: Encodable>(_ values: [Value]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: words.infinity, negativeInfinity: words.negativeInfinity, nan: words.nan)
    do {
      return String(decoding: try encoder.encode(values), as: UTF8.self)
    } catch {
      preconditionFailure("Values of type \(Value.self) cannot be saved: \(error)")
    }
  }

  /// Reads what was written, or returns `nil`.
  static func decoded<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) -> Value?
  {
    let bytes = Array(text.utf8)
    // A decoder takes one of two values under one name, and says nothing.
    guard (try? JSONValue(bytes, in: 0..<bytes.count)) != nil else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: words.infinity, negativeInfinity: words.negativeInfinity, nan: words.nan)
    return try? decoder.decode(Value.self, from: Data(text.utf8))
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
