import Estimators
import LinearAlgebra
import Testing

@Suite struct ValidationDataTests {
  private let data = SmallData.clouds(classCount: 3, rowCount: 60)
  private let others = SmallData.clouds(classCount: 3, rowCount: 30, seed: 8)

  private func classifier() -> MLPClassifier<Int> {
    MLPClassifier<Int>(
      hiddenLayerSizes: [6], batchSize: 10, initialLearningRate: 0.02, maxEpochs: 8, patience: 2,
      earlyStopping: true, seed: 4)
  }

  @Test func theModelHasTheBestScoreOnTheSamplesGiven() throws {
    var stopped = classifier()
    try stopped.fit(
      data.features, to: data.labels, validation: (others.features, others.labels))
    let scores = try #require(stopped.trainingState).progress.history.scores
    #expect(stopped.bestHeldOutScore == scores.max())
    #expect(try stopped.score(others.features, to: others.labels) == scores.max())

    // All of the data are trained on, and the samples given are not.
    var plain = classifier()
    plain.earlyStopping = false
    plain.tolerance = nil
    plain.maxEpochs = scores.count
    try plain.fit(data.features, to: data.labels)
    #expect(
      plain.trainingState?.progress.history.losses == stopped.trainingState?.progress.history.losses
    )
  }

  @Test func theRuleGoesOnWithTheSameSamplesAndStartsAgainWithOthers() throws {
    var whole = classifier()
    whole.patience = 100
    var inParts = whole
    whole.maxEpochs = 6
    inParts.maxEpochs = 3
    inParts.warmStart = true
    try whole.fit(data.features, to: data.labels, validation: (others.features, others.labels))
    for _ in 0..<2 {
      let summary = try inParts.fit(
        data.features, to: data.labels, validation: (others.features, others.labels))
      #expect(!summary.restartedStoppingRule)
    }
    #expect(inParts.model == whole.model)
    #expect(inParts.trainingState == whole.trainingState)
    let summary = try inParts.fit(
      data.features, to: data.labels, validation: (data.features, data.labels))
    #expect(summary.restartedStoppingRule)
  }

  @Test func numbersAreScoredToo() throws {
    let (data, others) = (SmallData.plane(), SmallData.plane(seed: 9))
    var regressor = MLPRegressor(hiddenLayerSizes: [6], maxEpochs: 5, earlyStopping: true)
    try regressor.fit(
      data.features, to: RegressionTarget(data.target),
      validation: (others.features, RegressionTarget(others.target)))
    let best = try #require(regressor.bestHeldOutScore)
    #expect(
      try abs(regressor.score(others.features, to: RegressionTarget(others.target)) - best) < 1e-12)
  }

  @Test func badSamplesAreRefusedAndNothingIsChanged() throws {
    var tested = classifier()
    func refused(_ features: Matrix<Double>, _ labels: [Int]) -> EstimatorError? {
      #expect(throws: EstimatorError.self) {
        try tested.fit(data.features, to: data.labels, validation: (features, labels))
      }
    }
    let narrow = try Matrix(rowCount: 1, columnCount: 2, elements: [1.0, 2])
    #expect(
      refused(narrow, [0])
        == .validationData(.mismatchedFeatureCount(expected: 5, actual: 2)))
    #expect(
      refused(others.features, [0])
        == .validationData(.mismatchedTargetCount(expected: 30, actual: 1)))
    var strange = others.labels
    strange[2] = 7
    #expect(
      refused(others.features, strange)
        == .validationData(.unknownLabel(row: 2, label: "7", classes: ["0", "10", "20"])))
    let names = ["a", "b", "c", "d", "e"]
    let swapped = ["b", "a", "c", "d", "e"]
    let error = #expect(throws: EstimatorError.self) {
      try tested.fit(
        data.features.named(names), to: data.labels,
        validation: (others.features.named(swapped), others.labels))
    }
    #expect(
      error?.description
        == "In the validation data: Column 0 is named b; the estimator was fitted to one named a.")
    tested.earlyStopping = false
    #expect(
      refused(others.features, others.labels)?.description
        == "Scoring validation data is not possible with earlyStopping false. Switch earlyStopping on."
    )
    #expect(tested.model == nil)
  }
}
