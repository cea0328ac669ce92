import LinearAlgebra
import Testing

/// The row operations, for every way of storing and both precisions of the parameters.
@Suite struct FeatureMatrixTests {
  private let rowCount = 7
  private let columnCount = 37

  @Test func rowOperationsEqualPlainLoops() throws {
    let dense: Matrix<Double> = try normalMatrix(rowCount, columnCount)
    let sparse: CSRMatrix<Double> = try sparseMatrix(rowCount, columnCount)
    try check(dense, equals: dense, parameter: Double.self, tolerance: 1e-13)
    try check(dense, equals: dense, parameter: Float.self, tolerance: 1e-5)
    try check(
      dense.converted(to: Float.self), equals: dense, parameter: Double.self, tolerance: 1e-5)
    try check(
      dense.converted(to: Float.self), equals: dense, parameter: Float.self, tolerance: 1e-5)
    try check(sparse, equals: sparse.dense(), parameter: Double.self, tolerance: 1e-13)
    try check(sparse, equals: sparse.dense(), parameter: Float.self, tolerance: 1e-5)
    let single = CSRMatrix(sparse.dense().converted(to: Float.self))
    try check(single, equals: sparse.dense(), parameter: Double.self, tolerance: 1e-5)
    try check(single, equals: sparse.dense(), parameter: Float.self, tolerance: 1e-5)
  }

  private func check<Features: FeatureMatrix, Parameter: MatrixScalar>(
    _ features: Features, equals plain: Matrix<Double>, parameter: Parameter.Type,
    tolerance: Double
  ) throws {
    let weights: Matrix<Parameter> = try normalMatrix(3, columnCount, seed: 9)
    func isNear(_ a: Parameter, _ b: Double) -> Bool { abs(Double(a) - b) < tolerance * 10 }
    for row in 0..<rowCount {
      let x = Array(plain.row(row))
      let expected = (0..<3).map { k in zip(x, weights.row(k)).map { $0 * Double($1) }.reduce(0, +)
      }
      let first = Array(weights.row(0))
      #expect(isNear(features.dotProduct(ofRow: row, with: first.span), expected[0]))

      var products = [Parameter](repeating: 0, count: 3)
      var productSpan = products.mutableSpan
      features.dotProducts(ofRow: row, with: weights.elements.span, into: &productSpan)
      for k in 0..<3 { #expect(isNear(products[k], expected[k])) }

      var vector = first
      var vectorSpan = vector.mutableSpan
      features.addRow(row, times: 0.5, to: &vectorSpan)
      for column in 0..<columnCount {
        #expect(isNear(vector[column], Double(first[column]) + 0.5 * x[column]))
      }

      let factors: [Parameter] = [2, 0, -1]
      for scale in [Parameter(1), 0.75] {
        var vectors = weights.elements
        var vectorsSpan = vectors.mutableSpan
        features.addRow(row, times: factors.span, toScaled: &vectorsSpan, scale: scale)
        for k in 0..<3 {
          for column in 0..<columnCount {
            let wanted = Double(scale * weights[k, column]) + Double(factors[k]) * x[column]
            #expect(isNear(vectors[k * columnCount + column], wanted))
          }
        }
      }
    }
    let rows = [3, 0, 3, 6]
    var batch = [Parameter](repeating: .nan, count: rows.count * columnCount)
    var batchSpan = batch.mutableSpan
    features.copyRows(rows.span, into: &batchSpan)
    let selected = features.selectingRows(rows)
    #expect(selected.rowCount == 4)
    for (index, row) in rows.enumerated() {
      for column in 0..<columnCount {
        #expect(isNear(batch[index * columnCount + column], plain[row, column]))
      }
      var one = [Parameter](repeating: 0, count: columnCount)
      var span = one.mutableSpan
      selected.addRow(index, times: 1, to: &span)
      #expect(one == Array(batch[index * columnCount..<(index + 1) * columnCount]))
    }
  }

  @Test func storedColumnsAreNamedForSparseRowsOnly() throws {
    let matrix = try Matrix(rows: [[0.0, 2, 0, 3], [0, 0, 0, 0]])
    var columns: [Int32] = []
    CSRMatrix(matrix).appendStoredColumns(ofRow: 0, to: &columns)
    CSRMatrix(matrix).appendStoredColumns(ofRow: 1, to: &columns)
    #expect(columns == [1, 3])
    matrix.appendStoredColumns(ofRow: 0, to: &columns)
    #expect(columns == [1, 3])
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func theFirstElementThatIsNotFiniteIsNamed(bad: Double) throws {
    var matrix: Matrix<Double> = try normalMatrix(50, 13)
    try matrix.checkFinite()
    matrix[31, 7] = bad
    matrix[40, 2] = bad
    for check in [
      { try matrix.checkFinite() }, { _ = try matrix.checkedFingerprint() },
      { try CSRMatrix(matrix).checkFinite() }, { _ = try CSRMatrix(matrix).checkedFingerprint() },
      { try matrix.converted(to: Float.self).checkFinite() },
    ] {
      let error = #expect(throws: LinearAlgebraError.self) { try check() }
      guard case .nonFiniteElement(let row, let column, _) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(row == 31 && column == 7)
    }
  }

  @Test func largeFiniteNumbersAreFinite() throws {
    let largest = Double.greatestFiniteMagnitude
    try Matrix(rows: [[largest, -largest, .leastNonzeroMagnitude]]).checkFinite()
  }

  @Test func equalMatricesHaveEqualFingerprintsHoweverStored() throws {
    let sparse: CSRMatrix<Float> = try sparseMatrix(20, 30)
    let fingerprint = try sparse.checkedFingerprint()
    #expect(try sparse.dense().checkedFingerprint() == fingerprint)
    #expect(try sparse.dense().converted(to: Double.self).checkedFingerprint() == fingerprint)
    #expect(
      try CSRMatrix(sparse.dense().converted(to: Double.self)).checkedFingerprint() == fingerprint)
  }

  @Test func anyChangeOfAMatrixChangesItsFingerprint() throws {
    let matrix: Matrix<Double> = try normalMatrix(6, 4)
    var seen: Set<UInt64> = [try matrix.checkedFingerprint()]
    for row in 0..<6 {
      for column in 0..<4 {
        var changed = matrix
        changed[row, column] = changed[row, column].nextUp
        seen.insert(try changed.checkedFingerprint())
        changed[row, column] = 0
        seen.insert(try changed.checkedFingerprint())
      }
    }
    var swapped = matrix
    swapped[0, 0] = matrix[0, 1]
    swapped[0, 1] = matrix[0, 0]
    seen.insert(try swapped.checkedFingerprint())
    seen.insert(
      try Matrix(rowCount: 4, columnCount: 6, elements: matrix.elements).checkedFingerprint())
    #expect(seen.count == 1 + 48 + 2)
  }
}
