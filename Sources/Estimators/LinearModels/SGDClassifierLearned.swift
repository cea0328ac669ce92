internal import LinearAlgebra

/// Everything that ``SGDClassifier`` has learned, in the form its training works on.
public struct SGDClassifierLearned<Label: ClassLabel>: LearnedState {
  public typealias Hyperparameters = SGDClassifier<Label>.Hyperparameters

  private(set) var classes: ClassList<Label>
  @CopiedOnChange var state: StochasticGradientState
  public var settings = SettingsRecord<Hyperparameters>()

  public var featureCount: Int { state.iterate.featureCount }

  public var featureNames: [String]? { state.featureNames }

  init(classes: ClassList<Label>, state: StochasticGradientState) {
    self.classes = classes
    self.state = state
  }

  public init(
    model: SGDClassifierModel<Label>, trainingState: SGDTrainingState?
  ) throws(EstimatorError) {
    classes = try ClassList(model.classes)
    state = try StochasticGradientState(
      model: LinearParameters(
        coefficients: model.coefficients, intercepts: model.intercepts),
      precision: model.precision, loss: model.loss, epsilon: model.epsilon,
      featureNames: model.featureNames,
      training: trainingState?.memory)
  }

  public var model: SGDClassifierModel<Label> {
    SGDClassifierModel(
      classes: classes, parameters: state.presented, featureNames: featureNames, loss: state.loss,
      epsilon: state.epsilon, precision: state.iterate.precision)
  }

  public var trainingState: SGDTrainingState? { state.memory.map(SGDTrainingState.init) }

  public mutating func reset(_ part: TrainingPart) -> Bool {
    state.reset(part)
    return true
  }

  /// Takes labels in that are none of the classes; does nothing if there are none.
  mutating func extend(by labels: [Label]) {
    guard let (all, oldNumbers) = classes.extended(by: labels) else { return }
    state.add(NewClasses(oldNumbers: oldNumbers, oldCount: classes.labels.count))
    classes = all
  }
}
