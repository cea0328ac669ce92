public import LinearAlgebra

/// Everything an estimator has learned, in the form its training works on.
///
/// Model and training state are computed from it when they are read.
public protocol LearnedState: Sendable {
  /// The settings of the estimator.
  associatedtype Hyperparameters: HyperparameterSet

  /// What predicts.
  associatedtype Model: SettingsRecording

  /// What continues.
  associatedtype TrainingState: SettingsRecording

  /// What predicts, without the settings it follows from.
  var model: Model { get }

  /// What continues, without the settings it follows from, or `nil` if only the model is there.
  var trainingState: TrainingState? { get }

  /// The number of features learned from.
  var featureCount: Int { get }

  /// The names of the features learned from, if they had any.
  var featureNames: [String]? { get }

  /// The settings of the latest call that a continuing call must find unchanged.
  var settings: SettingsRecord<Hyperparameters> { get set }

  /// Puts the two together again.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if they do not belong together.
  init(model: Model, trainingState: TrainingState?) throws(EstimatorError)

  /// Forgets one part of the training state; returns whether there is such a part.
  mutating func reset(_ part: TrainingPart) -> Bool
}

/// What the training of one call needs to know of it.
public struct TrainingCall: Sendable {
  /// Whether this is `fit`, with its budget of epochs and its stopping rule, or `partialFit`, with
  /// one pass.
  public enum Kind: Sendable {
    case fit
    case partialFit
  }

  /// Which of the two it is.
  public let kind: Kind

  /// Whether it continues from an earlier call.
  public let isContinuation: Bool

  /// A hash of the samples and their weights, or `nil` where no rule asks for it.
  public let fingerprint: UInt64?

  /// Who watches, whether to go on, how many threads.
  public let context: TrainingContext
}

extension TrainingCall {
  /// What can be done where training diverges: what settings advise, or another start.
  func remedyForDivergence(_ ofSettings: String) -> String {
    if isContinuation {
      return ofSettings + " Or call reset() first: what an earlier call has left may be the cause."
    }
    return context.initialParameters == nil
      ? ofSettings : ofSettings + " Or give smaller initial parameters."
  }
}

/// An estimator that supplies its training alone, and leaves it to the contract what a call starts
/// from.
///
/// The conforming type says how to begin and how to train from what is there. Whether a call begins
/// or goes on, what is checked before, and that a failed call changes nothing is decided here,
/// once, for all of them:
///
///     fit:         start = warmStart ? current : nothing      budget = maxEpochs
///     partialFit:  start = current                            budget = one pass
public protocol TrainableEstimator: IncrementalEstimator {
  /// Everything that was learned.
  associatedtype Learned: LearnedState
  where
    Learned.Hyperparameters == Hyperparameters, Learned.Model == Model,
    Learned.TrainingState == TrainingState

  /// Everything that was learned, or `nil` before the first call.
  var learned: Learned? { get set }

  /// Whether `train` undoes by itself what a failed pass has changed; otherwise a copy is kept
  /// while it works.
  static var undoesFailedPasses: Bool { get }

  /// Whether `train` finds by itself features that are not finite, in a pass that it makes anyway;
  /// otherwise they are looked for before.
  static var findsNonFiniteFeatures: Bool { get }

  /// Whether `fit` wants to know whether the data are those of the call before.
  var asksForFingerprint: Bool { get }

  /// Makes the state of an estimator that has seen nothing yet.
  ///
  /// - Throws: ``EstimatorError`` if the data do not say enough to begin, or given parameters do
  ///   not fit.
  func begin(
    _ features: some FeatureMatrix, to target: Target, call: TrainingCall
  ) throws(EstimatorError) -> Learned

  /// Trains from what is there.
  ///
  /// Samples and weights have been checked, but for what ``findsNonFiniteFeatures`` leaves to be
  /// found.
  ///
  /// - Throws: ``EstimatorError``. In `partialFit`, `learned` must then be as before if
  ///   ``undoesFailedPasses``.
  func train(
    _ learned: inout Learned, _ features: some FeatureMatrix, to target: Target,
    weights: [Double]?, call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary
}

extension TrainableEstimator {
  public static var undoesFailedPasses: Bool { false }

  public static var findsNonFiniteFeatures: Bool { false }

  public var asksForFingerprint: Bool { false }

  public var model: Model? {
    guard let learned else { return nil }
    var model = learned.model
    model.settings = learned.settings.form
    return model
  }

  public var trainingState: TrainingState? {
    guard let learned, var state = learned.trainingState else { return nil }
    state.settings = learned.settings.memory
    return state
  }

  @discardableResult
  public mutating func fit(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try performFit(features, to: target, weights: weights, context: context)
  }

  @discardableResult
  public mutating func partialFit(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try performPartialFit(features, to: target, weights: weights, context: context)
  }

  /// What `fit` does, for all estimators.
  mutating func performFit(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    let start = warmStart ? learned : nil
    try checkSettings(start)
    let fingerprint = try Validation.check(
      features, target, weights, fingerprints: asksForFingerprint,
      finite: !Self.findsNonFiniteFeatures)
    try checkContinuation(start, features, context)
    let call = TrainingCall(
      kind: .fit, isContinuation: start != nil, fingerprint: fingerprint, context: context)
    var working = try startingPoint(start, features, target, call)
    let summary = try train(&working, features, to: target, weights: weights, call: call)
    record(&working)
    learned = working
    return summary
  }

  /// What `partialFit` does, for all estimators.
  mutating func performPartialFit(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary {
    try checkSettings(learned)
    try Validation.check(
      features, target, weights, fingerprints: false, finite: !Self.findsNonFiniteFeatures)
    try checkContinuation(learned, features, context)
    let call = TrainingCall(
      kind: .partialFit, isContinuation: learned != nil, fingerprint: nil, context: context)
    var working = try startingPoint(learned, features, target, call)
    let undoesItself = Self.undoesFailedPasses && call.isContinuation
    let before = undoesItself ? nil : learned
    // Let go, so that training changes the only copy in place.
    learned = nil
    do {
      let summary = try train(&working, features, to: target, weights: weights, call: call)
      record(&working)
      learned = working
      return summary
    } catch {
      learned = undoesItself ? working : before
      throw error
    }
  }

  /// What a call trains: what is there, or a beginning.
  private func startingPoint(
    _ start: Learned?, _ features: some FeatureMatrix, _ target: Target, _ call: TrainingCall
  ) throws(EstimatorError) -> Learned {
    guard let start else { return try begin(features, to: target, call: call) }
    return start
  }

  /// Checks each setting, and that none has changed that a continuing call cannot honour.
  func checkSettings(_ start: Learned?) throws(EstimatorError) {
    if let start, start.settings.isExactly(hyperparameters) { return }
    try hyperparameters.check()
    try start?.settings.check(hyperparameters)
  }

  /// Records the settings of a call that has succeeded.
  private func record(_ working: inout Learned) {
    guard !working.settings.isExactly(hyperparameters) else { return }
    working.settings = SettingsRecord(hyperparameters)
  }

  /// Checks that a call can go on from where it starts; everything is in order if it starts from
  /// nothing.
  private func checkContinuation(
    _ start: Learned?, _ features: some FeatureMatrix, _ context: TrainingContext
  ) throws(EstimatorError) {
    guard let start else { return }
    try Validation.checkColumns(
      features, expectedCount: start.featureCount, expectedNames: start.featureNames)
    guard context.initialParameters == nil else {
      throw .unsupportedCall(
        call: "Starting from given initial parameters", setting: "a continuing call",
        remedy: "Fit with warmStart off, or call reset() first.")
    }
  }

  public mutating func reset(_ scope: ResetScope) {
    guard scope == .trainingState, let current = learned else {
      learned = nil
      return
    }
    guard var kept = try? Learned(model: current.model, trainingState: nil) else { return }
    kept.settings = current.settings
    kept.settings.forget { $0 != .needsFreshFit }
    learned = kept
  }

  public mutating func reset(_ part: TrainingPart) throws(EstimatorError) {
    guard var changed = learned else { throw .notFitted(estimator: Self.name) }
    guard changed.reset(part) else {
      throw .missingTrainingPart(part: part, estimator: Self.name)
    }
    changed.settings.forget { $0 == .needsReset(of: part) }
    learned = changed
  }

  public mutating func restore(
    model: Model, trainingState: TrainingState?
  ) throws(EstimatorError) {
    var restored = try Learned(model: model, trainingState: trainingState)
    restored.settings = SettingsRecord(form: model.settings, memory: trainingState?.settings)
    learned = restored
  }
}
