import Estimators
import LinearAlgebra
import Testing

@Suite struct NonNegativeRegressionTests {
  // MARK: By hand

  /// y falls with the first feature and is twice the second: only the second counts.
  @Test func aFallingFeatureCountsNothing() throws {
    let features = try Matrix(rows: [[0.0, 1], [1, 0], [0, -1], [-1, 0]])
    var regression = LinearRegression(positive: true)
    try regression.fit(features, to: [12, 7, 8, 13])
    let model = try #require(regression.model)
    #expect(model.coefficients[0, 0] == 0)
    #expect(abs(model.coefficients[0, 1] - 2) < 1e-15)
    #expect(abs(model.intercepts[0] - 10) < 1e-14)
    #expect(model.isNonNegative)
    // (3, 3) left over where the second feature is zero.
    let summary = try regression.summary()
    #expect(abs(summary.residualSumsOfSquares[0] - 18) < 1e-13)
    #expect(abs(try #require(summary.rSquared[0]) - 8.0 / 26) < 1e-15)
    #expect(throws: LinearRegressionSummary.Undefined.nonNegative) { try summary.inference.get() }
  }

  // MARK: Against scikit-learn

  private struct Reference: Decodable {
    var fitsIntercept: Bool
    var weighted: Bool
    var targets: Int
    var coefficients: [Double]
    var intercepts: [Double]
    var score: Double
  }

  /// The diabetes data with every second feature turned round.
  private func diabetes(targetCount: Int) throws -> (Matrix<Double>, Matrix<Double>) {
    var (x, y) = try Samples.diabetes()
    var target = Matrix<Double>(rowCount: y.count, columnCount: targetCount)
    for row in y.indices {
      let columns = [y[row], x[row, 2] * 100 + y[row] / 7, y[row].squareRoot()]
      for column in 0..<targetCount { target[row, column] = columns[column] }
      for column in stride(from: 1, to: x.columnCount, by: 2) { x[row, column] *= -1 }
    }
    return (x, target)
  }

  /// 1e-12: the problem's condition number is 22, so that both sides are right to 1e-14.
  @Test func coefficientsAgreeWithScikitLearn() throws {
    for reference in try References.cases("linear-regression-positive", of: Reference.self) {
      let (features, target) = try diabetes(targetCount: reference.targets)
      let weights = reference.weighted ? Samples.weights(features.rowCount) : nil
      for solver in LeastSquaresSolver.allCases where solver != .lsmr {
        var regression = LinearRegression(
          fitsIntercept: reference.fitsIntercept, solver: solver, positive: true)
        try regression.fit(features, to: target, weights: weights)
        let model = try #require(regression.model)
        #expect(relativeDistance(model.coefficients.elements, reference.coefficients) < 1e-12)
        #expect(relativeDistance(model.intercepts, reference.intercepts) < 1e-12)
        let score = try regression.score(features, to: RegressionTarget(target))
        #expect(abs(score - reference.score) < 1e-12)
      }
    }
  }

  // MARK: Best of all

  /// A least value is one where the slope is zero along what is above zero, and does not fall along
  /// the rest.
  @Test(arguments: [(40, 12, 12), (8, 20, 20), (60, 30, 9), (1, 3, 3), (300, 80, 80)])
  func noOtherCoefficientsFitBetter(rowCount: Int, columnCount: Int, rank: Int) throws {
    for seed in 0..<5 as Range<UInt64> {
      var stream = RandomStream(seed: seed, purpose: .syntheticData)
      var features = Matrix<Double>(rowCount: rowCount, columnCount: columnCount)
      var target = [Double](repeating: 0, count: rowCount)
      for row in 0..<rowCount {
        for column in 0..<columnCount {
          features[row, column] =
            column < rank ? stream.normal() : features[row, column - rank] * 2
        }
        target[row] = stream.normal()
      }
      for alpha in [0, 0.7] {
        var ridge = Ridge(alpha: alpha, fitsIntercept: false, positive: true)
        try ridge.fit(features, to: target)
        let coefficients = Array(try #require(ridge.model).coefficients.row(0))
        #expect(coefficients.contains { $0 == 0 } && coefficients.allSatisfy { $0 >= 0 })
        let residuals = zip(target, try ridge.predict(features).values).map { $0 - $1 }
        for column in 0..<columnCount {
          let slope = zip(features.column(column), residuals).reduce(0) { $0 + $1.0 * $1.1 }
          let steepness = slope - alpha * coefficients[column]
          #expect(coefficients[column] > 0 ? abs(steepness) < 1e-11 : steepness < 1e-11)
        }
      }
    }
  }

  /// alpha · ‖w‖² is what d more rows with the root of alpha on the diagonal and target 0 cost.
  @Test func aPenaltyIsMoreRows() throws {
    let (features, target) = try diabetes(targetCount: 3)
    var ridge = Ridge(alpha: [0.25, 1, 4], fitsIntercept: false, positive: true)
    try ridge.fit(features, to: target)
    let model = try #require(ridge.model)
    for (index, alpha) in ridge.alpha.enumerated() {
      let extra = (0..<10).map { row in
        (0..<10).map { $0 == row ? alpha.squareRoot() : 0 }
      }
      let rows = (0..<features.rowCount).map { Array(features.row($0)) }
      var regression = LinearRegression(fitsIntercept: false, positive: true)
      try regression.fit(
        Matrix(rows: rows + extra), to: target.column(index) + [Double](repeating: 0, count: 10))
      #expect(
        relativeDistance(
          Array(model.coefficients.row(index)), try #require(regression.model).coefficients.elements
        )
          < 1e-12)
    }
  }

  @Test func numbersOfAnySizeAreNoTrouble() throws {
    let (features, target) = try diabetes(targetCount: 1)
    var regression = LinearRegression(fitsIntercept: false, positive: true)
    try regression.fit(features, to: target)
    let expected = try #require(regression.model).coefficients.elements
    var scaled = features
    for row in 0..<features.rowCount {
      for column in 0..<10 { scaled[row, column] *= column % 2 == 0 ? 0x1p500 : 0x1p-500 }
    }
    try regression.fit(scaled, to: target)
    let found = try #require(regression.model).coefficients.elements.enumerated().map {
      $0.element * ($0.offset % 2 == 0 ? 0x1p500 : 0x1p-500)
    }
    #expect(relativeDistance(found, expected) < 1e-12)
  }

  // MARK: Equivalences

  @Test func coefficientsThatAreAboveZeroAnywayStayAsTheyAre() throws {
    let data = SmallData.plane(columnCount: 3)
    let target = (0..<30).map { data.features[$0, 0] + 2 * data.features[$0, 1] + 5 }
    let features = try Matrix(rows: (0..<30).map { Array(data.features.row($0).prefix(2)) })
    var (free, bound) = (LinearRegression(), LinearRegression(positive: true))
    try free.fit(features, to: target)
    try bound.fit(features, to: target)
    let (expected, model) = (try #require(free.model), try #require(bound.model))
    #expect(
      relativeDistance(model.coefficients.elements, expected.coefficients.elements) < 1e-13)
    #expect(model.rank == expected.rank && model.conditionEstimate == expected.conditionEstimate)
  }

  @Test func partsAndMergedPartsGiveTheSameAnswer() throws {
    let (features, target) = try diabetes(targetCount: 3)
    var whole = LinearRegression(positive: true)
    try whole.fit(features, to: target)
    let expected = try #require(whole.model)
    var (first, second) = (LinearRegression(positive: true), LinearRegression(positive: true))
    for start in stride(from: 0, to: 400, by: 50) {
      let rows = start..<start + 50
      try first.partialFit(
        features.selectingRows(rows), to: RegressionTarget(target.selectingRows(rows)))
    }
    try second.fit(features.selectingRows(400..<442), to: target.selectingRows(400..<442))
    try first.merge(second)
    let model = try #require(first.model)
    #expect(
      relativeDistance(model.coefficients.elements, expected.coefficients.elements) < 1e-12)
    #expect(relativeDistance(model.intercepts, expected.intercepts) < 1e-12)
  }

  @Test func theSettingTakesEffectAtTheNextCall() throws {
    let (features, target) = try diabetes(targetCount: 1)
    var bound = LinearRegression(positive: true)
    try bound.fit(features, to: target)
    var changed = LinearRegression()
    try changed.fit(features.selectingRows(0..<200), to: target.selectingRows(0..<200))
    #expect(try #require(changed.model).coefficients.elements.contains { $0 < 0 })
    changed.positive = true
    try changed.partialFit(
      features.selectingRows(200..<442), to: RegressionTarget(target.selectingRows(200..<442)))
    #expect(
      relativeDistance(
        try #require(changed.model).coefficients.elements,
        try #require(bound.model).coefficients.elements) < 1e-12)
  }
}
