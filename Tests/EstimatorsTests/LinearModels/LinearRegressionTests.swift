import DataReaders
import Estimators
import Foundation
import LinearAlgebra
import Testing

@Suite struct LinearRegressionTests {
  // MARK: By hand

  @Test func fitsALineThroughTwoDots() throws {
    var regression = LinearRegression()
    try regression.fit(Matrix(rows: [[0.0], [2]]), to: [1, 5])
    let model = try #require(regression.model)
    #expect(abs(model.coefficients[0, 0] - 2) < 1e-15)
    #expect(abs(model.intercepts[0] - 1) < 1e-15)
    #expect(model.rank == 1)
    #expect(
      try regression.predict(Matrix(rows: [[3.0]])).values.map { ($0 * 1e12).rounded() } == [7e12])
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

  private struct Diabetes {
    var features: Matrix<Double>
    var target: Matrix<Double>

    init(targetCount: Int) throws {
      let (x, y) = try Samples.diabetes()
      features = x
      target = Matrix(rowCount: y.count, columnCount: targetCount)
      for row in y.indices {
        let columns = [y[row], features[row, 2] * 100 + y[row] / 7, y[row].squareRoot()]
        for column in 0..<targetCount { target[row, column] = columns[column] }
      }
    }
  }

  /// 1e-12: the problem's condition number is 22, so that both sides are right to 1e-14.
  @Test func coefficientsAgreeWithScikitLearn() throws {
    for reference in try References.cases("linear-regression", of: Reference.self) {
      let data = try Diabetes(targetCount: reference.targets)
      var regression = LinearRegression(fitsIntercept: reference.fitsIntercept)
      try regression.fit(
        data.features, to: data.target,
        weights: reference.weighted ? Samples.weights(data.features.rowCount) : nil)
      let model = try #require(regression.model)
      #expect(relativeDistance(model.coefficients.elements, reference.coefficients) < 1e-12)
      #expect(relativeDistance(model.intercepts, reference.intercepts) < 1e-12)
      let score = try regression.score(data.features, to: RegressionTarget(data.target))
      #expect(abs(score - reference.score) < 1e-12)
      #expect(model.rank == 10)
      #expect(try #require(model.conditionEstimate) > 10)
    }
  }

  // MARK: Equivalences

  @Test func rowsInAnyPartsAndOrderGiveTheSameAnswer() throws {
    let data = try Diabetes(targetCount: 3)
    var whole = LinearRegression()
    try whole.fit(data.features, to: data.target)
    var stream = RandomStream(seed: 1, purpose: .syntheticData)
    let order = stream.permutation(of: data.features.rowCount)
    for size in [1, 7, 100] {
      var inParts = LinearRegression()
      for start in stride(from: 0, to: order.count, by: size) {
        let rows = Array(order[start..<min(start + size, order.count)])
        try inParts.partialFit(
          data.features.selectingRows(rows), to: RegressionTarget(data.target.selectingRows(rows)))
      }
      #expect(
        relativeDistance(
          try #require(inParts.model).coefficients.elements,
          try #require(whole.model).coefficients.elements) < 1e-12)
      #expect(inParts.trainingState?.sampleCount == 442)
    }
  }

  @Test func sparseSamplesGiveTheSameAnswer() throws {
    let data = SmallData.plane(rowCount: 50)
    var features = data.features
    for row in 0..<50 where row % 3 == 0 { features[row, 1] = 0 }
    var dense = LinearRegression()
    var sparse = LinearRegression()
    try dense.fit(features, to: data.target)
    try sparse.fit(CSRMatrix(features), to: data.target)
    #expect(dense.model == sparse.model)
  }

  @Test func aWeightOfTwoIsTheRowTwice() throws {
    let data = SmallData.plane()
    var weighted = LinearRegression()
    var repeated = LinearRegression()
    let weights = (0..<30).map { $0 < 10 ? 2.0 : 1 }
    try weighted.fit(data.features, to: data.target, weights: weights)
    let rows = Array(0..<30) + Array(0..<10)
    try repeated.fit(data.features.selectingRows(rows), to: data.target.selectingRows(rows))
    #expect(
      relativeDistance(
        try #require(weighted.model).coefficients.elements,
        try #require(repeated.model).coefficients.elements) < 1e-13)
  }

  /// Columns whose condition number is about 10 to the power `exponent`.
  private func columns(exponent: Int, rowCount: Int) -> (Matrix<Double>, [Double]) {
    let data = SmallData.plane(rowCount: rowCount, columnCount: 6)
    var features = data.features
    for row in 0..<rowCount {
      features[row, 5] = features[row, 4] + features[row, 5] * pow(10, -Double(exponent))
    }
    return (features, data.target.column(0))
  }

  /// By products of columns once and twice, and by reflections.
  @Test(arguments: [0, 4, 8])
  func theNumberOfThreadsChangesNoBit(exponent: Int) throws {
    let (features, target) = columns(exponent: exponent, rowCount: 40_000)
    var alone = LinearRegression()
    try alone.fit(features, to: target)
    for threadCount in [2, 3, 8] {
      var context = TrainingContext()
      context.threadCount = threadCount
      var together = LinearRegression()
      try together.fit(features, to: RegressionTarget(target), weights: nil, context: context)
      #expect(together.model == alone.model)
      #expect(together.trainingState == alone.trainingState)
    }
  }

  /// So many columns that their products are formed in panels.
  @Test func productsOfManyColumnsGiveWhatOrthogonalFactorsGive() throws {
    let data = SmallData.plane(rowCount: 1700, columnCount: 400, targetCount: 2)
    let weights = Samples.weights(1700)
    var (products, factors) = (LinearRegression(solver: .cholesky), LinearRegression(solver: .qr))
    try products.fit(data.features, to: data.target, weights: weights)
    try factors.fit(data.features, to: data.target, weights: weights)
    let (found, expected) = (try #require(products.model), try #require(factors.model))
    #expect(
      relativeDistance(found.coefficients.elements, expected.coefficients.elements) < 1e-13)
    #expect(relativeDistance(found.intercepts, expected.intercepts) < 1e-12)
    var context = TrainingContext()
    context.threadCount = 2
    var together = LinearRegression(solver: .cholesky)
    try together.fit(
      data.features, to: RegressionTarget(data.target), weights: weights, context: context)
    #expect(together.model == found && together.trainingState == products.trainingState)
  }

  /// Where products of columns tell nothing, the answer is that of orthogonal factors.
  @Test(arguments: [
    "constant target", "one constant target", "large", "small", "a column twice", "fewer rows",
  ])
  func choleskyGivesAnAnswerForWhatProductsDoNotTell(name: String) throws {
    var (features, target) = SmallData.plane(rowCount: 40, columnCount: 6, targetCount: 2)
    for row in 0..<40 {
      switch name {
      case "constant target": (target[row, 0], target[row, 1]) = (3, 4)
      case "one constant target": target[row, 1] = 4
      case "large": for column in 0..<2 { target[row, column] *= 0x1p600 }
      case "small": for column in 0..<6 { features[row, column] *= 0x1p-600 }
      case "a column twice": features[row, 5] = features[row, 2]
      default: break
      }
    }
    let count = name == "fewer rows" ? 4 : 40
    let (x, y) = (features.selectingRows(0..<count), target.selectingRows(0..<count))
    var (products, factors) = (LinearRegression(solver: .cholesky), LinearRegression(solver: .qr))
    try products.fit(x, to: y)
    try factors.fit(x, to: y)
    try expectClose(products.model, factors.model)
    var parts = LinearRegression(solver: .cholesky)
    for start in stride(from: 0, to: count, by: 4) {
      try parts.partialFit(
        x.selectingRows(start..<start + 4), to: y.selectingRows(start..<start + 4))
    }
    try expectClose(parts.model, factors.model)
    var (penalized, exact) = (Ridge(alpha: 0.5, solver: .cholesky), Ridge(alpha: 0.5, solver: .qr))
    try penalized.fit(x, to: y)
    try exact.fit(x, to: y)
    try expectClose(penalized.model, exact.model)
  }

  private func expectClose(
    _ found: LinearRegressionModel?, _ expected: LinearRegressionModel?
  ) throws {
    let (found, expected) = (try #require(found), try #require(expected))
    #expect(found.rank == expected.rank)
    let scale = expected.coefficients.elements.map(abs).max() ?? 0
    for (a, b) in zip(found.coefficients.elements, expected.coefficients.elements) {
      #expect(abs(a - b) <= 1e-12 * scale)
    }
    for (a, b) in zip(found.intercepts, expected.intercepts) {
      #expect(abs(a - b) <= 1e-12 * abs(b))
    }
  }

  /// Products of columns taken once would leave 16 − 2 · exponent digits, and none at 8.
  @Test(arguments: [4, 8])
  func rowsInPartsKeepTheDigitsOfTheirCondition(exponent: Int) throws {
    let (features, target) = columns(exponent: exponent, rowCount: 4000)
    var whole = LinearRegression()
    try whole.fit(features, to: target)
    var inParts = LinearRegression()
    for start in stride(from: 0, to: 4000, by: 1000) {
      try inParts.partialFit(
        features.selectingRows(start..<start + 1000), to: Array(target[start..<start + 1000]))
    }
    let (expected, model) = (try #require(whole.model), try #require(inParts.model))
    let condition = try #require(model.conditionEstimate)
    #expect(condition > pow(10, Double(exponent)))
    #expect(
      relativeDistance(model.coefficients.elements, expected.coefficients.elements)
        < 20 * condition * 0x1p-53)
  }

  @Test func aNumberThatIsNotFiniteIsNamedAmongManyRows() throws {
    var features = SmallData.plane(rowCount: 5000).features
    let target = [Double](repeating: 1, count: 5000)
    for value in [Double.nan, .infinity] {
      features[4321, 2] = value
      for solver in LeastSquaresSolver.allCases {
        var regression = LinearRegression(solver: solver)
        let error = #expect(throws: EstimatorError.self) {
          try regression.fit(features, to: target, weights: (0..<5000).map { Double($0 % 2) })
        }
        guard case .nonFiniteFeature(4321, 2, nil, _) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
    }
  }

  // MARK: Rank

  @Test func aRepeatedColumnSharesItsCoefficient() throws {
    let data = SmallData.plane(columnCount: 3)
    let repeated = try Matrix(
      rows: (0..<30).map { Array(data.features.row($0)) + [data.features[$0, 2]] })
    var regression = LinearRegression()
    try regression.fit(data.features, to: data.target)
    let alone = try #require(regression.model)
    try regression.fit(repeated, to: data.target)
    let shared = try #require(regression.model)
    #expect(shared.rank == 3)
    #expect(shared.conditionEstimate == nil)
    // Of all ways to share it, halves have the least norm.
    #expect(abs(shared.coefficients[0, 2] - alone.coefficients[0, 2] / 2) < 1e-12)
    #expect(abs(shared.coefficients[0, 3] - alone.coefficients[0, 2] / 2) < 1e-12)
  }

  @Test func fewerSamplesThanFeaturesAreFittedExactly() throws {
    let data = SmallData.plane(rowCount: 4, columnCount: 9)
    var regression = LinearRegression()
    try regression.fit(data.features, to: data.target)
    #expect(try #require(regression.model).rank == 3)
    let predictions = try regression.predict(data.features).values
    #expect(relativeDistance(predictions, data.target.elements) < 1e-13)
  }

  @Test func oneSampleIsItsOwnMean() throws {
    var regression = LinearRegression()
    try regression.fit(Matrix(rows: [[3.0, 4]]), to: [7])
    let model = try #require(regression.model)
    #expect(model.coefficients.elements == [0, 0])
    #expect(model.intercepts == [7])
    #expect(model.rank == 0)
  }

  @Test func aConstantColumnIsLeftToTheIntercept() throws {
    let data = SmallData.plane(columnCount: 2)
    for constant in [1.0, 0.1, 1e9, 1e-300] {
      let features = try Matrix(rows: (0..<30).map { [constant] + data.features.row($0) })
      var alone = LinearRegression()
      var beside = LinearRegression()
      try alone.fit(data.features, to: data.target)
      try beside.fit(features, to: data.target)
      let (expected, model) = (try #require(alone.model), try #require(beside.model))
      #expect(model.rank == 2)
      #expect(model.coefficients[0, 0] == 0)
      #expect(
        relativeDistance(
          Array(model.coefficients.elements.dropFirst()), expected.coefficients.elements) < 1e-12)
      #expect(relativeDistance(model.intercepts, expected.intercepts) < 1e-12)
    }
  }

  @Test func aShortRankIsNotPassedOverInSilence() throws {
    let features = try Matrix(rows: [[1.0, 1], [2, 2], [4, 4], [5, 5]])
    var regression = LinearRegression()
    let summary = try regression.fit(features, to: [3, 4, 4, 6])
    #expect(summary.warning == .shortRank(rank: 1, featureCount: 2))
    #expect(summary.warning?.description.contains("use Ridge") == true)
    // The parts of a whole that is in order need not be.
    #expect(try regression.partialFit(Matrix(rows: [[1.0, 2]]), to: [1]).warning == nil)
    var ridge = Ridge(alpha: 1)
    #expect(try ridge.fit(features, to: [3, 4, 4, 6]).warning == nil)
  }

  /// A row that does not count does not make a column out of rounding either.
  @Test(arguments: [LeastSquaresSolver.automatic, .qr, .svd, .cholesky, .lsmr])
  func aColumnIsConstantWhateverRowsOfNoWeightSay(solver: LeastSquaresSolver) throws {
    let rows: [[Double]] = (0..<200).map { row in
      let other = Double((row * 37) % 23) / 7
      return row == 0 ? [-7, -7] : [1_000_000.1, other]
    }
    let features = try Matrix(rows: rows)
    var regression = LinearRegression(solver: solver)
    try regression.fit(
      features, to: (0..<200).map { Double(($0 * 17) % 29) / 3 },
      weights: (0..<200).map { 0.25 * Double($0 % 4) })
    let model = try #require(regression.model)
    #expect(model.rank == (solver == .lsmr ? nil : 1))
    #expect(model.coefficients[0, 0] == 0)
    #expect(abs(model.coefficients[0, 1]) < 1)
  }

  @Test func numbersTooLargeToAddUpAreRefused() throws {
    let data = SmallData.plane()
    var regression = LinearRegression()
    try regression.fit(data.features, to: data.target)
    let before = regression.model
    let error = #expect(throws: EstimatorError.self) {
      try regression.fit(Matrix(rows: [[1.7e308], [-1.7e308], [1.7e308]]), to: [1, 2, 3])
    }
    #expect(
      error?.description == "The numbers are too large for least squares. Scale them down.")
    #expect(regression.model == before)
    // The smallest of all is no trouble.
    let smallest = Double.leastNonzeroMagnitude
    try regression.fit(Matrix(rows: [[smallest], [0], [3 * smallest]]), to: [1e-300, 0, 3e-300])
    #expect(try #require(regression.model).coefficients.elements.allSatisfy(\.isFinite))
    #expect(throws: EstimatorError.mismatchedTargetColumnCount(expected: 1, actual: 0)) {
      try regression.fit(data.features, to: Matrix<Double>(rowCount: 30, columnCount: 0))
    }
  }

  // MARK: The contract

  @Test func resettingTheTrainingStateStartsFromTheNextRows() throws {
    let data = SmallData.plane()
    var regression = LinearRegression(warmStart: true)
    try regression.fit(data.features.selectingRows(0..<10), to: data.target.selectingRows(0..<10))
    regression.reset(.trainingState)
    #expect(regression.model != nil)
    try regression.fit(data.features.selectingRows(10..<30), to: data.target.selectingRows(10..<30))
    var alone = LinearRegression()
    try alone.fit(data.features.selectingRows(10..<30), to: data.target.selectingRows(10..<30))
    #expect(regression.model == alone.model)
  }

  @Test func thereIsNoOptimizerToReset() throws {
    let data = SmallData.plane()
    var regression = LinearRegression()
    try regression.fit(data.features, to: data.target)
    for part in TrainingPart.allCases {
      #expect(
        throws: EstimatorError.missingTrainingPart(part: part, estimator: "LinearRegression")
      ) { try regression.reset(part) }
    }
  }

  @Test func anotherNumberOfTargetsIsRefused() throws {
    let data = SmallData.plane(targetCount: 2)
    var regression = LinearRegression()
    try regression.fit(data.features, to: data.target)
    let before = regression.model
    #expect(throws: EstimatorError.mismatchedTargetColumnCount(expected: 2, actual: 1)) {
      try regression.partialFit(data.features, to: data.target.column(0))
    }
    #expect(throws: EstimatorError.mismatchedTargetColumnCount(expected: 2, actual: 1)) {
      try regression.score(data.features, to: RegressionTarget(data.target.column(0)))
    }
    #expect(regression.model == before)
  }
}
