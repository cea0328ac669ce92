import Estimators
import Foundation
import LinearAlgebra
import Testing

@Suite struct ForgettingTests {
  // MARK: By hand

  /// Rows count 1/2 and 1: the mean of 4 and 1 is (2 + 1) / 1.5.
  @Test func theLastRowCountsMost() throws {
    var regression = LinearRegression(forgettingFactor: 0.5)
    try regression.fit(Matrix(rows: [[0.0], [0]]), to: [4, 1])
    #expect(abs(try #require(regression.model).intercepts[0] - 2) < 1e-15)
    try regression.partialFit(Matrix(rows: [[0.0]]), to: [9])
    // 1/4, 1/2 and 1.
    #expect(abs(try #require(regression.model).intercepts[0] - 10.5 / 1.75) < 1e-15)
  }

  // MARK: Against the recursion

  /// Recursive least squares as textbooks have it, with the inverse of the products P.
  ///
  ///     k = P x / (λ + xᵀ P x),   w ← w + k (y − xᵀ w),   P ← (P − k xᵀ P) / λ
  @Test func rowsOneByOneFollowTheRecursion() throws {
    let (factor, d) = (0.95, 4)
    let data = SmallData.plane(rowCount: 60)
    let target = data.target.column(0)
    // P starts as the inverse of alpha, which is then forgotten like a row.
    var p = (0..<d).map { row in (0..<d).map { $0 == row ? 1 / 0.5 : 0.0 } }
    var w = [Double](repeating: 0, count: d)
    var regression = LinearRegression(fitsIntercept: false, forgettingFactor: factor)
    try regression.fit(
      Matrix(rows: (0..<d).map { row in (0..<d).map { $0 == row ? 0.5.squareRoot() : 0.0 } }),
      to: [Double](repeating: 0, count: d),
      weights: (0..<d).map { pow(factor, Double($0 + 1 - d)) })
    for row in 0..<60 {
      let x = Array(data.features.row(row))
      let px = p.map { line in zip(line, x).reduce(0) { $0 + $1.0 * $1.1 } }
      let gain = px.map { $0 / (factor + zip(px, x).reduce(0) { $0 + $1.0 * $1.1 }) }
      let error = target[row] - zip(w, x).reduce(0) { $0 + $1.0 * $1.1 }
      for index in 0..<d { w[index] += gain[index] * error }
      for first in 0..<d {
        for second in 0..<d {
          p[first][second] = (p[first][second] - gain[first] * px[second]) / factor
        }
      }
      try regression.partialFit(Matrix(rows: [x]), to: [target[row]])
      #expect(relativeDistance(try #require(regression.model).coefficients.elements, w) < 1e-12)
    }
  }

  // MARK: Equivalences

  @Test(arguments: [true, false])
  func forgettingIsWeighting(fitsIntercept: Bool) throws {
    let data = SmallData.plane(rowCount: 200, targetCount: 2)
    let own = Samples.weights(200)
    let weights = (0..<200).map { own[$0] * pow(0.97, Double(199 - $0)) }
    var expected = LinearRegression(fitsIntercept: fitsIntercept)
    try expected.fit(data.features, to: data.target, weights: weights)
    var penalized = Ridge(alpha: 2, fitsIntercept: fitsIntercept)
    try penalized.fit(data.features, to: data.target, weights: weights)
    for size in [1, 7, 200] {
      var regression = LinearRegression(fitsIntercept: fitsIntercept, forgettingFactor: 0.97)
      var ridge = Ridge(alpha: 2, fitsIntercept: fitsIntercept, forgettingFactor: 0.97)
      for start in stride(from: 0, to: 200, by: size) {
        let rows = start..<min(start + size, 200)
        let target = RegressionTarget(data.target.selectingRows(rows))
        let features = data.features.selectingRows(rows)
        try regression.partialFit(
          features, to: target, weights: Array(own[rows]), context: TrainingContext())
        try ridge.partialFit(
          features, to: target, weights: Array(own[rows]), context: TrainingContext())
      }
      for (found, wanted) in [(regression.model, expected.model), (ridge.model, penalized.model)] {
        let (model, reference) = (try #require(found), try #require(wanted))
        #expect(
          relativeDistance(model.coefficients.elements, reference.coefficients.elements) < 1e-12)
        #expect(relativeDistance(model.intercepts, reference.intercepts) < 1e-12)
      }
      let summary = try regression.summary()
      #expect(
        relativeDistance(
          summary.residualSumsOfSquares, try expected.summary().residualSumsOfSquares) < 1e-11)
      #expect(throws: LinearRegressionSummary.Undefined.forgetting) {
        try summary.inference.get()
      }
    }
  }

  /// What rows count falls below the smallest number there is, in a chunk and between chunks.
  @Test(arguments: [5000, 2500, 1])
  func rowsLongAgoAreForgottenWhole(size: Int) throws {
    let count = size == 1 ? 1500 : 5000
    var data = SmallData.plane(rowCount: count)
    let recent = count - 1200..<count
    for row in 0..<recent.lowerBound { data.target[row, 0] = -1e6 }
    for fitsIntercept in [true, false] {
      var whole = LinearRegression(fitsIntercept: fitsIntercept, forgettingFactor: 0.5)
      var ending = whole
      for start in stride(from: 0, to: count, by: size) {
        try whole.partialFit(
          data.features.selectingRows(start..<start + size),
          to: RegressionTarget(data.target.selectingRows(start..<start + size)))
      }
      try ending.fit(data.features.selectingRows(recent), to: data.target.selectingRows(recent))
      let (found, expected) = (try #require(whole.model), try #require(ending.model))
      #expect(
        relativeDistance(found.coefficients.elements, expected.coefficients.elements) < 1e-11)
      #expect(relativeDistance(found.intercepts, expected.intercepts) < 1e-11)
    }
  }

  @Test func aSlopeThatChangesIsFollowed() throws {
    var regression = LinearRegression(forgettingFactor: 0.8)
    for (slope, start) in [(2.0, 0), (-3, 200)] {
      for row in start..<start + 200 {
        let x = Double(row % 7)
        try regression.partialFit(Matrix(rows: [[x]]), to: [slope * x + 1])
      }
      let model = try #require(regression.model)
      #expect(abs(model.coefficients[0, 0] - slope) < 1e-12)
      #expect(abs(model.intercepts[0] - 1) < 1e-12)
    }
  }

  // MARK: Errors

  @Test func factorsOutsideTheRangeAreRefused() throws {
    let data = SmallData.plane()
    for factor in [0, -0.5, 1.01, .nan, .infinity] {
      var regression = LinearRegression(forgettingFactor: factor)
      #expect(throws: EstimatorError.self) { try regression.fit(data.features, to: data.target) }
      #expect(regression.model == nil)
    }
    var regression = LinearRegression(forgettingFactor: 2)
    let error = #expect(throws: EstimatorError.self) {
      try regression.fit(data.features, to: data.target)
    }
    #expect(
      error?.description == "forgettingFactor is 2 but must be greater than 0 and at most 1.")
  }

  @Test func whatForgetsCannotBeMerged() throws {
    let data = SmallData.plane()
    var (plain, forgetful) = (LinearRegression(), LinearRegression(forgettingFactor: 0.9))
    try plain.fit(data.features, to: data.target)
    try forgetful.fit(data.features, to: data.target)
    let error = #expect(throws: EstimatorError.self) { try forgetful.merge(plain) }
    #expect(
      error?.description == "merge is not possible with forgettingFactor below 1. "
        + "Nothing says which rows are the older. Fit both with forgettingFactor 1.")
    // Nor what has forgotten before, also after it was saved.
    forgetful.forgettingFactor = 1
    let copy = try JSONDecoder().decode(
      LinearRegressionTrainingState.self,
      from: JSONEncoder().encode(try #require(forgetful.trainingState)))
    #expect(copy == forgetful.trainingState)
    let before = plain.trainingState
    #expect(throws: EstimatorError.self) { try plain.merge(forgetful) }
    #expect(plain.trainingState == before)
  }

  @Test func aLastWeightTooLongAgoIsRefused() throws {
    var regression = LinearRegression(forgettingFactor: 0.5)
    let features = Matrix<Double>(rowCount: 3000, columnCount: 1)
    #expect(throws: EstimatorError.noWeight) {
      try regression.fit(
        features, to: [Double](repeating: 1, count: 3000),
        weights: (0..<3000).map { $0 == 0 ? 1 : 0 })
    }
  }
}
