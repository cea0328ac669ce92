import Estimators
import Foundation
import LinearAlgebra
import Testing

/// Figures from rational arithmetic and mpmath (`Scripts/generate-statistics-fixture.py`).
struct ExactStatistics: Decodable {
  struct Score: Decodable, CustomTestStringConvertible {
    var name: String
    var truth: [String]
    var predictions: [String]
    var weights: [String]?
    var score: String

    var testDescription: String { name }
  }

  struct Tail: Decodable {
    var freedom: Int
    var t: String
    var probability: String
  }

  struct Regression: Decodable {
    var rows: [[Double]]
    var target: [Double]
    var errors: [String]
  }

  var scores: [Score]
  var tails: [Tail]
  var regression: Regression

  static func read() throws -> ExactStatistics {
    try JSONDecoder().decode(
      ExactStatistics.self,
      from: Data(contentsOf: References.folder.appending(path: "statistics.json")))
  }

  /// Reads a number in hexadecimal digits, which is exact.
  static func number(_ text: String) throws -> Double { try #require(Double(text)) }
}

@Suite struct ScoresTests {
  /// By hand: of y = 1, 2, 3 and p = 1, 2, 4 the squares are 1 of 2.
  @Test func whatIsExplainedIsAShare() {
    #expect(Scores.rSquared(of: [1, 2, 4], truth: [1, 2, 3]) == 0.5)
    #expect(Scores.rSquared(of: [1, 2, 4], truth: [1, 2, 3], weights: [1, 1, 0]) == 1)
    #expect(Scores.meanSquaredError(of: [1, 2, 4], truth: [1, 2, 3]) == 1.0 / 3)
  }

  /// To rounding of the differences, which the factor 8 allows for, relative to what is taken off 1.
  @Test func scoresAreExactForNumbersOfAnySize() throws {
    let scores = try ExactStatistics.read().scores
    #expect(scores.count == 212)
    for reference in scores {
      let truth = try reference.truth.map(ExactStatistics.number)
      let predictions = try reference.predictions.map(ExactStatistics.number)
      let expected = try ExactStatistics.number(reference.score)
      let score = Scores.rSquared(
        of: predictions, truth: truth, weights: try reference.weights?.map(ExactStatistics.number))
      #expect(
        abs(score / 2 - expected / 2) <= 8 * Double.ulpOfOne * max(1, abs(expected)) / 2,
        "\(reference.name): \(score), not \(expected)")
    }
  }

  /// As scikit-learn's `r2_score`: 1 or 0 for a target that does not vary, and the mean over targets.
  @Test func aTargetThatDoesNotVaryCountsAsOneOrZero() throws {
    let truth = RegressionTarget(try Matrix(rows: [[0.1, 1.0], [0.1, 2], [0.1, 3]]))
    let exact = RegressionTarget(try Matrix(rows: [[0.1, 1.0], [0.1, 2], [0.1, 4]]))
    let wrong = RegressionTarget(try Matrix(rows: [[0.1, 1.0], [0.1, 2], [0.3, 4]]))
    #expect(Scores.rSquared(of: exact, truth: truth) == 0.75)
    #expect(Scores.rSquared(of: wrong, truth: truth) == 0.25)
    // Where the row that differs does not count.
    #expect(Scores.rSquared(of: wrong, truth: truth, weights: [1, 1, 0]) == 1)
  }

  @Test func whatIsNoNumberHasNoScore() {
    #expect(Scores.rSquared(of: [1, 2], truth: [1, .nan]).isNaN)
    #expect(Scores.rSquared(of: [1, .infinity], truth: [1, 2]).isNaN)
    #expect(Scores.rSquared(of: [1, 2, .nan], truth: [1, 3, 2], weights: [1, 1, 0]) == 0.5)
  }

  @Test func theUnitOfWeightsIsOfNoConcern() {
    let (predictions, truth) = (["a", "b", "c"], ["a", "b", "b"])
    for unit in [0x1p-1070, 1e-12, 1, 1e18, 5e307] {
      let share = Scores.accuracy(of: predictions, truth: truth, weights: [unit, unit, 2 * unit])
      #expect(share == 0.5)
    }
  }

  @Test func meansOfSquaresAreNumbersIfTheyCanBe() {
    let (near, far) = (RegressionTarget([1e154, 1e154]), RegressionTarget([0, 0]))
    #expect(abs(Scores.meanSquaredError(of: near, truth: far) / 1e308 - 1) < 1e-15)
    #expect(Scores.meanSquaredError(of: [0x1p-530], truth: [0x3p-530]) == 0x1p-1058)
  }

  /// The mean of 0.1, 0.1, 0.1 is not 0.1.
  @Test func everyRegressorScoresAConstantTargetAlike() throws {
    let features = try Matrix(rows: [[1.0], [2], [3]])
    let target = [0.1, 0.1, 0.1]
    func check(_ score: Double, _ name: String) { #expect(score == 0 || score == 1, "\(name)") }
    var line = LinearRegression()
    try line.fit(features, to: target)
    check(try line.score(features, to: RegressionTarget(target)), "LinearRegression")
    var ridge = Ridge()
    try ridge.fit(features, to: target)
    check(try ridge.score(features, to: RegressionTarget(target)), "Ridge")
    var descent = SGDRegressor()
    try descent.fit(features, to: target)
    check(try descent.score(features, to: target), "SGDRegressor")
    var network = MLPRegressor(hiddenLayerSizes: [3])
    try network.fit(features, to: RegressionTarget(target))
    check(try network.score(features, to: RegressionTarget(target)), "MLPRegressor")
  }
}

@Suite struct StudentDistributionTests {
  @Test func tailsAreRightToTheLastDigits() throws {
    let tails = try ExactStatistics.read().tails
    #expect(tails.count == 242)
    for tail in tails {
      let (t, expected) = (
        try ExactStatistics.number(tail.t), try ExactStatistics.number(tail.probability)
      )
      let distribution = StudentDistribution(degreesOfFreedom: tail.freedom)
      let found = distribution.probabilityBeyond(t)
      #expect(
        abs(found - expected) <= 1e-12 * expected,
        "t \(t) with \(tail.freedom): \(found), not \(expected)")
      #expect(distribution.probabilityBeyond(-t) == found)
    }
  }

  /// The distribution with one degree of freedom has quantiles tan(π/2 · (1 − p)), near 2 / (π p).
  @Test func quantilesReachTheEnds() {
    let distribution = StudentDistribution(degreesOfFreedom: 1)
    for p in [1e-3, 1e-100, 1e-300, 1e-307] {
      #expect(abs(distribution.quantile(beyond: p) * p * Double.pi / 2 - 1) < 1e-6)
    }
  }
}
