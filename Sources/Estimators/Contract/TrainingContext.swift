internal import LinearAlgebra

/// What accompanies a call: who watches, whether it goes on, what it starts from.
public struct TrainingContext: Sendable {
  /// Is told after each epoch.
  public var observer: (@Sendable (TrainingEvent) -> Void)?

  /// Is asked between epochs and batches; when it answers `true` the call throws
  /// ``EstimatorError/cancelled``.
  ///
  /// By default: whether the task the call runs in is cancelled.
  public var isCancelled: @Sendable () -> Bool = { Task.isCancelled }

  /// What a fresh `fit` starts from instead of its own choice; `nil` for its own.
  ///
  /// A continuing call starts from what is there and refuses other parameters.
  public var initialParameters: InitialParameters?

  /// How many threads the call may use, at least 1.
  ///
  /// No result depends on it.
  public var threadCount = 1

  /// What a network scores instead of samples that it would hold out itself.
  var validation: ValidationData?

  /// Makes a context in which nobody watches.
  public init() {}
}

/// Samples that the caller holds out, with what they should be.
struct ValidationData: Sendable {
  var features: any FeatureMatrix
  var target: any TrainingTarget & Sendable
}

/// Something that happened during training.
public enum TrainingEvent: Equatable, Sendable {
  /// An epoch is done.
  case epochEnded(EpochReport)
}

/// What is known about one epoch.
public struct EpochReport: Equatable, Sendable {
  /// The number of the epoch among all since the last fresh start, from 1.
  public var epoch: Int

  /// The number of the epoch in this call, from 1, and how many there can be.
  public var epochInCall: Int
  public var epochBudget: Int

  /// The mean loss of the samples, each before its own update.
  public var loss: Double

  /// The learning rate of the last update.
  public var learningRate: Double

  /// The score on the samples held out, or `nil` if there are none.
  public var score: Double?
}
