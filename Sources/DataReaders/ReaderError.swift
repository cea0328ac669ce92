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
      "\(path): there is no column \(column). There are \(possible.joined(separator: ", "))."
    case .unknownFormat(let path, let possible):
      "The format of \(path) does not follow from its name. Name one of "
        + "\(possible.joined(separator: ", "))."
    }
  }
}
