import Estimators
import LinearAlgebra
import Testing

/// What the settings of the linear models by stochastic gradient descent do, one by one.
@Suite struct StochasticGradientSettingsTests {
  private let data = SmallData.clouds(classCount: 3)

  /// A classifier that visits in order and does not stop by itself.
  private func classifier(_ change: (inout SGDClassifier<Int>) -> Void = { _ in })
    -> SGDClassifier<Int>
  {
    var classifier = SGDClassifier<Int>(
      loss: .logistic, alpha: 0.01, learningRate: .constant, initialLearningRate: 0.1,
      maxEpochs: 3, tolerance: nil, visitingOrder: .sequential)
    change(&classifier)
    return classifier
  }

  // MARK: Weights

  @Test func aClassWeightIsTheWeightOfItsSamplesInItsProblem() throws {
    let two = SmallData.clouds(classCount: 2)
    let weighted = try classifier { $0.classWeight = .given([10: 3]) }
      .fitted(two.features, to: two.labels)
    var bySample = classifier()
    try bySample.fit(two.features, to: two.labels, weights: two.labels.map { $0 == 10 ? 3 : 1 })
    #expect(weighted.model == bySample.model)
    #expect(weighted.model != (try classifier().fitted(two.features, to: two.labels).model))
  }

  @Test func balancedClassesCountTheSame() throws {
    let rows = (0..<36).filter { $0 % 3 != 2 || $0 < 12 }
    let features = data.features.selectingRows(rows)
    let labels = rows.map { data.labels[$0] }
    // 12, 12 and 4 samples of three classes.
    let weights: [Int: Double] = [0: 28.0 / 36, 10: 28.0 / 36, 20: 28.0 / 12]
    let balanced = try classifier { $0.classWeight = .balanced }.fitted(features, to: labels)
    let given = try classifier { $0.classWeight = .given(weights) }.fitted(features, to: labels)
    #expect(balanced.model == given.model)
    var inParts = classifier { $0.classWeight = .balanced }
    #expect(throws: EstimatorError.self) { try inParts.partialFit(features, to: labels) }
  }

  // MARK: New classes

  @Test(arguments: [Averaging.off, true]) func aNewClassLeavesTheOldOnesAsTheyAre(
    averaging: Averaging
  ) throws {
    let two = SmallData.clouds(classCount: 2)
    var growing = classifier {
      $0.unknownLabels = .extend
      $0.averaging = averaging
    }
    try growing.fit(two.features, to: two.labels)
    let before = try #require(growing.model)
    var refusing = growing
    refusing.unknownLabels = .error
    #expect(throws: EstimatorError.unknownLabel(row: 0, label: "5", classes: ["0", "10"])) {
      try refusing.partialFit(two.features.selectingRows([0]), to: [5])
    }
    // A step of no length: what is there after it is what there was.
    growing.initialLearningRate = 1e-300
    growing.penalty = .none
    try growing.partialFit(two.features.selectingRows([0]), to: [5])
    let after = try #require(growing.model)
    #expect(after.classes == [0, 5, 10])
    let old = before.coefficients.elements
    let share = averaging == .off ? 1.0 : 108.0 / 109
    for column in 0..<5 {
      #expect(after.coefficients[0, column] == -after.coefficients[2, column])
      #expect(abs(after.coefficients[1, column]) < 1e-290)
      #expect(abs(after.coefficients[2, column] - old[column]) <= abs(old[column]) * (1.01 - share))
    }
    // And it can be learned.
    growing.initialLearningRate = 0.1
    growing.warmStart = true
    growing.maxEpochs = 30
    try growing.fit(data.features, to: data.labels.map { $0 == 20 ? 5 : $0 })
    #expect(growing.model?.classes == [0, 5, 10])
    #expect(try growing.score(data.features, to: data.labels.map { $0 == 20 ? 5 : $0 }) > 0.7)
  }

  // MARK: Early stopping

  @Test func earlyStoppingLeavesTheBestParameters() throws {
    var stopping = classifier {
      $0.earlyStopping = true
      $0.maxEpochs = 40
      $0.tolerance = 1e-3
      $0.patience = 4
      $0.validationFraction = 0.3
    }
    let summary = try stopping.fit(data.features, to: data.labels)
    let history = try #require(stopping.trainingState?.progress.history)
    #expect(summary.stopReason == .stoppingRule)
    #expect(history.scores.count == summary.epochCount)
    let best = try #require(history.scores.max())
    #expect(stopping.bestHeldOutScore == best)
    // The model is that of the first epoch with that score: the same rows, as many epochs.
    let rows = try stopping.heldOutRows(of: data.labels)
    #expect(rows.count == 11)
    let held = rows.map { data.labels[$0] }
    #expect(try stopping.score(data.features.selectingRows(rows), to: held) == best)
    var short = stopping
    short.maxEpochs = 1 + (try #require(history.scores.firstIndex(of: best)))
    try short.fit(data.features, to: data.labels)
    #expect(short.model == stopping.model)
  }

  // MARK: Batches

  @Test func aStepOfABatchIsTheMeanOfTheStepsOfItsSamples() throws {
    let start = InitialParameters(
      coefficients: try Matrix(rows: [[0.1, -0.2, 0.3, 0, 0.5]]), intercepts: [0.25])
    let two = SmallData.clouds(classCount: 2)
    var context = TrainingContext()
    context.initialParameters = start
    func moved(_ rows: [Int], batchSize: Int) throws -> [Double] {
      var one = classifier {
        $0.batchSize = batchSize
        $0.penalty = .none
        $0.classes = [0, 10]
      }
      try one.partialFit(
        two.features.selectingRows(rows), to: rows.map { two.labels[$0] }, weights: nil,
        context: context)
      let model = try #require(one.model)
      return model.coefficients.elements + model.intercepts
    }
    let together = try moved([0, 1, 2], batchSize: 3)
    let single = try [0, 1, 2].map { try moved([$0], batchSize: 1) }
    for index in together.indices {
      let mean = (single[0][index] + single[1][index] + single[2][index]) / 3
      #expect(abs(together[index] - mean) < 1e-15)
    }
  }

  // MARK: Penalties

  @Test func theAverageWithAnAbsolutePenaltyIsTheMeanOfTheIterates() throws {
    let two = SmallData.clouds(classCount: 2)
    for storage in [two.features as any FeatureMatrix, CSRMatrix(two.features)] {
      func check(_ features: some FeatureMatrix) throws {
        let settings: (inout SGDClassifier<Int>) -> Void = {
          $0.penalty = .l1
          $0.classes = [0, 10]
        }
        var plain = classifier(settings)
        var averaged = classifier(settings)
        averaged.averaging = true
        // Before the penalty takes its share: a step without penalty from where the last one ended.
        var sum = [Double](repeating: 0, count: 5)
        for row in 0..<36 {
          let (sample, label) = (features.selectingRows([row]), [two.labels[row]])
          var unpenalized = plain
          unpenalized.penalty = .none
          try unpenalized.partialFit(sample, to: label)
          let iterate = try #require(unpenalized.model).coefficients.elements
          for column in 0..<5 { sum[column] += iterate[column] }
          try plain.partialFit(sample, to: label)
        }
        try averaged.partialFit(features, to: two.labels)
        let mean = try #require(averaged.model).coefficients.elements
        #expect(relativeDistance(mean, sum.map { $0 / 36 }) < 1e-13)
      }
      try check(storage)
    }
  }

  @Test func anAbsolutePenaltyLeavesZeros() throws {
    var sparse = classifier {
      $0.penalty = .l1
      $0.alpha = 0.1
      $0.maxEpochs = 20
    }
    try sparse.fit(data.features, to: data.labels)
    let coefficients = try #require(sparse.model).coefficients.elements
    #expect(coefficients.contains(0))
    #expect(coefficients.contains { $0 != 0 })
  }

  // MARK: Precision

  @Test func singlePrecisionHoldsSinglePrecision() throws {
    let single = try classifier { $0.precision = .single }
      .fitted(data.features.converted(to: Float.self), to: data.labels)
    let double = try classifier().fitted(data.features, to: data.labels)
    let model = try #require(single.model)
    #expect(model.coefficients.elements.allSatisfy { Double(Float($0)) == $0 })
    #expect(model.archive["coefficients"]?.elementType == .float32)
    let distance = relativeDistance(
      model.coefficients.elements, try #require(double.model).coefficients.elements)
    #expect(distance < 1e-4)
    #expect(distance > 1e-9)
  }

  // MARK: Probabilities

  @Test func theModifiedHuberLossHasProbabilities() throws {
    let two = SmallData.clouds(classCount: 2)
    let fitted = try classifier {
      $0.hyperparameters.loss = .modifiedHuber
      $0.initialLearningRate = 0.01
    }.fitted(two.features, to: two.labels)
    let scores = try fitted.decisionFunction(two.features)
    let probabilities = try fitted.predictProbabilities(two.features)
    for row in 0..<36 {
      #expect(probabilities[row, 1] == (min(1, max(-1, scores[row, 0])) + 1) / 2)
      #expect(abs(probabilities[row, 0] + probabilities[row, 1] - 1) < 1e-15)
    }
  }

  // MARK: Bad input

  @Test func stepsThatAreTooLongAreNoticedAndTakenBack() throws {
    for batchSize in [1, 4] {
      for features in [data.features as any FeatureMatrix, CSRMatrix(data.features)] {
        var one = classifier {
          $0.hyperparameters.loss = .squaredHinge
          $0.batchSize = batchSize
        }
        try one.partialFit(features, to: data.labels)
        let before = (one.model, one.trainingState)
        one.initialLearningRate = 1e300
        let error = #expect(throws: EstimatorError.self) {
          try one.partialFit(features, to: data.labels)
        }
        #expect(error?.description.contains("Lower initialLearningRate") == true)
        #expect(one.model == before.0)
        #expect(one.trainingState == before.1)
      }
    }
  }

  @Test func columnsInAnyOrderAreTheSameSamples() throws {
    let ordered = try CSRMatrix(
      rowCount: 2, columnCount: 3, rowOffsets: [0, 2, 4], columns: [0, 2, 1, 2],
      values: [1.0, 2, 3, 4])
    let unordered = try CSRMatrix(
      rowCount: 2, columnCount: 3, rowOffsets: [0, 2, 4], columns: [2, 0, 2, 1],
      values: [2.0, 1, 4, 3])
    #expect(
      try classifier().fitted(ordered, to: [0, 1]).model
        == classifier().fitted(unordered, to: [0, 1]).model)
    #expect(
      throws: LinearAlgebraError.invalidStructure(reason: "row 1 names column 2 twice")
    ) {
      try CSRMatrix(
        rowCount: 2, columnCount: 3, rowOffsets: [0, 2, 4], columns: [0, 1, 2, 2],
        values: [1.0, 2, 3, 4])
    }
  }

  @Test func settingsThatDoNotFitTogetherAreRefused() {
    for change: (inout SGDClassifier<Int>) -> Void in [
      { $0.learningRate = .passiveAggressive1 },
      {
        $0.learningRate = .optimal
        $0.alpha = 0
      },
      { $0.classWeight = .given([7: 2]) }, { $0.classWeight = .given([0: -1]) },
      { $0.batchSize = 0 }, { $0.l1Ratio = 1.5 }, { $0.validationFraction = 1 },
    ] {
      var one = classifier(change)
      #expect(throws: EstimatorError.self) { try one.fit(data.features, to: data.labels) }
      #expect(one.model == nil)
    }
  }
}
