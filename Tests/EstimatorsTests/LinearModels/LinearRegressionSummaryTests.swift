import Estimators
import LinearAlgebra
import Testing

@Suite struct LinearRegressionSummaryTests {
  /// By hand: x = 1, 2, 3, 4 and y = 2, 4, 5, 8 give w = 1.9, b = 0, residuals 0.1, 0.2, −0.7, 0.4,
  /// so 0.7 in squares of 18.75; σ² = 0.35, and w has the variance σ² / 5.
  @Test func aLineIsJudgedByHand() throws {
    var regression = LinearRegression()
    try regression.fit(Matrix(rows: [[1.0], [2], [3], [4]]), to: [2, 4, 5, 8])
    let summary = try regression.summary()
    #expect(abs(summary.residualSumsOfSquares[0] - 0.7) < 1e-14)
    #expect(abs(try #require(summary.rSquared[0]) - (1 - 0.7 / 18.75)) < 1e-14)
    #expect(summary.degreesOfFreedom == 2)
    let inference = try summary.inference.get()
    let error = (0.35 / 5).squareRoot()
    #expect(abs(inference.standardErrors[0][1] - error) < 1e-14)
    #expect(abs(try #require(inference.tValues[0][1]) - 1.9 / error) < 1e-12)
    // With two degrees of freedom, p = 1 − t / √(2 + t²).
    let t = 1.9 / error
    #expect(abs(try #require(inference.pValues[0][1]) - (1 - t / (2 + t * t).squareRoot())) < 1e-13)
    // So that of 95 % is 0.95 √(2 / (1 − 0.95²)).
    let bound = 0.95 * (2 / 0.0975).squareRoot()
    let interval = inference.confidenceIntervals()[0][1]
    #expect(abs(interval.upperBound - (1.9 + bound * error)) < 1e-12)
    #expect(abs(interval.lowerBound - (1.9 - bound * error)) < 1e-12)
  }

  /// Of columns with a condition number of 8e5, whose products have lost twelve digits
  /// (`Scripts/generate-statistics-fixture.py`).
  @Test(arguments: [LeastSquaresSolver.automatic, .cholesky, .qr, .svd])
  func standardErrorsAreThoseOfExactArithmetic(solver: LeastSquaresSolver) throws {
    let reference = try ExactStatistics.read().regression
    let features = try Matrix(rows: reference.rows)
    let expected = try reference.errors.map(ExactStatistics.number)
    var regression = LinearRegression(solver: solver)
    for copies in [1, 4] {
      // Four times as many rows halve the errors, but for the degrees of freedom.
      let rows = (0..<40 * copies).map { $0 % 40 }
      try regression.fit(features.selectingRows(rows), to: rows.map { reference.target[$0] })
      let errors = try regression.summary().inference.get().standardErrors[0]
      let factor = (37 / Double(40 * copies - 3)).squareRoot()
      #expect(relativeDistance(errors, expected.map { $0 * factor }) < 1e-10)
    }
  }

  @Test func whatIsNotDefinedSaysWhy() throws {
    var regression = LinearRegression()
    #expect(throws: EstimatorError.notFitted(estimator: "LinearRegression")) {
      try regression.summary()
    }
    try regression.fit(Matrix(rows: [[1.0], [2]]), to: [3, 3])
    let exact = try regression.summary()
    #expect(
      exact.inference == .failure(.noFreedom(sampleCount: 2, coefficientCount: 2)))
    #expect(exact.rSquared == [nil])
    try regression.fit(Matrix(rows: [[1.0, 1], [2, 2], [4, 4], [5, 5]]), to: [3, 4, 4, 6])
    let short = try regression.summary()
    #expect(short.inference == .failure(.shortRank(rank: 1, featureCount: 2)))
    #expect(short.degreesOfFreedom == 2)
    // y = 2.5 + 0.6 · x leaves 1.15 of 4.75.
    #expect(abs(short.residualSumsOfSquares[0] - 1.15) < 1e-14)
    #expect(abs(try #require(short.rSquared[0]) - (1 - 1.15 / 4.75)) < 1e-14)
    regression.reset(.trainingState)
    #expect(throws: EstimatorError.self) { try regression.summary() }
  }

  /// Of targets that are all but a sum of columns the residuals are far below their squares' rounding.
  @Test(arguments: [LeastSquaresSolver.automatic, .cholesky], [60_000, 500])
  func residualsOfAFitThatIsAllButExactAreNoRounding(
    solver: LeastSquaresSolver, partCount: Int
  ) throws {
    let (features, plane) = SmallData.plane(rowCount: 60_000, columnCount: 18)
    let target = (0..<60_000).map { row in
      let sum = (0..<18).reduce(0.0) { $0 + Double($1 - 5) * features[row, $1] }
      return sum + 1e-9 * (plane[row, 0] + Double(row * 7919 % 1000) / 1000)
    }
    var exact = LinearRegression(solver: .qr)
    try exact.fit(features, to: target)
    var products = LinearRegression(solver: solver)
    for start in stride(from: 0, to: 60_000, by: partCount) {
      let rows = start..<start + partCount
      try products.partialFit(features.selectingRows(rows), to: Array(target[rows]))
    }
    let (summary, expected) = (try products.summary(), try exact.summary())
    let squares = expected.residualSumsOfSquares[0]
    #expect(squares < 1e-11)
    #expect(abs(summary.residualSumsOfSquares[0] - squares) <= 1e-5 * squares)
    let (errors, expectedErrors) = (try summary.inference.get(), try expected.inference.get())
    #expect(
      relativeDistance(errors.standardErrors[0], expectedErrors.standardErrors[0]) < 1e-5)
  }

  /// What dependent columns cannot explain is a residual, also where R has rows for it.
  @Test(arguments: [LeastSquaresSolver.automatic, .qr, .svd], [true, false])
  func columnsThatDependOnOthersExplainNothing(
    solver: LeastSquaresSolver, fitsIntercept: Bool
  ) throws {
    let features = try Matrix(
      rowCount: 60, columnCount: 8,
      elements: (0..<60).flatMap { row in
        let level = row % 3
        let x = Double((row * 7) % 11) - 5
        return [level == 0 ? 1 : 0, level == 1 ? 1 : 0, level == 2 ? 1 : 0, x, x, 0, 4, 2 * x + 1]
      })
    let target = RegressionTarget((0..<60).map { Double(($0 * $0) % 17) })
    var regression = LinearRegression(fitsIntercept: fitsIntercept, solver: solver)
    for calls in 1...2 {
      try regression.partialFit(features, to: target)
      let summary = try regression.summary()
      let squares = Double(calls) * 60 * (try regression.loss(features, to: target))
      #expect(abs(summary.residualSumsOfSquares[0] - squares) < 1e-12 * squares)
      guard fitsIntercept else { continue }
      let share = try regression.score(features, to: target)
      #expect(abs(try #require(summary.rSquared[0]) - share) < 1e-12)
    }
  }

  @Test func figuresOfNumbersOfAnySizeAreFiguresOrAbsent() throws {
    let features = try Matrix(rows: [[1.0], [2], [4], [3]])
    for size in [1e-170, 1, 1e160] {
      var regression = LinearRegression()
      try regression.fit(features, to: RegressionTarget([1, -1, 1, 1].map { $0 * size }))
      let summary = try regression.summary()
      #expect(abs(try #require(summary.rSquared[0]) - 1.0 / 15) < 1e-14)
      let error = try summary.inference.get().standardErrors[0][1] / size
      #expect(abs(error - (2.8 / 2 / 5).squareRoot()) < 1e-14)
    }
    var regression = LinearRegression(fitsIntercept: false)
    try regression.fit(Matrix(rows: [1.0, 2, 4, 3].map { [$0 * 0x1p-1064] }), to: [0, 0, 0, 0])
    #expect(try regression.summary().inference == .failure(.outOfRange))
  }

  @Test func rowsWithoutWeightDoNotCount() throws {
    let data = SmallData.plane()
    var weighted = LinearRegression()
    try weighted.fit(
      data.features, to: data.target, weights: (0..<30).map { $0 < 20 ? 1 : 0 })
    var part = LinearRegression()
    try part.fit(data.features.selectingRows(0..<20), to: data.target.selectingRows(0..<20))
    let (left, right) = (try weighted.summary(), try part.summary())
    #expect(left.degreesOfFreedom == right.degreesOfFreedom)
    #expect(
      relativeDistance(
        try left.inference.get().standardErrors[0], try right.inference.get().standardErrors[0])
        < 1e-12)
  }
}
