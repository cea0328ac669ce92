internal import LinearAlgebra

/// Everything that ``MLPMultilabelClassifier`` has learned, in the form its training works on.
public struct MLPMultilabelClassifierLearned<Label: ClassLabel>: LearnedState {
  public typealias Hyperparameters = MLPMultilabelClassifier<Label>.Hyperparameters

  let classes: ClassList<Label>
  @CopiedOnChange var state: NetworkState
  public var settings = SettingsRecord<Hyperparameters>()

  public var featureCount: Int { state.form.shape.inputCount }

  public var featureNames: [String]? { state.featureNames }

  init(classes: ClassList<Label>, state: NetworkState) {
    self.classes = classes
    self.state = state
  }

  public init(
    model: MLPMultilabelClassifierModel<Label>, trainingState: MLPTrainingState?
  ) throws(EstimatorError) {
    classes = try ClassList(model.classes)
    state = try NetworkState(
      model.network, featureNames: model.featureNames, trainingState: trainingState)
  }

  public var model: MLPMultilabelClassifierModel<Label> {
    MLPMultilabelClassifierModel(
      classes: classes, network: state.network, featureNames: featureNames)
  }

  public var trainingState: MLPTrainingState? { state.trainingState }

  public mutating func reset(_ part: TrainingPart) -> Bool {
    state.reset(part)
    return true
  }
}
