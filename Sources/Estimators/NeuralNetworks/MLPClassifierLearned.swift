internal import LinearAlgebra

/// Everything that ``MLPClassifier`` has learned, in the form its training works on.
public struct MLPClassifierLearned<Label: ClassLabel>: LearnedState {
  public typealias Hyperparameters = MLPClassifier<Label>.Hyperparameters

  private(set) var classes: ClassList<Label>
  @CopiedOnChange var state: NetworkState
  public var settings = SettingsRecord<Hyperparameters>()

  public var featureCount: Int { state.form.shape.inputCount }

  public var featureNames: [String]? { state.featureNames }

  init(classes: ClassList<Label>, state: NetworkState) {
    self.classes = classes
    self.state = state
  }

  public init(
    model: MLPClassifierModel<Label>, trainingState: MLPTrainingState?
  ) throws(EstimatorError) {
    classes = try ClassList(model.classes)
    state = try NetworkState(
      model.network, featureNames: model.featureNames, trainingState: trainingState)
  }

  public var model: MLPClassifierModel<Label> {
    MLPClassifierModel(classes: classes, network: state.network, featureNames: featureNames)
  }

  public var trainingState: MLPTrainingState? { state.trainingState }

  public mutating func reset(_ part: TrainingPart) -> Bool {
    state.reset(part)
    return true
  }

  /// Takes labels in that are none of the classes; does nothing if there are none.
  mutating func extend(by labels: [Label]) {
    guard let (all, oldNumbers) = classes.extended(by: labels) else { return }
    let oldCount = classes.labels.count
    // The one unit of two classes tells the odds of the second, which is then one unit of several
    // beside a first that stays at 0.
    state.replaceOutputs(
      from: oldNumbers.map { old in oldCount == 2 ? (old == 1 ? 0 : nil) : old })
    classes = all
  }
}
