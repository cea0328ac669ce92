import LinearAlgebra
import Testing

@Suite struct QRFactorizationTests {
  @Test(arguments: [(1, 1), (5, 5), (40, 7), (7, 40), (200, 33)])
  func factorsMultiplyToTheMatrix(shape: (Int, Int)) throws {
    let a: Matrix<Double> = try normalMatrix(shape.0, shape.1)
    let factors = try QRFactorization(a)
    let q = factors.q
    #expect(distance(plainProduct(q, factors.r), a) < 1e-12)
    #expect(distance(plainProduct(q.transposed(), q), .identity(q.columnCount)) < 1e-13)
    let top = try factors.transposedQ(times: a).selectingRows(0..<q.columnCount)
    #expect(distance(top, factors.r) < 1e-12)
  }
}

@Suite struct EmptyMatrixTests {
  /// The library takes matrices without elements for mistakes, and says so on standard output.
  @Test(arguments: [(0, 0), (0, 3), (3, 0)])
  func matricesWithoutElementsHaveFactors(rowCount: Int, columnCount: Int) throws {
    func check<Scalar: MatrixScalar>(_ type: Scalar.Type) throws {
      let a = Matrix<Scalar>(rowCount: rowCount, columnCount: columnCount)
      let right = Matrix<Scalar>(rowCount: rowCount, columnCount: 2)
      let factors = try QRFactorization(a)
      #expect(factors.r.rowCount == 0 && factors.q.columnCount == 0)
      #expect(try factors.transposedQ(times: right).rowCount == rowCount)
      #expect(try SingularValueDecomposition(a).singularValues.isEmpty)
      #expect(try a.leastSquares(right).solution.rowCount == columnCount)
      #expect(try a.leastSquares(right).rank == 0)
      #expect(try a.gram().rowCount == columnCount)
      #expect(try a.multiplied(by: a.transposed()).rowCount == rowCount)
      guard rowCount == columnCount else { return }
      let factor = try CholeskyFactorization(a)
      #expect(factor.r.rowCount == 0 && factor.conditionEstimate == 1)
      #expect(try factor.solve(right).columnCount == 2)
      let triangle = TriangularMatrix(upper: a)
      #expect(try triangle.solve(right).rowCount == 0 && triangle.conditionEstimate == 1)
    }
    try check(Double.self)
    try check(Float.self)
  }

  @Test func nothingIsSolvedForNoColumns() throws {
    let a: Matrix<Double> = try normalMatrix(9, 3).gram()
    let none = Matrix<Double>(rowCount: 3, columnCount: 0)
    #expect(try CholeskyFactorization(a).solve(none).columnCount == 0)
    #expect(try TriangularMatrix(upper: a).solve(none, transposed: true).columnCount == 0)
    #expect(try a.leastSquares(none).solution.columnCount == 0)
    #expect(try QRFactorization(a).transposedQ(times: none).columnCount == 0)
    #expect(try SingularValueDecomposition(a).solve(none, tolerance: 0).columnCount == 0)
  }
}

@Suite struct CholeskyFactorizationTests {
  @Test func factorsMultiplyToTheMatrixAndSolve() throws {
    let a: Matrix<Double> = try normalMatrix(50, 12).gram()
    let factor = try CholeskyFactorization(a)
    #expect(distance(plainProduct(factor.r.transposed(), factor.r), a) < 1e-12)
    let x: Matrix<Double> = try normalMatrix(12, 3, seed: 5)
    #expect(try distance(factor.solve(plainProduct(a, x)), x) < 1e-12)
  }

  @Test func theFirstBadPivotIsNamed() throws {
    let a = try Matrix(rows: [[1.0, 0, 0], [0, 2, 2], [0, 2, 1]])
    #expect(throws: LinearAlgebraError.nonPositivePivot(index: 2)) {
      try CholeskyFactorization(a)
    }
  }

  @Test func theConditionOfADiagonalMatrixIsKnown() throws {
    let a = try Matrix(rows: [[100.0, 0, 0], [0, 1, 0], [0, 0, 0.01]])
    #expect(abs(try CholeskyFactorization(a).conditionEstimate - 1e4) < 1e-8)
  }

  @Test func onlySquareMatricesHaveOne() {
    #expect(throws: LinearAlgebraError.self) {
      try CholeskyFactorization(Matrix<Double>(rowCount: 2, columnCount: 3))
    }
  }
}

@Suite struct TriangularMatrixTests {
  @Test func solvesWithTheMatrixAndItsTranspose() throws {
    let r = try QRFactorization(normalMatrix(20, 9, of: Double.self)).r
    let x: Matrix<Double> = try normalMatrix(9, 4)
    let triangle = TriangularMatrix(upper: r)
    #expect(try distance(triangle.solve(plainProduct(r, x)), x) < 1e-12)
    #expect(
      try distance(triangle.solve(plainProduct(r.transposed(), x), transposed: true), x) < 1e-12)
  }

  @Test func aZeroOnTheDiagonalIsNamed() throws {
    let r = try Matrix(rows: [[1.0, 5], [0, 0]])
    #expect(throws: LinearAlgebraError.zeroPivot(index: 1)) {
      try TriangularMatrix(upper: r).solve(Matrix(rowCount: 2, columnCount: 1))
    }
    #expect(TriangularMatrix(upper: r).conditionEstimate == .infinity)
  }
}

@Suite struct SingularValueDecompositionTests {
  @Test(arguments: [(1, 1), (6, 6), (40, 7), (7, 40)])
  func factorsMultiplyToTheMatrix(shape: (Int, Int)) throws {
    let a: Matrix<Double> = try normalMatrix(shape.0, shape.1)
    let factors = try SingularValueDecomposition(a)
    let us = factors.u.multiplyingColumns(by: factors.singularValues)
    #expect(distance(plainProduct(us, factors.vTransposed), a) < 1e-12)
    #expect(factors.singularValues == factors.singularValues.sorted(by: >))
  }

  @Test func theRankCountsWhatIsAboveTheTolerance() throws {
    let factors = try SingularValueDecomposition(
      Matrix(rows: [[4.0, 0, 0], [0, 1e-9, 0], [0, 0, 2]]))
    #expect(factors.rank(tolerance: 1e-12) == 3)
    #expect(factors.rank(tolerance: 1e-6) == 2)
    #expect(
      try SingularValueDecomposition(Matrix<Double>(rowCount: 3, columnCount: 2)).rank(tolerance: 0)
        == 0)
  }

  @Test func nothingIsDecomposedThatIsNotFinite() {
    #expect(throws: LinearAlgebraError.self) {
      try SingularValueDecomposition(Matrix(rowCount: 2, columnCount: 2, repeating: Double.nan))
    }
  }
}

extension Matrix {
  fileprivate func multiplyingColumns(by factors: [Scalar]) -> Matrix {
    var result = self
    for row in 0..<rowCount {
      for column in 0..<columnCount { result[row, column] *= factors[column] }
    }
    return result
  }
}

@Suite struct LeastSquaresTests {
  @Test func fitsALineThroughThreeDots() throws {
    // y = 1 + 2x through (0, 1), (1, 3), (2, 5).
    let a = try Matrix(rows: [[1.0, 0], [1, 1], [1, 2]])
    let answer = try a.leastSquares(Matrix(rows: [[1], [3], [5]]))
    #expect(distance(answer.solution, try Matrix(rows: [[1], [2]])) < 1e-14)
    #expect(answer.rank == 2)
    #expect((answer.conditionEstimate ?? 0) > 1)
  }

  @Test func theResidualIsOrthogonalToTheColumns() throws {
    let a: Matrix<Double> = try normalMatrix(60, 8)
    let b: Matrix<Double> = try normalMatrix(60, 2, seed: 3)
    let x = try a.leastSquares(b).solution
    let fitted = plainProduct(a, x)
    var residual = b
    for row in 0..<60 {
      for column in 0..<2 { residual[row, column] -= fitted[row, column] }
    }
    #expect(
      distance(plainProduct(a.transposed(), residual), Matrix(rowCount: 8, columnCount: 2)) < 1e-12)
  }

  @Test func aShortRankGivesTheAnswerOfLeastNorm() throws {
    // Both columns are the same but for their scale: x₁ + 1000 x₂ = 2 is what the data say, and the
    // shortest such vector is along (1, 1000).
    let a = try Matrix(rows: [[1.0, 1000], [2, 2000], [3, 3000]])
    let answer = try a.leastSquares(Matrix(rows: [[2], [4], [6]]))
    #expect(answer.rank == 1)
    #expect(answer.conditionEstimate == nil)
    let expected = try Matrix<Double>(rows: [[2 / 1_000_001], [2000 / 1_000_001]])
    #expect(distance(answer.solution, expected) < 1e-15)
  }

  @Test func wideProblemsAreSolvedExactlyWithLeastNorm() throws {
    let a: Matrix<Double> = try normalMatrix(4, 9)
    let b: Matrix<Double> = try normalMatrix(4, 1, seed: 2)
    let answer = try a.leastSquares(b)
    #expect(answer.rank == 4)
    #expect(distance(plainProduct(a, answer.solution), b) < 1e-13)
    // Of least norm: in the row space, so a combination of the rows of A.
    let rows = try a.transposed().leastSquares(answer.solution).solution
    #expect(distance(plainProduct(a.transposed(), rows), answer.solution) < 1e-13)
  }

  /// Copies share what their column would get alone, whatever the sizes of columns that have
  /// nothing to do with them; also of so many columns that no twice the precision is used.
  @Test(arguments: [0, 30, 300])
  func copiesShareAmongColumnsOfVeryDifferentSize(exponent: Int) throws {
    let (all, copies) = (140, 10)
    let base: Matrix<Double> = try normalMatrix(200, all)
    let b: Matrix<Double> = try normalMatrix(200, 1, seed: 3)
    let sizes = (0..<all).map {
      Double(sign: .plus, exponent: ($0 % 3 - 1) * exponent, significand: 1)
    }
    let a = base.scalingColumns(by: sizes)
    var doubled = Matrix<Double>(rowCount: 200, columnCount: all + copies)
    for row in 0..<200 {
      for column in 0..<all + copies { doubled[row, column] = a[row, column % all] }
    }
    let single = try a.leastSquares(b).solution
    let answer = try doubled.leastSquares(b)
    #expect(answer.rank == all)
    for column in 0..<all + copies {
      let expected = single[column % all, 0] / (column % all < copies ? 2 : 1)
      #expect(abs(answer.solution[column, 0] - expected) <= 1e-10 * abs(expected), "\(column)")
    }
  }

  @Test func whatPrecisionDoesNotTellIsRefused() throws {
    // The third is the sum of both, but the share of the second in it is hardly more than rounding.
    let large = 0x1p40
    let a = try Matrix(rows: [
      [large, 0, large], [2 * large, 0, 2 * large], [0, 3, 3], [0, 4, 4],
    ])
    #expect(throws: LinearAlgebraError.dependenceOnColumnsOfOtherSize(column: 2)) {
      _ = try a.leastSquares(Matrix(rows: [[1], [2], [3], [4]]))
    }
  }

  @Test func columnsOfZerosGetCoefficientsOfZero() throws {
    let a = try Matrix(rows: [[1.0, 0], [1, 0], [2, 0]])
    let answer = try a.leastSquares(Matrix(rows: [[1], [1], [2]]))
    #expect(answer.rank == 1)
    #expect(distance(answer.solution, try Matrix(rows: [[1], [0]])) < 1e-15)
    let zeros = try Matrix<Double>(rowCount: 3, columnCount: 2).leastSquares(
      Matrix(rows: [[1], [1], [2]]))
    #expect(zeros.rank == 0)
    #expect(zeros.solution.elements == [0, 0])
  }
}
