import Estimators
import LinearAlgebra
import Testing
import TrainingReports

@Suite struct RefitComparisonTests {
  private func clouds() -> (features: Matrix<Double>, labels: [Int]) {
    var stream = RandomStream(seed: 1, purpose: .syntheticData)
    let labels = (0..<120).map { $0 % 3 }
    let elements = labels.flatMap { label in
      (0..<4).map { ($0 == label ? 2.0 : 0) + stream.normal() }
    }
    return (Matrix(unchecked: elements, rowCount: 120, columnCount: 4), labels)
  }

  @Test func aQuarterOfEveryClassIsHeldOut() {
    let data = clouds()
    let comparison = RefitComparison(
      SGDClassifier<Int>(), features: data.features, target: data.labels, strata: data.labels,
      callCount: 4)
    #expect(comparison.heldOutRows.count == 30)
    for label in 0..<3 {
      #expect(comparison.heldOutRows.count { data.labels[$0] == label } == 10)
    }
    let trained = comparison.rowsOfCalls.flatMap(\.self)
    #expect(Set(trained).count == 90)
    #expect(Set(trained).isDisjoint(with: comparison.heldOutRows))
    #expect(comparison.rowsOfCalls.map(\.count).allSatisfy { $0 == 22 || $0 == 23 })
  }

  @Test func theSeedFixesTheDraw() {
    let data = clouds()
    func rows(_ seed: UInt64) -> [[Int]] {
      RefitComparison(
        SGDClassifier<Int>(), features: data.features, target: data.labels, strata: data.labels,
        seed: seed
      ).rowsOfCalls
    }
    #expect(rows(3) == rows(3))
    #expect(rows(3) != rows(4))
  }

  @Test func policiesOfAnIterativeLearnerDiffer() throws {
    let data = clouds()
    let comparison = RefitComparison(
      SGDClassifier<Int>(loss: .logistic, classes: [0, 1, 2]), features: data.features,
      target: data.labels, strata: data.labels)
    let runs = try comparison.run()
    #expect(runs.map(\.policy) == RefitPolicy.allCases)
    #expect(Set(runs.map { $0.calls[4].loss }).count == 4)
    // The first call has nothing to keep: only the pass and the stopping rule set partial-fit
    // apart.
    #expect(Set(runs[0..<3].map { $0.calls[0].loss }).count == 1)
    #expect(runs.allSatisfy { $0.calls[0].distance == nil && $0.calls[1].distance ?? 0 > 0 })
    #expect(runs[3].calls.allSatisfy { $0.epochCount == 1 })
  }

  @Test func policiesOfAOnePassLearnerAgreeInPairs() throws {
    let data = clouds()
    let target = RegressionTarget(data.labels.map(Double.init))
    let comparison = RefitComparison(
      LinearRegression(), features: data.features, target: target, strata: [Int]?.none)
    let runs = try comparison.run()
    let losses = runs.map { $0.calls.map(\.loss) }
    #expect(losses[0] == losses[2])
    #expect(losses[1] == losses[3])
    #expect(losses[0] != losses[1])
  }

  /// Iterations keep nothing but the coefficients, which is all that a reset of the state leaves.
  @Test func policiesOfLeastSquaresByIterations() throws {
    let data = clouds()
    let target = RegressionTarget(data.labels.map(Double.init))
    let estimator = LinearRegression(solver: .lsmr, maxEpochs: 2)
    let comparison = RefitComparison(
      estimator, features: data.features, target: target, strata: [Int]?.none)
    let runs = try comparison.run()
    #expect(runs.map(\.policy) == [.overwrite, .continue, .parameters])
    let losses = runs.map { $0.calls.map(\.loss) }
    #expect(losses[1] == losses[2])
    #expect(losses[0] != losses[1])
    let texts = RefitPolicy.allCases.map { $0.explanation(for: estimator.exemptions) }
    #expect(texts[2].hasSuffix("so this must equal continue."))
  }

  @Test func allRowsCanBeGivenToEveryCall() throws {
    let data = clouds()
    var comparison = RefitComparison(
      SGDClassifier<Int>(), features: data.features, target: data.labels, strata: data.labels,
      callCount: 3, givesAllRows: true)
    comparison.policies = [.overwrite]
    #expect(comparison.rowsOfCalls.map(\.count) == [90, 90, 90])
    let run = try comparison.run()[0]
    // Overwriting with the same data changes nothing.
    #expect(run.calls[1].distance == 0 && run.calls[2].distance == 0)
  }
}
