/// What a writer of separated values makes of texts.
public enum CSVText {
  /// Returns a field that ``CSVReader`` and ``ValueLines`` read back as this very text, in quotes
  /// where it must be: with commas, quotes or ends of lines in it, with blanks at its ends, and where
  /// it would be taken for a missing value or the mark at the beginning of a file.
  public static func field(_ text: String) -> String {
    // Scalars, because a carriage return and a newline are one character together.
    let scalars = text.unicodeScalars
    let blanks: [UnicodeScalar] = [" ", "\t"]
    let needsQuotes =
      scalars.contains { [",", "\"", "\r", "\n"].contains($0) }
      || scalars.first.map { blanks.contains($0) || $0 == "\u{FEFF}" } ?? true
      || scalars.last.map { blanks.contains($0) } ?? true
      || TargetColumn.isMissing(text)
    guard needsQuotes else { return text }
    var result = "\"".unicodeScalars
    for scalar in scalars {
      if scalar == "\"" { result.append(scalar) }
      result.append(scalar)
    }
    result.append("\"")
    return String(result)
  }
}
