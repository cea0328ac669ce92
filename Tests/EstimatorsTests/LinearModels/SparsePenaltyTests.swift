import Estimators
import LinearAlgebra
import Testing

/// How samples are stored changes rounding only, also where a penalty acts on columns that a sparse
/// row does not store.
@Suite struct SparsePenaltyTests {
  /// Rows of few columns, some of nothing, so that most coefficients are behind most of the time.
  private static func sparse(
    rowCount: Int, columnCount: Int = 12, classCount: Int = 2
  ) -> (features: Matrix<Double>, labels: [Int], target: [Double]) {
    var stream = RandomStream(seed: 11, purpose: .syntheticData)
    var features = Matrix<Double>(rowCount: rowCount, columnCount: columnCount)
    var labels: [Int] = []
    var target: [Double] = []
    for row in 0..<rowCount {
      for column in 0..<columnCount where stream.uniform() < 0.15 {
        features[row, column] = stream.normal()
      }
      let score = (0..<columnCount).reduce(0.0) { $0 + features[row, $1] * Double($1 % 5 - 2) }
      labels.append(stream.uniform() < 0.2 ? row % classCount : score > 0 ? 1 : 0)
      target.append(score / 4 + 0.1 * stream.normal())
    }
    return (features, labels, target)
  }

  private func distance(_ left: [Double], _ right: [Double]) -> Double {
    #expect(left.count == right.count)
    #expect(left.allSatisfy(\.isFinite) && right.allSatisfy(\.isFinite))
    let scale = right.reduce(1e-9) { Swift.max($0, abs($1)) }
    return zip(left, right).reduce(0) { Swift.max($0, abs($1.0 - $1.1)) } / scale
  }

  private func expectSame<Tested: TrainableEstimator>(
    _ dense: Tested, _ sparse: Tested, isSingle: Bool, _ what: String
  ) throws {
    let (left, right) = (try #require(sparse.model).archive, try #require(dense.model).archive)
    for name in ["coefficients", "intercepts"] {
      let distance = distance(
        try #require(left[name]).numbers, try #require(right[name]).numbers)
      #expect(distance < (isSingle ? 2e-4 : 1e-10), "\(name) \(distance) \(what)")
    }
  }

  // MARK: By hand

  /// Rows (1,1) (1,0) (−1,0) …: the second column is touched once.
  ///
  /// In scikit-learn 1.9.1, on dense
  /// samples with `SGDClassifier(loss="log_loss", penalty="l1", alpha=0.05,
  /// learning_rate="constant", eta0=0.1, max_iter=1, tol=None, shuffle=False)`: coefficients
  /// 0.21957…, 0.01.
  @Test(arguments: [false, true]) func aColumnThatIsTouchedOncePaysInEveryStep(
    storesZeros: Bool
  ) throws {
    let rows: [[Double]] = [
      [1, 1], [1, 0], [-1, 0], [1, 0], [-1, 0], [1, 0], [-1, 0], [1, 0],
    ]
    let labels = [1, 1, 0, 1, 0, 1, 0, 1]
    let classifier = SGDClassifier<Int>(
      loss: .logistic, penalty: .l1, alpha: 0.05, learningRate: .constant,
      initialLearningRate: 0.1, maxEpochs: 1, tolerance: nil, visitingOrder: .sequential)
    // The first step of 0.1 / 2 leaves 0.05, of which each of eight steps takes 0.005.
    let dense = try classifier.fitted(Matrix(rows: rows), to: labels)
    let expected = try #require(dense.model).coefficients.elements
    #expect(abs(expected[1] - (0.05 - 8 * 0.005)) < 1e-15)
    let stored =
      try storesZeros
      ? CSRMatrix(
        rowCount: 8, columnCount: 2, rowOffsets: Array(stride(from: 0, through: 16, by: 2)),
        columns: (0..<16).map { Int32($0 % 2) }, values: rows.flatMap { $0 })
      : CSRMatrix(Matrix(rows: rows))
    let sparse = try classifier.fitted(stored, to: labels)
    let coefficients = try #require(sparse.model).coefficients.elements
    #expect(abs(coefficients[0] - expected[0]) < 1e-15)
    #expect(abs(coefficients[1] - expected[1]) < 1e-15)
  }

  // MARK: Sparse is dense

  @Test(arguments: LinearLoss.allCases, LinearPenalty.allCases)
  func sparseClassifiersAreDenseOnes(loss: LinearLoss, penalty: LinearPenalty) throws {
    let rates = LinearLearningRate.allCases.filter {
      loss == .hinge || !$0.rawValue.hasPrefix("passive")
    }
    for (classCount, rate) in [2, 3].flatMap({ count in rates.map { (count, $0) } }) {
      let data = Self.sparse(rowCount: 40, classCount: classCount)
      for averaging in [Averaging.off, .from(step: 1), .from(step: 30)] {
        for (batchSize, precision) in [(1, Precision.double), (7, .double), (1, .single)] {
          let classifier = SGDClassifier<Int>(
            loss: loss, penalty: penalty, alpha: rate == .optimal ? 0.1 : 0.02, l1Ratio: 0.4,
            learningRate: rate, initialLearningRate: 0.05, averaging: averaging,
            batchSize: batchSize, maxEpochs: 4, tolerance: 1e-3, precision: precision,
            classes: Array(0..<classCount))
          let dense = try classifier.fitted(data.features, to: data.labels)
          let sparse = try classifier.fitted(CSRMatrix(data.features), to: data.labels)
          try expectSame(
            dense, sparse, isSingle: precision == .single, "\(rate) \(averaging) \(batchSize)")
          let (left, right) = (
            try #require(sparse.trainingState?.progress),
            try #require(dense.trainingState?.progress)
          )
          #expect(left.epochCount == right.epochCount)
          if precision == .double, let best = right.stoppingRule?.best {
            #expect(abs((left.stoppingRule?.best ?? .nan) - best) < 1e-10 * max(1, best))
          }
        }
      }
    }
  }

  @Test(
    arguments: LinearLoss.allCases.filter { $0.rawValue.contains("psilon") || $0 == .huber }
      + [.squaredError], LinearPenalty.allCases)
  func sparseRegressorsAreDenseOnes(loss: LinearLoss, penalty: LinearPenalty) throws {
    let data = Self.sparse(rowCount: 40)
    let rates = LinearLearningRate.allCases.filter {
      loss == .epsilonInsensitive || !$0.rawValue.hasPrefix("passive")
    }
    for rate in rates {
      for averaging in [Averaging.off, .from(step: 5)] {
        let regressor = SGDRegressor(
          loss: loss, penalty: penalty, alpha: rate == .optimal ? 0.1 : 0.02, l1Ratio: 0.4,
          learningRate: rate, initialLearningRate: 0.05, averaging: averaging, maxEpochs: 4)
        let dense = try regressor.fitted(data.features, to: data.target)
        let sparse = try regressor.fitted(CSRMatrix(data.features), to: data.target)
        try expectSame(dense, sparse, isSingle: false, "\(rate) \(averaging)")
      }
    }
  }

  /// Far more steps than are noted, and factors that clear everything.
  @Test(arguments: [LinearPenalty.l1, .elasticNet]) func manyStepsAreCaughtUpInParts(
    penalty: LinearPenalty
  ) throws {
    let data = Self.sparse(rowCount: 700)
    for (alpha, rate) in [(0.001, 0.05), (0.3, 0.05), (2, 0.8), (1e-6, 0.01)] {
      for averaging in [Averaging.off, .from(step: 100)] {
        let classifier = SGDClassifier<Int>(
          loss: .logistic, penalty: penalty, alpha: alpha, l1Ratio: 0.3, learningRate: .constant,
          initialLearningRate: rate, averaging: averaging, maxEpochs: 6, tolerance: 1e-9,
          classes: [0, 1])
        let dense = try classifier.fitted(data.features, to: data.labels)
        let sparse = try classifier.fitted(CSRMatrix(data.features), to: data.labels)
        try expectSame(dense, sparse, isSingle: false, "\(alpha) \(averaging)")
        let bests = try [dense, sparse].map {
          try #require($0.trainingState?.progress.stoppingRule?.best)
        }
        #expect(abs(bests[0] - bests[1]) < 1e-9 * bests[0])
      }
    }
  }

  /// What is left open between calls is a part of the state, whatever the calls are.
  @Test(arguments: [LinearPenalty.l1, .elasticNet], [Averaging.off, .from(step: 20)])
  func storageAndPenaltyMayChangeBetweenCalls(
    penalty: LinearPenalty, averaging: Averaging
  ) throws {
    let data = Self.sparse(rowCount: 60, classCount: 3)
    var dense = SGDClassifier<Int>(
      loss: .logistic, penalty: penalty, alpha: 0.05, l1Ratio: 0.5, learningRate: .constant,
      initialLearningRate: 0.1, averaging: averaging, visitingOrder: .sequential,
      classes: [0, 1, 2])
    var sparse = dense
    var turn = 0
    for start in stride(from: 0, to: 60, by: 5) {
      let rows = Array(start..<start + 5)
      let (part, labels) = (data.features.selectingRows(rows), rows.map { data.labels[$0] })
      turn += 1
      let now: LinearPenalty = turn % 4 == 3 ? .l2 : penalty
      (dense.penalty, sparse.penalty) = (now, now)
      try dense.partialFit(part, to: labels)
      if turn % 3 == 0 {
        try sparse.partialFit(part, to: labels)
      } else {
        try sparse.partialFit(CSRMatrix(part), to: labels)
      }
      try expectSame(dense, sparse, isSingle: false, "after row \(start)")
      // Reading and saving bring nothing up to date in the estimator itself.
      let copy = try SGDClassifier<Int>(ModelFile.decode(ModelFile.encode(sparse)))
      #expect(copy.trainingState == sparse.trainingState)
      sparse = copy
      (sparse.penalty, sparse.alpha) = (now, 0.05)
    }
  }

  // MARK: The average

  /// A million steps' worth of factor on a vector in single precision: what is added to it and what
  /// is taken off the rest must be the same number.
  @Test func theAverageOfSparseSinglesKeepsItsDigits() throws {
    let data = Self.sparse(rowCount: 200)
    func averaged(_ features: some FeatureMatrix, _ precision: Precision) throws -> [Double] {
      let classifier = try SGDClassifier<Int>(
        loss: .logistic, penalty: .none, learningRate: .constant, initialLearningRate: 0.01,
        averaging: true, maxEpochs: 200, tolerance: nil, precision: precision
      ).fitted(features, to: data.labels)
      return try #require(classifier.model).coefficients.elements
    }
    let exact = try averaged(data.features, .double)
    let sparse = distance(try averaged(CSRMatrix(data.features), .single), exact)
    let dense = distance(try averaged(data.features, .single), exact)
    #expect(sparse < 4 * dense + 1e-6, "\(sparse) \(dense)")
    #expect(sparse < 1e-4)
  }
}
