import EstimatorChecks
import Estimators
import LinearAlgebra
import Testing

/// Every check finds the fault it is there for, and none where there is none.
@Suite struct LawChecksTests {
  private func checks(
    _ fault: Fault?, averaging: Averaging = false
  ) -> LawChecks<FaultyClassifier> {
    let data = SmallData.clouds(classCount: 2)
    var settings = FaultyClassifier.Hyperparameters()
    settings.fault = fault
    settings.inner.alpha = 0.01
    settings.inner.maxEpochs = 4
    settings.inner.averaging = averaging
    settings.inner.classes = [0, 10]
    return LawChecks(
      FaultyClassifier(hyperparameters: settings), features: data.features, labels: data.labels,
      unknownLabel: 77)
  }

  @Test(arguments: [Averaging.off, .from(step: 1)])
  func anHonestEstimatorPassesEveryCheck(averaging: Averaging) throws {
    let outcomes = try checks(nil, averaging: averaging).checkAll()
    #expect(Law.allCases.allSatisfy { outcomes[$0] == .holds })
  }

  /// For each fault the law it breaks, and the words of the violation that tell what was found.
  static let faults: [(Fault, Law, String)] = [
    (.fitContinues, .overwrite, "fit twice"),
    (.fitContinuesPasses, .overwrite, "fit after partialFit"),
    (.warmStartForgets, .oneGoOrInParts, "fit of 1 + 4 epochs against 5"),
    (.partialFitReshuffles, .passes, "3 passes against fit of 3 epochs"),
    (.partialFitRestartsClock, .chunks, "chunks of 1 against one pass at once"),
    (.restoringForgets, .encoding, "a model file"),
    (.restoringForgetsForPasses, .encoding, "a model file, then partialFit"),
    (.failureForgets, .allOrNothing, "fit that failed for NaN in row 18"),
    (.failedPassForgets, .allOrNothing, "partialFit that failed for NaN in row 18"),
    (.cancellationKeepsEpochs, .allOrNothing, "fit that was cancelled after 1 questions"),
    (.settingsAreIgnored, .noSilentSetting, "but a continuing fit ignores it"),
    (.passesIgnoreSettings, .noSilentSetting, "but partialFit ignores it"),
    (.modelForgetsSettings, .noSilentSetting, "from a model without training state"),
    (.labelsAreGuessed, .classesAndFeatures, "accepts an unknown label"),
    (.classesAreCounted, .classesAndFeatures, "accepts an unknown label in place of a class"),
    (.labelIsNotNamed, .classesAndFeatures, "refuses an unknown label by another error"),
    (.toleranceLeavesOther, .honestEarlyStopping, "the model after tolerance ended fit"),
    (.heldOutLeaks, .honestEarlyStopping, "after the held-out samples were changed"),
    (.scoreIsOfAnother, .honestEarlyStopping, "the score of the model on the held-out samples"),
    (.heldOutIsDrawnAgain, .honestEarlyStopping, "holds other samples out"),
    (.modelIsShared, .values, "a model read before a continuing fit"),
    (.modelIsSharedByPasses, .values, "a model read before partialFit"),
    (.partialFitForgetsAverage, .averaging, "averaging true, 4 passes against fit of 4 epochs"),
    (.copiesShare, .copiesAndTasks, "the original after a continuing fit of its copy"),
    (.copiesSharePasses, .copiesAndTasks, "the original after partialFit of its copy"),
    (.threadsMatter, .copiesAndTasks, "fit with 2 threads against one"),
  ]

  @Test func thereIsAFaultForEveryLaw() {
    #expect(Set(Self.faults.map(\.1)) == Set(Law.allCases))
    #expect(Set(Self.faults.map(\.0)) == Set(Fault.allCases))
  }

  @Test(arguments: Fault.allCases) func everyFaultIsFound(fault: Fault) throws {
    let (_, law, words) = try #require(Self.faults.first { $0.0 == fault })
    let checks = checks(fault)
    let violation = #expect(throws: LawViolation.self) { try run(law, checks) }
    #expect(violation?.law == law)
    #expect(violation?.estimator == "FaultyClassifier")
    #expect(violation?.difference.contains(words) == true, "\(violation?.difference ?? "none")")
  }

  @Test func aViolationSaysLawEstimatorDifferenceAndAmount() throws {
    let violation = #expect(throws: LawViolation.self) {
      try checks(.warmStartForgets).checkOneGoOrInParts()
    }
    let text = try #require(violation?.description)
    #expect(text.hasPrefix("FaultyClassifier breaks law 2 (oneGoOrInParts): fit of 1 + 4 epochs"))
    #expect(try #require(violation?.amount) > 1e-6)
    #expect(text.contains("by up to"))
  }

  private func run(_ law: Law, _ checks: LawChecks<FaultyClassifier>) throws(LawViolation) {
    switch law {
    case .overwrite: try checks.checkOverwrite()
    case .oneGoOrInParts: try checks.checkOneGoOrInParts()
    case .passes: try checks.checkPasses()
    case .chunks: try checks.checkChunks()
    case .encoding: try checks.checkEncoding()
    case .allOrNothing: try checks.checkAllOrNothing()
    case .noSilentSetting: try checks.checkNoSilentSetting()
    case .classesAndFeatures: try checks.checkClassesAndFeatures()
    case .honestEarlyStopping: try checks.checkHonestEarlyStopping()
    case .values: try checks.checkValues()
    case .averaging: try checks.checkAveraging()
    case .copiesAndTasks: try checks.checkCopiesAndTasks()
    }
  }
}
