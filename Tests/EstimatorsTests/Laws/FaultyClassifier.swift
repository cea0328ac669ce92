import Estimators
import LinearAlgebra
import Synchronization

/// A fault to be found: each breaks one law, many of them the way a known library does.
enum Fault: String, CaseIterable {
  /// `fit` starts from the coefficients that are there.
  case fitContinues
  /// `fit` starts from what `partialFit` has left.
  case fitContinuesPasses
  /// A continuing `fit` drops the clock and the order, as scikit-learn's `warm_start` does.
  case warmStartForgets
  /// Every `partialFit` draws the same order, as scikit-learn's does with an integer seed.
  case partialFitReshuffles
  /// Every `partialFit` starts the learning rate again.
  case partialFitRestartsClock
  /// What is restored starts its clock again.
  case restoringForgets
  /// What is restored starts its clock again with the next `partialFit`.
  case restoringForgetsForPasses
  /// A call that fails loses the model, as scikit-learn's `SGDClassifier` does.
  case failureForgets
  /// A `fit` that is cancelled after some epochs leaves what it has.
  case cancellationKeepsEpochs
  /// A `partialFit` that fails loses the model.
  case failedPassForgets
  /// Settings changed between calls are ignored, as scikit-learn's `MLPClassifier` does.
  case settingsAreIgnored
  /// Settings changed between calls of `partialFit` are ignored.
  case passesIgnoreSettings
  /// A change that needs a fresh fit is accepted where only a model is there.
  case modelForgetsSettings
  /// An unknown label is taken for a known one.
  case labelsAreGuessed
  /// As many labels as there are classes are taken for these, as scikit-learn's `partial_fit` of
  /// some types does.
  case classesAreCounted
  /// An unknown label is refused without saying which.
  case labelIsNotNamed
  /// The tolerance leaves the parameters of an earlier epoch.
  case toleranceLeavesOther
  /// Held-out samples are trained on.
  case heldOutLeaks
  /// The score is not that of the model that is left.
  case scoreIsOfAnother
  /// A continuing call holds other samples out.
  case heldOutIsDrawnAgain
  /// What was read changes with the next call.
  case modelIsShared
  /// What was read changes with the next `partialFit`.
  case modelIsSharedByPasses
  /// Every `partialFit` starts the average of the intercepts again, as scikit-learn's does.
  case partialFitForgetsAverage
  /// Copies share what they learn.
  case copiesShare
  /// Copies share what `partialFit` learns.
  case copiesSharePasses
  /// The result depends on the number of threads.
  case threadsMatter
}

/// Counts the epochs that an observer is told of.
private final class EpochCounter: Sendable {
  let count = Mutex(0)
}

/// A classifier that is right, unless it is given a fault; `SGDClassifier` around which calls are
/// made wrongly.
struct FaultyClassifier: IncrementalEstimator, Classifier, HeldOutScoring {
  typealias Label = Int
  typealias Target = [Int]

  struct Hyperparameters: HyperparameterSet {
    var inner = SGDClassifier<Int>.Hyperparameters()
    var fault: Fault?

    static var declarations: [Hyperparameter<Self>] {
      SGDClassifier<Int>.Hyperparameters.declarations.map { declaration in
        Hyperparameter<Self>(
          declaration.name, requirement: declaration.requirement,
          whenChanged: declaration.whenChanged, read: { declaration.text(in: $0.inner) },
          write: { declaration.setUnchecked($0, in: &$1.inner) },
          isAllowed: { (try? declaration.check($0.inner)) != nil },
          alternatives: { declaration.alternatives(in: $0.inner) }
        ).used(with: declaration.usedWith ?? "anything") { declaration.isUsed(in: $0.inner) }
      } + [
        Hyperparameter(
          "fault", requirement: "a fault, or none", whenChanged: .takesEffectAtNextCall,
          read: { $0.fault?.rawValue ?? "none" },
          write: { text, settings in
            settings.fault = Fault(rawValue: text)
            return true
          })
      ]
    }
  }

  /// A model that a fault can change from outside.
  struct Model: TensorArchivable {
    final class Box: @unchecked Sendable {
      var model: SGDClassifierModel<Int>
      init(_ model: SGDClassifierModel<Int>) { self.model = model }
    }

    var box: Box

    init(_ model: SGDClassifierModel<Int>) { box = Box(model) }

    func write(to archive: inout TensorArchive) { box.model.write(to: &archive) }

    init(from archive: TensorArchive) throws(EstimatorError) {
      self.init(try SGDClassifierModel(from: archive))
    }

    static func == (left: Model, right: Model) -> Bool { left.box.model == right.box.model }
  }

  /// The training state, and the model of the inner classifier where a fault shows another.
  struct TrainingState: TensorArchivable {
    var inner: SGDTrainingState
    var last: SGDClassifierModel<Int>

    func write(to archive: inout TensorArchive) {
      archive.append(contentsOf: inner.archive, prefix: "inner.")
      archive.append(contentsOf: last.archive, prefix: "last.")
    }

    init(from archive: TensorArchive) throws(EstimatorError) {
      inner = try SGDTrainingState(from: archive.contents(ofPrefix: "inner."))
      last = try SGDClassifierModel(from: archive.contents(ofPrefix: "last."))
    }

    init(inner: SGDTrainingState, last: SGDClassifierModel<Int>) {
      (self.inner, self.last) = (inner, last)
    }
  }

  /// Everything learned, in a place that copies may come to share.
  final class Storage: @unchecked Sendable {
    var inner: SGDClassifier<Int>
    /// What is shown instead of the model.
    var shown: SGDClassifierModel<Int>?
    var firstSettings: SGDClassifier<Int>.Hyperparameters?
    var hasContinued = false
    var hasPassed = false
    var wasRestored = false

    init(_ inner: SGDClassifier<Int>) { self.inner = inner }

    func copy() -> Storage {
      let copy = Storage(inner)
      copy.shown = shown
      copy.firstSettings = firstSettings
      copy.hasContinued = hasContinued
      copy.hasPassed = hasPassed
      copy.wasRestored = wasRestored
      return copy
    }
  }

  var hyperparameters: Hyperparameters
  var warmStart = false
  private var storage: Storage
  private var handedOut: Model?

  init(hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
    storage = Storage(SGDClassifier(hyperparameters: hyperparameters.inner))
  }

  private func has(_ fault: Fault) -> Bool { hyperparameters.fault == fault }

  var model: Model? {
    if has(.modelIsShared) || has(.modelIsSharedByPasses) { return handedOut }
    return (storage.shown ?? storage.inner.model).map(Model.init)
  }

  var trainingState: TrainingState? {
    guard let inner = storage.inner.trainingState, let last = storage.inner.model else {
      return nil
    }
    return TrainingState(inner: inner, last: last)
  }

  func heldOutRows(of target: [Int]) throws(EstimatorError) -> [Int] {
    let rows = try storage.inner.heldOutRows(of: target)
    return has(.heldOutIsDrawnAgain) && storage.hasContinued ? rows.map { $0 / 2 } : rows
  }

  var bestHeldOutScore: Double? {
    storage.inner.bestHeldOutScore.map { has(.scoreIsOfAnother) ? $0 - 0.25 : $0 }
  }

  // MARK: Calls

  mutating func fit(
    _ features: some FeatureMatrix, to target: [Int], weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    guard has(.cancellationKeepsEpochs) else {
      return try fitRightly(features, to: target, weights: weights, context: context)
    }
    var watched = context
    let counter = EpochCounter()
    watched.observer = { _ in counter.count.withLock { $0 += 1 } }
    do {
      return try fitRightly(features, to: target, weights: weights, context: watched)
    } catch {
      guard error == .cancelled, counter.count.withLock({ $0 }) > 0 else { throw error }
      storage = storage.copy()
      _ = try? storage.inner.partialFit(features, to: target)
      throw error
    }
  }

  private mutating func fitRightly(
    _ features: some FeatureMatrix, to target: [Int], weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try call(context, isPass: false) { (it) throws(EstimatorError) in
      let isContinuation = it.warmStart && it.storage.inner.model != nil
      if it.has(.warmStartForgets), isContinuation { it.storage.inner.reset(.trainingState) }
      it.storage.inner.warmStart = it.warmStart
      if !isContinuation, it.storage.inner.model != nil,
        it.has(.fitContinues) || (it.has(.fitContinuesPasses) && it.storage.hasPassed)
      {
        it.storage.inner.reset(.trainingState)
        it.storage.inner.warmStart = true
      }
      let summary = try it.storage.inner.fit(
        features, to: try it.guessed(target), weights: weights, context: context)
      it.storage.hasContinued = isContinuation
      it.storage.hasPassed = false
      it.storage.shown = nil
      var other = it.storage.inner
      if it.has(.toleranceLeavesOther), summary.stopReason == .stoppingRule {
        _ = try? other.partialFit(features, to: target)
        it.storage.shown = other.model
      }
      if it.has(.heldOutLeaks) {
        let held = try it.heldOutRows(of: target)
        if !held.isEmpty {
          _ = try? other.partialFit(
            features.selectingRows(held), to: target.selectingRows(held))
        }
        it.storage.shown = other.model
      }
      return summary
    }
  }

  mutating func partialFit(
    _ features: some FeatureMatrix, to target: [Int], weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try call(context, isPass: true) { (it) throws(EstimatorError) in
      if it.storage.inner.model != nil {
        if it.has(.partialFitReshuffles) { try it.storage.inner.reset(.visitingOrder) }
        if it.has(.partialFitRestartsClock) { try it.storage.inner.reset(.schedule) }
        if it.has(.partialFitForgetsAverage), it.hyperparameters.inner.averaging != false {
          try it.storage.inner.reset(.optimizer)
        }
        if it.has(.restoringForgetsForPasses), it.storage.wasRestored {
          try it.storage.inner.reset(.schedule)
        }
      }
      it.storage.shown = nil
      it.storage.hasContinued = true
      it.storage.hasPassed = true
      return try it.storage.inner.partialFit(
        features, to: try it.guessed(target), weights: weights, context: context)
    }
  }

  /// Makes a call on a copy of what was learned, and keeps it if nothing is thrown.
  private mutating func call(
    _ context: TrainingContext, isPass: Bool,
    _ body: (inout FaultyClassifier) throws(EstimatorError) -> TrainingSummary
  ) throws(EstimatorError) -> TrainingSummary {
    var changed = self
    if !has(.copiesShare), !(has(.copiesSharePasses) && isPass) { changed.storage = storage.copy() }
    var settings = hyperparameters.inner
    if let first = storage.firstSettings,
      has(.settingsAreIgnored) && warmStart || has(.passesIgnoreSettings) && isPass
    {
      settings = first
    }
    changed.storage.inner.hyperparameters = settings
    do {
      let summary = try body(&changed)
      changed.storage.firstSettings = settings
      if has(.threadsMatter) { changed.disturb(context.threadCount) }
      if has(.modelIsShared) || (has(.modelIsSharedByPasses) && isPass),
        let now = changed.storage.inner.model
      {
        changed.handedOut?.box.model = now
      }
      // Only those two faults hand out the same model again.
      if changed.handedOut == nil || (has(.modelIsSharedByPasses) && !isPass) {
        changed.handedOut = changed.storage.inner.model.map(Model.init)
      }
      self = changed
      return summary
    } catch {
      if has(.failureForgets) || (has(.failedPassForgets) && isPass) { reset() }
      throw error
    }
  }

  private func guessed(_ target: [Int]) throws(EstimatorError) -> [Int] {
    guard let classes = storage.inner.model?.classes else { return target }
    let unknown = target.first { !classes.contains($0) }
    if has(.labelIsNotNamed), unknown != nil {
      throw .unsupportedCall(call: "This", setting: "these labels", remedy: "")
    }
    if has(.classesAreCounted), Set(target).count == classes.count {
      let numbers = Set(target).sorted()
      return target.map { label in
        numbers.firstIndex(of: label).map { classes[$0] } ?? label
      }
    }
    return has(.labelsAreGuessed) ? target.map { classes.contains($0) ? $0 : classes[0] } : target
  }

  /// Lets the last digits depend on the number of threads.
  private mutating func disturb(_ threadCount: Int) {
    guard threadCount > 1, let model = storage.inner.model else { return }
    var archive = TensorArchive()
    for tensor in model.archive.tensors {
      archive.append(
        Tensor(tensor.name, tensor.numbers.map { $0 * (1 + 1e-15) }, shape: tensor.shape))
    }
    for (name, text) in model.archive.metadata { archive[text: name] = text }
    storage.shown = try? SGDClassifierModel(from: archive)
  }

  // MARK: The rest

  mutating func reset(_ scope: ResetScope) {
    storage = storage.copy()
    storage.inner.reset(scope)
    storage.shown = nil
    if scope == .everything { handedOut = nil }
  }

  mutating func reset(_ part: TrainingPart) throws(EstimatorError) {
    storage = storage.copy()
    try storage.inner.reset(part)
  }

  mutating func restore(model: Model, trainingState: TrainingState?) throws(EstimatorError) {
    storage = Storage(SGDClassifier(hyperparameters: hyperparameters.inner))
    var last = trainingState?.last ?? model.box.model
    if has(.modelForgetsSettings), trainingState == nil { last.settings = RecordedSettings() }
    try storage.inner.restore(model: last, trainingState: trainingState?.inner)
    if has(.restoringForgets) { try storage.inner.reset(.schedule) }
    storage.wasRestored = true
    if last != model.box.model { storage.shown = model.box.model }
    handedOut = model
  }

  func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> [Int] {
    try requireModel().box.model.predict(features)
  }

  func decisionFunction(_ features: some FeatureMatrix) throws(EstimatorError) -> Matrix<Double> {
    try requireModel().box.model.decisionFunction(features)
  }

  func loss(_ features: some FeatureMatrix, to target: [Int]) throws(EstimatorError) -> Double {
    try storage.inner.loss(features, to: target)
  }
}
