public import LinearAlgebra

/// A transformer and an estimator as one estimator: what the first makes of the samples, the second
/// learns from.
///
/// Longer pipelines are pipelines in pipelines; `appending` builds them.
///
///     var pipeline = StandardScaler().appending(SGDClassifier<String>())
///     try pipeline.fit(features, to: labels)
///
/// | call | the transformer | the last step |
/// | --- | --- | --- |
/// | `fit`, ``warmStart`` off | overwritten | overwritten |
/// | `fit`, ``warmStart`` on | left as it is: more epochs on the scale the last step knows | continues |
/// | `partialFit` | continues, unless ``PipelineHyperparameters/preprocessing`` is frozen | continues |
///
/// Weights count for every step.
public struct Pipeline<First: Transformer, Last: Estimator>: Estimator {
  public typealias Hyperparameters = PipelineHyperparameters<First, Last>
  public typealias Model = PipelineModel<First, Last>
  public typealias TrainingState = PipelineTrainingState<First, Last>
  public typealias Target = Last.Target

  /// What changes the samples.
  public private(set) var first: First

  /// What learns from the changed samples.
  public private(set) var last: Last

  /// Whether `partialFit` lets the transformer learn on.
  private var preprocessing = Preprocessing.learning

  public var warmStart = false

  /// The settings of the transformer when it last learned; a continuing `fit` cannot honour a
  /// change of them.
  private var settingsOfFirst: RecordedSettings?

  /// Makes a pipeline of two steps.
  ///
  /// - Parameters:
  ///   - first: What changes the samples.
  ///   - last: What learns from the changed samples.
  ///   - preprocessing: Whether `partialFit` lets the transformer learn on.
  public init(_ first: First, _ last: Last, preprocessing: Preprocessing = .learning) {
    self.first = first
    self.last = last
    self.preprocessing = preprocessing
    warmStart = last.warmStart
    if first.model != nil {
      settingsOfFirst = RecordedSettings(first.hyperparameters) { _ in true }
    }
  }

  public init(hyperparameters: Hyperparameters) {
    self.init(
      First(hyperparameters: hyperparameters.first), Last(hyperparameters: hyperparameters.last),
      preprocessing: hyperparameters.preprocessing)
  }

  /// The names of the steps with a plus between; those of a pipeline that is the last step stand in
  /// parentheses.
  public static var name: String {
    "\(First.name)+\(Last.stepCount > 1 ? "(\(Last.name))" : Last.name)"
  }

  public var hyperparameters: Hyperparameters {
    get {
      Hyperparameters(
        first: first.hyperparameters, last: last.hyperparameters, preprocessing: preprocessing)
    }
    set {
      first.hyperparameters = newValue.first
      last.hyperparameters = newValue.last
      preprocessing = newValue.preprocessing
    }
  }

  /// What was learned; the last step's is missing if the pipeline was made of a fitted transformer
  /// and has not learned itself.
  public var model: Model? {
    guard let first = first.model, let settingsOfFirst else { return nil }
    return PipelineModel(first: first, last: last.model, settingsOfFirst: settingsOfFirst)
  }

  public var trainingState: TrainingState? {
    guard first.model != nil, first.trainingState != nil || last.trainingState != nil else {
      return nil
    }
    return PipelineTrainingState(first: first.trainingState, last: last.trainingState)
  }

  public var exemptions: Set<LawExemption> {
    last.exemptions.union([
      preprocessing == .frozen ? .frozenTransformers : .learningTransformers
    ])
  }

  @discardableResult
  public mutating func fit(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    // On copies, so that a step that fails changes nothing in the steps before it.
    var (first, last) = (first, last)
    let isContinuation = warmStart && first.model != nil && last.model != nil
    if isContinuation {
      try checkSettingsOfFirst()
    } else {
      first.warmStart = false
      try first.fit(features, to: NoTarget(), weights: weights, context: context.forTransformers)
    }
    last.warmStart = isContinuation
    let transformed = try first.transform(features)
    do {
      let summary = try Self.fit(&last, on: transformed, target, weights, context)
      commit(first, last, firstHasLearned: !isContinuation)
      return summary
    } catch {
      throw error.inStep(First.stepCount)
    }
  }

  /// Opens what a transformer has made.
  private static func fit(
    _ last: inout Last, on features: any FeatureMatrix, _ target: Target, _ weights: [Double]?,
    _ context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try last.fit(features, to: target, weights: weights, context: context)
  }

  /// Takes over steps that have succeeded.
  fileprivate mutating func commit(_ first: First, _ last: Last, firstHasLearned: Bool) {
    self.first = first
    self.last = last
    if firstHasLearned {
      settingsOfFirst = RecordedSettings(first.hyperparameters) { _ in true }
    }
  }

  /// Lets go of the last step for a moment, so that it can be changed in place.
  fileprivate mutating func takeLast() -> Last {
    let taken = last
    last = Last(hyperparameters: taken.hyperparameters)
    return taken
  }

  /// Puts the last step back.
  fileprivate mutating func putBack(_ last: Last) { self.last = last }

  fileprivate var isFrozen: Bool { preprocessing == .frozen }

  /// Checks that a continuing call does not ask the transformer to do otherwise than before.
  fileprivate func checkSettingsOfFirst() throws(EstimatorError) {
    guard let settingsOfFirst else { return }
    for declaration in Hyperparameters.declarationsOfFirst {
      let old = settingsOfFirst[declaration.name]
      let new = declaration.text(in: first.hyperparameters)
      guard let old, old != new else { continue }
      throw .changedHyperparameter(
        name: Hyperparameters.nameOfFirst(declaration.name), old: old, new: new,
        remedy: "The last step knows what the transformer gave before. Fit with warmStart off.")
    }
  }

  public mutating func reset(_ scope: ResetScope) {
    first.reset(scope)
    last.reset(scope)
    if scope == .everything { settingsOfFirst = nil }
  }

  public mutating func reset(_ part: TrainingPart) throws(EstimatorError) {
    guard last.model != nil else { throw .notFitted(estimator: Self.name) }
    var changed = self
    var hasPart = false
    do {
      try changed.first.reset(part)
      hasPart = true
    } catch .missingTrainingPart {}
    do {
      try changed.last.reset(part)
      hasPart = true
    } catch .missingTrainingPart {}
    guard hasPart else { throw .missingTrainingPart(part: part, estimator: Self.name) }
    self = changed
  }

  public mutating func restore(
    model: Model, trainingState: TrainingState?
  ) throws(EstimatorError) {
    var changed = self
    try changed.first.restore(model: model.first, trainingState: trainingState?.first)
    if let last = model.last {
      try changed.last.restore(model: last, trainingState: trainingState?.last)
    } else {
      changed.last.reset(.everything)
    }
    changed.settingsOfFirst = model.settingsOfFirst
    self = changed
  }
}

extension Pipeline: IncrementalEstimator
where First: IncrementalEstimator, Last: IncrementalEstimator {
  @discardableResult
  public mutating func partialFit(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    var first = first
    try checkSettingsOfFirst()
    let firstLearns = !isFrozen || first.model == nil
    if firstLearns {
      try first.partialFit(
        features, to: NoTarget(), weights: weights, context: context.forTransformers)
    }
    let transformed = try first.transform(features)
    var last = takeLast()
    do {
      let summary = try Self.partialFit(&last, on: transformed, target, weights, context)
      commit(first, last, firstHasLearned: firstLearns)
      return summary
    } catch {
      putBack(last)
      throw error.inStep(First.stepCount)
    }
  }

  private static func partialFit(
    _ last: inout Last, on features: any FeatureMatrix, _ target: Target, _ weights: [Double]?,
    _ context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try last.partialFit(features, to: target, weights: weights, context: context)
  }
}

extension TrainingContext {
  /// The same for a transformer, which nobody watches and which begins by itself.
  fileprivate var forTransformers: TrainingContext {
    var context = self
    context.observer = nil
    context.initialParameters = nil
    return context
  }
}

extension EstimatorError {
  /// The same error with a hyperparameter named as the pipeline names it.
  fileprivate func inStep(_ number: Int) -> EstimatorError {
    switch self {
    case .changedHyperparameter(let name, let old, let new, let remedy):
      .changedHyperparameter(name: "\(number).\(name)", old: old, new: new, remedy: remedy)
    case .invalidHyperparameter(let name, let value, let requirement):
      .invalidHyperparameter(name: "\(number).\(name)", value: value, requirement: requirement)
    default: self
    }
  }
}
