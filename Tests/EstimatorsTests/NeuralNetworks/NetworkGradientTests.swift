import Estimators
import LinearAlgebra
import Testing

/// The change of the parameters in one plain step of rate 1 is the gradient; it must be that of the
/// loss, which is measured at parameters a little beside.
@Suite struct NetworkGradientTests {
  typealias Layers = [(weights: Matrix<Double>, biases: [Double])]

  @Test(arguments: Activation.allCases, [[], [0.3], [0.2, 0.5]])
  func gradientsOfClassesAreThoseOfTheLoss(activation: Activation, dropout: [Double]) throws {
    for classCount in [2, 3] {
      let data = SmallData.clouds(classCount: classCount, rowCount: 12)
      var classifier = MLPClassifier<Int>(classes: (0..<classCount).map { $0 * 10 })
      classifier.hyperparameters.shared = settings(activation, dropout)
      try check(classifier, data.features, data.labels) { $0?.layers }
    }
  }

  @Test(arguments: Activation.allCases, [[], [0.3]])
  func gradientsOfNumbersAreThoseOfTheLoss(activation: Activation, dropout: [Double]) throws {
    for targetCount in [1, 2] {
      let data = SmallData.plane(rowCount: 12, targetCount: targetCount)
      var regressor = MLPRegressor()
      regressor.hyperparameters.shared = settings(activation, dropout)
      try check(regressor, data.features, RegressionTarget(data.target)) { $0?.layers }
    }
  }

  /// One batch, with a penalty.
  private func settings(_ activation: Activation, _ dropout: [Double]) -> NetworkSettings {
    MLPRegressor(
      hiddenLayerSizes: [4, 3], activation: activation, solver: .sgd, alpha: 0.3, batchSize: 12,
      initialLearningRate: 1, dropout: dropout, momentum: 0, nesterov: false,
      visitingOrder: .sequential, seed: 11
    ).hyperparameters.shared
  }

  private func check<Tested: TrainableEstimator>(
    _ estimator: Tested, _ features: Matrix<Double>, _ target: Tested.Target,
    layersOf: (Tested.Model?) -> [NetworkLayer]?
  ) throws where Tested.TrainingState == MLPTrainingState {
    let weights = Samples.weights(features.rowCount)

    func step(_ estimator: Tested, from start: Layers?) throws -> Tested {
      var moved = estimator
      var context = TrainingContext()
      context.initialParameters = start.map { InitialParameters(layers: $0) }
      try moved.partialFit(features, to: target, weights: weights, context: context)
      return moved
    }

    // Parameters to start from: those of a step of no length.
    var still = estimator
    try still.hyperparameters.set("initialLearningRate", to: "1e-300", of: Tested.name)
    let first = try #require(layersOf(step(still, from: nil).model))
    let start = first.map { ($0.weights, $0.biases) }
    let end = try #require(layersOf(step(estimator, from: start).model))

    func slope(_ change: (inout Layers, Double) -> Void) throws -> Double {
      let h = 1e-6
      let losses = try [h, -h].map { h in
        var changed: Layers = start
        change(&changed, h)
        return try #require(step(still, from: changed).trainingState).progress.history.losses[0]
      }
      return (losses[0] - losses[1]) / (2 * h)
    }

    for layer in start.indices {
      let (old, new) = (first[layer], end[layer])
      for row in 0..<old.weights.rowCount {
        for column in 0..<old.weights.columnCount {
          let slope = try slope { $0[layer].weights[row, column] += $1 }
          #expect(abs(old.weights[row, column] - new.weights[row, column] - slope) < 1e-7)
        }
      }
      for index in old.biases.indices {
        let slope = try slope { $0[layer].biases[index] += $1 }
        #expect(abs(old.biases[index] - new.biases[index] - slope) < 1e-7)
      }
    }
  }
}
