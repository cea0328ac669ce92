import Estimators
import LinearAlgebra
import Testing

/// Linear models by stochastic gradient descent where numbers are many, large, small or few.
@Suite struct StochasticGradientRangeTests {
  private func pairs(_ count: Int) throws -> (features: Matrix<Double>, labels: [Int]) {
    let rows = (0..<count).map { [Double($0) / Double(count), Double($0 % 17)] }
    return (try Matrix(rows: rows), Array(0..<count))
  }

  // MARK: Many classes

  /// Of 2^n for n classes, the product under the logarithm goes beyond the range of doubles for 1024:
  /// it is settled before.
  @Test(arguments: [205, 256, 260, 600, 1100], [1, 3]) func manyClassesDoNotDiverge(
    classCount: Int, batchSize: Int
  ) throws {
    let data = try pairs(classCount)
    for precision in Precision.allCases {
      let classifier = SGDClassifier<Int>(
        loss: .logistic, learningRate: .constant, initialLearningRate: 0.001,
        batchSize: batchSize, maxEpochs: 2, precision: precision)
      let dense = try classifier.fitted(data.features, to: data.labels)
      let sparse = try classifier.fitted(CSRMatrix(data.features), to: data.labels)
      let loss = try #require(dense.trainingState?.progress.history.losses.first)
      // From zero, each of the problems loses log 2 at first, and less soon.
      #expect(loss > 0.01 && loss < 0.7)
      let other = try #require(sparse.trainingState?.progress.history.losses.first)
      #expect(abs(loss - other) < 1e-4)
    }
  }

  // MARK: Small losses

  /// log(1 + e⁻ᶻ) to the last digit, from mpmath: `mp.log1p(mp.exp(-z))`.
  @Test(
    arguments: [
      (1.0, 0.31326168751822286), (20, 2.061153620314381e-09), (36.7, 1.1518409493076095e-16),
      (37, 8.533047625744066e-17), (100, 3.720075976020836e-44), (700, 9.859676543759770e-305),
      (-50, 50),
    ]) func theLogisticLossKeepsItsDigits(margin: Double, loss: Double) throws
  {
    var classifier = SGDClassifier<Int>(
      loss: .logistic, penalty: .none, learningRate: .constant, maxEpochs: 1, tolerance: nil,
      classes: [0, 1])
    var context = TrainingContext()
    context.initialParameters = InitialParameters(
      coefficients: try Matrix(rows: [[1.0]]), intercepts: [0])
    classifier.initialLearningRate = 1e-300
    try classifier.fit(
      Matrix(rows: [[margin]]), to: [1], weights: nil, context: context)
    let actual = try classifier.loss(Matrix(rows: [[margin]]), to: [1])
    #expect(abs(actual - loss) <= 4e-16 * loss, "\(actual)")
    // Training counts it too; below e^-600 as that.
    let trained = try #require(classifier.trainingState?.progress.history.losses.first)
    #expect(abs(trained - loss) <= (margin < 600 ? 1e-13 * loss + 1e-18 : 1e-260), "\(trained)")
  }

  // MARK: Rates

  /// 1 / (alpha · (t₀ + t − 1)) with t₀ = alpha^(−3/4): at the first step alpha^(−1/4).
  @Test(arguments: [1e-8, 1e-4, 1, 1e6, 1e9, 1e22, 1e30]) func theOptimalRateKeepsItsDigits(
    alpha: Double
  ) throws {
    var classifier = SGDClassifier<Int>(
      loss: .logistic, penalty: .none, alpha: alpha, visitingOrder: .sequential, classes: [0, 1])
    try classifier.partialFit(Matrix(rows: [[0.0]]), to: [1])
    let first = try #require(classifier.trainingState?.progress.history.learningRates.first)
    let expected = (1 / alpha).squareRoot().squareRoot()
    #expect(abs(first - expected) < 1e-14 * expected)
    try classifier.partialFit(Matrix(rows: [[0.0]]), to: [1])
    let second = try #require(classifier.trainingState?.progress.history.learningRates.first)
    let next = 1 / (alpha * (1 / (expected * alpha) + 1))
    #expect(abs(second - next) < 1e-14 * next)
  }

  // MARK: Single precision

  /// The penalty shrinks by 1 − rate · alpha in each step: after n steps without a gradient by its
  /// n-th power, also where a float has no number between that factor and 1.
  @Test(arguments: [2e-8, 1e-8, 4e-8, 1e-7], [2, 40]) func theSquaredPenaltyIsNotRoundedAway(
    strength: Double, width: Int
  ) throws {
    let zeros = Matrix<Double>(rowCount: 1000, columnCount: width)
    for features in [zeros as any FeatureMatrix, CSRMatrix(zeros)] {
      var regressor = SGDRegressor(
        loss: .epsilonInsensitive, alpha: strength / 0.01, epsilon: 1, learningRate: .constant,
        initialLearningRate: 0.01, maxEpochs: 1000, tolerance: nil, precision: .single)
      var context = TrainingContext()
      context.initialParameters = InitialParameters(
        coefficients: Matrix(rowCount: 1, columnCount: width, repeating: 0.75))
      try regressor.fit(
        features, to: [Double](repeating: 0, count: 1000), weights: nil, context: context)
      // (1 − s)^n = exp(n log(1 − s)), and log(1 − s) = −s − s²/2 to 16 digits.
      let expected = 0.75 * exponential(-1e6 * (strength + strength * strength / 2))
      for coefficient in try #require(regressor.model).coefficients.elements {
        #expect(abs(coefficient - expected) < 1e-6 * expected, "\(coefficient) \(expected)")
      }
    }
  }

  /// e^x of a small x by its series.
  private func exponential(_ x: Double) -> Double {
    (1...30).reversed().reduce(1) { 1 + x * $0 / Double($1) }
  }

  @Test func whatIsPresentedIsWhatIsSaved() throws {
    let data = SmallData.clouds(classCount: 3)
    for averaging in [Averaging.off, true] {
      var classifier = try SGDClassifier<Int>(
        loss: .logistic, alpha: 0.01, averaging: averaging, maxEpochs: 3, precision: .single
      ).fitted(CSRMatrix(data.features), to: data.labels)
      let model = try #require(classifier.model)
      #expect(model.coefficients.elements.allSatisfy { Double(Float($0)) == $0 })
      let read = try SGDClassifier<Int>(ModelFile.decode(ModelFile.encode(classifier)))
      #expect(
        try read.decisionFunction(data.features) == classifier.decisionFunction(data.features))
      classifier.reset(.trainingState)
      #expect(classifier.model?.coefficients == model.coefficients)
    }
  }

  // MARK: Beyond the range

  @Test func aNumberThatSinglePrecisionCannotHoldIsNamed() throws {
    let features = try Matrix(rows: [[1.0, 2], [3, 1e39]], featureNames: ["a", "b"])
    let expected =
      "Row 1, column 1 (b) is 1e+39, which single precision cannot hold. Scale it down, or "
      + "set precision to double and fit afresh."
    func refuse(_ call: () throws -> Void) {
      let error = #expect(throws: EstimatorError.self) { try call() }
      #expect(error?.description == expected)
    }
    for features in [features as any FeatureMatrix, CSRMatrix(features)] {
      var classifier = SGDClassifier<Int>(precision: .single)
      var regressor = SGDRegressor(precision: .single)
      var network = MLPRegressor(hiddenLayerSizes: [2], precision: .single)
      refuse { try classifier.fit(features, to: [0, 1]) }
      refuse { try regressor.partialFit(features, to: [0, 1]) }
      refuse { try network.fit(features, to: [0.0, 1]) }
      #expect(classifier.model == nil && regressor.model == nil && network.model == nil)
    }
    let small = try Matrix(rows: [[1.0, 2], [3, 4]])
    var regressor = SGDRegressor(precision: .single)
    #expect(
      throws: EstimatorError.beyondSinglePrecision(place: "The target of row 1", value: -1e300)
    ) { try regressor.fit(small, to: [0, -1e300]) }
    #expect(throws: EstimatorError.beyondSinglePrecision(place: "The weight of row 0", value: 1e50))
    {
      try regressor.fit(
        small, to: [0, 1], weights: [1e50, 1], context: TrainingContext())
    }
  }

  @Test func aPredictionBeyondTheRangeIsNamed() throws {
    let small = try Matrix(rows: [[1.0, 2], [3, 4], [5, 7]])
    let large = try Matrix(rows: [[1.0, 2], [1.5e308, 1.5e308]])
    let row = EstimatorError.nonFinitePrediction(row: 1, output: 0)
    let regressor = try SGDRegressor(maxEpochs: 200).fitted(small, to: [10, 20, 40])
    #expect(throws: row) { try regressor.predict(large) }
    #expect(throws: row) { try regressor.predict(CSRMatrix(large)) }
    #expect(throws: row) { try regressor.score(large, to: [1, 2]) }
    #expect(throws: row) { try regressor.loss(large, to: [1, 2]) }
    let classifier = try SGDClassifier<Int>().fitted(small, to: [0, 1, 1])
    #expect(throws: row) { try classifier.predict(large) }
    #expect(throws: row) { try classifier.loss(large, to: [1, 0]) }
    var regression = LinearRegression()
    try regression.fit(small, to: [10, 20, 40])
    #expect(throws: row) { try regression.predict(large) }
    var pipeline = StandardScaler(withStd: false).appending(SGDRegressor(maxEpochs: 200))
    try pipeline.fit(small, to: [10, 20, 40])
    #expect(throws: row) { try pipeline.predict(large) }
  }

  /// What is finite inside may not be as it is presented: then the call is refused, for it could be
  /// neither saved nor predicted with.
  @Test func whatCannotBePresentedIsRefused() throws {
    var classifier = SGDClassifier<Int>(
      penalty: .none, learningRate: .constant, initialLearningRate: 1e308, averaging: true,
      maxEpochs: 1, tolerance: nil, visitingOrder: .sequential, classes: [0, 1])
    for _ in 0..<8 {
      let before = classifier
      do {
        try classifier.partialFit(
          CSRMatrix(Matrix(rows: [[1.0, 0], [0, -1], [0, 0]])), to: [1, 0, 1])
      } catch {
        #expect(classifier.model == before.model)
        #expect(classifier.trainingState == before.trainingState)
      }
      guard let model = classifier.model else { continue }
      #expect(model.coefficients.elements.allSatisfy { $0.isFinite })
      #expect(model.intercepts.allSatisfy { $0.isFinite })
      #expect(
        try SGDClassifier<Int>(ModelFile.decode(ModelFile.encode(classifier))).model == model)
    }
  }

  // MARK: The undoing of a pass

  @Test(arguments: [LinearPenalty.l2, .l1, .elasticNet], [Averaging.off, true])
  func aCancelledPassOverRowsOfNothingIsTakenBack(
    penalty: LinearPenalty, averaging: Averaging
  ) throws {
    let data = SmallData.clouds(classCount: 2, columnCount: 100)
    var classifier = SGDClassifier<Int>(
      loss: .logistic, penalty: penalty, alpha: 0.01, averaging: averaging, classes: [0, 10])
    var regressor = SGDRegressor(penalty: penalty, alpha: 0.01, averaging: averaging)
    for start in [0, 12] {
      let rows = Array(start..<start + 12)
      let part = CSRMatrix(data.features.selectingRows(rows))
      try classifier.partialFit(part, to: rows.map { data.labels[$0] })
      try regressor.partialFit(part, to: rows.map { Double(data.labels[$0]) })
    }
    let before = (classifier.model, classifier.trainingState, regressor.trainingState)
    let nothing = CSRMatrix(Matrix<Double>(rowCount: 3, columnCount: 100))
    let one = CSRMatrix(data.features.selectingRows([0]))
    var cancelled = TrainingContext()
    cancelled.isCancelled = { true }
    for rows in [nothing, one] {
      let count = rows.rowCount
      #expect(throws: EstimatorError.cancelled) {
        try classifier.partialFit(
          rows, to: [Int](repeating: 10, count: count), weights: nil, context: cancelled)
      }
      #expect(throws: EstimatorError.cancelled) {
        try regressor.partialFit(
          rows, to: [Double](repeating: 1, count: count), weights: nil, context: cancelled)
      }
      #expect(classifier.model == before.0)
      #expect(classifier.trainingState == before.1)
      #expect(regressor.trainingState == before.2)
    }
    // And what is there can still be looked at and trained.
    try classifier.partialFit(nothing, to: [0, 10, 0])
    try regressor.partialFit(nothing, to: [0, 1, 0])
    #expect(classifier.model != nil && regressor.model != nil)
  }

  // MARK: The loss of a model

  @Test func theWidthOfALossIsThatOfTheModel() throws {
    let plane = SmallData.plane()
    let regressor = try SGDRegressor(loss: .huber, epsilon: 0.5, maxEpochs: 5)
      .fitted(plane.features, to: plane.target.elements)
    var changed = regressor
    changed.epsilon = 3
    let loss = try regressor.loss(plane.features, to: plane.target.elements)
    #expect(try changed.loss(plane.features, to: plane.target.elements) == loss)
    let read = try SGDRegressor(ModelFile.decode(ModelFile.encode(changed)))
    #expect(try read.loss(plane.features, to: plane.target.elements) == loss)
    #expect(read.model?.epsilon == 0.5)
  }
}
