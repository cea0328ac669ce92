import Estimators
import Foundation
import LinearAlgebra
import Testing

/// Penalties and columns of any size against exact answers (`Scripts/generate-ridge-fixture.py`).
@Suite struct ExactRidgeTests {
  struct Problem: Decodable {
    var name: String
    var intercept: Bool
    var rows: [[String]]
    var target: [String]
    var alpha: String
    var coefficients: [String]
    var constant: String
    var sizes: [String]
  }

  static func problems() throws -> [Problem] {
    struct Document: Decodable { var cases: [Problem] }
    let path = References.folder.appending(path: "ridge-exact.json")
    return try JSONDecoder().decode(Document.self, from: Data(contentsOf: path)).cases
  }

  private func number(_ text: String) throws -> Double { try #require(Double(text)) }

  /// The largest error of a coefficient, relative to it or to its natural size.
  private func error(of model: LinearRegressionModel, _ problem: Problem) throws -> Double {
    let found = model.coefficients.elements
    let expected = try problem.coefficients.map(number)
    let sizes = try problem.sizes.map(number)
    try #require(found.count == expected.count && sizes.count == expected.count)
    var largest = 0.0
    for (index, value) in found.enumerated() where value != expected[index] {
      // Denormal numbers have few digits.
      let size = max(abs(expected[index]), min(sizes[index], 1e300), 1e-300)
      largest = max(largest, abs(value / size - expected[index] / size))
    }
    return largest
  }

  @Test(arguments: [LeastSquaresSolver.automatic, .cholesky, .qr, .svd])
  func coefficientsAreThoseOfExactArithmeticOrDigitsAreToldToBeLost(
    solver: LeastSquaresSolver
  ) throws {
    let problems = try Self.problems()
    #expect(problems.count > 600)
    var warned = 0
    for problem in problems {
      let features = try Matrix(rows: problem.rows.map { try $0.map(number) })
      let target = RegressionTarget(try problem.target.map(number))
      let alpha = try number(problem.alpha)
      func check(_ ridge: Ridge, _ summary: TrainingSummary?, _ comment: String) throws {
        let model = try #require(ridge.model)
        let error = try error(of: model, problem)
        guard error > 1e-9 else { return }
        guard summary == nil || summary?.warning != nil else {
          Issue.record("\(problem.name), \(comment): \(error)")
          return
        }
        warned += 1
      }
      var stage = "whole"
      do {
        var ridge = Ridge(alpha: alpha, fitsIntercept: problem.intercept, solver: solver)
        let summary = try ridge.fit(
          features, to: target, weights: nil, context: TrainingContext())
        try check(ridge, summary, "whole")
        stage = "solved again"
        let other = Ridge(alpha: 1, fitsIntercept: problem.intercept, solver: solver)
        var solved = try other.fitted(features, to: target).solved(alpha: alpha)
        #expect(solved.model == ridge.model, "\(problem.name)")
        solved = Ridge(alpha: alpha, fitsIntercept: problem.intercept, solver: solver)
        for row in 0..<features.rowCount {
          stage = "row \(row)"
          let last = try solved.partialFit(
            features.selectingRows([row]), to: target.selectingRows([row]), weights: nil,
            context: TrainingContext())
          if row == features.rowCount - 1 { try check(solved, last, "rows one by one") }
        }
      } catch {
        Issue.record("\(problem.name), \(stage): \(error)")
      }
    }
    #expect(warned < 10)
  }

  /// Columns of so different a size that iterations would not see the smaller ones are refused.
  @Test func iterationsFindTheSameOrRefuseTheColumns() throws {
    let problems = try Self.problems()
    var refused = 0
    for problem in problems {
      let features = try Matrix(rows: problem.rows.map { try $0.map(number) })
      let target = RegressionTarget(try problem.target.map(number))
      var ridge = Ridge(
        alpha: try number(problem.alpha), fitsIntercept: problem.intercept, solver: .lsmr,
        maxEpochs: 5000, tolerance: 1e-14)
      do {
        try ridge.fit(features, to: target)
        let error = try error(of: try #require(ridge.model), problem)
        #expect(error <= 1e-6, "\(problem.name)")
      } catch EstimatorError.unsupportedFeatures(let reason) {
        #expect(problem.name.contains("columns 1e±150") && reason.contains("lsmr"))
        refused += 1
      }
    }
    #expect(refused < 90 && problems.count > 600)
  }

  /// By hand: columns of zeros but for one row each, so that w = max(0, x · y / (x² + alpha)).
  @Test func coefficientsOfAtLeastZeroAreThoseOfAnyPenalty() throws {
    let x = [1.0, 3e-150, 2e150, 5, 1e10]
    let y = [2.0, 1, 1, -1, 3]
    var features = Matrix<Double>(rowCount: 5, columnCount: 5)
    for index in 0..<5 { features[index, index] = x[index] }
    for power in [-300, -100, -30, -3, 0, 3, 30, 70, 100, 290] {
      let alpha = pow(10, Double(power))
      var ridge = Ridge(alpha: alpha, fitsIntercept: false, positive: true)
      try ridge.fit(features, to: RegressionTarget(y))
      let found = try #require(ridge.model).coefficients.elements
      for index in 0..<5 {
        let expected = max(0, y[index] / (x[index] + alpha / x[index]))
        #expect(abs(found[index] - expected) <= 1e-12 * expected, "alpha \(alpha), \(index)")
      }
    }
  }
}
