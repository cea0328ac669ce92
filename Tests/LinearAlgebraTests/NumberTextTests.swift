import Foundation
import LinearAlgebra
import Testing

@Suite struct NumberTextTests {
  @Test(arguments: [
    "7\0garbage", "7\0", "\0", "0x1e2", "0X1P3", "-0x1p3", "1_000", "1,5", "1e", "1e+", "1e1.5",
    ".",
    "+", "--1", "+-1", "1 2", "e5", ".e5", "1..2", "١", "½", "1\u{A0}", "nan(5)", "nan()", "infi",
    "infinit", "in", "7d", "7f", "", " ", "1e5\0", "0b1", "0o7", "𝟙", "1\n", "1\r",
  ])
  func whatTheGrammarDoesNotSayIsNoNumber(text: String) {
    #expect(NumberText.number(text) == nil)
  }

  @Test(arguments: [
    ("7", 7), ("+7", 7), ("-0.5", -0.5), ("5.", 5), (".5", 0.5), ("-.5E-3", -0.0005), ("007", 7),
    (" \t7 ", 7), ("1e400", Double.infinity), ("-1e400", -.infinity), ("1e-400", 0),
    ("1e99999999999999999999", .infinity), ("1e-99999999999999999999", 0),
    ("0e99999999999999999999", 0), ("1267650600228229401496703205376.", 0x1p100),
    ("inf", .infinity), ("+INF", .infinity), ("-Infinity", -.infinity), ("1e+05", 1e5),
  ])
  func whatTheGrammarSaysIsANumber(text: String, number: Double) {
    #expect(NumberText.number(text) == number)
    #expect(NumberText.number("nan")?.isNaN == true && NumberText.number("-NaN")?.isNaN == true)
  }

  @Test func numbersAreRoundedOnceToTheNearest() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/decimal-numbers.txt")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
    #expect(lines.count > 1000)
    for line in lines {
      let parts = line.split(separator: " ")
      let bits = try #require(UInt64(parts[0], radix: 16))
      #expect(NumberText.number(parts[1])?.bitPattern == bits, "\(parts[1])")
      #expect(NumberText.number("-\(parts[1])")?.bitPattern == bits | 1 << 63)
    }
  }

  @Test func wholeNumbersAreThoseWrittenInTheOneWay() {
    #expect(NumberText.wholeNumber("-7") == -7)
    for text in ["007", "+7", "7.0", " 7", "7\0", "-0", "0x7", "9223372036854775808"] {
      #expect(NumberText.wholeNumber(text) == nil, "\(text)")
    }
  }
}
