import EstimatorChecks
import Estimators
import LinearAlgebra
import Testing

/// All twelve laws, for every estimator and the settings that training depends on.
@Suite struct LawTests {
  // MARK: Stochastic gradient descent

  /// Every loss with every penalty and rate, each twice: with the rest of the settings taken in
  /// turn, so that every pair of values meets many times.
  @Test(arguments: LinearLoss.allCases, LinearPenalty.allCases)
  func sgdClassifierKeepsAllLaws(loss: LinearLoss, penalty: LinearPenalty) throws {
    for turn in Turns(loss, penalty, passiveAggressiveLoss: .hinge) {
      let classCount = turn.pick(2, 3)
      let classifier = SGDClassifier<Int>(
        loss: loss, penalty: penalty, alpha: 0.1, l1Ratio: 0.4, learningRate: turn.rate,
        averaging: turn.pick(.off, .from(step: 20), .from(step: 1)),
        batchSize: turn.batchSize, maxEpochs: 5, tolerance: turn.pick(1e-3, nil, 1e-2), patience: 2,
        earlyStopping: turn.pick(false, true), precision: turn.pick(.double, .double, .single),
        classWeight: turn.pick(.none, .given([0: 2, 10: 0.5])),
        classes: (0..<classCount).map { $0 * 10 }, seed: 7)
      try check(
        classifier, classCount: classCount,
        storage: turn.pick(.dense, .sparse, .denseSingle, .sparse, .dense, .sparseSingle),
        chunkMultiple: turn.batchSize, scale: 0.2)
    }
  }

  @Test(
    arguments: LinearLoss.allCases.filter { $0.rawValue.contains("quared") && $0 != .squaredHinge }
      + [.huber, .epsilonInsensitive], LinearPenalty.allCases)
  func sgdRegressorKeepsAllLaws(loss: LinearLoss, penalty: LinearPenalty) throws {
    // Small enough for the large first steps of the optimal rate.
    let data = SmallData.plane(scale: 0.2)
    for turn in Turns(loss, penalty, passiveAggressiveLoss: .epsilonInsensitive) {
      var checks = LawChecks(
        SGDRegressor(
          loss: loss, penalty: penalty, alpha: 0.1, l1Ratio: 0.4, learningRate: turn.rate,
          averaging: turn.pick(.off, .from(step: 20), .from(step: 1)), batchSize: turn.batchSize,
          maxEpochs: 5, tolerance: turn.pick(1e-3, nil, 1e-2), patience: 2,
          earlyStopping: turn.pick(false, true), precision: turn.pick(.double, .double, .single),
          seed: 7), features: data.features, target: data.target.elements)
      checks.storage = turn.pick(.dense, .sparse, .denseSingle, .sparse, .dense, .sparseSingle)
      checks.chunkMultiple = turn.batchSize
      let outcomes = try checks.checkAll()
      #expect(Law.allCases.allSatisfy { outcomes[$0] == .holds })
    }
  }

  private func check<Tested: Classifier & IncrementalEstimator>(
    _ classifier: Tested, classCount: Int, storage: LawChecks<Tested>.Storage = .dense,
    chunkMultiple: Int = 1, scale: Double = 1, exempt: Set<Law> = []
  ) throws where Tested.Label == Int {
    let data = SmallData.clouds(classCount: classCount, scale: scale)
    var checks = LawChecks(
      classifier, features: data.features, labels: data.labels, unknownLabel: 77)
    checks.storage = storage
    checks.chunkMultiple = chunkMultiple
    let outcomes = try checks.checkAll()
    for law in Law.allCases {
      #expect((outcomes[law] == .holds) == !exempt.contains(law), "\(law)")
    }
  }

  @Test func aScaleThatShrinksToNothingKeepsAllLaws() throws {
    // alpha · rate = 0.5, 1 and 2: coefficients are halved, or cleared, in every step.
    for alpha in [0.5, 1, 2] {
      for storage in [LawChecks<SGDClassifier<Int>>.Storage.dense, .sparse] {
        let classifier = SGDClassifier<Int>(
          alpha: alpha, learningRate: .constant, initialLearningRate: 1, averaging: true,
          maxEpochs: 3, classes: [0, 10, 20])
        try check(classifier, classCount: 3, storage: storage)
      }
    }
  }

  // MARK: Networks

  /// Both solvers with every rate, each with the rest of the settings taken in turn.
  @Test(arguments: NetworkLearningRate.allCases, [NetworkSolver.adam, .sgd])
  func mlpClassifierKeepsAllLaws(rate: NetworkLearningRate, solver: NetworkSolver) throws {
    for (index, activation) in Activation.allCases.enumerated() {
      let turn = Turn(index: index + NetworkLearningRate.allCases.count)
      let classCount = turn.pick(2, 3)
      var classifier = MLPClassifier<Int>(
        hiddenLayerSizes: [6, 4], activation: activation, solver: solver, alpha: 0.01,
        batchSize: 7, learningRate: rate, initialLearningRate: 0.05,
        dropout: turn.pick([], [0.3], [0.2, 0.5]), maxEpochs: 5,
        tolerance: turn.pick(1e-4, nil, 0.05), patience: 2, earlyStopping: turn.pick(false, true),
        precision: turn.pick(.single, .double, .double),
        classWeight: turn.pick(.none, .given([0: 2, 10: 0.5])),
        classes: (0..<classCount).map { $0 * 10 }, seed: 7)
      classifier.frozenLayers = turn.pick([], [1], [0])
      classifier.rateMultipliers = turn.pick([], [0.5, 1, 2])
      classifier.decaySamples = 500
      classifier.warmUpSamples = 20
      try check(
        classifier, classCount: classCount, storage: turn.pick(.dense, .sparse, .denseSingle),
        chunkMultiple: 7, exempt: rate == .inverseScaling ? [.averaging, .chunks] : [.averaging])
    }
  }

  @Test(arguments: LawChecks<MLPClassifier<Int>>.Storage.allCases, Precision.allCases)
  func mlpClassifierKeepsAllLaws(
    storage: LawChecks<MLPClassifier<Int>>.Storage, precision: Precision
  ) throws {
    let classifier = MLPClassifier<Int>(
      hiddenLayerSizes: [], solver: .sgd, batchSize: 4, initialLearningRate: 0.1, nesterov: false,
      visitingOrder: .sequential, precision: precision, classes: [0, 10, 20])
    try check(
      classifier, classCount: 3, storage: storage, chunkMultiple: 4, exempt: [.averaging])
  }

  @Test(arguments: NetworkLearningRate.allCases, [NetworkSolver.adam, .sgd])
  func mlpRegressorKeepsAllLaws(rate: NetworkLearningRate, solver: NetworkSolver) throws {
    for (index, activation) in Activation.allCases.enumerated() {
      let turn = Turn(index: index + 2 * NetworkLearningRate.allCases.count)
      let data = SmallData.plane(targetCount: turn.pick(1, 2), scale: 0.2)
      var regressor = MLPRegressor(
        hiddenLayerSizes: [6, 4], activation: activation, solver: solver, alpha: 0.01,
        batchSize: 7, learningRate: rate, initialLearningRate: 0.01,
        dropout: turn.pick([], [0.3], [0.2, 0.5]), maxEpochs: 5,
        tolerance: turn.pick(1e-4, nil, 0.05), patience: 2, earlyStopping: turn.pick(false, true),
        precision: turn.pick(.single, .double, .double), seed: 7)
      regressor.decaySamples = 500
      regressor.warmUpSamples = 20
      var checks = LawChecks(
        regressor, features: data.features, target: RegressionTarget(data.target))
      checks.storage = turn.pick(.dense, .sparse, .denseSingle)
      checks.chunkMultiple = 7
      let outcomes = try checks.checkAll()
      for law in Law.allCases where law != .averaging {
        #expect((outcomes[law] == .holds) == (law != .chunks || rate != .inverseScaling), "\(law)")
      }
    }
  }

  @Test(arguments: Activation.allCases, Precision.allCases)
  func networksByLimitedMemoryBFGSKeepAllLaws(
    activation: Activation, precision: Precision
  ) throws {
    let turn = Turn(index: (Activation.allCases.firstIndex(of: activation) ?? 0) + 1)
    let classifier = MLPClassifier<Int>(
      hiddenLayerSizes: [4], activation: activation, solver: .lbfgs, alpha: 0.1, maxEpochs: 5,
      tolerance: turn.pick(1e-4, nil), earlyStopping: turn.pick(false, true, false),
      precision: precision, classes: [0, 10, 20], seed: 3)
    try check(
      classifier, classCount: 3, storage: turn.pick(.dense, .sparse),
      exempt: [.passes, .chunks, .averaging])
  }

  // MARK: One-pass learners

  @Test(arguments: LawChecks<LinearRegression>.Storage.allCases, [1, 3])
  func linearRegressionKeepsAllLaws(
    storage: LawChecks<LinearRegression>.Storage, targetCount: Int
  ) throws {
    let data = SmallData.plane(targetCount: targetCount)
    for (fitsIntercept, positive, forgettingFactor) in [
      (true, false, 1), (false, false, 1), (true, true, 1), (false, true, 1), (true, false, 0.9),
      (false, true, 0.5),
    ] {
      var checks = LawChecks(
        LinearRegression(
          fitsIntercept: fitsIntercept, positive: positive, forgettingFactor: forgettingFactor),
        features: data.features, target: RegressionTarget(data.target))
      checks.storage = storage
      let outcomes = try checks.checkAll()
      for law in Law.allCases {
        let isExempt = [.oneGoOrInParts, .honestEarlyStopping, .averaging].contains(law)
        #expect((outcomes[law] == .holds) == !isExempt, "\(law)")
      }
    }
  }

  @Test(arguments: LawChecks<Ridge>.Storage.allCases, [[0], [0.1, 3, 0]])
  func leastSquaresByIterationsKeepsAllLaws(
    storage: LawChecks<Ridge>.Storage, alpha: [Double]
  ) throws {
    let data = SmallData.plane(targetCount: alpha.count)
    for (fitsIntercept, maxEpochs) in [(true, 1000), (false, 2)] {
      var checks = LawChecks(
        Ridge(alpha: alpha, fitsIntercept: fitsIntercept, solver: .lsmr, maxEpochs: maxEpochs),
        features: data.features, target: RegressionTarget(data.target))
      checks.storage = storage
      let outcomes = try checks.checkAll()
      for law in Law.allCases {
        let isExempt = [
          .oneGoOrInParts, .passes, .chunks, .honestEarlyStopping, .averaging,
        ].contains(law)
        #expect((outcomes[law] == .holds) == !isExempt, "\(law)")
      }
    }
  }

  @Test(arguments: LawChecks<Ridge>.Storage.allCases, [[0.5], [0.1, 3, 0]])
  func ridgeKeepsAllLaws(storage: LawChecks<Ridge>.Storage, alpha: [Double]) throws {
    let data = SmallData.plane(targetCount: alpha.count)
    for (positive, forgettingFactor) in [(false, 1), (true, 1), (false, 0.9)] {
      var checks = LawChecks(
        Ridge(alpha: alpha, positive: positive, forgettingFactor: forgettingFactor),
        features: data.features,
        target: RegressionTarget(data.target))
      checks.storage = storage
      let outcomes = try checks.checkAll()
      for law in Law.allCases {
        let isExempt = [.oneGoOrInParts, .honestEarlyStopping, .averaging].contains(law)
        #expect((outcomes[law] == .holds) == !isExempt, "\(law)")
      }
    }
  }

  @Test(arguments: LawChecks<StandardScaler>.Storage.allCases)
  func standardScalerKeepsAllLaws(storage: LawChecks<StandardScaler>.Storage) throws {
    let isSparse = storage == .sparse || storage == .sparseSingle
    var checks = LawChecks(
      StandardScaler(withMean: !isSparse),
      features: SmallData.clouds(classCount: 3).features, target: NoTarget())
    checks.storage = storage
    let outcomes = try checks.checkAll()
    #expect(outcomes[.chunks] == .holds)
    #expect(outcomes[.passes] == .holds)
  }

  // MARK: Pipelines

  @Test(arguments: [Preprocessing.learning, .frozen])
  func pipelinesKeepAllLaws(preprocessing: Preprocessing) throws {
    let exempt: Set<Law> = preprocessing == .frozen ? [] : [.passes, .chunks, .averaging]
    try check(
      StandardScaler().appending(
        SGDClassifier<Int>(alpha: 0.01, maxEpochs: 5, classes: [0, 10, 20], seed: 3),
        preprocessing: preprocessing), classCount: 3, exempt: exempt)
    try check(
      StandardScaler().appending(
        MLPClassifier<Int>(
          hiddenLayerSizes: [5], batchSize: 6, maxEpochs: 5, classes: [0, 10], seed: 3),
        preprocessing: preprocessing), classCount: 2, chunkMultiple: 6,
      exempt: exempt.union([.averaging]))
  }

  @Test func pipelinesInPipelinesKeepAllLaws() throws {
    let scalers = StandardScaler(withStd: false).appending(StandardScaler(withMean: false))
    try check(
      scalers.appending(
        SGDClassifier<Int>(alpha: 0.01, maxEpochs: 5, classes: [0, 10]), preprocessing: .frozen),
      classCount: 2)
  }

  @Test func pipelinesOfOnePassLearnersKeepAllLaws() throws {
    let data = SmallData.plane(targetCount: 2)
    let checks = LawChecks(
      StandardScaler().appending(LinearRegression(), preprocessing: .frozen),
      features: data.features, target: RegressionTarget(data.target))
    try checks.checkAll()
  }
}

/// The learning rates that go with a loss, each twice, and a counter that the other settings
/// follow.
private struct Turns: Sequence, IteratorProtocol {
  var rate: LinearLearningRate
  private var index: Int
  private var left: [LinearLearningRate]

  init(_ loss: LinearLoss, _ penalty: LinearPenalty, passiveAggressiveLoss: LinearLoss) {
    let rates = LinearLearningRate.allCases.filter {
      loss == passiveAggressiveLoss || !$0.rawValue.hasPrefix("passive")
    }
    left = rates + rates
    rate = rates[0]
    index =
      5 * (LinearLoss.allCases.firstIndex(of: loss) ?? 0)
      + 11 * (LinearPenalty.allCases.firstIndex(of: penalty) ?? 0)
  }

  mutating func next() -> Turns? {
    guard !left.isEmpty else { return nil }
    rate = left.removeFirst()
    index += 7
    return self
  }

  /// One of some values; lists of different lengths go through them at different paces.
  func pick<Value>(_ values: Value...) -> Value {
    values[(index / (values.count == 2 ? 3 : 1) + index / 5) % values.count]
  }

  var batchSize: Int { index % 4 == 3 ? 5 : 1 }
}

/// A counter that settings follow, so that pairs of values meet.
private struct Turn {
  var index: Int

  /// One of some values; lists of different lengths go through them at different paces.
  func pick<Value>(_ values: Value...) -> Value {
    values[(index / (values.count == 2 ? 2 : 1)) % values.count]
  }
}
