/// Why data could not be read.
@nonexhaustive
public enum ReaderError: Error, Equatable {
  /// The file could not be opened or read.
  case file(path: String, reason: String)

  /// What the file holds is wrong, from this line on where it has lines; lines count from 1.
  case data(path: String, line: Int?, reason: String)

  /// There is no bundled data set of that name.
  case unknownSample(name: String, possible: [String])

  /// There is no column of that name or number.
  case unknownColumn(path: String, column: String, possible: [String])

  /// The format of a file does not follow from its name.
  case unknownFormat(path: String, possible: [String])
}

extension ReaderError: CustomStringConvertible {
  /// One sentence: `path:line: reason` where there is a line.
  public var description: String {
    switch self {
    case .file(let path, let reason):
      "\(path): \(reason)"
    case .data(let path, let line, let reason):
      "\(path):\(line.map { "\($0):" } ?? "") \(reason)"
    case .unknownSample(let name, let possible):
      "There is no bundled data set \(name). There are \(possible.joined(separator: ", "))."
    case .unknownColumn(let path, let column, let possible):
      "\(path): there is no column \(column). There are \(Self.list(possible))."
    case .unknownFormat(let path, let possible):
      "The format of \(path) does not follow from its name. Name one of "
        + "\(possible.joined(separator: ", "))."
    }
  }
}

extension ReaderError {
  /// Names with commas between; of very many the first.
  private static func list(_ names: [String]) -> String {
    let shown = names.count > 40 ? Array(names.prefix(32)) : names
    let others = names.count - shown.count
    return shown.joined(separator: ", ") + (others > 0 ? " and \(others) others" : "")
  }
}

extension String {
  /// The text as messages show it: in quotation marks, with what cannot be printed escaped, and of a
  /// very long one the beginning.
  package var excerpt: String {
    "\"\(String(prefix(80)).printable)\(dropFirst(80).isEmpty ? "" : "…")\""
  }

  /// The text with characters escaped that would steer a terminal or be invisible in it, such as NUL.
  package var printable: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
