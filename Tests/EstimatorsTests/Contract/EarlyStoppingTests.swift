import Estimators
import LinearAlgebra
import Testing

/// What early stopping leaves, what goes on from it, and what it cannot tell.
@Suite struct EarlyStoppingTests {
  private let clouds = SmallData.clouds(classCount: 3)
  private let plane = SmallData.plane(rowCount: 40)

  /// Numbers that features say nothing of: the longer a network learns them, the worse it gets.
  private var noise: Matrix<Double> {
    Matrix(unchecked: plane.target.elements.reversed(), rowCount: 40, columnCount: 1)
  }

  // MARK: What is seen is what continues

  @Test(arguments: [NetworkSolver.adam, .sgd], Precision.allCases)
  func aPassOfNoLengthLeavesTheBestNetwork(solver: NetworkSolver, precision: Precision) throws {
    var regressor = MLPRegressor(
      hiddenLayerSizes: [5], solver: solver, initialLearningRate: 0.1, maxEpochs: 25,
      tolerance: nil, earlyStopping: true, validationFraction: 0.5, momentum: 0,
      precision: precision)
    try regressor.fit(plane.features, to: noise)
    let history = try #require(regressor.trainingState?.progress.history)
    // The last epoch is not the best, or there is nothing to show.
    try #require(history.scores.last != history.scores.max())
    let best = try #require(regressor.model)
    let copy = try MLPRegressor(ModelFile.decode(ModelFile.encode(regressor)))
    for var continued in [regressor, copy] {
      continued.initialLearningRate = 1e-300
      try continued.partialFit(plane.features, to: noise)
      #expect(continued.model?.layers == best.layers)
    }
    // On the same data a budget that ran out goes on from where it ended.
    var (parts, whole) = (regressor, regressor)
    (parts.warmStart, parts.maxEpochs) = (true, 5)
    try parts.fit(plane.features, to: noise)
    whole.maxEpochs = 30
    try whole.fit(plane.features, to: noise)
    #expect(parts.model == whole.model)
    #expect(parts.trainingState == whole.trainingState)
    // On other data it goes on from what is seen.
    var other = regressor
    (other.warmStart, other.maxEpochs, other.initialLearningRate) = (true, 1, 1e-300)
    let changed = noise.elements.map { $0 + 1 }
    try other.fit(plane.features, to: changed)
    #expect(other.model?.layers == best.layers)
  }

  @Test func aFiredRuleLeavesTheBestEpoch() throws {
    var classifier = SGDClassifier<Int>(
      loss: .logistic, learningRate: .constant, initialLearningRate: 0.3, maxEpochs: 50,
      patience: 4, earlyStopping: true, validationFraction: 0.3)
    let summary = try classifier.fit(clouds.features, to: clouds.labels)
    #expect(summary.stopReason == .stoppingRule)
    let progress = try #require(classifier.trainingState?.progress)
    let best =
      1 + (try #require(progress.history.scores.firstIndex(of: progress.history.scores.max() ?? 0)))
    #expect(progress.history.scores.count == summary.epochCount)
    #expect(best < summary.epochCount)
    #expect(progress.epochCount == best)
    #expect(progress.schedule.clock == best * (36 - 11))
    var short = classifier
    short.maxEpochs = best
    try short.fit(clouds.features, to: clouds.labels)
    #expect(short.model == classifier.model)
    #expect(short.trainingState?.progress.orderCount == progress.orderCount)
    // So the next pass is the same for both.
    try short.partialFit(clouds.features, to: clouds.labels)
    try classifier.partialFit(clouds.features, to: clouds.labels)
    #expect(short.model == classifier.model)
  }

  @Test func limitedMemoryBFGSGoesOnFromItsBestEpochToo() throws {
    var regressor = MLPRegressor(
      hiddenLayerSizes: [8], activation: .tanh, solver: .lbfgs, alpha: 0, maxEpochs: 60,
      tolerance: nil, earlyStopping: true, validationFraction: 0.5, warmStart: true)
    try regressor.fit(plane.features, to: plane.target)
    let scores = try #require(regressor.trainingState?.progress.history.scores)
    try #require(scores.last != scores.max())
    let best = try #require(regressor.model)
    // Other data: the first step starts from the best epoch, so its loss is that of the model.
    let weights = plane.target.elements.map { _ in 1.0 }
    let changed = plane.target.elements.map { $0 + 0.5 }
    regressor.maxEpochs = 1
    try regressor.fit(plane.features, to: changed, weights: weights)
    let rows = try regressor.heldOutRows(of: RegressionTarget(changed))
    let kept = (0..<40).filter { !rows.contains($0) }
    var alone = MLPRegressor(hyperparameters: regressor.hyperparameters)
    try alone.restore(model: best, trainingState: nil)
    let loss = try alone.loss(
      plane.features.selectingRows(kept), to: RegressionTarget(kept.map { changed[$0] }))
    let first = try #require(regressor.trainingState?.progress.history.losses.last)
    #expect(abs(first - loss) < 1e-9 * loss)
  }

  @Test func forgettingTheRuleKeepsWhatIsSeen() throws {
    var regressor = MLPRegressor(
      hiddenLayerSizes: [5], initialLearningRate: 0.1, maxEpochs: 25, tolerance: nil,
      earlyStopping: true, validationFraction: 0.5)
    try regressor.fit(plane.features, to: plane.target)
    let best = try #require(regressor.model)
    try regressor.reset(.stoppingRule)
    #expect(regressor.model == best)
    regressor.initialLearningRate = 1e-300
    (regressor.warmStart, regressor.maxEpochs) = (true, 1)
    try regressor.fit(plane.features, to: plane.target)
    #expect(regressor.model?.layers == best.layers)
  }

  // MARK: What cannot be scored

  private func refuse(_ what: String, _ call: () throws -> Void) {
    let error = #expect(throws: EstimatorError.self) { try call() }
    #expect(error?.description.contains(what) == true, "\(String(describing: error))")
    #expect(error?.description.contains("switch earlyStopping off") == true)
  }

  @Test func heldOutSamplesThatDoNotCountAreRefused() throws {
    var sgd = SGDRegressor(earlyStopping: true)
    var network = MLPRegressor(hiddenLayerSizes: [2], earlyStopping: true)
    let target = plane.target.elements
    let held = Set(try sgd.heldOutRows(of: target))
    let none = (0..<40).map { held.contains($0) ? 0.0 : 1 }
    var one = none
    one[try #require(held.first)] = 1
    for weights in [none, one] {
      refuse("fewer than two held-out samples") {
        try sgd.fit(plane.features, to: target, weights: weights, context: TrainingContext())
      }
      refuse("fewer than two held-out samples") {
        try network.fit(plane.features, to: target, weights: weights)
      }
    }
    let constant = target.indices.map { held.contains($0) ? 3.25 : target[$0] }
    refuse("does not vary") { try sgd.fit(plane.features, to: constant) }
    refuse("does not vary") { try network.fit(plane.features, to: constant) }
    // One of several targets may be constant.
    let two = Matrix(
      unchecked: zip(target, constant).flatMap { [$0, $1] }, rowCount: 40, columnCount: 2)
    try network.fit(plane.features, to: two)
    #expect(sgd.model == nil)
    // Rows that do count, and vary, are scored.
    var most = [Double](repeating: 0, count: 40)
    for row in held.prefix(2) { most[row] = 1 }
    most[(0..<40).first { !held.contains($0) } ?? 0] = 1
    try sgd.fit(plane.features, to: target, weights: most, context: TrainingContext())
    #expect(sgd.bestHeldOutScore != nil)
  }

  @Test func aClassWithoutASampleThatCountsIsRefused() throws {
    var sgd = SGDClassifier<Int>(earlyStopping: true, validationFraction: 0.25)
    var network = MLPClassifier<Int>(
      hiddenLayerSizes: [2], earlyStopping: true, validationFraction: 0.25)
    let held = try sgd.heldOutRows(of: clouds.labels)
    let weights = clouds.labels.indices.map {
      clouds.labels[$0] == 10 && held.contains($0) ? 0.0 : 1
    }
    for (features, labels, weights, what) in [
      (clouds.features, clouds.labels, weights as [Double]?, "held-out samples of class 10"),
      (
        try Matrix(rows: (0..<20).map { [Double($0)] }), Array(0..<20), nil, "every sample of class"
      ),
    ] {
      refuse(what) {
        try sgd.fit(features, to: labels, weights: weights, context: TrainingContext())
      }
      refuse(what) {
        try network.fit(features, to: labels, weights: weights, context: TrainingContext())
      }
    }
    // Whatever else of a class does not count is no matter.
    let few = clouds.labels.indices.map { clouds.labels[$0] == 10 && $0 % 2 == 0 ? 0.0 : 1 }
    if held.contains(where: { clouds.labels[$0] == 10 && few[$0] > 0 }) {
      try sgd.fit(clouds.features, to: clouds.labels, weights: few, context: TrainingContext())
    }
  }

  @Test func setsOfLabelsThatDoNotCountAreRefused() throws {
    var network = MLPMultilabelClassifier<Int>(hiddenLayerSizes: [2], earlyStopping: true)
    let sets = clouds.labels.map { Set([$0, 10]) }
    let held = try network.heldOutRows(of: sets)
    refuse("all have weight 0") {
      try network.fit(
        clouds.features, to: sets, weights: (0..<36).map { held.contains($0) ? 0 : 1 },
        context: TrainingContext())
    }
  }

  @Test func ownValidationDataThatSayNothingAreRefused() throws {
    var network = MLPRegressor(hiddenLayerSizes: [2], earlyStopping: true)
    for rows in [[0], [0, 0]] {
      refuse(rows.count == 1 ? "fewer than two" : "does not vary") {
        try network.fit(
          plane.features, to: RegressionTarget(plane.target),
          validation: (
            plane.features.selectingRows(rows), RegressionTarget(plane.target.selectingRows(rows))
          ))
      }
    }
  }

  /// Which rows are held out follows from the labels of the call alone.
  @Test func heldOutRowsAreToldForWhateverFitAccepts() throws {
    var classifier = SGDClassifier<Int>(
      maxEpochs: 2, earlyStopping: true, classes: [0, 10], unknownLabels: .extend)
    let rows = try classifier.heldOutRows(of: clouds.labels)
    try classifier.fit(clouds.features, to: clouds.labels)
    let held = rows.map { clouds.labels[$0] }
    let best = try #require(classifier.bestHeldOutScore)
    #expect(try classifier.score(clouds.features.selectingRows(rows), to: held) == best)
    // A fresh fit takes other labels, so they are told too.
    var other = SGDClassifier<Int>(maxEpochs: 2, earlyStopping: true)
    try other.fit(clouds.features, to: clouds.labels)
    let renamed = clouds.labels.map { $0 + 100 }
    #expect(try other.heldOutRows(of: renamed) == rows)
    try other.fit(clouds.features, to: renamed)
  }
}
