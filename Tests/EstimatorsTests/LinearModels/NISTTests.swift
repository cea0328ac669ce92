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

  /// Rows one by one: what orthogonal factors on columns of similar length leave of the digits.
  @Test(arguments: Problem.all)
  func partialFitRowByRowKeepsWhatOrthogonalFactorsKeep(problem: Problem) throws {
    var regression = LinearRegression(fitsIntercept: problem.fitsIntercept)
    for (row, target) in zip(problem.features, problem.target) {
      try regression.partialFit(Matrix(rows: [row]), to: [target])
    }
    let known: [String: Double] = ["Filip": 7, "Wampler4": 7.5, "Wampler5": 5.5]
    let least = known[problem.name] ?? 9
    let digits = try problem.digits(of: regression)
    #expect(digits >= least)
  }
}

/// −log₁₀ of the largest relative error, at most 17.
func correctDigits(_ found: [Double], _ exact: [Double]) -> Double {
  guard found.count == exact.count else { return 0 }
  let errors = zip(found, exact).map { $1 == 0 ? abs($0) : abs(($0 - $1) / $1) }
  return min(17, -log10(errors.max() ?? 1))
}
