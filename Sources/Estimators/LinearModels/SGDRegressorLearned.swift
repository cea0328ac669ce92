internal import LinearAlgebra

/// Everything that ``SGDRegressor`` has learned, in the form its training works on.
public struct SGDRegressorLearned: LearnedState {
  public typealias Hyperparameters = SGDRegressor.Hyperparameters

  @CopiedOnChange var state: StochasticGradientState
  public var settings = SettingsRecord<Hyperparameters>()

  public var featureCount: Int { state.iterate.featureCount }

  public var featureNames: [String]? { state.featureNames }

  init(state: StochasticGradientState) { self.state = state }

  public init(
    model: SGDRegressorModel, trainingState: SGDTrainingState?
  ) throws(EstimatorError) {
    state = try StochasticGradientState(
      model: LinearParameters(
        coefficients: model.coefficients, intercepts: model.intercepts),
      precision: model.precision, loss: model.loss, epsilon: model.epsilon,
      featureNames: model.featureNames,
      training: trainingState?.memory)
  }

  public var model: SGDRegressorModel {
    SGDRegressorModel(
      parameters: state.presented, featureNames: featureNames, loss: state.loss,
      epsilon: state.epsilon, precision: state.iterate.precision)
  }

  public var trainingState: SGDTrainingState? { state.memory.map(SGDTrainingState.init) }

  public mutating func reset(_ part: TrainingPart) -> Bool {
    state.reset(part)
    return true
  }
}
