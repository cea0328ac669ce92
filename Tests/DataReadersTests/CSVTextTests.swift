import DataReaders
import Foundation
import LinearAlgebra
import Testing

@Suite struct CSVTextTests {
  @Test(arguments: [
    ("plain", "plain"), ("two words", "two words"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""),
    ("\"", "\"\"\"\""), ("a\nb", "\"a\nb\""), ("a\r\nb", "\"a\r\nb\""), ("a\r", "\"a\r\""),
    (" a", "\" a\""), ("a ", "\"a \""), ("\ta", "\"\ta\""), ("", "\"\""), ("NA", "\"NA\""),
    ("NaN", "\"NaN\""), ("\u{FEFF}a", "\"\u{FEFF}a\""), ("7", "7"),
  ])
  func quotesStandWhereTheyMust(text: String, field: String) {
    #expect(CSVText.field(text) == field)
  }

  /// Characters that readers and writers treat apart, beside ordinary ones.
  private static let alphabet: [UnicodeScalar] = [
    ",", "\"", "\r", "\n", " ", "\t", "'", "\\", ";", "a", "N", "A", "n", "0", "-", ".", "e", "\0",
    "\u{7F}", "\u{85}", "\u{A0}", "é", "\u{301}", "\u{2028}", "\u{FEFF}", "雪", "🙂", "\u{10FFFF}",
  ]

  private func randomTexts(_ count: Int, seed: UInt64) -> [String] {
    var stream = RandomStream(seed: seed, purpose: .visitingOrder)
    return (0..<count).map { _ in
      var text = "".unicodeScalars
      for _ in 0..<Int(stream.next() % 8) {
        text.append(Self.alphabet[Int(stream.next() % UInt64(Self.alphabet.count))])
      }
      return String(text)
    }
  }

  /// Equality of texts knows equivalent forms; labels must come back as they were.
  private func bytes(_ texts: [String?]) -> [[UInt8]?] { texts.map { $0.map { Array($0.utf8) } } }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func whatIsWrittenIsReadBackWhateverItIs(seed: UInt64) throws {
    let texts = randomTexts(500, seed: seed)
    let fields = texts.map(CSVText.field)
    // A line each, as predictions are written.
    for end in ["\n", "\r\n", "\r"] {
      let file = Array(fields.map { $0 + end }.joined().utf8)
      #expect(try bytes(ValueLines(file, path: "p.txt").texts) == bytes(texts))
    }
    // As the target beside features, first, last and alone.
    for (line, target) in [
      ({ "\($0),1,2\n" }, 0), ({ "1,2,\($0)\r\n" }, 2), ({ "1, \($0) ,2\r" }, 1),
      ({ "\($0)\n" }, 0),
    ] as [((String) -> String, Int)] {
      var options = CSVOptions()
      options.header = .absent
      options.target = .index(target)
      var reader = CSVReader(
        Array(fields.map(line).joined().utf8), path: "t.csv", options: options)
      guard case .texts(let read) = try reader.all().target else {
        Issue.record("no texts")
        return
      }
      #expect(bytes(read) == bytes(texts))
    }
    // As the names of columns, of which no two may be one.
    let names = Set(texts.filter { !$0.isEmpty }).sorted()
    var options = CSVOptions()
    options.header = .present
    let header = names.map(CSVText.field).joined(separator: ",")
    let row = names.map { _ in "1" }.joined(separator: ",")
    var reader = CSVReader(Array("\(header)\n\(row)\n".utf8), path: "h.csv", options: options)
    #expect(try bytes(reader.all().features.featureNames ?? []) == bytes(names))
  }
}

@Suite struct ValueLinesTests {
  @Test func eachLineIsAValueAndQuotesKeepWhatIsBetween() throws {
    let text = "\u{FEFF}a,b \r\n \" c \"\n\"d\"\"\ne\"\r\n\nNA\n\"NA\"\n7"
    let lines = try ValueLines(Array(text.utf8), path: "y.txt")
    #expect(lines.texts == ["a,b", " c ", "d\"\ne", nil, nil, "NA", "7"])
    #expect(lines.origin.lines == [1, 2, 3, 5, 6, 7, 8])
    #expect(try ValueLines([], path: "y.txt").texts.isEmpty)
  }

  @Test func whatIsNoNumberIsNamedByItsLine() throws {
    func reason(_ text: String) -> String? {
      #expect(throws: ReaderError.self) {
        try ValueLines(Array(text.utf8), path: "w.txt").numbers("weight")
      }?.description
    }
    #expect(
      reason("1\n\n") == "w.txt:2: the weight is missing; fill it in or leave the row out")
    #expect(reason("\"1\"\nx\0y") == "w.txt:2: the weight \"x\\u{0}y\" is no number")
    #expect(reason("1\n\"2") == "w.txt:2: a quoted field is not closed")
    #expect(try ValueLines(Array("1\r\" 2 \"\r3".utf8), path: "w").numbers("weight") == [1, 2, 3])
  }
}
