import LinearAlgebra
import Testing

@Suite struct MatrixTests {
  @Test func elementsAreStoredRowAfterRow() throws {
    let matrix = try Matrix(rows: [[1.0, 2, 3], [4, 5, 6]], featureNames: ["a", "b", "c"])
    #expect(matrix.elements == [1, 2, 3, 4, 5, 6])
    #expect(matrix[1, 0] == 4)
    #expect(Array(matrix.row(1)) == [4, 5, 6])
    #expect(matrix.column(2) == [3, 6])
    #expect(matrix.transposed().elements == [1, 4, 2, 5, 3, 6])
    #expect(matrix.featureNames == ["a", "b", "c"])
  }

  @Test func transposingLargeMatricesMovesEveryElement() throws {
    let matrix = try normalMatrix(71, 45, of: Double.self)
    let transposed = matrix.transposed()
    for row in 0..<71 {
      for column in 0..<45 { #expect(transposed[column, row] == matrix[row, column]) }
    }
  }

  @Test func conversionRoundsAndKeepsNames() throws {
    let matrix = try Matrix(rows: [[0.1, 1]], featureNames: ["a", "b"])
    let single: Matrix<Float> = matrix.converted()
    #expect(single.elements == [0.1, 1])
    #expect(single.featureNames == ["a", "b"])
    #expect(single.converted(to: Double.self).elements == [Double(Float(0.1)), 1])
  }

  @Test func wrongCountsAreRefused() {
    #expect(throws: LinearAlgebraError.mismatchedElementCount(expected: 6, actual: 5)) {
      try Matrix<Double>(rowCount: 2, columnCount: 3, elements: [1, 2, 3, 4, 5])
    }
    #expect(throws: LinearAlgebraError.raggedRow(row: 1, expected: 2, actual: 1)) {
      try Matrix<Double>(rows: [[1, 2], [3]])
    }
    #expect(throws: LinearAlgebraError.mismatchedElementCount(expected: 1, actual: 2)) {
      try Matrix<Float>(rowCount: 1, columnCount: 1, elements: [1], featureNames: ["a", "b"])
    }
  }

  @Test func matricesWithoutElementsAreMatrices() throws {
    let noRows = Matrix<Double>(rowCount: 0, columnCount: 3)
    #expect(noRows.transposed().rowCount == 3)
    #expect(try noRows.multiplied(by: normalMatrix(3, 2)).elements.isEmpty)
    #expect(try noRows.gram() == Matrix(rowCount: 3, columnCount: 3))
    #expect(try noRows.multiplied(by: [], transposed: true) == [0, 0, 0])
    try noRows.checkFinite()
  }
}

@Suite struct MatrixProductTests {
  @Test(arguments: [(1, 1, 1), (3, 5, 2), (17, 9, 33), (64, 64, 64), (5, 130, 7)])
  func productsEqualPlainLoops(shape: (Int, Int, Int)) throws {
    let (m, k, n) = shape
    try check(m, k, n, tolerance: 1e-12, of: Double.self)
    try check(m, k, n, tolerance: 1e-4, of: Float.self)
  }

  private func check<Scalar: MatrixScalar>(
    _ m: Int, _ k: Int, _ n: Int, tolerance: Scalar, of: Scalar.Type
  ) throws {
    let a: Matrix<Scalar> = try normalMatrix(m, k, seed: 1)
    let b: Matrix<Scalar> = try normalMatrix(k, n, seed: 2)
    let expected = plainProduct(a, b)
    #expect(try distance(a.multiplied(by: b), expected) < tolerance)
    #expect(try distance(a.transposed().multiplied(by: b, transposed: true), expected) < tolerance)
    #expect(
      try distance(a.multiplied(by: b.transposed(), otherTransposed: true), expected) < tolerance)
    #expect(
      try distance(
        a.transposed().multiplied(by: b.transposed(), transposed: true, otherTransposed: true),
        expected) < tolerance)
    #expect(try distance(a.gram(), plainProduct(a.transposed(), a)) < tolerance)
    let x = b.column(0)
    let product = try Matrix(rowCount: m, columnCount: 1, elements: a.multiplied(by: x))
    #expect(
      distance(product, plainProduct(a, try Matrix(rowCount: k, columnCount: 1, elements: x)))
        < tolerance)
    #expect(try a.transposed().multiplied(by: x, transposed: true).count == m)
  }

  @Test func shapesThatDoNotFitAreRefused() throws {
    let a: Matrix<Double> = try normalMatrix(2, 3)
    #expect(
      throws: LinearAlgebraError.mismatchedShapes(
        operation: "a product", left: [2, 3], right: [2, 3])
    ) { try a.multiplied(by: a) }
    #expect(
      throws: LinearAlgebraError.mismatchedShapes(operation: "a product", left: [2, 3], right: [2])
    ) { try a.multiplied(by: [1, 2]) }
    #expect(
      LinearAlgebraError.mismatchedShapes(operation: "a product", left: [2, 3], right: [2])
        .description == "The shapes 2 × 3 and 2 do not fit for a product.")
  }
}
