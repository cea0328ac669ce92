public import LinearAlgebra

/// A type that learns from data, and knows what another `fit` keeps.
///
/// An estimator is a struct with three parts that never mix:
///
/// - its ``hyperparameters``: set before fitting and never changed by it; each is also a property
///   of the estimator itself, so `classifier.alpha` is `classifier.hyperparameters.alpha`;
/// - its ``model``: what predicting needs;
/// - its ``trainingState``: what continuing needs and predicting does not.
///
/// Because it is a struct, a copy is a clone: training the copy leaves the original as it was.
///
/// | call | keeps |
/// | --- | --- |
/// | `fit`, ``warmStart`` off (the default) | nothing: it overwrites |
/// | `fit`, ``warmStart`` on | everything: it continues, exactly |
/// | `partialFit` | everything: it continues with one pass over the rows it is given |
/// | ``reset(_:)-(ResetScope)`` | what its argument does not name |
@dynamicMemberLookup
public protocol Estimator: Sendable {
  /// The settings.
  associatedtype Hyperparameters: HyperparameterSet

  /// What predicts.
  associatedtype Model: TensorArchivable

  /// What continues.
  associatedtype TrainingState: TensorArchivable

  /// What is learned for each sample: labels, numbers, or nothing.
  associatedtype Target: TrainingTarget & Sendable

  /// The name of the type without its parameters, such as `SGDClassifier`; with a plus between
  /// those of a pipeline.
  static var name: String { get }

  /// Makes an estimator that has learned nothing.
  init(hyperparameters: Hyperparameters)

  /// The settings.
  var hyperparameters: Hyperparameters { get set }

  /// What was learned by the latest call, or `nil` before the first.
  var model: Model? { get }

  /// Where training stands, or `nil` before the first call.
  var trainingState: TrainingState? { get }

  /// Whether `fit` continues from ``model`` and ``trainingState`` (`true`) or overwrites both
  /// (`false`, the default).
  var warmStart: Bool { get set }

  /// The laws of the refit contract that do not apply, for the reasons the contract names.
  var exemptions: Set<LawExemption> { get }

  /// Learns from all of the data.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite.
  ///   - target: What to learn for each sample; n values.
  ///   - weights: How much each sample counts, n values at least 0; `nil` for 1 each.
  ///   - context: Who watches, whether to go on, what to start from.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @discardableResult
  mutating func fit(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary

  /// Forgets everything, or the training state; does nothing before the first call.
  mutating func reset(_ scope: ResetScope)

  /// Forgets one part of the training state.
  ///
  /// - Throws: ``EstimatorError/missingTrainingPart(part:estimator:)`` if this estimator has no
  ///   such part; ``EstimatorError/notFitted(estimator:)`` before the first call.
  mutating func reset(_ part: TrainingPart) throws(EstimatorError)

  /// Takes over what another estimator of this type has learned, such as one read from a file.
  ///
  /// - Parameters:
  ///   - model: What predicts.
  ///   - trainingState: What continues, or `nil` to continue from the model alone.
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if the two do not belong together.
  mutating func restore(model: Model, trainingState: TrainingState?) throws(EstimatorError)
}

extension Estimator {
  /// A hyperparameter.
  public subscript<Value>(
    dynamicMember keyPath: WritableKeyPath<Hyperparameters, Value>
  ) -> Value {
    get { hyperparameters[keyPath: keyPath] }
    set { hyperparameters[keyPath: keyPath] = newValue }
  }

  public static var name: String {
    let full = String(describing: Self.self)
    return String(full.prefix { $0 != "<" })
  }

  public var exemptions: Set<LawExemption> { [] }

  /// Learns from all of the data, every sample counting the same.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite.
  ///   - target: What to learn for each sample; n values.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @inlinable
  @discardableResult
  public mutating func fit(
    _ features: some FeatureMatrix, to target: Target
  ) throws(EstimatorError) -> TrainingSummary {
    try fit(features, to: target, weights: nil, context: TrainingContext())
  }

  /// Learns from all of the data, with a weight for each sample.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite.
  ///   - target: What to learn for each sample; n values.
  ///   - weights: How much each sample counts, n values at least 0.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @inlinable
  @discardableResult
  public mutating func fit(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]
  ) throws(EstimatorError) -> TrainingSummary {
    try fit(features, to: target, weights: weights, context: TrainingContext())
  }

  /// Returns a copy of this estimator fitted to the data.
  ///
  /// - Throws: ``EstimatorError``.
  public func fitted(
    _ features: some FeatureMatrix, to target: Target
  ) throws(EstimatorError) -> Self {
    var copy = self
    try copy.fit(features, to: target)
    return copy
  }

  /// Forgets everything: the next call starts fresh, whatever ``warmStart`` says.
  public mutating func reset() { reset(.everything) }

  /// The model, or the error that there is none.
  public func requireModel() throws(EstimatorError) -> Model {
    guard let model else { throw .notFitted(estimator: Self.name) }
    return model
  }
}

/// An estimator that can learn from data that come in parts.
public protocol IncrementalEstimator: Estimator {
  /// Continues with exactly one pass over the rows given, whatever ``Estimator/warmStart`` says.
  ///
  /// The stopping rule is neither asked nor changed, and of the history only this pass is kept, so
  /// that memory stays the same however many parts follow.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite; the number of columns is fixed by the first call.
  ///   - target: What to learn for each sample; n values.
  ///   - weights: How much each sample counts, n values at least 0; `nil` for 1 each.
  ///   - context: Who watches, whether to go on, what a first call starts from.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @discardableResult
  mutating func partialFit(
    _ features: some FeatureMatrix, to target: Target, weights: [Double]?,
    context: TrainingContext
  ) throws(EstimatorError) -> TrainingSummary
}

extension IncrementalEstimator {
  /// Continues with exactly one pass over the rows given, every sample counting the same.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite; the number of columns is fixed by the first call.
  ///   - target: What to learn for each sample; n values.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``. Model and training state are then what they were before.
  @inlinable
  @discardableResult
  public mutating func partialFit(
    _ features: some FeatureMatrix, to target: Target
  ) throws(EstimatorError) -> TrainingSummary {
    try partialFit(features, to: target, weights: nil, context: TrainingContext())
  }
}
