import DataReaders
import LinearAlgebra
import Testing

@Suite struct SampleDataTests {
  @Test(arguments: [
    (SampleData.iris, 150, 4, 3), (.digits, 1797, 64, 10), (.wine, 178, 13, 3),
    (.breastCancer, 569, 30, 2), (.diabetes, 442, 10, 214),
  ])
  func everyDataSetHasItsShape(
    sample: SampleData, rowCount: Int, columnCount: Int, targetCount: Int
  ) throws {
    let chunk = try sample.read()
    #expect(chunk.features.rowCount == rowCount)
    #expect(chunk.features.columnCount == columnCount)
    #expect(chunk.features.featureNames?.count == columnCount)
    let labels = try #require(chunk.target?.labels)
    #expect(Set(labels).count == targetCount)
    try chunk.features.checkFinite()
  }

  @Test func everyDataSetIsFoundByItsName() throws {
    for sample in SampleData.allCases { #expect(try SampleData(named: sample.rawValue) == sample) }
    let error = #expect(throws: ReaderError.self) { try SampleData(named: "iriss") }
    #expect(
      error?.description == "There is no bundled data set iriss. There are iris, digits, wine, "
        + "breast-cancer, diabetes.")
  }
}
