internal import Foundation

/// The order of labels: that of their type; of texts, that of the Unicode scalars of their composed
/// form (NFC), in which equal texts are the same scalars.
///
/// `<` of Swift 6.3 orders texts in mixed forms inconsistently, so that a search among sorted ones
/// misses some.
enum LabelOrder {
  /// Whether a label comes before another.
  static func precedes<Label: Comparable>(_ left: Label, _ right: Label) -> Bool {
    guard Label.self == String.self, let left = left as? String, let right = right as? String else {
      return left < right
    }
    return precedes(left, right)
  }

  private static func precedes(_ left: String, _ right: String) -> Bool {
    composed(left).utf8.lexicographicallyPrecedes(composed(right).utf8)
  }

  /// The composed form, which a text of ASCII is.
  private static func composed(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
  }
}

extension Sequence where Element: Comparable {
  /// The labels in their order.
  package func inLabelOrder() -> [Element] { sorted { LabelOrder.precedes($0, $1) } }
}
