import EstimatorChecks
import Estimators
import LinearAlgebra
import Testing

/// All twelve laws, for every estimator and the settings that training depends on.
@Suite struct LawTests {
  // MARK: SGDClassifier

  @Test(
    arguments: [2, 3], [LinearLoss.hinge, .logistic])
  func sgdClassifierKeepsAllLaws(classCount: Int, loss: LinearLoss) throws {
    for rate in LinearLearningRate.allCases {
      for averaging in [Averaging.off, .from(step: 20)] {
        for storage in LawChecks<SGDClassifier<Int>>.Storage.allCases {
          for (tolerance, penalty) in [
            (Double?.none, LinearPenalty.l2), (1e-3, .none), (1e-3, .l2),
          ] {
            let classifier = SGDClassifier<Int>(
              loss: loss, penalty: penalty, alpha: 0.01, learningRate: rate, averaging: averaging,
              maxEpochs: 5, tolerance: tolerance,
              classes: (0..<classCount).map { $0 * 10 }, seed: 7)
            try check(classifier, classCount: classCount, storage: storage)
          }
        }
      }
    }
  }

  private func check<Tested: Classifier & IncrementalEstimator>(
    _ classifier: Tested, classCount: Int, storage: LawChecks<Tested>.Storage = .dense,
    chunkMultiple: Int = 1, exempt: Set<Law> = []
  ) throws where Tested.Label == Int {
    let data = SmallData.clouds(classCount: classCount)
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

  // MARK: MLPClassifier

  @Test(
    arguments: [2, 3], [NetworkSolver.adam, .sgd])
  func mlpClassifierKeepsAllLaws(classCount: Int, solver: NetworkSolver) throws {
    for activation in Activation.allCases {
      for rate in NetworkLearningRate.allCases {
        let classifier = MLPClassifier<Int>(
          hiddenLayerSizes: [6, 4], activation: activation, solver: solver, alpha: 0.01,
          batchSize: 7, learningRate: rate, initialLearningRate: 0.05, maxEpochs: 5,
          classes: (0..<classCount).map { $0 * 10 }, seed: 7)
        try check(
          classifier, classCount: classCount, chunkMultiple: 7,
          exempt: rate == .constant ? [.averaging] : [.averaging, .chunks])
      }
    }
  }

  @Test(arguments: LawChecks<MLPClassifier<Int>>.Storage.allCases)
  func mlpClassifierKeepsAllLaws(storage: LawChecks<MLPClassifier<Int>>.Storage) throws {
    let classifier = MLPClassifier<Int>(
      hiddenLayerSizes: [], solver: .sgd, batchSize: 4, initialLearningRate: 0.1, nesterov: false,
      visitingOrder: .sequential, classes: [0, 10, 20])
    try check(
      classifier, classCount: 3, storage: storage, chunkMultiple: 4, exempt: [.averaging])
  }

  // MARK: One-pass learners

  @Test(arguments: LawChecks<LinearRegression>.Storage.allCases, [1, 3])
  func linearRegressionKeepsAllLaws(
    storage: LawChecks<LinearRegression>.Storage, targetCount: Int
  ) throws {
    let data = SmallData.plane(targetCount: targetCount)
    for fitsIntercept in [true, false] {
      var checks = LawChecks(
        LinearRegression(fitsIntercept: fitsIntercept), features: data.features,
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
