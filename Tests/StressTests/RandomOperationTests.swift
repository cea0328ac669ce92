import Estimators
import Foundation
import LinearAlgebra
import Testing

/// Random operations on every kind of estimator and pipeline.
///
/// A short run with fixed seeds by default; `STRESS_SECONDS` asks for a longer one, which
/// goes on from `STRESS_SEED`.
@Suite(.serialized) struct RandomOperationTests {
  /// Runs one machine of each kind with a seed; a finding is recorded with it.
  private func run(seed: UInt64, steps: Int) {
    func stress<Tested: Stressed>(_ prototype: Tested) {
      var machine = StressMachine(prototype, seed: seed)
      do {
        try machine.run(steps: steps)
      } catch {
        Issue.record("seed \(seed): \(error)")
      }
    }
    stress(SGDClassifier<String>(loss: .logistic, maxEpochs: 2))
    stress(
      SGDClassifier<String>(penalty: .elasticNet, averaging: true, maxEpochs: 2, precision: .single)
    )
    stress(
      SGDClassifier<String>(
        loss: .logistic, maxEpochs: 3, earlyStopping: true, validationFraction: 0.3,
        unknownLabels: .extend))
    stress(SGDRegressor(maxEpochs: 2))
    stress(
      SGDRegressor(
        penalty: .l1, averaging: true, maxEpochs: 3, earlyStopping: true, validationFraction: 0.3))
    stress(
      MLPClassifier<Int>(hiddenLayerSizes: [3], batchSize: 7, maxEpochs: 2, unknownLabels: .extend))
    stress(
      MLPClassifier<Int>(
        hiddenLayerSizes: [2], maxEpochs: 3, earlyStopping: true, validationFraction: 0.3,
        precision: .single))
    stress(MLPClassifier<Int>(hiddenLayerSizes: [2], solver: .lbfgs, maxEpochs: 2))
    stress(MLPMultilabelClassifier<Int>(hiddenLayerSizes: [2], maxEpochs: 2))
    stress(
      MLPRegressor(
        hiddenLayerSizes: [3], solver: .sgd, maxEpochs: 3, earlyStopping: true,
        validationFraction: 0.3))
    stress(LinearRegression())
    stress(Ridge(alpha: 0.5))
    stress(StandardScaler(withMean: false))
    stress(
      StandardScaler(withMean: false).appending(
        SGDClassifier<String>(loss: .logistic, maxEpochs: 2)))
    stress(
      StandardScaler(withMean: false).appending(
        MLPRegressor(hiddenLayerSizes: [3], maxEpochs: 2), preprocessing: .frozen))
    stress(StandardScaler(withMean: false).appending(LinearRegression()))
    stress(
      StandardScaler(withMean: false).appending(StandardScaler(withMean: false))
        .appending(SGDRegressor(maxEpochs: 2, earlyStopping: true, validationFraction: 0.3)))
    stress(
      StandardScaler(withMean: false)
        .appending(
          StandardScaler(withMean: false).appending(
            MLPClassifier<Int>(hiddenLayerSizes: [2], maxEpochs: 2))))
  }

  @Test func randomOperationsKeepTheContract() {
    let environment = ProcessInfo.processInfo.environment
    guard let seconds = environment["STRESS_SECONDS"].flatMap(Double.init) else {
      for seed: UInt64 in 1...3 { run(seed: seed, steps: 60) }
      return
    }
    let first = environment["STRESS_SEED"].flatMap(UInt64.init) ?? 1000
    let end = Date(timeIntervalSinceNow: seconds)
    var seed = first
    while Date() < end {
      run(seed: seed, steps: 150)
      seed += 1
    }
    print("stress: seeds \(first) to \(seed - 1), 150 steps of each kind")
  }
}
