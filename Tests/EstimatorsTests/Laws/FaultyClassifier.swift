import Estimators
import LinearAlgebra

/// A fault to be found: each breaks one law, most of them the way a known library does.
enum Fault: String, CaseIterable {
  /// `fit` starts from the coefficients that are there.
  case fitContinues
  /// A continuing `fit` drops the clock and the order, as scikit-learn's `warm_start` does.
  case warmStartForgets
  /// Every `partialFit` draws the same order, as scikit-learn's does with an integer seed.
  case partialFitReshuffles
  /// Every `partialFit` starts the learning rate again.
  case partialFitRestartsClock
  /// What is restored starts its clock again.
  case restoringForgets
  /// A call that fails loses the model, as scikit-learn's `SGDClassifier` does.
  case failureForgets
  /// Settings changed between calls are ignored, as scikit-learn's `MLPClassifier` does.
  case settingsAreIgnored
  /// An unknown label is taken for a known one.
  case labelsAreGuessed
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
  /// Every `partialFit` starts the average of the intercepts again, as scikit-learn's does.
  case partialFitForgetsAverage
  /// Copies share what they learn.
  case copiesShare
  /// The result depends on the number of threads.
  case threadsMatter
}

/// A classifier that is right, unless it is given a fault; `SGDClassifier` around which calls are
/// made wrongly.
struct FaultyClassifier: IncrementalEstimator, Classifier, HeldOutScoring {
  typealias Label = Int
  typealias Target = [Int]

  struct Hyperparameters: HyperparameterSet {
    var inner = SGDClassifier<Int>.Hyperparameters()
    var earlyStopping = false
    var fault: Fault?

    static var declarations: [Hyperparameter<Self>] {
      let ofInner: [Hyperparameter<Self>] = SGDClassifier<Int>.Hyperparameters.declarations.map {
        declaration in
        Hyperparameter<Self>(
          declaration.name, requirement: declaration.requirement,
          whenChanged: declaration.whenChanged, read: { declaration.text(in: $0.inner) },
          write: { declaration.setUnchecked($0, in: &$1.inner) },
          isAllowed: { (try? declaration.check($0.inner)) != nil },
          alternatives: { declaration.alternatives(in: $0.inner) })
      }
      return ofInner + [
        Hyperparameter("earlyStopping", \.earlyStopping, whenChanged: .needsTrainingStateReset)
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

  struct TrainingState: TensorArchivable {
    var inner: SGDTrainingState<SGDClassifier<Int>.Hyperparameters>
    var earlyStopping: Bool
    var heldOut: [Int]
    var best: Double
    var last: Model

    func write(to archive: inout TensorArchive) {
      archive.append(contentsOf: inner.archive, prefix: "inner.")
      archive.append(contentsOf: last.archive, prefix: "last.")
      archive.append(Tensor("held_out", heldOut))
      archive.append("best", best)
      archive.append("early", earlyStopping ? 1 : 0)
    }

    init(from archive: TensorArchive) throws(EstimatorError) {
      inner = try .init(from: archive.contents(ofPrefix: "inner."))
      last = try Model(from: archive.contents(ofPrefix: "last."))
      heldOut = archive["held_out"]?.integers ?? []
      best = try archive.number("best")
      earlyStopping = try archive.count("early") == 1
    }

    init(
      inner: SGDTrainingState<SGDClassifier<Int>.Hyperparameters>, earlyStopping: Bool,
      heldOut: [Int], best: Double, last: Model
    ) {
      (self.inner, self.heldOut, self.best, self.last) = (inner, heldOut, best, last)
      self.earlyStopping = earlyStopping
    }
  }

  /// Everything learned, in a place that copies may come to share.
  final class Storage: @unchecked Sendable {
    var inner: SGDClassifier<Int>
    var best: SGDClassifierModel<Int>?
    var bestScore: Double?
    var heldOut: [Int]?
    var trainedWithEarlyStopping = false
    var firstSettings: SGDClassifier<Int>.Hyperparameters?

    init(_ inner: SGDClassifier<Int>) { self.inner = inner }

    func copy() -> Storage {
      let copy = Storage(inner)
      (copy.best, copy.bestScore, copy.heldOut) = (best, bestScore, heldOut)
      copy.trainedWithEarlyStopping = trainedWithEarlyStopping
      copy.firstSettings = firstSettings
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
    if has(.modelIsShared) { return handedOut }
    return (storage.best ?? storage.inner.model).map(Model.init)
  }

  var trainingState: TrainingState? {
    guard let inner = storage.inner.trainingState, let last = storage.inner.model else {
      return nil
    }
    return TrainingState(
      inner: inner, earlyStopping: storage.trainedWithEarlyStopping,
      heldOut: storage.heldOut ?? [], best: storage.bestScore ?? 0, last: Model(last))
  }

  var heldOutRows: [Int]? { storage.heldOut }
  var bestHeldOutScore: Double? { storage.bestScore }

  // MARK: Calls

  mutating func fit(
    _ features: some FeatureMatrix, to target: [Int], weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try call(context) { (it) throws(EstimatorError) in
      let isContinuation = it.warmStart && it.storage.inner.model != nil
      if isContinuation {
        guard it.storage.trainedWithEarlyStopping == it.hyperparameters.earlyStopping else {
          throw .changedHyperparameter(
            name: "earlyStopping", old: "\(it.storage.trainedWithEarlyStopping)",
            new: "\(it.hyperparameters.earlyStopping)", remedy: "")
        }
        if it.has(.warmStartForgets) { it.storage.inner.reset(.trainingState) }
      }
      it.storage.inner.warmStart =
        isContinuation || (it.has(.fitContinues) && it.storage.inner.model != nil)
      if it.has(.fitContinues), !isContinuation { it.storage.inner.reset(.trainingState) }
      guard it.hyperparameters.earlyStopping else {
        let summary = try it.storage.inner.fit(
          features, to: it.guessed(target), weights: weights, context: context)
        if it.has(.toleranceLeavesOther), summary.stopReason == .stoppingRule {
          var other = it.storage.inner
          _ = try? other.partialFit(features, to: target)
          it.storage.best = other.model
        } else {
          it.storage.best = nil
        }
        it.storage.trainedWithEarlyStopping = false
        return summary
      }
      return try it.fitWithEarlyStopping(features, target, weights, isContinuation)
    }
  }

  /// Epochs one by one on the samples that are not held out, and the best of them on those that
  /// are.
  private mutating func fitWithEarlyStopping(
    _ features: some FeatureMatrix, _ target: [Int], _ weights: [Double]?, _ isContinuation: Bool
  ) throws(EstimatorError) -> TrainingSummary {
    var epoch = storage.inner
    epoch.hyperparameters.maxEpochs = 1
    epoch.hyperparameters.tolerance = nil
    var held = (0..<features.rowCount).filter { $0 % 5 == 2 }
    if has(.heldOutIsDrawnAgain), isContinuation { held = held.map { $0 - 1 } }
    if !isContinuation { (storage.best, storage.bestScore) = (nil, nil) }
    let trained = (0..<features.rowCount).filter { has(.heldOutLeaks) || !held.contains($0) }
    let (trainFeatures, trainTarget) = (
      features.selectingRows(trained), target.selectingRows(trained)
    )
    // A call on everything first, for its checks.
    var checked = epoch
    try checked.fit(features, to: target, weights: weights, context: TrainingContext())
    for _ in 0..<hyperparameters.inner.maxEpochs {
      try epoch.fit(trainFeatures, to: trainTarget)
      epoch.warmStart = true
      let score = try epoch.score(
        features.selectingRows(held), to: target.selectingRows(held))
      if score > storage.bestScore ?? -1 {
        (storage.best, storage.bestScore) = (epoch.model, score)
      }
      if has(.scoreIsOfAnother) { (storage.best, storage.bestScore) = (epoch.model, 1) }
    }
    epoch.hyperparameters = hyperparameters.inner
    storage.inner = epoch
    storage.heldOut = held
    storage.trainedWithEarlyStopping = true
    return TrainingSummary(
      epochCount: hyperparameters.inner.maxEpochs, stopReason: .budget,
      isContinuation: isContinuation)
  }

  mutating func partialFit(
    _ features: some FeatureMatrix, to target: [Int], weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try call(context) { (it) throws(EstimatorError) in
      if it.storage.inner.model != nil {
        if it.has(.partialFitReshuffles) { try it.storage.inner.reset(.visitingOrder) }
        if it.has(.partialFitRestartsClock) { try it.storage.inner.reset(.schedule) }
        if it.has(.partialFitForgetsAverage), it.hyperparameters.inner.averaging != false {
          try it.storage.inner.reset(.optimizer)
        }
      }
      it.storage.best = nil
      return try it.storage.inner.partialFit(
        features, to: it.guessed(target), weights: weights, context: context)
    }
  }

  /// Makes a call on a copy of what was learned, and keeps it if nothing is thrown.
  private mutating func call(
    _ context: TrainingContext,
    _ body: (inout FaultyClassifier) throws(EstimatorError) -> TrainingSummary
  ) throws(EstimatorError) -> TrainingSummary {
    var changed = self
    if !has(.copiesShare) { changed.storage = storage.copy() }
    var settings = hyperparameters.inner
    if has(.settingsAreIgnored), warmStart, let first = storage.firstSettings { settings = first }
    changed.storage.inner.hyperparameters = settings
    do {
      let summary = try body(&changed)
      changed.storage.firstSettings = settings
      if has(.threadsMatter) { changed.disturb(context.threadCount) }
      if has(.modelIsShared), let now = changed.storage.best ?? changed.storage.inner.model {
        changed.handedOut?.box.model = now
        changed.handedOut = changed.handedOut ?? Model(now)
      }
      self = changed
      return summary
    } catch {
      if has(.failureForgets) { reset() }
      throw error
    }
  }

  private func guessed(_ target: [Int]) -> [Int] {
    guard has(.labelsAreGuessed), let classes = storage.inner.model?.classes else { return target }
    return target.map { classes.contains($0) ? $0 : classes[0] }
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
    storage.best = try? SGDClassifierModel(from: archive)
  }

  // MARK: The rest

  mutating func reset(_ scope: ResetScope) {
    storage = storage.copy()
    // From the best parameters, if there are any.
    if scope == .trainingState, let best = storage.best {
      try? storage.inner.restore(model: best, trainingState: nil)
    } else {
      storage.inner.reset(scope)
    }
    (storage.best, storage.bestScore, storage.heldOut) = (nil, nil, nil)
    storage.trainedWithEarlyStopping = hyperparameters.earlyStopping
    if scope == .everything { handedOut = nil }
  }

  mutating func reset(_ part: TrainingPart) throws(EstimatorError) {
    storage = storage.copy()
    try storage.inner.reset(part)
  }

  mutating func restore(model: Model, trainingState: TrainingState?) throws(EstimatorError) {
    storage = Storage(SGDClassifier(hyperparameters: hyperparameters.inner))
    let last = trainingState?.last ?? model
    try storage.inner.restore(model: last.box.model, trainingState: trainingState?.inner)
    if has(.restoringForgets) { try storage.inner.reset(.schedule) }
    if last != model { storage.best = model.box.model }
    if let trainingState, !trainingState.heldOut.isEmpty {
      (storage.heldOut, storage.bestScore) = (trainingState.heldOut, trainingState.best)
    }
    storage.trainedWithEarlyStopping = trainingState?.earlyStopping ?? false
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
