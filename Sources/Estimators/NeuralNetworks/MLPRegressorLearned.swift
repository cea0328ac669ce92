internal import LinearAlgebra

/// Everything that ``MLPRegressor`` has learned, in the form its training works on.
public struct MLPRegressorLearned: LearnedState {
  public typealias Hyperparameters = MLPRegressor.Hyperparameters

  @CopiedOnChange var state: NetworkState
  public var settings = SettingsRecord<Hyperparameters>()

  public var featureCount: Int { state.form.shape.inputCount }

  public var featureNames: [String]? { state.featureNames }

  init(state: NetworkState) { self.state = state }

  public init(
    model: MLPRegressorModel, trainingState: MLPTrainingState?
  ) throws(EstimatorError) {
    state = try NetworkState(
      model.network, featureNames: model.featureNames, trainingState: trainingState)
  }

  public var model: MLPRegressorModel {
    MLPRegressorModel(network: state.network, featureNames: featureNames)
  }

  public var trainingState: MLPTrainingState? { state.trainingState }

  public mutating func reset(_ part: TrainingPart) -> Bool {
    state.reset(part)
    return true
  }
}
