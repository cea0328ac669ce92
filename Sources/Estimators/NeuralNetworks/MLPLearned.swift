internal import LinearAlgebra

/// Everything that `MLPClassifier` has learned, in the form its training works on.
public struct MLPLearned<Label: ClassLabel>: LearnedState {
  public typealias Hyperparameters = MLPClassifier<Label>.Hyperparameters

  let classes: ClassList<Label>
  public let featureNames: [String]?
  let shape: NetworkShape
  let activation: Activation

  /// All weights and biases, as the shape says.
  var parameters: [Double]

  /// The memory of the optimizer, or `nil` before its first step.
  var optimizer: NetworkOptimizerState?

  var progress = TrainingProgress()
  public var settings = SettingsRecord<Hyperparameters>()

  /// Whether training has gone on since only a model was there.
  var hasTrained = false

  public var featureCount: Int { shape.inputCount }

  init(
    classes: ClassList<Label>, featureNames: [String]?, shape: NetworkShape,
    activation: Activation, parameters: [Double]
  ) {
    self.classes = classes
    self.featureNames = featureNames
    self.shape = shape
    self.activation = activation
    self.parameters = parameters
  }

  public init(
    model: MLPClassifierModel<Label>, trainingState: MLPTrainingState?
  ) throws(EstimatorError) {
    self.init(
      classes: try ClassList(model.classes), featureNames: model.featureNames,
      shape: model.layers.shape, activation: model.activation, parameters: model.layers.parameters)
    guard let trainingState else { return }
    optimizer = trainingState.optimizer
    progress = trainingState.progress
    hasTrained = true
    guard optimizer == nil || optimizer?.first.count == parameters.count else {
      throw .unreadableModel(reason: "model and optimizer have different shapes")
    }
  }

  public var model: MLPClassifierModel<Label> {
    MLPClassifierModel(
      classes: classes, layers: [NetworkLayer](parameters, shape: shape), activation: activation,
      featureNames: featureNames)
  }

  public var trainingState: MLPTrainingState? {
    guard hasTrained else { return nil }
    return MLPTrainingState(progress: progress, optimizer: optimizer)
  }

  public mutating func reset(_ part: TrainingPart) -> Bool {
    guard part == .optimizer else { return progress.reset(part) }
    optimizer = nil
    return true
  }
}
