import Estimators
import LinearAlgebra
import Testing

@Suite struct RidgeTests {
  // MARK: By hand

  /// Without intercept, x = (1, 2), y = (1, 2): w = 5 / (5 + alpha).
  @Test func aPenaltyPullsTheSlopeTowardsZero() throws {
    var ridge = Ridge(alpha: 5, fitsIntercept: false)
    try ridge.fit(Matrix(rows: [[1.0], [2]]), to: [1, 2])
    #expect(abs(try #require(ridge.model).coefficients[0, 0] - 0.5) < 1e-15)
  }

  // MARK: Against scikit-learn

  private struct Reference: Decodable {
    var alpha: [Double]
    var fitsIntercept: Bool
    var weighted: Bool
    var targets: Int
    var coefficients: [Double]
    var intercepts: [Double]
  }

  /// 1e-12: the condition number is 22 at most, and products of columns square it.
  @Test func coefficientsAgreeWithScikitLearn() throws {
    let (features, first) = try Samples.diabetes()
    for reference in try References.cases("ridge", of: Reference.self) {
      var target = Matrix<Double>(rowCount: first.count, columnCount: reference.targets)
      for row in first.indices {
        let all = [first[row], features[row, 2] * 100 + first[row] / 7, first[row].squareRoot()]
        for column in 0..<reference.targets { target[row, column] = all[column] }
      }
      let weights = reference.weighted ? Samples.weights(first.count) : nil
      var ridge = Ridge(alpha: reference.alpha, fitsIntercept: reference.fitsIntercept)
      try ridge.fit(features, to: target, weights: weights)
      let model = try #require(ridge.model)
      #expect(relativeDistance(model.coefficients.elements, reference.coefficients) < 1e-12)
      #expect(relativeDistance(model.intercepts, reference.intercepts) < 1e-12)
      try ridge.fit(CSRMatrix(features), to: target, weights: weights)
      #expect(ridge.model == model)
    }
  }

  // MARK: Penalties

  @Test func anotherPenaltyNeedsNoRows() throws {
    let data = SmallData.plane(targetCount: 2)
    var ridge = Ridge(alpha: 1)
    try ridge.fit(data.features, to: data.target)
    for alpha in [[0.01], [10], [0.5, 3]] {
      var fitted = Ridge(alpha: alpha)
      try fitted.fit(data.features, to: data.target)
      #expect(try ridge.solved(alpha: alpha).model == fitted.model)
    }
    #expect(ridge.alpha == [1])
  }

  @Test func aSmallPenaltyLeadsToLinearRegression() throws {
    let data = SmallData.plane(columnCount: 3)
    // The last column twice: of all answers that fit equally well, the limit is that of least norm.
    let repeated = try Matrix(
      rows: (0..<30).map { Array(data.features.row($0)) + [data.features[$0, 2]] })
    for features in [data.features, repeated] {
      var regression = LinearRegression()
      try regression.fit(features, to: data.target)
      let expected = try #require(regression.model)
      for alpha in [0, 1e-10] {
        var ridge = Ridge(alpha: alpha)
        try ridge.fit(features, to: data.target)
        let model = try #require(ridge.model)
        // So small a penalty tells dependent columns apart in half of the digits.
        let tolerance = alpha == 0 ? 1e-12 : 1e-6
        #expect(
          relativeDistance(model.coefficients.elements, expected.coefficients.elements) < tolerance)
        #expect(relativeDistance(model.intercepts, expected.intercepts) < tolerance)
      }
    }
  }

  @Test func penaltiesThatDoNotFitAreRefused() throws {
    let data = SmallData.plane(targetCount: 3)
    for alpha in [[-1], [], [.nan], [.infinity]] {
      var ridge = Ridge(alpha: alpha)
      #expect(throws: EstimatorError.self) { try ridge.fit(data.features, to: data.target) }
    }
    var ridge = Ridge(alpha: [1, 2])
    let error = #expect(throws: EstimatorError.self) {
      try ridge.fit(data.features, to: data.target)
    }
    #expect(
      error?.description
        == "alpha is 1,2 but must be one number, or one for each of the 3 targets.")
    #expect(ridge.model == nil)
    #expect(throws: EstimatorError.notFitted(estimator: "Ridge")) { try ridge.solved(alpha: 1) }
  }
}

@Suite struct MergeTests {
  @Test func twoPartsMergeIntoTheWhole() throws {
    let data = SmallData.plane(rowCount: 60, targetCount: 2)
    for fitsIntercept in [true, false] {
      var whole = LinearRegression(fitsIntercept: fitsIntercept)
      try whole.fit(data.features, to: data.target)
      // The second part has fewer rows than columns.
      for split in [30, 57] {
        var (first, second) = (whole, whole)
        try first.fit(
          data.features.selectingRows(0..<split), to: data.target.selectingRows(0..<split))
        try second.fit(
          data.features.selectingRows(split..<60), to: data.target.selectingRows(split..<60))
        for (left, right) in [(first, second), (second, first)] {
          var merged = left
          try merged.merge(right)
          let (model, expected) = (try #require(merged.model), try #require(whole.model))
          #expect(
            relativeDistance(model.coefficients.elements, expected.coefficients.elements) < 1e-13)
          #expect(relativeDistance(model.intercepts, expected.intercepts) < 1e-13)
          #expect(merged.trainingState?.sampleCount == 60)
          let (summary, all) = (try merged.summary(), try whole.summary())
          #expect(
            relativeDistance(summary.residualSumsOfSquares, all.residualSumsOfSquares) < 1e-12)
        }
      }
    }
  }

  @Test func aModelAloneSaysThatItsRowsAreForgotten() throws {
    let data = SmallData.plane()
    var (ridge, regression) = (Ridge(), LinearRegression())
    try ridge.fit(data.features, to: data.target)
    try regression.fit(data.features, to: data.target)
    let other = regression
    ridge.reset(.trainingState)
    regression.reset(.trainingState)
    func expect(_ call: String, _ body: () throws -> Void) {
      #expect(
        throws: EstimatorError.unsupportedCall(
          call: call, setting: "a model alone, whose training state was forgotten or not saved",
          remedy: "Fit again.")
      ) { try body() }
    }
    expect("solved(alpha:)") { _ = try ridge.solved(alpha: 2) }
    expect("summary") { _ = try regression.summary() }
    expect("merge") { try regression.merge(other) }
    #expect(try regression.predict(data.features) == other.predict(data.features))
  }

  @Test func whatDoesNotGoTogetherIsRefused() throws {
    let data = SmallData.plane()
    var regression = LinearRegression()
    var other = LinearRegression(fitsIntercept: false)
    #expect(throws: EstimatorError.notFitted(estimator: "LinearRegression")) {
      try regression.merge(other)
    }
    try regression.fit(data.features, to: data.target)
    let before = regression.trainingState
    try other.fit(data.features, to: data.target)
    #expect(throws: EstimatorError.self) { try regression.merge(other) }
    let wide = SmallData.plane(columnCount: 7)
    var wider = LinearRegression()
    try wider.fit(wide.features, to: wide.target)
    #expect(throws: EstimatorError.mismatchedFeatureCount(expected: 4, actual: 7)) {
      try regression.merge(wider)
    }
    let several = SmallData.plane(targetCount: 2)
    try wider.fit(several.features, to: several.target)
    #expect(throws: EstimatorError.mismatchedTargetColumnCount(expected: 1, actual: 2)) {
      try regression.merge(wider)
    }
    #expect(regression.trainingState == before)
  }

  @Test func settingsThatDoNotGoWithWhatWasLearnedAreRefused() throws {
    let data = SmallData.plane(targetCount: 3)
    var ridge = Ridge()
    try ridge.fit(data.features, to: data.target)
    let other = ridge
    let before = ridge.trainingState
    for alpha in [[1.0, 2], [-1], []] {
      ridge.alpha = alpha
      #expect(throws: EstimatorError.self) { try ridge.merge(other) }
    }
    ridge.alpha = [1]
    ridge.fitsIntercept = false
    for call in [{ _ = try ridge.solved(alpha: 2) }, { try ridge.merge(other) }] {
      let error = #expect(throws: EstimatorError.self) { try call() }
      guard case .changedHyperparameter("fitsIntercept", "true", "false", _) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    #expect(ridge.trainingState == before)
  }
}
