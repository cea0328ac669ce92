import Estimators
import Foundation
import LinearAlgebra
import Testing

/// Small problems of all kinds against their exact answers
/// (`Scripts/generate-least-squares-fixture.py`).
@Suite struct ExactLeastSquaresTests {
  struct Problem: Decodable, CustomTestStringConvertible {
    var name: String
    var fitsIntercept: Bool
    var features: [[Double]]
    var target: [Double]
    var coefficients: [Double]
    var intercept: Double
    var rank: Int
    var condition: Double?

    var testDescription: String { fitsIntercept ? "\(name), with intercept" : name }

    static let all: [Problem] = {
      struct Document: Decodable { var cases: [Problem] }
      let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      let path = folder.appending(path: "Fixtures/least-squares.json")
      return (try? JSONDecoder().decode(Document.self, from: Data(contentsOf: path)))?.cases ?? []
    }()

    /// The largest absolute value of each column.
    var scales: [Double] {
      coefficients.indices.map { column in features.map { abs($0[column]) }.max() ?? 0 }
    }

    /// The largest error of a coefficient, all relative to the largest, each times its column.
    func error(of model: LinearRegressionModel) -> Double {
      error(of: model, weighting: scales)
    }

    /// The larger of that error and of the one of the coefficients as they are, whose norm is to be
    /// the least.
    func errorOfLeastNorm(of model: LinearRegressionModel) -> Double {
      max(error(of: model), error(of: model, weighting: coefficients.map { _ in 1 }))
    }

    private func error(of model: LinearRegressionModel, weighting weights: [Double]) -> Double {
      let differences = zip(model.coefficients.elements, coefficients).map { $0 - $1 }
      let largest = zip(coefficients, weights).map { abs($0 * $1) }.max() ?? 0
      let error = zip(differences, weights).map { abs($0 * $1) }.max() ?? 0
      return error == 0 ? 0 : error / largest
    }
  }

  @Test func allAreThere() {
    #expect(Problem.all.count == 142)
  }

  @Test(arguments: Problem.all)
  func fitGivesTheExactAnswer(problem: Problem) throws {
    for solver in [LeastSquaresSolver.automatic, .qr, .svd] {
      var regression = LinearRegression(fitsIntercept: problem.fitsIntercept, solver: solver)
      try regression.fit(Matrix(rows: problem.features), to: problem.target)
      let model = try #require(regression.model)
      #expect(model.rank == problem.rank, "\(solver)")
      if let condition = problem.condition {
        #expect(problem.error(of: model) <= max(1e-13, 10 * condition * 0x1p-53), "\(solver)")
        #expect(model.conditionEstimate != nil)
      } else {
        #expect(problem.errorOfLeastNorm(of: model) <= 1e-10, "\(solver)")
        #expect(model.conditionEstimate == nil)
      }
    }
  }

  /// Rows that come one by one lose nothing.
  @Test(arguments: Problem.all)
  func partialFitRowByRowGivesTheExactAnswer(problem: Problem) throws {
    var regression = LinearRegression(fitsIntercept: problem.fitsIntercept)
    for (row, target) in zip(problem.features, problem.target) {
      try regression.partialFit(Matrix(rows: [row]), to: [target])
    }
    let model = try #require(regression.model)
    #expect(model.rank == problem.rank)
    if let condition = problem.condition {
      #expect(problem.error(of: model) <= max(1e-13, 10 * condition * 0x1p-53))
    } else {
      #expect(problem.errorOfLeastNorm(of: model) <= 1e-10)
    }
  }
}
