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
    guard json else {
      Console.output(text)
      return
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    Console.output(String(decoding: try encoder.encode(result), as: UTF8.self))
  }
}
