import Estimators
import LinearAlgebra
import Testing

/// Settings near 1, of which the difference from 1 is what matters.
@Suite struct NetworkPrecisionTests {
  /// One input of 1, everything at 0, the target 1: the gradient is −1 for both parameters.
  private func trained(_ rows: Int, _ settings: NetworkSettings) throws -> NetworkLayer {
    var context = TrainingContext()
    context.initialParameters = InitialParameters(
      layers: [(Matrix(rowCount: 1, columnCount: 1), [0])])
    var regressor = MLPRegressor()
    regressor.hyperparameters.shared = settings
    try regressor.partialFit(
      Matrix(rows: [[Double]](repeating: [1], count: rows)),
      to: RegressionTarget([Double](repeating: 1, count: rows)), weights: nil, context: context)
    return try #require(regressor.model).layers[0]
  }

  private func settings(
    rate: Double, beta1: Double, beta2: Double, epsilon: Double, _ precision: Precision
  ) -> NetworkSettings {
    MLPRegressor(
      hiddenLayerSizes: [], alpha: 0, batchSize: 1, initialLearningRate: rate, beta1: beta1,
      beta2: beta2, epsilon: epsilon, precision: precision
    ).hyperparameters.shared
  }

  /// After one step the means are (1 − β₁) g and (1 − β₂) g², and the rate is that times √(1 − β₂) /
  /// (1 − β₁): the step is rate · g / (ǀgǀ + ε / √(1 − β₂)).
  @Test(
    arguments: Precision.allCases,
    [(0.9, 0.999), (0.9, 0.9999999), (0.9, 0.99999999), (0.99999999, 0.99999999), (0, 0)])
  func adamsFirstStepByHand(precision: Precision, betas: (Double, Double)) throws {
    let layer = try trained(
      1, settings(rate: 0.001, beta1: betas.0, beta2: betas.1, epsilon: 1e-8, precision))
    let expected = 0.001 / (1 + 1e-8 / (1 - betas.1).squareRoot())
    #expect(abs(layer.weights[0, 0] - expected) < 2e-6 * expected)
    #expect(abs(layer.biases[0] - expected) < 2e-6 * expected)
  }

  /// As long as the gradient is the same and ε nothing, each step is that of the rate.
  @Test(arguments: [0.9, 0.999999, 1 - 0x1p-40, 1 - 0x1p-52])
  func adamsStepsAreThoseOfTheRate(beta: Double) throws {
    let layer = try trained(
      5, settings(rate: 1e-9, beta1: beta, beta2: beta, epsilon: 1e-30, .double))
    #expect(abs(layer.weights[0, 0] - 5e-9) < 1e-6 * 5e-9)
  }

  /// A gradient of 0 divided by a root of 0 and an ε that no float holds.
  @Test(arguments: Precision.allCases) func noGradientIsNoStep(precision: Precision) throws {
    var settings = settings(rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-60, precision)
    settings.hiddenLayerSizes = []
    var context = TrainingContext()
    context.initialParameters = InitialParameters(
      layers: [(try Matrix(rows: [[1.0]]), [0])])
    var regressor = MLPRegressor()
    regressor.hyperparameters.shared = settings
    try regressor.partialFit(Matrix(rows: [[3.0]]), to: [3], weights: nil, context: context)
    #expect(try #require(regressor.model).layers[0].weights.elements == [1])
  }
}
