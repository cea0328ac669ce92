import DataReaders
import Foundation
import LinearAlgebra
import Testing

@Suite struct CSVReaderTests {
  private func read(
    _ text: String, _ configure: (inout CSVOptions) -> Void = { _ in }
  ) throws -> DataChunk {
    var options = CSVOptions()
    configure(&options)
    var reader = CSVReader(Array(text.utf8), path: "test.csv", options: options)
    return try reader.all()
  }

  private func elements(_ chunk: DataChunk) -> [Double] {
    (chunk.features as? Matrix<Double>)?.elements ?? []
  }

  @Test func aHeaderNamesTheColumns() throws {
    let chunk = try read("a,b,label\n1,2,x\n3,4,y\n") { $0.target = .name("label") }
    #expect(elements(chunk) == [1, 2, 3, 4])
    #expect(chunk.features.featureNames == ["a", "b"])
    #expect(chunk.target == .texts(["x", "y"]))
    #expect(chunk.origin.lines == [2, 3])
  }

  @Test func withoutAHeaderColumnsHaveNumbers() throws {
    let chunk = try read("x,1,2\ny,3,4") { $0.target = .index(0) }
    #expect(elements(chunk) == [1, 2, 3, 4])
    #expect(chunk.features.featureNames == nil)
    #expect(chunk.target == .texts(["x", "y"]))
    #expect(try read("1,2,x\n3,4,y") { $0.target = .index(-1) }.target == .texts(["x", "y"]))
  }

  @Test func whetherThereIsAHeaderCanBeSaid() throws {
    #expect(elements(try read("1,2\n3,4") { $0.header = .present }) == [3, 4])
    let error = #expect(throws: ReaderError.self) {
      try read("a,b\n1,2") { $0.header = .absent }
    }
    #expect(
      error?.description == "test.csv:1: column 0 holds the text \"a\"; features are numbers")
  }

  @Test(arguments: [
    (",a,b", CSVOptions.Column?.none), ("id,NA,inf", nil), ("NA,x,nan", .index(0)),
    ("1,2020,y", .name("y")), ("nan,,NA", .name("NA")),
  ])
  func aHeaderMayHaveNamesThatLookLikeNumbers(
    line: String, target: CSVOptions.Column?
  ) throws {
    let chunk = try read("\(line)\n1,2,3\n") { $0.target = target }
    #expect(chunk.origin.lines == [2])
  }

  @Test(arguments: [
    (",1,setosa\n", 2, [1]), ("NA,nan,inf\n", 0, [1]), ("1,NA,setosa\n\n2,3,x\n", -1, [1, 3]),
  ])
  func aFirstRowMayHaveMissingValues(text: String, target: Int, lines: [Int]) throws {
    #expect(try read(text) { $0.target = .index(target) }.origin.lines == lines)
  }

  @Test(arguments: [
    ("NA,,setosa\n", "the line may name the columns or be a row; give --header or --no-header"),
    (
      "a,2020,setosa\n",
      "column 0 holds the text \"a\"; features are numbers; give --header if the line names the "
        + "columns"
    ),
  ])
  func aFirstLineThatCannotBeToldAsksForTheOption(text: String, reason: String) {
    let error = #expect(throws: ReaderError.self) { try read(text) { $0.target = .index(-1) } }
    #expect(error?.description == "test.csv:1: \(reason)")
  }

  @Test func anEmptyLineBetweenTheRowsOfOneColumnIsRefused() throws {
    for text in ["1\n\n2\n", "x\n1\r\n\r\n2", "x\n\n1\n"] {
      let error = #expect(throws: ReaderError.self) { try read(text) }
      let line = text.hasPrefix("x\n1") ? 3 : 2
      #expect(
        error?.description
          == "test.csv:\(line): the line is empty; take it out, or write nan for a "
          + "missing value")
    }
    #expect(elements(try read("\n\nx\n1\n2\n\n\n")) == [1, 2])
  }

  @Test func whatIsNotUTF8IsNamedRatherThanMerged() {
    var options = CSVOptions()
    options.target = .index(1)
    var reader = CSVReader(
      Array("1,a\n2,".utf8) + [0xFF, 0x0A], path: "test.csv", options: options)
    let error = #expect(throws: ReaderError.self) { try reader.all() }
    #expect(
      error?.description == "test.csv:2: column 1 is not written in UTF-8; convert the file")
  }

  @Test func aColumnHasOneUse() {
    let error = #expect(throws: ReaderError.self) {
      try read("a,b\n1,2\n") {
        $0.target = .name("b")
        $0.weights = .index(-1)
      }
    }
    #expect(error?.description == "test.csv:1: column b is both the target and the weights")
  }

  @Test func spacesAroundNamesAndTargetsDoNotCount() throws {
    let chunk = try read(" a, b ,label \n1, 2 , no \n3,4,\" yes \"\n") {
      $0.target = .name("label")
    }
    #expect(chunk.features.featureNames == ["a", "b"])
    #expect(chunk.target == .texts(["no", " yes "]))
  }

  @Test func blanksAroundQuotesDoNotCount() throws {
    let chunk = try read("a, \"label\" ,b\n1, \"yes\",2\n3,\t\" no \"\t,4\n 5 , \"\" , \"6\" \n") {
      $0.target = .name("label")
    }
    #expect(chunk.target == .texts(["yes", " no ", ""]))
    #expect(elements(chunk) == [1, 2, 3, 4, 5, 6])
    let error = #expect(throws: ReaderError.self) { try read("a,b\n1, \"2\" x\n") }
    #expect(
      error?.description == "test.csv:2: a closing quote is followed by more than a separator")
  }

  /// In separated by tabs, a tab is no blank.
  @Test func fieldsBetweenTabsMayBeEmpty() throws {
    let chunk = try read("1\t\t \"x\"\t\n") {
      $0.separator = UInt8(ascii: "\t")
      $0.header = .absent
      $0.target = .index(2)
    }
    #expect(chunk.target == .texts(["x"]))
    #expect(elements(chunk).count == 3 && elements(chunk)[1...].allSatisfy(\.isNaN))
  }

  @Test(arguments: ["NA", "nan", "", "NaN"])
  func whatIsMissingIsATextInQuotes(text: String) throws {
    let chunk = try read("1,\(text)\n2,\"\(text)\"\n") {
      $0.header = .absent
      $0.target = .index(1)
    }
    #expect(chunk.target == .texts([nil, text]))
    #expect(chunk.target?.labels == nil)
    // Among numbers quotes make no difference.
    #expect(elements(try read("a,b\n1,\"\(text)\"\n"))[1].isNaN)
  }

  @Test func linesEndInCarriageReturnsToo() throws {
    let chunk = try read("a,b,t\r1,2,\"x\ry\"\r\r3,4,z") { $0.target = .name("t") }
    #expect(elements(chunk) == [1, 2, 3, 4])
    #expect(chunk.target == .texts(["x\ry", "z"]))
    #expect(chunk.origin.lines == [2, 5])
  }

  @Test(arguments: [
    ("y,a,y\n1,2,1\n", "columns 0 and 2, counted from 0, are both named \"y\""),
    ("a,a,y\n1,2,1\n", "columns 0 and 1, counted from 0, are both named \"a\""),
    ("a,y,b, \"y\"\n1,2,1,3\n", "columns 1 and 3, counted from 0, are both named \"y\""),
    ("\u{E9},e\u{301},y\n1,2,1\n", "columns 0 and 1, counted from 0, are both named \"\u{E9}"),
  ])
  func twoColumnsOfOneNameAreRefused(text: String, reason: String) {
    for column in [CSVOptions.Column.name("y"), .index(-1), .index(0)] {
      let error = #expect(throws: ReaderError.self) { try read(text) { $0.target = column } }
      #expect(error?.description.hasPrefix("test.csv:1: \(reason)") == true, "\(error as Any)")
    }
    #expect(throws: ReaderError.self) { try read(text) }
  }

  @Test func columnsWithoutANameMayBeSeveral() throws {
    #expect(elements(try read(",a,\n1,2,3\n")) == [1, 2, 3])
    #expect(throws: ReaderError.self) { try read(",a,\n1,2,3\n") { $0.target = .name("") } }
  }

  @Test func whatCannotBePrintedIsEscapedInMessagesAndLongTextsAreCut() {
    let control = #expect(throws: ReaderError.self) { try read("a,b\n1,7\0\u{1B}[2J\n") }
    #expect(control?.description.contains("the text \"7\\u{0}\\u{1B}[2J\";") == true)
    let long = String(repeating: "x", count: 100_000)
    let text = #expect(throws: ReaderError.self) { try read("a,b\n1,\(long)\n") }
    #expect(text?.description.count ?? .max < 200)
    let names = (0..<100_000).map { "c\($0)" }.joined(separator: ",")
    let column = #expect(throws: ReaderError.self) { try read(names) { $0.target = .name("y") } }
    #expect(column?.description.hasSuffix("c31 and 99968 others.") == true)
  }

  /// A field of many doubled quotes, and a text of many rows in memory, take time that grows with
  /// their length alone: the work of each is done many times over here.
  @Test func longFieldsAndLongTextsAreReadToTheEnd() throws {
    let quotes = String(repeating: "\"\"", count: 2_000_000)
    let chunk = try read("1,\"\(quotes)\"\n") { $0.target = .index(1) }
    #expect(chunk.target?.labels?.first?.utf8.count == 2_000_000)
    let rows = 1_000_000
    let text = String(repeating: "1,2\n", count: rows)
    #expect(try read(text).features.rowCount == rows)
  }

  @Test func quotesLineEndsAndSpacesAreThoseOfTheFormat() throws {
    let text = "\u{FEFF}\"a \"\"1\"\"\",\"b\nc\",t\r\n 1 ,\"2\",\"x,y\"\r\n\r\n3,4,z\n\n"
    let chunk = try read(text) { $0.target = .name("t") }
    #expect(chunk.features.featureNames == ["a \"1\"", "b\nc"])
    #expect(elements(chunk) == [1, 2, 3, 4])
    #expect(chunk.target == .texts(["x,y", "z"]))
    #expect(chunk.origin.lines == [3, 5])
  }

  @Test func numbersAreReadToTheLastDigit() throws {
    let texts = [
      "0", "-0.5", "+1", "1e3", "1E-3", "0.1", "123456789.123456789", "1e22", "1e23", "1e-320",
      "9007199254740993", "179769313486231570000e289", "0.30000000000000004", ".5", "5.",
      "2.2250738585072014e-308", "4.9e-324", "1e400",
    ]
    let chunk = try read(texts.joined(separator: ",") + "\n") { $0.header = .absent }
    for (text, value) in zip(texts, elements(chunk)) {
      #expect(value == Double(text.hasSuffix(".") ? text + "0" : text), "\(text)")
    }
  }

  @Test(arguments: ["7\0garbage", "0x1e2", "1_000", "nan(5)"])
  func aTextThatBeginsLikeANumberIsNone(text: String) {
    #expect(throws: ReaderError.self) { try read("a,b\n1,2\n3,\(text)\n") }
    #expect(throws: ReaderError.self) { try read("a,b\n1,2\n3,\"\(text)\"\n") }
    #expect(throws: ReaderError.self) {
      try read("a,w\n1,2\n3,\(text)\n") { $0.weights = .name("w") }
    }
  }

  @Test func missingValuesAreNaN() throws {
    let values = elements(try read("a,b,c,d\n1,,NA,nan\n"))
    #expect(values[0] == 1)
    #expect(values[1...].allSatisfy { $0.isNaN })
  }

  @Test func aRaggedRowIsNamedByPathAndLine() {
    let error = #expect(throws: ReaderError.self) { try read("a,b\n1,2\n\n1,2,3\n") }
    #expect(error?.description == "test.csv:4: 3 columns, but the lines before have 2")
  }

  @Test func aTextAmongTheFeaturesIsNamedByColumn() {
    let error = #expect(throws: ReaderError.self) { try read("a,port\n1,2\n3,Dover\n") }
    #expect(
      error?.description == "test.csv:3: column port holds the text \"Dover\"; features are numbers"
    )
  }

  @Test func aQuoteThatIsNotClosedIsNamedByItsLine() {
    let open = #expect(throws: ReaderError.self) { try read("a,b\n1,\"2\n3,4\n") }
    #expect(open?.description == "test.csv:2: a quoted field is not closed")
    #expect(throws: ReaderError.self) { try read("a,b\n\"1\"x,2\n") }
  }

  @Test func unknownColumnsListThePossibleOnes() {
    let named = #expect(throws: ReaderError.self) {
      try read("a,b\n1,2") { $0.target = .name("c") }
    }
    #expect(named?.description == "test.csv: there is no column c. There are a, b.")
    let numbered = #expect(throws: ReaderError.self) { try read("1,2") { $0.target = .index(2) } }
    #expect(
      numbered?.description == "test.csv: there is no column 2. There are the numbers 0 to 1.")
  }

  @Test func weightsHaveAColumnOfTheirOwn() throws {
    let chunk = try read("x,w,y\n1,0.5,a\n2,2,b") {
      $0.weights = .name("w")
      $0.target = .index(-1)
    }
    #expect(elements(chunk) == [1, 2])
    #expect(chunk.weights == [0.5, 2])
  }

  @Test func chunksFollowOneAnother() throws {
    let text = "a,b\n" + (0..<1000).map { "\($0),\($0 * 2)\n" }.joined()
    var reader = CSVReader(Array(text.utf8), path: "test.csv")
    var rows: [Double] = []
    var lines: [Int] = []
    while let chunk = try reader.next(7) {
      #expect(chunk.features.rowCount <= 7)
      rows += elements(chunk)
      lines += chunk.origin.lines ?? []
    }
    var expected: [Double] = []
    for row in 0..<1000 { expected += [Double(row), Double(row * 2)] }
    #expect(rows == expected)
    #expect(lines == Array(2...1001))
    #expect(try reader.next(7) == nil)
  }

  @Test func largeFilesAreReadInBlocks() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "large-\(UUID()).csv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let count = 50_000
    let text = (0..<count).map { "\($0).25,\"\($0)\"\r\n" }.joined()
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    var reader = try CSVReader(path: path)
    let values = elements(try reader.all())
    #expect(values.count == 2 * count)
    #expect(values[2 * (count - 1)] == Double(count - 1) + 0.25)
    #expect(values[2 * count - 1] == Double(count - 1))
  }

  @Test func nothingInAFileIsNoRows() throws {
    #expect(try read("").features.rowCount == 0)
    #expect(try read("a,b\n").features.rowCount == 0)
    #expect(try read("\n\n").features.rowCount == 0)
  }

  @Test func aFileThatIsNotThereIsNamed() {
    let error = #expect(throws: ReaderError.self) { try CSVReader(path: "/nowhere/data.csv") }
    #expect(error?.description == "/nowhere/data.csv: No such file or directory")
  }
}
