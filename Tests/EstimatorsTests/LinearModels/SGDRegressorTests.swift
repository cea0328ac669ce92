import DataReaders
import Estimators
import LinearAlgebra
import Testing

@Suite struct SGDRegressorTests {
  // MARK: By hand

  /// From zero the residual of the first sample is −3, so w = η · 3 · 1 and b = η · 3; the second
  /// is then predicted 0.3 · 2 + 0.3 = 0.9, which is 0.9 too much.
  @Test func twoStepsByHand() throws {
    var regressor = SGDRegressor(
      penalty: .none, learningRate: .constant, initialLearningRate: 0.1, maxEpochs: 1,
      tolerance: nil, visitingOrder: .sequential)
    try regressor.fit(Matrix(rows: [[1], [2]]), to: [3, 0])
    let model = try #require(regressor.model)
    #expect(abs(model.coefficients[0, 0] - (0.3 - 0.1 * 0.9 * 2)) < 1e-15)
    #expect(abs(model.intercepts[0] - (0.3 - 0.1 * 0.9)) < 1e-15)
    let history = try #require(regressor.trainingState?.progress.history)
    #expect(abs(history.losses[0] - (4.5 + 0.405) / 2) < 1e-15)
  }

  /// A step as long as it takes for the loss to vanish: the residual is −3, beyond ε by 2.5, and
  /// ‖x‖² = 4, so w = 2.5 / 4 · 2 and b = 2.5 / 4.
  @Test func aPassiveAggressiveStepByHand() throws {
    var regressor = SGDRegressor(
      loss: .epsilonInsensitive, penalty: .none, epsilon: 0.5, learningRate: .passiveAggressive1,
      initialLearningRate: 10, maxEpochs: 1, tolerance: nil, visitingOrder: .sequential)
    try regressor.fit(Matrix(rows: [[2]]), to: [3])
    let model = try #require(regressor.model)
    #expect(model.coefficients[0, 0] == 1.25)
    #expect(model.intercepts[0] == 0.625)
  }

  // MARK: Against scikit-learn

  /// Every loss, penalty, rate, average and storage, with sample weights in turn; in sequential
  /// order from the same start: 1e-10, which leaves room for sums formed in another order.
  @Test func iteratesAgreeWithScikitLearn() throws {
    for reference in try References.cases("sgd-regressor", of: LinearReference.self) {
      try agree(reference)
    }
  }

  @Test func stopsInTheSameEpochAsScikitLearn() throws {
    let references = try References.cases("sgd-stopping", of: LinearReference.self)
    for reference in references where reference.data == "diabetes" { try agree(reference) }
  }

  @Test func oneNumberIsTooFewToScore() throws {
    let data = SmallData.plane()
    var regressor = SGDRegressor(earlyStopping: true, validationFraction: 0.01)
    let error = #expect(throws: EstimatorError.self) {
      try regressor.fit(data.features, to: data.target.elements)
    }
    #expect(error?.description.contains("30 samples and validationFraction 0.01") == true)
    regressor.validationFraction = 0.05
    try regressor.fit(data.features, to: data.target.elements)
    #expect(regressor.trainingState?.progress.history.scores.isEmpty == false)
  }

  private func agree(_ reference: LinearReference) throws {
    let sample = try Samples.diabetes()
    var regressor = SGDRegressor()
    for (name, text) in reference.settings {
      try regressor.hyperparameters.set(name, to: text, of: "SGDRegressor")
    }
    let target = sample.target.map { $0 / 100 }
    let summary = try regressor.fit(
      reference.stored(Samples.scaled(sample.features)), to: target,
      weights: reference.weights(target.count), context: TrainingContext())
    let model = try #require(regressor.model)
    reference.compare(model.coefficients, model.intercepts, summary.epochCount)
  }
}
