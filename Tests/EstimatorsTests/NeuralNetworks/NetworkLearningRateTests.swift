import Estimators
import LinearAlgebra
import Testing

@Suite struct NetworkLearningRateTests {
  /// The rates of the last batches of four epochs of 40 samples, each of two batches; the clock
  /// then stands at 20, 60, 100 and 140.
  private func rates(
    _ rate: NetworkLearningRate, tolerance: Double? = nil,
    _ change: (inout MLPRegressor) -> Void = { _ in }
  ) throws -> [Double] {
    let data = SmallData.plane(rowCount: 40)
    var regressor = MLPRegressor(
      hiddenLayerSizes: [2], batchSize: 20, learningRate: rate, initialLearningRate: 0.1,
      maxEpochs: 2, tolerance: tolerance, patience: 1, warmStart: true)
    regressor.decaySamples = 50
    regressor.decayFactor = 0.5
    change(&regressor)
    // In two calls, since the clock goes on.
    try regressor.fit(data.features, to: data.target)
    try regressor.fit(data.features, to: data.target)
    return try #require(regressor.trainingState).progress.history.learningRates
  }

  private func isNear(_ values: [Double], _ expected: [Double]) -> Bool {
    values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) < 1e-12 }
  }

  @Test func stepsAreTakenAtRegularIntervals() throws {
    #expect(isNear(try rates(.step), [0.1, 0.05, 0.025, 0.025]))
  }

  @Test func theExponentialRateFallsSmoothly() throws {
    #expect(
      isNear(
        try rates(.exponential),
        [0.0757858283255199, 0.0435275281648062, 0.025, 0.0143587294375629]))
  }

  @Test func theCosineRisesAndFalls() throws {
    let rates = try rates(.cosine) {
      $0.warmUpSamples = 40
      $0.decaySamples = 80
      $0.minimumLearningRate = 0.02
    }
    // 21 of 40 of the way up; then a quarter and three quarters of the half wave; then its end.
    #expect(
      isNear(rates, [0.0525, 0.06 + 0.04 * 0.5.squareRoot(), 0.06 - 0.04 * 0.5.squareRoot(), 0.02]))
  }

  @Test func thePlateauAndTheAdaptiveRateFallWhenNothingGetsBetter() throws {
    // No fall is enough: the second epoch, and every other after it, has no patience left.
    let plateau = try rates(.plateau, tolerance: 1e300) { $0.maxEpochs = 8 }
    #expect(isNear(Array(plateau.prefix(7)), [0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025]))
    let adaptive = try rates(.adaptive, tolerance: 1e300) { $0.maxEpochs = 8 }
    #expect(isNear(Array(adaptive.prefix(7)), [0.1, 0.1, 0.1, 0.02, 0.02, 0.004, 0.004]))
    #expect(isNear(try rates(.plateau), [0.1, 0.1, 0.1, 0.1]))
  }

  @Test func resettingTheScheduleStartsItAgain() throws {
    let data = SmallData.plane(rowCount: 40)
    var regressor = MLPRegressor(hiddenLayerSizes: [2], learningRate: .exponential, maxEpochs: 1)
    try regressor.fit(data.features, to: data.target)
    try regressor.partialFit(data.features, to: data.target.elements)
    #expect(try #require(regressor.trainingState).progress.history.learningRates[0] < 0.001)
    try regressor.reset(.schedule)
    try regressor.partialFit(data.features, to: data.target.elements)
    #expect(regressor.trainingState?.progress.history.learningRates == [0.001])
  }
}
