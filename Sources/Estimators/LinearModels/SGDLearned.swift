internal import LinearAlgebra

/// Everything that `SGDClassifier` has learned, in the form its training works on.
public struct SGDLearned<Label: ClassLabel>: LearnedState {
  public typealias Hyperparameters = SGDClassifier<Label>.Hyperparameters

  let classes: ClassList<Label>
  public let featureNames: [String]?
  var loss: LinearLoss
  var iterate: SGDIterate
  var progress = TrainingProgress()
  public var settings = SettingsRecord<Hyperparameters>()

  /// The model, where it does not follow from the iterate: when averages were forgotten.
  private var keptModel: SGDClassifierModel<Label>?

  /// Whether only a model is there, which the iterate was taken from.
  private var isModelOnly = false

  public var featureCount: Int { iterate.featureCount }

  init(classes: ClassList<Label>, featureNames: [String]?, loss: LinearLoss, iterate: SGDIterate) {
    self.classes = classes
    self.featureNames = featureNames
    self.loss = loss
    self.iterate = iterate
  }

  public init(
    model: SGDClassifierModel<Label>, trainingState: SGDTrainingState<Hyperparameters>?
  ) throws(EstimatorError) {
    let fromModel = SGDIterate(
      vectors: model.coefficients.elements, intercepts: model.intercepts)
    self.init(
      classes: try ClassList(model.classes), featureNames: model.featureNames, loss: model.loss,
      iterate: trainingState?.iterate ?? fromModel)
    guard let trainingState else {
      isModelOnly = true
      return
    }
    guard iterate.vectors.count == fromModel.vectors.count,
      iterate.intercepts.count == fromModel.intercepts.count
    else { throw .unreadableModel(reason: "model and training state have different shapes") }
    progress = trainingState.progress
    settings = trainingState.settings
    if self.model != model { keptModel = model }
  }

  /// Notes that training goes on from here: the model is now what the iterate says.
  mutating func beginTraining(loss: LinearLoss) {
    self.loss = loss
    keptModel = nil
    isModelOnly = false
  }

  public var model: SGDClassifierModel<Label> {
    if let keptModel { return keptModel }
    let average = iterate.average.flatMap { $0.count > 0 ? $0 : nil }
    let coefficients = average?.meanCoefficients(iterate.vectors) ?? iterate.coefficients
    return SGDClassifierModel(
      classes: classes,
      coefficients: Matrix(
        unchecked: coefficients, rowCount: iterate.intercepts.count, columnCount: featureCount),
      intercepts: average?.meanIntercepts ?? iterate.intercepts, featureNames: featureNames,
      loss: loss)
  }

  public var trainingState: SGDTrainingState<Hyperparameters>? {
    guard !isModelOnly else { return nil }
    let isModel = keptModel == nil && iterate.scale == 1 && iterate.average == nil
    return SGDTrainingState(
      progress: progress, iterate: isModel ? nil : iterate, settings: settings)
  }

  public mutating func reset(_ part: TrainingPart) -> Bool {
    guard part == .optimizer else { return progress.reset(part) }
    // Predictions stay what they are until training goes on.
    let before = model
    iterate.makeExplicit()
    iterate.average = nil
    if model != before { keptModel = before }
    return true
  }
}
