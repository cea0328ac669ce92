import ArgumentParser
import Foundation

/// How results are printed.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON document with every figure at full precision.")
  var json = false

  @Flag(help: "Show no progress.")
  var quiet = false

  /// Prints a result: as JSON, or as text.
  func print(_ result: some Encodable, text: String) throws {
    try Console.output(self.text(result, text: text))
  }

  /// A result as it is printed.
  ///
  /// JSON has no numbers that are not finite: these are the texts `inf`, `-inf` and `nan`.
  func text(_ result: some Encodable, text: String) throws -> String {
    guard json else { return text }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(result), as: UTF8.self)
  }
}
