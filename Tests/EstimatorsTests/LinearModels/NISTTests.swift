import Estimators
import Foundation
import LinearAlgebra
import Testing

/// The reference problems of NIST, against the exact answers for their doubles
/// (`Scripts/generate-nist-fixture.py`).
@Suite struct NISTTests {
  struct Problem: Decodable, CustomTestStringConvertible {
    var name: String
    var fitsIntercept: Bool
    var features: [[Double]]
    var target: [Double]
    var coefficients: [Double]
    var residualSumOfSquares: Double
    var standardErrors: [Double]

    var testDescription: String { name }

    static let all: [Problem] = {
      struct Document: Decodable { var cases: [Problem] }
      let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      let path = folder.appending(path: "Fixtures/nist-strd.json")
      return (try? JSONDecoder().decode(Document.self, from: Data(contentsOf: path)))?.cases ?? []
    }()

    /// The correct digits of a regression's coefficients.
    func digits(of regression: LinearRegression) throws -> Double {
      let model = try #require(regression.model)
      let found = (fitsIntercept ? model.intercepts : []) + model.coefficients.elements
      return correctDigits(found, coefficients)
    }
  }

  @Test func allElevenAreThere() {
    #expect(Problem.all.count == 11)
  }

  @Test(arguments: Problem.all)
  func fitIsRightInFifteenDigits(problem: Problem) throws {
    let features = try Matrix(rows: problem.features)
    for solver in [LeastSquaresSolver.automatic, .qr, .svd] {
      var regression = LinearRegression(fitsIntercept: problem.fitsIntercept, solver: solver)
      try regression.fit(features, to: problem.target)
      let digits = try problem.digits(of: regression)
      #expect(digits >= 15, "\(solver)")
    }
  }

  /// Standard errors to 9 digits, 6 of Filip; the sum of squared residuals to 12, or next to
  /// nothing where it is zero for the decimals.
  @Test(arguments: Problem.all)
  func statisticsAreRight(problem: Problem) throws {
    var regression = LinearRegression(fitsIntercept: problem.fitsIntercept)
    try regression.fit(Matrix(rows: problem.features), to: problem.target)
    let summary = try regression.summary()
    let squares = summary.residualSumsOfSquares
    if ["Wampler1", "Wampler2"].contains(problem.name) {
      #expect(squares[0] <= 1e-28 * problem.target.reduce(0) { $0 + $1 * $1 })
    } else {
      #expect(correctDigits(squares, [problem.residualSumOfSquares]) >= 12)
      let errors = try summary.inference.get().standardErrors[0]
      let digits = correctDigits(errors, problem.standardErrors)
      #expect(digits >= (problem.name == "Filip" ? 6 : 9))
    }
  }

  /// Rows that come one by one lose nothing, however bad the condition.
  @Test(arguments: Problem.all)
  func partialFitRowByRowIsRightInFifteenDigits(problem: Problem) throws {
    var regression = LinearRegression(fitsIntercept: problem.fitsIntercept)
    for row in problem.features.indices { try learn(problem, row..<row + 1, &regression) }
    let digits = try problem.digits(of: regression)
    #expect(digits >= 15)
    let squares = try regression.summary().residualSumsOfSquares
    if ["Wampler1", "Wampler2"].contains(problem.name) {
      #expect(squares[0] <= 1e-28 * problem.target.reduce(0) { $0 + $1 * $1 })
    } else {
      #expect(correctDigits(squares, [problem.residualSumOfSquares]) >= 12)
    }
  }

  /// Orthogonal factors of chunks that come in another order, from two places, over a file.
  @Test(arguments: Problem.all)
  func mergedAndSavedPartsAreRightInFifteenDigits(problem: Problem) throws {
    let count = problem.features.count
    var parts = [0..<count / 2, count / 2..<count].map { _ in
      LinearRegression(fitsIntercept: problem.fitsIntercept, solver: .qr)
    }
    for (index, range) in [count / 2..<count, 0..<count / 2].enumerated() {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: 5) {
        try learn(problem, start..<min(start + 5, range.upperBound), &parts[index])
        parts[index] = try LinearRegression(ModelFile.decode(ModelFile.encode(parts[index])))
      }
    }
    try parts[0].merge(parts[1])
    let digits = try problem.digits(of: parts[0])
    #expect(digits >= 15)
  }

  private func learn(
    _ problem: Problem, _ rows: Range<Int>, _ regression: inout LinearRegression
  ) throws {
    try regression.partialFit(
      Matrix(rows: Array(problem.features[rows])), to: Array(problem.target[rows]))
  }
}

/// −log₁₀ of the largest relative error, at most 17.
func correctDigits(_ found: [Double], _ exact: [Double]) -> Double {
  guard found.count == exact.count else { return 0 }
  let errors = zip(found, exact).map { $1 == 0 ? abs($0) : abs(($0 - $1) / $1) }
  return min(17, -log10(errors.max() ?? 1))
}
