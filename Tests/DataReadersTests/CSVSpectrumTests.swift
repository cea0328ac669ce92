import DataReaders
import Foundation
import LinearAlgebra
import Testing

/// Files of csv-spectrum in which at most one column, the target here, holds texts.
@Suite struct CSVSpectrumTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/csv-spectrum")

  @Test(arguments: [
    ("empty", "b"), ("empty", "c"), ("empty_crlf", "b"), ("escaped_quotes", "b"), ("json", "val"),
    ("newlines", "a"), ("newlines_crlf", "a"), ("quotes_and_newlines", "b"), ("simple", "c"),
    ("simple_crlf", "a"), ("utf8", "c"),
  ])
  func textsAreThoseOfTheDescription(name: String, column: String) throws {
    let csv = try Data(contentsOf: Self.folder.appending(path: "csvs/\(name).csv"))
    let json = try Data(contentsOf: Self.folder.appending(path: "json/\(name).json"))
    let rows = try JSONDecoder().decode([[String: String]].self, from: json)
    var options = CSVOptions()
    options.target = .name(column)
    var reader = CSVReader([UInt8](csv), path: name, options: options)
    let chunk = try reader.all()
    #expect(!rows.isEmpty && chunk.target == .texts(rows.map { $0[column] }))
    let names = try #require(chunk.features.featureNames)
    #expect(Set(names) == Set(rows[0].keys).subtracting([column]))
  }
}
