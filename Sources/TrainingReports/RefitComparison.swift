public import Estimators
public import LinearAlgebra

/// The same sequence of calls under several refit policies, each call scored on held-out samples.
///
///     let comparison = RefitComparison(SGDClassifier<Int>(), features: x, target: y, strata: y)
///     for run in try comparison.run() { print(run.policy, run.calls.map(\.score)) }
///
/// A quarter of the samples is held out; the rest is shuffled and given to the calls in parts, or
/// all of it to each.
public struct RefitComparison<Compared: IncrementalEstimator & Predictor> {
  /// The estimator to compare policies for; it has learned nothing.
  public let estimator: Compared

  /// The policies, in the order in which they are run; at first all that the estimator has.
  public var policies: [RefitPolicy]

  /// The samples that no call is trained on, as rows of the data, ascending.
  public let heldOutRows: [Int]

  /// The rows of the data that each call is given.
  public let rowsOfCalls: [[Int]]

  private let features: any FeatureMatrix
  private let target: Compared.Target

  /// Prepares a comparison.
  ///
  /// - Parameters:
  ///   - estimator: The estimator with its settings; classes should be declared, as a part of the
  ///     data may lack some.
  ///   - features: The samples, n × d, at least 8.
  ///   - target: What to learn.
  ///   - strata: The group of each sample; a quarter of each is held out. `nil` for one group.
  ///   - callCount: The number of calls, at least 1.
  ///   - givesAllRows: Whether every call is given all training rows, instead of a part each.
  ///   - seed: What the held-out draw and the order of the rest follow from.
  /// - Precondition: `callCount` is at least 1, and there is a stratum for each sample.
  public init<Stratum: Hashable & Comparable>(
    _ estimator: Compared, features: any FeatureMatrix, target: Compared.Target,
    strata: [Stratum]?, callCount: Int = 5, givesAllRows: Bool = false, seed: UInt64 = 0
  ) {
    precondition(callCount >= 1, "A comparison needs a call.")
    self.estimator = estimator
    policies = RefitPolicy.allCases.filter {
      $0 != .partialFit || estimator.exemptions.allowPartialFit
    }
    self.features = features
    self.target = target
    var stream = RandomStream(seed: seed, purpose: .partition)
    let groups: [[Int]]
    if let strata {
      precondition(strata.count == features.rowCount, "Every sample needs a stratum.")
      groups = Dictionary(grouping: strata.indices) { strata[$0] }
        .sorted { $0.key < $1.key }.map(\.value)
    } else {
      groups = [Array(0..<features.rowCount)]
    }
    var held: [Int] = []
    var training: [Int] = []
    for var group in groups {
      stream.shuffle(&group)
      let count = (group.count + 2) / 4
      held += group.prefix(count)
      training += group.dropFirst(count)
    }
    stream.shuffle(&training)
    heldOutRows = held.sorted()
    rowsOfCalls = (0..<callCount).map { call in
      guard !givesAllRows else { return training }
      let bounds = [call, call + 1].map { $0 * training.count / callCount }
      return Array(training[bounds[0]..<bounds[1]])
    }
  }

  /// What one policy did.
  public struct Run: Sendable {
    /// The policy.
    public let policy: RefitPolicy

    /// What followed each call.
    public let calls: [Call]
  }

  /// What followed one call.
  public struct Call: Sendable {
    /// The score on the held-out samples.
    public let score: Double

    /// The loss on the held-out samples.
    public let loss: Double

    /// How far the parameters moved: the 2-norm of the change of all of them since the call before;
    /// `nil` after the first call, or if their number changed.
    public let distance: Double?

    /// How long the call took.
    public let duration: Duration

    /// The number of epochs of the call.
    public let epochCount: Int
  }

  /// Runs every policy.
  ///
  /// - Parameter progress: Is told of each call that is done: the policy and the number of the
  ///   call.
  /// - Returns: A run for each policy.
  /// - Throws: ``EstimatorError``, if a call fails; its rows are then those of ``rowsOfCalls``.
  public func run(
    progress: (RefitPolicy, Int) -> Void = { _, _ in }
  ) throws(EstimatorError) -> [Run] {
    var runs: [Run] = []
    let heldOut = (features: select(heldOutRows), target: target.selectingRows(heldOutRows))
    for policy in policies {
      var trained = estimator
      var calls: [Call] = []
      var before: [Double]?
      for (index, rows) in rowsOfCalls.enumerated() {
        let part = (features: select(rows), target: target.selectingRows(rows))
        let clock = ContinuousClock()
        let start = clock.now
        let summary = try Self.call(
          policy, &trained, part.features, part.target, isFirst: index == 0)
        let duration = clock.now - start
        let parameters = trained.model?.archive.parameters ?? []
        calls.append(
          Call(
            score: try Self.score(trained, heldOut.features, heldOut.target),
            loss: try Self.loss(trained, heldOut.features, heldOut.target),
            distance: before.flatMap { Self.distance($0, parameters) }, duration: duration,
            epochCount: summary.epochCount))
        before = parameters
        progress(policy, index + 1)
      }
      runs.append(Run(policy: policy, calls: calls))
    }
    return runs
  }

  private static func call(
    _ policy: RefitPolicy, _ estimator: inout Compared, _ features: any FeatureMatrix,
    _ target: Compared.Target, isFirst: Bool
  ) throws(EstimatorError) -> TrainingSummary {
    estimator.warmStart = policy != .overwrite
    if policy == .parameters, !isFirst { estimator.reset(.trainingState) }
    return policy == .partialFit
      ? try estimator.partialFit(features, to: target, weights: nil, context: TrainingContext())
      : try estimator.fit(features, to: target, weights: nil, context: TrainingContext())
  }

  private func select(_ rows: [Int]) -> any FeatureMatrix { features.selectingRows(rows) }

  private static func score(
    _ estimator: Compared, _ features: any FeatureMatrix, _ target: Compared.Target
  ) throws(EstimatorError) -> Double {
    try estimator.score(features, to: target)
  }

  private static func loss(
    _ estimator: Compared, _ features: any FeatureMatrix, _ target: Compared.Target
  ) throws(EstimatorError) -> Double {
    try estimator.loss(features, to: target)
  }

  private static func distance(_ left: [Double], _ right: [Double]) -> Double? {
    guard left.count == right.count else { return nil }
    return zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }
}

extension TensorArchive {
  /// All numbers of a model that are no counts.
  fileprivate var parameters: [Double] {
    tensors.filter { $0.elementType != .int64 }.flatMap(\.numbers)
  }
}
