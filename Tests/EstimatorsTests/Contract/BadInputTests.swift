import Estimators
import LinearAlgebra
import Testing

/// Each bad input has its error, whose text names the place and the remedy, and changes nothing.
@Suite struct BadInputTests {
  private let data = SmallData.clouds(classCount: 2)

  /// Makes a bad call on each of the classifiers, fresh and fitted, by `fit` and by `partialFit`.
  private func expect(
    _ expected: EstimatorError, fittedOnly: Bool = false,
    features: Matrix<Double>? = nil, labels: [Int]? = nil, weights: [Double]? = nil
  ) throws {
    let (features, labels) = (features ?? data.features, labels ?? data.labels)
    try expect(
      expected, of: SGDClassifier<Int>(maxEpochs: 2), fittedOnly, features, labels, weights)
    try expect(
      expected, of: MLPClassifier<Int>(hiddenLayerSizes: [3], maxEpochs: 2), fittedOnly, features,
      labels, weights)
    try expect(
      expected, of: StandardScaler().appending(SGDClassifier<Int>(maxEpochs: 2)), fittedOnly,
      features, labels, weights)
  }

  private func expect<Tested: IncrementalEstimator>(
    _ expected: EstimatorError, of fresh: Tested, _ fittedOnly: Bool, _ features: Matrix<Double>,
    _ labels: [Int], _ weights: [Double]?
  ) throws where Tested.Target == [Int] {
    let fitted = try fresh.fitted(data.features, to: data.labels)
    for start in fittedOnly ? [fitted] : [fresh, fitted] {
      for isPart in [false, true] {
        var tried = start
        tried.warmStart = true
        #expect(throws: expected, "\(Tested.name)") {
          _ =
            isPart
            ? try tried.partialFit(
              features, to: labels, weights: weights, context: TrainingContext())
            : try tried.fit(features, to: labels, weights: weights, context: TrainingContext())
        }
        #expect(tried.model == start.model)
        #expect(tried.trainingState == start.trainingState)
      }
    }
  }

  /// Scores and losses are those of numbers, or none.
  @Test func aTruthThatIsNoNumberIsNotScored() throws {
    let (features, target) = (
      SmallData.plane().features, SmallData.plane().features.column(0).map { $0 * 2 }
    )
    func check<Tested: Predictor>(
      _ estimator: Tested, _ right: Tested.Target, _ wrong: Tested.Target, row: Int, column: Int = 0
    ) throws {
      let fitted = try estimator.fitted(features, to: right)
      for isLoss in [false, true] {
        do {
          let value =
            isLoss ? try fitted.loss(features, to: wrong) : try fitted.score(features, to: wrong)
          Issue.record("\(Tested.name) says \(value)")
        } catch let EstimatorError.nonFiniteTarget(foundRow, foundColumn, _) {
          #expect((foundRow, foundColumn) == (row, column), "\(Tested.name)")
        }
      }
    }
    for bad in [Double.nan, .infinity] {
      var wrong = target
      wrong[7] = bad
      var several = Matrix<Double>(rowCount: 30, columnCount: 2)
      for row in 0..<30 { several[row, 0] = target[row] }
      let two = RegressionTarget(several)
      several[8, 1] = bad
      let (one, bad) = (RegressionTarget(target), RegressionTarget(wrong))
      try check(LinearRegression(), one, bad, row: 7)
      try check(LinearRegression(), two, RegressionTarget(several), row: 8, column: 1)
      try check(LinearRegression(solver: .lsmr), one, bad, row: 7)
      try check(Ridge(), one, bad, row: 7)
      try check(SGDRegressor(maxEpochs: 2), target, wrong, row: 7)
      try check(MLPRegressor(hiddenLayerSizes: [2], maxEpochs: 2), one, bad, row: 7)
      try check(StandardScaler().appending(Ridge()), one, bad, row: 7)
      let labels = (0..<30).map { Double($0 % 2) }
      var wrongLabels = labels
      wrongLabels[5] = wrong[7]
      try check(SGDClassifier<Double>(maxEpochs: 2), labels, wrongLabels, row: 5)
      try check(
        MLPClassifier<Double>(hiddenLayerSizes: [2], maxEpochs: 2), labels, wrongLabels, row: 5)
      try check(
        StandardScaler().appending(SGDClassifier<Double>(maxEpochs: 2)), labels, wrongLabels, row: 5
      )
      try check(
        SGDClassifier<Float>(maxEpochs: 2), labels.map(Float.init), wrongLabels.map(Float.init),
        row: 5)
      var sets = labels.map { Set([$0, 2]) }
      let rightSets = sets
      sets[9].insert(wrong[7])
      try check(
        MLPMultilabelClassifier<Double>(hiddenLayerSizes: [2], maxEpochs: 2), rightSets, sets,
        row: 9)
    }
  }

  @Test func emptyData() throws {
    try expect(
      .emptyData(rowCount: 0, columnCount: 5), features: data.features.selectingRows([]),
      labels: [])
    let error = EstimatorError.emptyData(rowCount: 0, columnCount: 5)
    #expect(error.description == "There is nothing to learn from in 0 samples of 5 features.")
  }

  @Test func oneClass() throws {
    var classifier = SGDClassifier<Int>()
    let labels = [Int](repeating: 10, count: 36)
    let error = #expect(throws: EstimatorError.singleClass(label: "10")) {
      try classifier.fit(data.features, to: labels)
    }
    #expect(
      error?.description
        == "Every label is 10, but a classifier needs two classes. Declare them if others follow.")
    #expect(classifier.model == nil)
    var network = MLPClassifier<Int>()
    #expect(throws: EstimatorError.singleClass(label: "10")) {
      try network.partialFit(data.features, to: labels)
    }
    #expect(network.model == nil)
  }

  @Test func aFeatureThatIsNotFinite() throws {
    var bad = data.features
    bad[7, 3] = .infinity
    try expect(
      .nonFiniteFeature(row: 7, column: 3, name: nil, value: .infinity), features: bad)
    try expect(
      .nonFiniteFeature(row: 7, column: 3, name: "d", value: .infinity),
      features: bad.named(["a", "b", "c", "d", "e"]))
    let error = EstimatorError.nonFiniteFeature(row: 7, column: 3, name: "d", value: .nan)
    #expect(
      error.description
        == "Row 7, column 3 (d) is nan; every feature must be finite. Leave the row out or fill in a "
        + "value.")
  }

  @Test func aLabelOutsideTheClasses() throws {
    var labels = data.labels
    labels[9] = 11
    try expect(
      .unknownLabel(row: 9, label: "11", classes: ["0", "10"]), fittedOnly: true, labels: labels)
  }

  @Test func wrongCounts() throws {
    try expect(
      .mismatchedTargetCount(expected: 36, actual: 35), labels: Array(data.labels.dropLast()))
    try expect(.mismatchedWeightCount(expected: 36, actual: 2), weights: [1, 1])
    let narrow = try Matrix(rows: (0..<36).map { Array(data.features.row($0).dropLast()) })
    try expect(
      .mismatchedFeatureCount(expected: 5, actual: 4), fittedOnly: true, features: narrow)
  }

  @Test func badWeights() throws {
    var weights = [Double](repeating: 1, count: 36)
    weights[4] = -2
    try expect(.invalidWeight(row: 4, value: -2), weights: weights)
    try expect(.noWeight, weights: [Double](repeating: 0, count: 36))
  }

  @Test func otherFeatureNames() throws {
    var classifier = SGDClassifier<Int>(maxEpochs: 2)
    try classifier.fit(data.features.named(["a", "b", "c", "d", "e"]), to: data.labels)
    let before = classifier.trainingState
    #expect(
      throws: EstimatorError.mismatchedFeatureName(column: 2, expected: "c", actual: "x")
    ) {
      try classifier.partialFit(data.features.named(["a", "b", "x", "d", "e"]), to: data.labels)
    }
    #expect(classifier.trainingState == before)
    // Features without names are taken to be the same ones.
    try classifier.partialFit(data.features, to: data.labels)
  }

  @Test func predictingBeforeFitting() {
    #expect(throws: EstimatorError.notFitted(estimator: "SGDClassifier")) {
      try SGDClassifier<Int>().predict(data.features)
    }
    #expect(throws: EstimatorError.notFitted(estimator: "StandardScaler")) {
      try StandardScaler().appending(LinearRegression()).predict(data.features)
    }
  }

  @Test func predictingForOtherColumns() throws {
    let classifier = try SGDClassifier<Int>().fitted(data.features, to: data.labels)
    #expect(throws: EstimatorError.mismatchedFeatureCount(expected: 5, actual: 1)) {
      try classifier.predict(Matrix(rows: [[1.0]]))
    }
    #expect(throws: EstimatorError.self) {
      try classifier.predict(Matrix(rows: [[1, 2, 3, .nan, 5]]))
    }
  }

  @Test func aTargetThatIsNotFinite() throws {
    var regression = LinearRegression()
    #expect(throws: EstimatorError.nonFiniteTarget(row: 1, column: 0, value: .infinity)) {
      try regression.fit(Matrix(rows: [[1.0], [2]]), to: [1, .infinity])
    }
    #expect(regression.model == nil)
  }

  @Test func divergenceNamesTheEpochAndTheRemedy() throws {
    var network = MLPClassifier<Int>(
      hiddenLayerSizes: [4], activation: .identity, solver: .sgd, initialLearningRate: 1e200,
      maxEpochs: 50, tolerance: nil)
    let error = #expect(throws: EstimatorError.self) {
      try network.fit(data.features, to: data.labels)
    }
    guard case .diverged(let epoch, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(epoch >= 1)
    #expect(error?.description.contains("Lower initialLearningRate") == true)
    #expect(network.model == nil)
  }

  @Test func cancellationKeepsNothing() throws {
    var context = TrainingContext()
    let counter = Counter()
    context.observer = { _ in counter.add() }
    context.isCancelled = { counter.count >= 3 }
    var classifier = SGDClassifier<Int>(maxEpochs: 10, tolerance: nil)
    #expect(throws: EstimatorError.cancelled) {
      try classifier.fit(data.features, to: data.labels, weights: nil, context: context)
    }
    #expect(counter.count == 3)
    #expect(classifier.model == nil)
  }

  @Test func aTransformerIsCancelledBetweenBlocks() throws {
    let asked = Counter()
    var context = TrainingContext()
    context.isCancelled = {
      asked.add()
      return asked.count > 3
    }
    // Of as many columns few rows make a block.
    let wide = Matrix<Double>(rowCount: 20, columnCount: 40_000, repeating: 1)
    var scaler = StandardScaler()
    try scaler.fit(wide)
    let before = scaler.trainingState
    #expect(throws: EstimatorError.cancelled) {
      try scaler.partialFit(wide, to: NoTarget(), weights: nil, context: context)
    }
    #expect(asked.count == 4)
    #expect(scaler.trainingState == before)
  }
}

/// Counts from any thread.
final class Counter: @unchecked Sendable {
  private(set) var count = 0
  func add() { count += 1 }
}
