import LinearAlgebra
import Testing

@Suite struct CSRMatrixTests {
  @Test func onlyElementsThatAreNotZeroAreStored() throws {
    let dense = try Matrix(
      rows: [[0, 1.5, 0], [0, 0, 0], [2, 0, -3]], featureNames: ["a", "b", "c"])
    let sparse = CSRMatrix(dense)
    #expect(sparse.rowOffsets == [0, 1, 1, 3])
    #expect(sparse.columns == [1, 0, 2])
    #expect(sparse.values == [1.5, 2, -3])
    #expect(sparse.dense() == dense)
    #expect(sparse.storedElementCount == 3)
  }

  @Test func columnsInAnyOrderAreSorted() throws {
    let matrix = try CSRMatrix<Double>(
      rowCount: 2, columnCount: 4, rowOffsets: [0, 3, 4], columns: [3, 0, 2, 1],
      values: [30, 0.5, 20, 10])
    #expect(matrix.columns == [0, 2, 3, 1])
    #expect(matrix.values == [0.5, 20, 30, 10])
  }

  @Test func productsEqualDenseProducts() throws {
    let a: CSRMatrix<Double> = try sparseMatrix(23, 17)
    let b: Matrix<Double> = try normalMatrix(17, 5)
    #expect(try distance(a.multiplied(by: b), plainProduct(a.dense(), b)) < 1e-13)
    let c: Matrix<Double> = try normalMatrix(23, 3)
    #expect(
      try distance(a.transposedMultiplied(by: c), plainProduct(a.dense().transposed(), c)) < 1e-13)
    #expect(try a.multiplied(by: b.column(0)).count == 23)
    #expect(throws: LinearAlgebraError.self) { try a.multiplied(by: c) }
    #expect(throws: LinearAlgebraError.self) { try a.transposedMultiplied(by: b) }
  }

  @Test(arguments: [
    ([0, 1], [Int32(0)], [1.0], "2 rows need one offset more than that, but there are 2"),
    ([0, 2, 1], [0], [1], "row 1 begins at 2 and ends at 1"),
    ([0, 1, 1], [0, 1], [1, 1], "offsets run from 0 to 1, but there are 2 columns and 2 values"),
    ([0, 1, 1], [0], [1, 2], "offsets run from 0 to 1, but there are 1 columns and 2 values"),
    ([0, 0, 1], [3], [1], "row 1 names column 3 of 3"),
    ([0, 0, 1], [-1], [1], "row 1 names column -1 of 3"),
    ([0, 3, 3], [2, 0, 2], [1, 1, 1], "row 0 names column 2 twice"),
  ])
  func arraysThatContradictEachOtherAreRefused(
    offsets: [Int], columns: [Int32], values: [Double], reason: String
  ) {
    #expect(throws: LinearAlgebraError.invalidStructure(reason: reason)) {
      try CSRMatrix(
        rowCount: 2, columnCount: 3, rowOffsets: offsets, columns: columns, values: values)
    }
  }
}
