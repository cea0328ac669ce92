import Estimators
import LinearAlgebra
import Synchronization
import Testing

/// Least squares by solver `lsmr`.
@Suite struct IteratedRegressionTests {
  /// Samples of which most elements are zero, with a first column that is far from zero.
  private func samples(
    rowCount: Int = 200, columnCount: Int = 12, targetCount: Int = 1, seed: UInt64 = 4
  ) -> (features: Matrix<Double>, target: Matrix<Double>, weights: [Double]) {
    var (features, target) = SmallData.plane(
      rowCount: rowCount, columnCount: columnCount, targetCount: targetCount, seed: seed)
    for row in 0..<rowCount {
      for column in 0..<columnCount where (row * 7 + column * 5) % 10 < 6 {
        features[row, column] = 0
      }
      features[row, 0] += 3
    }
    return (features, target, (0..<rowCount).map { 0.25 * Double($0 % 4) })
  }

  private func expectEqual(
    _ found: LinearRegressionModel?, _ expected: LinearRegressionModel?, within tolerance: Double
  ) throws {
    let (found, expected) = (try #require(found), try #require(expected))
    #expect(
      relativeDistance(found.coefficients.elements, expected.coefficients.elements) < tolerance)
    #expect(relativeDistance(found.intercepts, expected.intercepts) < tolerance)
  }

  // MARK: By hand

  @Test func fitsALineThroughTwoDots() throws {
    var regression = LinearRegression(solver: .lsmr)
    let summary = try regression.fit(Matrix(rows: [[0.0], [2]]), to: [1, 5])
    let model = try #require(regression.model)
    #expect(abs(model.coefficients[0, 0] - 2) < 1e-15)
    #expect(abs(model.intercepts[0] - 1) < 1e-15)
    #expect(summary.epochCount == 1 && summary.stopReason == .stoppingRule)
    #expect(model.rank == nil && model.conditionEstimate == nil)
  }

  // MARK: Equivalences

  /// 1e-12: the condition number is below 10, and iterations end at 1e-12 of the slope.
  @Test(arguments: [true, false], [[0.0], [0.5], [0, 2, 0.1]])
  func findsWhatTheFactorGives(fitsIntercept: Bool, alpha: [Double]) throws {
    let data = samples(targetCount: alpha.count)
    for weights in [nil, data.weights] {
      var direct = Ridge(alpha: alpha, fitsIntercept: fitsIntercept, solver: .qr)
      try direct.fit(data.features, to: data.target, weights: weights)
      let stored: [any FeatureMatrix] = [data.features, CSRMatrix(data.features)]
      for features in stored {
        var iterated = Ridge(alpha: alpha, fitsIntercept: fitsIntercept, solver: .lsmr)
        let summary = try iterated.fit(features, to: data.target, weights: weights)
        #expect(summary.stopReason == .stoppingRule && summary.epochCount <= 20 * alpha.count)
        try expectEqual(iterated.model, direct.model, within: 1e-12)
      }
      let single = data.features.converted(to: Float.self)
      try direct.fit(single, to: data.target, weights: weights)
      let storedSingle: [any FeatureMatrix] = [single, CSRMatrix(single)]
      for features in storedSingle {
        var iterated = Ridge(alpha: alpha, fitsIntercept: fitsIntercept, solver: .lsmr)
        try iterated.fit(features, to: data.target, weights: weights)
        try expectEqual(iterated.model, direct.model, within: 1e-12)
      }
    }
  }

  @Test(arguments: [true, false])
  func takesTheLeastNormWhereTheRankIsShort(fitsIntercept: Bool) throws {
    let tall = samples()
    var repeated = tall.features
    for row in 0..<repeated.rowCount {
      repeated[row, 5] = repeated[row, 4]
      repeated[row, 6] = repeated[row, 2] - repeated[row, 3]
      repeated[row, 7] = 0
    }
    let wide = samples(rowCount: 20, columnCount: 60)
    for (features, target) in [(repeated, tall.target), (wide.features, wide.target)] {
      var direct = LinearRegression(fitsIntercept: fitsIntercept, solver: .svd)
      var iterated = LinearRegression(fitsIntercept: fitsIntercept, solver: .lsmr)
      try direct.fit(features, to: target)
      try iterated.fit(CSRMatrix(features), to: target)
      try expectEqual(iterated.model, direct.model, within: 1e-11)
    }
  }

  /// Means taken off products as a whole would leave the rounding of columns far from zero.
  @Test(arguments: [1e6, 1e9, 1e12], [true, false])
  func columnsFarFromZeroLoseNothing(distance: Double, isWeighted: Bool) throws {
    let data = samples()
    var features = data.features
    for row in 0..<features.rowCount {
      for column in [1, 3] { features[row, column] += distance }
      (features[row, 5], features[row, 6]) = (1_000_000.1, -0.1)
    }
    // A row that does not count may be anywhere.
    if isWeighted { for column in 0..<12 { features[0, column] = -7 } }
    let weights = isWeighted ? data.weights : nil
    var direct = LinearRegression(solver: .qr)
    try direct.fit(features, to: data.target, weights: weights)
    let single = features.converted(to: Float.self)
    for stored in [features, CSRMatrix(features)] as [any FeatureMatrix] {
      var iterated = LinearRegression(solver: .lsmr)
      let summary = try iterated.fit(stored, to: data.target, weights: weights)
      #expect(summary.stopReason == .stoppingRule)
      try expectEqual(iterated.model, direct.model, within: 1e-11)
      let model = try #require(iterated.model)
      #expect(model.coefficients[0, 5] == 0 && model.coefficients[0, 6] == 0)
    }
    try direct.fit(single, to: data.target, weights: weights)
    for stored in [single, CSRMatrix(single)] as [any FeatureMatrix] {
      var iterated = LinearRegression(solver: .lsmr)
      try iterated.fit(stored, to: data.target, weights: weights)
      try expectEqual(iterated.model, direct.model, within: 1e-11)
    }
  }

  @Test func equalRowsSayNothingOfCoefficients() throws {
    let features = try Matrix(rows: [[0.1, 1_000_000.1], [0.1, 1_000_000.1], [0.1, 1_000_000.1]])
    var regression = LinearRegression(solver: .lsmr)
    try regression.fit(features, to: [1, 2, 6])
    let model = try #require(regression.model)
    #expect(model.coefficients.elements == [0, 0] && model.intercepts == [3])
    try regression.fit(features, to: [0.1, 0.1, 0.1])
    #expect(regression.model?.intercepts == [0.1])
    #expect(try regression.summary().rSquared == [nil])
  }

  @Test(arguments: [0x1p1000, 0x1p-1000, Double.leastNonzeroMagnitude])
  func targetsOfAnySizeAreFitted(size: Double) throws {
    let data = samples()
    var plain = LinearRegression(solver: .lsmr)
    let whole = data.target.column(0).map { ($0 * 8).rounded() }
    try plain.fit(data.features, to: whole)
    var scaled = LinearRegression(solver: .lsmr)
    let summary = try scaled.fit(data.features, to: whole.map { $0 * size })
    #expect(summary.stopReason == .stoppingRule)
    let (model, expected) = (try #require(scaled.model), try #require(plain.model))
    for (found, exact) in zip(model.coefficients.elements, expected.coefficients.elements) {
      #expect(
        abs(found - exact * size) <= max(1e-12 * abs(exact) * size, Double.leastNonzeroMagnitude))
    }
    guard size.isNormal else { return }
    let rSquared = try #require(scaled.summary().rSquared[0])
    #expect(abs(rSquared - (try #require(plain.summary().rSquared[0]))) < 1e-12)
  }

  @Test func columnsTooSmallToBeSeenAreRefused() throws {
    let data = samples()
    var features = data.features
    for row in 0..<features.rowCount { features[row, 4] *= 1e-15 }
    var regression = LinearRegression(solver: .lsmr)
    let error = #expect(throws: EstimatorError.self) {
      try regression.fit(features, to: data.target)
    }
    #expect(error?.description.contains("Column 4") == true)
    #expect(error?.description.contains("StandardScaler") == true)
    #expect(regression.model == nil)
    // With a penalty they count next to nothing.
    var ridge = Ridge(alpha: 1, solver: .lsmr)
    try ridge.fit(features, to: data.target)
  }

  @Test func theNumberOfThreadsChangesNoBit() throws {
    let data = samples(rowCount: 60_000, columnCount: 8, targetCount: 2)
    for features in [data.features, CSRMatrix(data.features)] as [any FeatureMatrix] {
      var alone = Ridge(alpha: 0.1, solver: .lsmr)
      try alone.fit(features, to: data.target, weights: data.weights)
      for threadCount in [2, 3, 8] {
        var context = TrainingContext()
        context.threadCount = threadCount
        var together = Ridge(alpha: 0.1, solver: .lsmr)
        try together.fit(
          features, to: RegressionTarget(data.target), weights: data.weights, context: context)
        #expect(together.model == alone.model)
        #expect(together.trainingState == alone.trainingState)
      }
    }
  }

  // MARK: Going on

  @Test func aContinuingFitGoesOnFromTheCoefficients() throws {
    let data = samples()
    var whole = LinearRegression(solver: .lsmr)
    try whole.fit(data.features, to: data.target)
    var inParts = LinearRegression(solver: .lsmr, maxEpochs: 4, warmStart: true)
    var losses: [Double] = []
    var summary = try inParts.fit(data.features, to: data.target)
    #expect(summary.stopReason == .budget && summary.epochCount == 4 && !summary.isContinuation)
    while summary.stopReason == .budget, losses.count < 20 {
      losses.append(try inParts.loss(data.features, to: RegressionTarget(data.target)))
      inParts = try LinearRegression(ModelFile.decode(ModelFile.encode(inParts)))
      inParts.warmStart = true
      summary = try inParts.fit(data.features, to: data.target)
      #expect(summary.isContinuation)
    }
    // To rounding, once they are all but there.
    #expect(zip(losses, losses.dropFirst()).allSatisfy { $1 <= $0 * (1 + 1e-14) })
    #expect(losses.count > 2 && losses[2] < losses[0])
    try expectEqual(inParts.model, whole.model, within: 1e-11)
    let state = try #require(inParts.trainingState)
    #expect(state.isIterated && state.sampleCount == 200 * (losses.count + 1))
    #expect(state.epochCount > 4 * losses.count)
  }

  /// Nothing is kept of rows seen before: only where the search starts.
  @Test func aContinuingFitSolvesTheRowsItIsGiven() throws {
    let (first, second) = (samples(seed: 4), samples(seed: 8))
    var alone = LinearRegression(solver: .lsmr)
    try alone.fit(second.features, to: second.target)
    var after = LinearRegression(solver: .lsmr, warmStart: true)
    try after.fit(first.features, to: first.target)
    try after.fit(second.features, to: second.target)
    try expectEqual(after.model, alone.model, within: 1e-11)
    #expect(after.trainingState?.sampleCount == 400)
  }

  /// With more features than samples, the solution nearest to the coefficients there are.
  @Test func aContinuingFitStaysNearItsStart() throws {
    let data = samples(rowCount: 20, columnCount: 60)
    var regression = LinearRegression(solver: .lsmr, warmStart: true)
    try regression.fit(data.features, to: data.target)
    let before = try #require(regression.model)
    let other = data.target.elements.map { $0 + 1e-3 }
    try regression.fit(data.features, to: other)
    let after = try #require(regression.model)
    #expect(relativeDistance(after.coefficients.elements, before.coefficients.elements) < 1e-10)
    #expect(abs(after.intercepts[0] - before.intercepts[0] - 1e-3) < 1e-10)
  }

  @Test func afterAResetTheChoiceIsFree() throws {
    let data = samples()
    var regression = LinearRegression(solver: .lsmr, warmStart: true)
    try regression.fit(data.features, to: data.target)
    regression.solver = .qr
    let error = #expect(throws: EstimatorError.self) {
      try regression.fit(data.features, to: data.target)
    }
    #expect(
      error?.description
        == "solver was lsmr and is now qr, which cannot change while continuing. "
        + "Call reset(.trainingState) first, or fit with warmStart off.")
    regression.reset(.trainingState)
    try regression.fit(data.features, to: data.target)
    #expect(regression.model?.rank == 12 && regression.trainingState?.isIterated == false)
  }

  // MARK: The choice

  private func wide(columnCount: Int) throws -> (features: CSRMatrix<Double>, target: [Double]) {
    let rows = (0..<40).map { row in (0..<5).map { Int32((row * 97 + $0 * 801) % columnCount) } }
    return (
      try CSRMatrix(
        rowCount: 40, columnCount: columnCount, rowOffsets: (0...40).map { $0 * 5 },
        columns: rows.flatMap { $0.sorted() }, values: (0..<200).map { 1 + Double($0 % 7) }),
      (0..<40).map { Double($0 % 9) }
    )
  }

  @Test func sparseSamplesOfManyColumnsAreIterated() throws {
    let most = LeastSquaresSolver.mostFactoredSparseColumns
    let (factored, iterated) = (try wide(columnCount: most), try wide(columnCount: most + 1))
    var regression = LinearRegression()
    try regression.fit(factored.features, to: factored.target)
    #expect(regression.trainingState?.isIterated == false && regression.model?.rank != nil)
    var ridge = Ridge()
    try ridge.fit(iterated.features, to: iterated.target)
    #expect(ridge.trainingState?.isIterated == true)
    // Rows in parts, signs and old rows need a factor; so does what is dense.
    try regression.partialFit(factored.features, to: factored.target)
    #expect(regression.trainingState?.isIterated == false)
    var positive = LinearRegression(positive: true)
    try positive.fit(iterated.features, to: iterated.target)
    #expect(positive.trainingState?.isIterated == false)
  }

  @Test func theChoiceIsPartOfTheState() throws {
    let data = try wide(columnCount: 5000)
    var fitted = Ridge(alpha: 0.5)
    try fitted.fit(data.features, to: data.target)
    var ridge = try Ridge(ModelFile.decode(ModelFile.encode(fitted)))
    #expect(ridge.trainingState == fitted.trainingState && ridge.model == fitted.model)
    let reason =
      "with solver automatic where it has chosen lsmr. It keeps no statistics of the rows."
    #expect(throws: EstimatorError.self) { try ridge.merge(fitted) }
    #expect(throws: EstimatorError.self) { try ridge.solved(alpha: 2) }
    let error = #expect(throws: EstimatorError.self) {
      try ridge.partialFit(data.features, to: data.target)
    }
    #expect(
      error?.description == "partialFit is not possible \(reason) Fit afresh with solver qr.")
    ridge.positive = true
    ridge.warmStart = true
    let other = #expect(throws: EstimatorError.self) {
      try ridge.fit(data.features, to: data.target)
    }
    #expect(
      other?.description
        == "positive is true but must be false to continue what solver lsmr has found.")
    #expect(ridge.trainingState == fitted.trainingState && ridge.model == fitted.model)
  }

  /// A factor of so many columns would take eight terabytes.
  @Test func aFactorThatFitsIntoNoMemoryIsRefused() throws {
    let count = 1 << 20
    let features = try CSRMatrix(
      rowCount: count, columnCount: count, rowOffsets: Array(0...count),
      columns: (0..<Int32(count)).map { $0 }, values: [Double](repeating: 1, count: count))
    let target = (0..<count).map { Double($0 % 5) }
    var regression = LinearRegression(fitsIntercept: false, tolerance: 1e-6)
    let error = #expect(throws: EstimatorError.self) {
      try regression.partialFit(features, to: target)
    }
    #expect(
      error?.description
        == "A triangular factor of 1048576 × 1048578 numbers does not fit into memory. "
        + "Fit with solver lsmr, or use SGDRegressor.")
    let summary = try regression.fit(features, to: target)
    #expect(summary.epochCount == 1)
    #expect(relativeDistance(try #require(regression.model).coefficients.elements, target) < 1e-12)
  }

  /// Where rows are few and columns many, only as much room is taken as there are rows.
  @Test func aFewRowsOfManyColumnsFit() throws {
    let count = 1 << 18
    let features = try CSRMatrix(
      rowCount: 1, columnCount: count, rowOffsets: [0, 2], columns: [1, Int32(count - 1)],
      values: [3.0, 4])
    var regression = LinearRegression(fitsIntercept: false)
    for _ in 1...2 {
      try regression.partialFit(features, to: [50])
      let coefficients = try #require(regression.model).coefficients.elements
      #expect(abs(coefficients[1] - 6) < 1e-14 && abs(coefficients[count - 1] - 8) < 1e-14)
      #expect(coefficients.count { $0 != 0 } == 2)
    }
    // By hand: of x = (3, 4) and y = 50, w = x · 50 / (25 + alpha).
    var ridge = Ridge(alpha: 25, fitsIntercept: false)
    try ridge.partialFit(features, to: [50])
    let penalized = try #require(ridge.model).coefficients.elements
    #expect(abs(penalized[1] - 3) < 1e-14 && abs(penalized[count - 1] - 4) < 1e-14)
    #expect(penalized.count { $0 != 0 } == 2)
    ridge.positive = true
    let error = #expect(throws: EstimatorError.self) {
      try ridge.partialFit(features, to: [50])
    }
    #expect(error?.description.hasPrefix("A triangular factor of 262146 × 262146") ?? false)
  }

  @Test func targetsOfAnySizeConverge() throws {
    let data = SmallData.plane()
    for size in [1e-300, 1e-170, 1e150] {
      let target = RegressionTarget(data.target.elements.map { $0 * size })
      var iterated = LinearRegression(solver: .lsmr)
      var factored = LinearRegression(solver: .qr)
      try iterated.fit(data.features, to: target)
      try factored.fit(data.features, to: target)
      #expect(
        relativeDistance(
          try #require(iterated.model).coefficients.elements,
          try #require(factored.model).coefficients.elements) < 1e-10)
    }
  }

  // MARK: Errors

  @Test func whatNeedsStatisticsIsRefusedByName() throws {
    let data = samples()
    for (name, value, requirement) in [
      ("positive", "true", "false"), ("forgettingFactor", "0.5", "1"),
    ] {
      var regression = LinearRegression(solver: .lsmr)
      try regression.hyperparameters.set(name, to: value, of: "LinearRegression")
      let error = #expect(throws: EstimatorError.self) {
        try regression.fit(data.features, to: data.target)
      }
      #expect(
        error?.description == "\(name) is \(value) but must be \(requirement) with solver lsmr.")
    }
    var regression = LinearRegression(solver: .lsmr)
    let error = #expect(throws: EstimatorError.self) {
      try regression.partialFit(data.features, to: data.target)
    }
    #expect(
      error?.description == "partialFit is not possible with solver lsmr. "
        + "It keeps no statistics of the rows. Fit afresh with solver qr.")
    #expect(regression.model == nil)
  }

  @Test func settingsOfIterationsAreRefusedWhereThereAreNone() throws {
    let data = samples()
    var regression = LinearRegression(solver: .qr, tolerance: 1e-6)
    let error = #expect(throws: EstimatorError.self) {
      try regression.fit(data.features, to: data.target)
    }
    #expect(
      error?.description
        == "tolerance is 1e-06 but must be 1e-12 with solver qr, which does not iterate.")
  }

  /// Squares of these vanish or overflow: iterations solve it, or say that they cannot.
  @Test(arguments: [1e-300, 1e-170, 1e-140, 1e140, 1e170, 1e300])
  func numbersOfAnySizeGiveAnAnswerOrAnError(size: Double) throws {
    let data = samples()
    let features = data.features.scalingColumns(by: [Double](repeating: size, count: 12))
    var direct = LinearRegression(solver: .qr)
    var iterated = LinearRegression(solver: .lsmr)
    do {
      try iterated.fit(features, to: data.target)
    } catch EstimatorError.linearAlgebra(.overflow) {
      #expect(iterated.model == nil && (size < 1e-150 || size > 1e150))
      return
    }
    try direct.fit(features, to: data.target)
    try expectEqual(iterated.model, direct.model, within: 1e-11)
  }

  @Test func aFitThatIsCancelledChangesNothing() throws {
    let data = samples()
    var regression = LinearRegression(solver: .lsmr)
    try regression.fit(data.features, to: data.target)
    let before = regression
    let reports = Reports()
    var context = TrainingContext()
    context.observer = { if case .epochEnded(let report) = $0 { reports.append(report) } }
    context.isCancelled = { reports.all.count >= 3 }
    #expect(throws: EstimatorError.cancelled) {
      try regression.fit(
        data.features, to: RegressionTarget(data.target), weights: nil, context: context)
    }
    #expect(regression.model == before.model && regression.trainingState == before.trainingState)
    #expect(reports.all.map(\.epochInCall) == [1, 2, 3])
    #expect(reports.all.map(\.loss) == reports.all.map(\.loss).sorted(by: >))
  }

  // MARK: Statistics

  @Test func theSummaryKnowsWhatIsLeftOver() throws {
    let data = samples(targetCount: 2)
    var direct = LinearRegression(solver: .qr)
    var iterated = LinearRegression(solver: .lsmr)
    try direct.fit(data.features, to: data.target, weights: data.weights)
    try iterated.fit(CSRMatrix(data.features), to: data.target, weights: data.weights)
    let (expected, summary) = (try direct.summary(), try iterated.summary())
    #expect(
      relativeDistance(summary.residualSumsOfSquares, expected.residualSumsOfSquares) < 1e-12)
    #expect(
      relativeDistance(summary.rSquared.compactMap(\.self), expected.rSquared.compactMap(\.self))
        < 1e-12)
    #expect(summary.degreesOfFreedom == nil && summary.inference == .failure(.iterated))
  }
}

/// Reports of a call, kept for later.
private final class Reports: Sendable {
  private let storage = Mutex<[EpochReport]>([])

  var all: [EpochReport] { storage.withLock(\.self) }

  func append(_ report: EpochReport) { storage.withLock { $0.append(report) } }
}
