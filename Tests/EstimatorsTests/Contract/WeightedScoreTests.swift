import Estimators
import LinearAlgebra
import Testing

/// A sample of weight w counts as w samples would; so the truth is the same data with rows repeated.
@Suite struct WeightedScoreTests {
  private let counts = (0..<40).map { [0, 1, 1, 2, 5][$0 % 5] }

  private func check<E: Predictor>(
    _ estimator: E, _ features: some FeatureMatrix, _ target: E.Target
  ) throws {
    let weights = counts.prefix(features.rowCount).map(Double.init)
    #expect(weights.count == features.rowCount)
    let rows = weights.indices.flatMap { [Int](repeating: $0, count: counts[$0]) }
    let (repeated, truth) = (features.selectingRows(rows), target.selectingRows(rows))
    let score = try estimator.score(repeated, to: truth)
    let loss = try estimator.loss(repeated, to: truth)
    // The unweighted figures are others, so that ignoring weights shows.
    #expect(try abs(estimator.loss(features, to: target) - loss) > 1e-6 * loss)
    for unit in [1, 1e-300, 0.1, 1e300] {
      let scaled = weights.map { $0 * unit }
      let (s, l) = (
        try estimator.score(features, to: target, weights: scaled),
        try estimator.loss(features, to: target, weights: scaled)
      )
      #expect(abs(s - score) <= 1e-12, "\(E.name) \(unit)")
      #expect(abs(l - loss) <= 1e-12 * loss, "\(E.name) \(unit)")
    }
    #expect(
      throws: EstimatorError.mismatchedWeightCount(expected: features.rowCount, actual: 1)
    ) { try estimator.loss(features, to: target, weights: [1]) }
    for (bad, error) in [(-1.0, true), (.nan, true), (.infinity, true), (0, false)] {
      let wrong = [Double](repeating: bad, count: features.rowCount)
      let thrown = #expect(throws: EstimatorError.self) {
        try estimator.score(features, to: target, weights: wrong)
      }
      let isInvalid = if case .invalidWeight(row: 0, _) = thrown { true } else { false }
      #expect(isInvalid == error && (error || thrown == .noWeight))
    }
  }

  @Test func classifiersCountSamplesByTheirWeights() throws {
    let data = SmallData.clouds(classCount: 3, rowCount: 40)
    let features = data.features
    // Labels that no model gets all right.
    let labels = data.labels.enumerated().map { $0 % 7 == 0 ? ($1 + 10) % 30 : $1 }
    for loss in LinearLoss.allCases {
      let classifier = try SGDClassifier<Int>(loss: loss, maxEpochs: 3).fitted(features, to: labels)
      try check(classifier, features, labels)
    }
    let network = try MLPClassifier<Int>(hiddenLayerSizes: [3], maxEpochs: 3)
      .fitted(features, to: labels)
    try check(network, features, labels)
    try check(network, CSRMatrix(features), labels)
    let pipeline = try StandardScaler().appending(SGDClassifier<Int>(maxEpochs: 3))
      .fitted(features, to: labels)
    try check(pipeline, features, labels)
    let sets = labels.map { Set([$0, 3]) }
    try check(
      MLPMultilabelClassifier<Int>(hiddenLayerSizes: [3], maxEpochs: 3).fitted(features, to: sets),
      features, sets)
  }

  @Test func regressorsCountSamplesByTheirWeights() throws {
    var (rows, numbers): ([[Double]], [Double]) = ([], [])
    for row in 0..<40 {
      rows.append([Double(row * 7 % 11), Double((row + 3) % 11)])
      numbers.append(Double(row % 11 + row * row % 5))
    }
    let features = try Matrix(rows: rows)
    try check(SGDRegressor(maxEpochs: 3).fitted(features, to: numbers), features, numbers)
    let target = RegressionTarget(try Matrix(rows: numbers.map { [$0, 2 * $0 * $0 + 1] }))
    try check(LinearRegression().fitted(features, to: target), features, target)
    try check(Ridge(alpha: 3).fitted(features, to: target), features, target)
    try check(
      MLPRegressor(hiddenLayerSizes: [3], maxEpochs: 3).fitted(features, to: target), features,
      target)
  }

  /// What is wrong with a sample is said with its row, whatever it weighs.
  @Test func aLabelThatIsNoClassIsNamedByItsRow() throws {
    let data = SmallData.clouds(classCount: 2)
    let classifier = try SGDClassifier<Int>(maxEpochs: 1).fitted(data.features, to: data.labels)
    var labels = data.labels
    labels[7] = 9
    var weights = [Double](repeating: 1, count: labels.count)
    weights[7] = 0
    let error = #expect(throws: EstimatorError.self) {
      try classifier.loss(data.features, to: labels, weights: weights)
    }
    #expect(error == .unknownLabel(row: 7, label: "9", classes: ["0", "10"]))
  }
}
