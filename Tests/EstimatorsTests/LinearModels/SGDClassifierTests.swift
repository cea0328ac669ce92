import DataReaders
import Estimators
import Foundation
import LinearAlgebra
import Testing

@Suite struct SGDClassifierTests {
  // MARK: By hand

  /// One step of the hinge loss from zero: the score is 0, so w = η y x and b = η y, and then the
  /// second sample's score is w · x + b = 0.1 · (1 · 2) + 0.1 = 0.3 on the wrong side: another
  /// step.
  @Test func twoStepsByHand() throws {
    var classifier = SGDClassifier<Int>(
      penalty: .none, learningRate: .constant, initialLearningRate: 0.1, maxEpochs: 1,
      tolerance: nil, visitingOrder: .sequential)
    try classifier.fit(Matrix(rows: [[1], [2]]), to: [1, 0])
    let model = try #require(classifier.model)
    #expect(abs(model.coefficients[0, 0] - (0.1 - 0.2)) < 1e-16)
    #expect(abs(model.intercepts[0] - (0.1 - 0.1)) < 1e-16)
    #expect(model.classes == [0, 1])
    // Losses before the steps: 1, and 1 + 0.3.
    let history = try #require(classifier.trainingState?.progress.history)
    #expect(abs(history.losses[0] - (1 + 1.3) / 2) < 1e-15)
  }

  @Test func theOptimalRateBeginsAtThePublishedValue() throws {
    // alpha 1e-4: the first step is 10, so from zero w = 10 · y · x.
    var classifier = SGDClassifier<Int>(
      maxEpochs: 1, tolerance: nil, visitingOrder: .sequential, fitsIntercept: false,
      classes: [0, 1])
    try classifier.partialFit(Matrix(rows: [[1]]), to: [1])
    #expect(abs(try #require(classifier.model).coefficients[0, 0] - 10) < 1e-12)
    #expect(abs((classifier.trainingState?.progress.history.learningRates[0] ?? 0) - 10) < 1e-12)
  }

  @Test func theMeanOfTwoIteratesIsTheModel() throws {
    let features = try Matrix(rows: [[1.0], [2]])
    var plain = SGDClassifier<Int>(
      loss: .logistic, maxEpochs: 1, tolerance: nil, visitingOrder: .sequential, classes: [0, 1])
    var averaged = plain
    averaged.averaging = true
    var iterates: [(Double, Double)] = []
    for row in 0..<2 {
      try plain.partialFit(features.selectingRows([row]), to: [1 - row])
      let model = try #require(plain.model)
      iterates.append((model.coefficients[0, 0], model.intercepts[0]))
    }
    try averaged.fit(features, to: [1, 0])
    let model = try #require(averaged.model)
    #expect(abs(model.coefficients[0, 0] - (iterates[0].0 + iterates[1].0) / 2) < 1e-14)
    #expect(abs(model.intercepts[0] - (iterates[0].1 + iterates[1].1) / 2) < 1e-14)
  }

  // MARK: Against scikit-learn

  /// Every loss, penalty, rate, average and storage, with class and sample weights in turn; in
  /// sequential order from the same start: 1e-10, which leaves room for sums formed in another
  /// order.
  @Test func iteratesAgreeWithScikitLearn() throws {
    for reference in try References.cases("sgd-classifier", of: LinearReference.self) {
      try agree(reference)
    }
  }

  @Test func stopsInTheSameEpochAsScikitLearn() throws {
    let references = try References.cases("sgd-stopping", of: LinearReference.self)
    for reference in references where reference.data != "diabetes" { try agree(reference) }
  }

  private func agree(_ reference: LinearReference) throws {
    let sample = try Samples.labelled(SampleData(named: reference.data))
    var classifier = SGDClassifier<String>()
    for (name, text) in reference.settings {
      try classifier.hyperparameters.set(name, to: text, of: "SGDClassifier")
    }
    let summary = try classifier.fit(
      reference.stored(Samples.scaled(sample.features)), to: sample.labels,
      weights: reference.weights(sample.labels.count),
      context: TrainingContext())
    let model = try #require(classifier.model)
    reference.compare(model.coefficients, model.intercepts, summary.epochCount)
  }

  // MARK: Equivalences

  @Test(arguments: [2, 3]) func howSamplesAreStoredChangesRoundingOnly(classCount: Int) throws {
    let data = SmallData.clouds(classCount: classCount)
    for averaging in [Averaging.off, true] {
      let classifier = SGDClassifier<Int>(
        loss: .logistic, alpha: 0.01, averaging: averaging, maxEpochs: 20, seed: 1)
      let dense = try classifier.fitted(data.features, to: data.labels)
      let sparse = try classifier.fitted(CSRMatrix(data.features), to: data.labels)
      let coefficients = try #require(dense.model).coefficients.elements
      #expect(
        relativeDistance(try #require(sparse.model).coefficients.elements, coefficients) < 1e-11)
      #expect(try sparse.predict(data.features) == dense.predict(CSRMatrix(data.features)))
      #expect(dense.trainingState?.progress.epochCount == sparse.trainingState?.progress.epochCount)
      let single = data.features.converted(to: Float.self)
      let fromSingle = try classifier.fitted(single, to: data.labels)
      let exact = try classifier.fitted(single.converted(to: Double.self), to: data.labels)
      #expect(
        relativeDistance(
          try #require(fromSingle.model).coefficients.elements,
          try #require(exact.model).coefficients.elements) < 1e-11)
    }
  }

  @Test func aWeightOfTwoIsNotTwoVisitsButAStepTwiceAsLong() throws {
    var weighted = SGDClassifier<Int>(
      penalty: .none, learningRate: .constant, maxEpochs: 1, tolerance: nil,
      visitingOrder: .sequential, classes: [0, 1])
    var longer = weighted
    longer.initialLearningRate = 0.02
    let features = try Matrix(rows: [[1.0, -2]])
    try weighted.partialFit(features, to: [1], weights: [2], context: TrainingContext())
    try longer.partialFit(features, to: [1])
    #expect(weighted.model?.coefficients == longer.model?.coefficients)
  }

  @Test func aSampleOfWeightZeroTeachesNothing() throws {
    let data = SmallData.clouds(classCount: 2)
    var classifier = SGDClassifier<Int>(
      penalty: .none, learningRate: .constant, maxEpochs: 3, tolerance: nil,
      visitingOrder: .sequential)
    let half = data.labels.indices.map { $0 < 18 ? 1.0 : 0 }
    let all = try classifier.fit(data.features, to: data.labels, weights: half)
    let weighted = classifier.model
    try classifier.fit(data.features.selectingRows(0..<18), to: Array(data.labels[0..<18]))
    #expect(classifier.model?.coefficients == weighted?.coefficients)
    #expect(all.epochCount == 3)
  }

  // MARK: Behaviour

  @Test func learnsToTellCloudsApart() throws {
    for classCount in [2, 3, 5] {
      let data = SmallData.clouds(classCount: classCount, rowCount: 300, columnCount: 10)
      for loss in LinearLoss.allCases {
        let classifier = try SGDClassifier<Int>(
          loss: loss, alpha: 0.001, learningRate: .constant, averaging: true
        )
        .fitted(data.features, to: data.labels)
        #expect(
          try classifier.score(data.features, to: data.labels) > (classCount == 5 ? 0.7 : 0.85))
      }
    }
  }

  @Test func probabilitiesSumToOneAndFollowTheScores() throws {
    for classCount in [2, 3] {
      let data = SmallData.clouds(classCount: classCount)
      let classifier = try SGDClassifier<Int>(loss: .logistic, alpha: 0.01)
        .fitted(data.features, to: data.labels)
      let probabilities = try classifier.predictProbabilities(data.features)
      let predictions = try classifier.predict(data.features)
      #expect(probabilities.columnCount == classCount)
      for row in 0..<probabilities.rowCount {
        let share = Array(probabilities.row(row))
        #expect(abs(share.reduce(0, +) - 1) < 1e-12)
        #expect(share.firstIndex(of: share.max() ?? 0).map { $0 * 10 } == predictions[row])
      }
    }
  }

  @Test func theHingeLossHasNoProbabilities() throws {
    let data = SmallData.clouds(classCount: 2)
    let classifier = try SGDClassifier<Int>().fitted(data.features, to: data.labels)
    #expect(
      throws: EstimatorError.noProbabilities(estimator: "SGDClassifier", setting: "loss hinge")
    ) { try classifier.predictProbabilities(data.features) }
  }

  @Test func labelsMayBeOfAnyOrderedType() throws {
    let data = SmallData.clouds(classCount: 2)
    let names = data.labels.map { $0 == 0 ? "no" : "yes" }
    let classifier = try SGDClassifier<String>().fitted(data.features, to: names)
    #expect(classifier.model?.classes == ["no", "yes"])
    #expect(try Set(classifier.predict(data.features)).isSubset(of: ["no", "yes"]))
    let dates = data.labels.map { Date(timeIntervalSince1970: Double($0)) }
    #expect(try SGDClassifier<Date>().fitted(data.features, to: dates).model?.classes.count == 2)
  }

  @Test func declaredClassesMayBeMissingFromAPart() throws {
    let data = SmallData.clouds(classCount: 3)
    var classifier = SGDClassifier<Int>(classes: [20, 0, 10])
    let rows = data.labels.indices.filter { data.labels[$0] == 10 }
    try classifier.partialFit(
      data.features.selectingRows(rows), to: rows.map { data.labels[$0] })
    #expect(classifier.model?.classes == [0, 10, 20])
    #expect(classifier.model?.coefficients.rowCount == 3)
  }

  @Test func initialParametersAreWhereAFreshFitStarts() throws {
    let data = SmallData.clouds(classCount: 2)
    var first = SGDClassifier<Int>(learningRate: .constant, maxEpochs: 3, tolerance: nil)
    try first.fit(data.features, to: data.labels)
    let model = try #require(first.model)
    var context = TrainingContext()
    context.initialParameters = InitialParameters(
      coefficients: model.coefficients, intercepts: model.intercepts)
    var second = SGDClassifier<Int>(learningRate: .constant, maxEpochs: 3, tolerance: nil)
    try second.fit(data.features, to: data.labels, weights: nil, context: context)
    // The same as forgetting how training got there.
    first.reset(.trainingState)
    first.warmStart = true
    try first.fit(data.features, to: data.labels)
    #expect(second.model == first.model)

    var wrong = TrainingContext()
    wrong.initialParameters = InitialParameters(coefficients: Matrix(rowCount: 1, columnCount: 3))
    #expect(
      throws: EstimatorError.mismatchedInitialParameters(
        name: "coefficients", reason: "is 1 × 3, but must be 1 × 5")
    ) { try second.fit(data.features, to: data.labels, weights: nil, context: wrong) }
    #expect(throws: EstimatorError.self) {
      second.warmStart = true
      try second.fit(data.features, to: data.labels, weights: nil, context: context)
    }
  }

  @Test func resettingTheOptimizerKeepsPredictionsUntilTrainingGoesOn() throws {
    let data = SmallData.clouds(classCount: 3)
    var classifier = SGDClassifier<Int>(averaging: true, maxEpochs: 4)
    try classifier.fit(CSRMatrix(data.features), to: data.labels)
    let before = classifier.model
    try classifier.reset(.optimizer)
    #expect(classifier.model == before)
    let copy = try SGDClassifier<Int>(ModelFile.decode(ModelFile.encode(classifier)))
    #expect(copy.model == before)
    #expect(copy.trainingState == classifier.trainingState)
    try classifier.partialFit(CSRMatrix(data.features), to: data.labels)
    #expect(classifier.model != before)
  }

  /// The pass fails in its second sample, after the first has changed what it touched.
  @Test func aFailedPassOverFewColumnsIsTakenBack() throws {
    var classifier = SGDClassifier<Int>(
      penalty: .l2, learningRate: .constant, initialLearningRate: 1e150, averaging: true,
      classes: [0, 1])
    func row(_ columns: [Int32], _ values: [Double]) throws -> CSRMatrix<Double> {
      try CSRMatrix(
        rowCount: 1, columnCount: 1000, rowOffsets: [0, columns.count], columns: columns,
        values: values)
    }
    classifier.initialLearningRate = 0.1
    for _ in 0..<3 { try classifier.partialFit(row([3, 900], [1, -1]), to: [1]) }
    let before = (classifier.model, classifier.trainingState)
    classifier.initialLearningRate = 1e300
    classifier.alpha = 0
    let error = #expect(throws: EstimatorError.self) {
      try classifier.partialFit(row([3, 500, 900], [1e100, 1, -1e100]), to: [0])
    }
    guard case .diverged(epoch: 1, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect((classifier.model, classifier.trainingState) == before)
  }
}
