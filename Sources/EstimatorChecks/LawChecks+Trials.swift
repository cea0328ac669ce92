internal import Estimators
internal import LinearAlgebra

/// What the checks are made of: calls, and comparisons of what they leave.
extension LawChecks {
  /// The samples as they are stored in the checks.
  func stored(_ matrix: Matrix<Double>) -> any FeatureMatrix {
    switch storage {
    case .dense: matrix
    case .denseSingle: matrix.converted(to: Float.self)
    case .sparse: CSRMatrix(matrix)
    case .sparseSingle: CSRMatrix(matrix.converted(to: Float.self))
    }
  }

  /// Other samples and targets: the first two thirds of the given ones, in reverse order.
  var otherRows: [Int] { (0..<features.rowCount * 2 / 3).reversed() }

  /// The data, or the given rows of them.
  func data(_ rows: [Int]? = nil) -> (features: any FeatureMatrix, target: Tested.Target) {
    guard let rows else { return (stored(features), target) }
    return (stored(features.selectingRows(rows)), target.selectingRows(rows))
  }

  /// Calls `fit`, on all samples unless told otherwise.
  @discardableResult
  func fit(
    _ estimator: inout Tested, _ data: (features: any FeatureMatrix, target: Tested.Target)? = nil,
    weights: [Double]? = nil, warm: Bool = false, context: TrainingContext = TrainingContext()
  ) throws(EstimatorError) -> TrainingSummary {
    let data = data ?? self.data()
    estimator.warmStart = warm
    return try estimator.fit(data.features, to: data.target, weights: weights, context: context)
  }

  /// Whether there is a `partialFit` to check.
  var hasPasses: Bool {
    estimator is any IncrementalEstimator && estimator.exemptions.allowPartialFit
  }

  /// Calls `partialFit`, on all samples unless told otherwise.
  ///
  /// - Precondition: There is one.
  @discardableResult
  func partialFit(
    _ estimator: inout Tested, _ data: (features: any FeatureMatrix, target: Tested.Target)? = nil,
    weights: [Double]? = nil, context: TrainingContext = TrainingContext()
  ) throws(EstimatorError) -> TrainingSummary {
    let data = data ?? self.data()
    guard let incremental = estimator as? any IncrementalEstimator else {
      preconditionFailure("\(Tested.name) has no partialFit.")
    }
    let (after, result) = pass(incremental, data.features, data.target, weights, context)
    if let after = after as? Tested { estimator = after }
    return try result.get()
  }

  /// A copy after `partialFit`, also if that failed.
  private func pass<Incremental: IncrementalEstimator>(
    _ estimator: Incremental, _ features: any FeatureMatrix, _ target: Tested.Target,
    _ weights: [Double]?, _ context: TrainingContext
  ) -> (Incremental, Result<TrainingSummary, EstimatorError>) {
    var copy = estimator
    guard let target = target as? Incremental.Target else {
      preconditionFailure("An estimator has one type of target.")
    }
    do {
      let summary = try copy.partialFit(features, to: target, weights: weights, context: context)
      return (copy, .success(summary))
    } catch {
      return (copy, .failure(error))
    }
  }

  /// A way to continue: a continuing `fit`, or `partialFit`.
  struct Continuation {
    var name: String
    var call:
      (inout Tested, (features: any FeatureMatrix, target: Tested.Target)?) throws(EstimatorError)
        -> Void
  }

  /// The ways to continue that there are.
  var continuations: [Continuation] {
    var ways = [
      Continuation(name: "a continuing fit") { (estimator, data) throws(EstimatorError) in
        _ = try fit(&estimator, data, warm: true)
      }
    ]
    guard hasPasses else { return ways }
    ways.append(
      Continuation(name: "partialFit") { (estimator, data) throws(EstimatorError) in
        _ = try partialFit(&estimator, data)
      })
    return ways
  }

  /// A copy of the estimator with settings changed, as far as it has them.
  func estimator(_ settings: [String: String]) -> Tested {
    var changed = estimator
    for (name, text) in settings { set(name, text, &changed) }
    return changed
  }

  /// Changes a setting, if there is one of that name; returns whether there is.
  @discardableResult
  func set(_ name: String, _ text: String, _ estimator: inout Tested) -> Bool {
    (try? estimator.hyperparameters.set(name, to: text, of: Tested.name)) != nil
  }

  /// Whether the estimator has a setting of that name.
  func has(_ name: String) -> Bool {
    Tested.Hyperparameters.declarations.contains {
      $0.name == name || $0.name.hasSuffix(".\(name)")
    }
  }

  /// Everything an estimator has learned.
  func contents(_ estimator: Tested) -> TensorArchive {
    var archive = estimator.model?.archive ?? TensorArchive()
    if let state = estimator.trainingState {
      archive.append(contentsOf: state.archive, prefix: "training.")
    }
    return archive
  }

  /// Calls something that must not throw.
  @discardableResult
  func mustWork<Result>(
    _ law: Law, _ what: String, _ call: () throws(EstimatorError) -> Result
  ) throws(LawViolation) -> Result {
    do {
      return try call()
    } catch {
      throw violation(law, "\(what) throws: \(error)")
    }
  }

  /// Makes a violation.
  func violation(_ law: Law, _ difference: String, _ amount: Double? = nil) -> LawViolation {
    LawViolation(law: law, estimator: Tested.name, difference: difference, amount: amount)
  }

  /// What is left out of a comparison.
  enum Leniency {
    /// Nothing.
    case none

    /// The history.
    case history

    /// The history and the number of epochs.
    case historyAndEpochCount

    /// The history and what a stopping rule remembers.
    case historyAndRule
  }

  /// Demands that two estimators have learned the same, bit for bit.
  func mustEqual(
    _ law: Law, _ what: String, _ left: Tested, _ right: Tested, but leniency: Leniency = .none
  ) throws(LawViolation) {
    try mustEqual(
      law, what, contents(left).leaving(leniency), contents(right).leaving(leniency))
  }

  /// Demands that two archives hold the same, bit for bit.
  func mustEqual(
    _ law: Law, _ what: String, _ left: TensorArchive, _ right: TensorArchive
  ) throws(LawViolation) {
    guard let (name, amount) = left.difference(from: right) else { return }
    throw violation(law, "\(what): \(name) differs", amount)
  }

  /// Demands that the models of two estimators agree to rounding, relative to the largest number of a
  /// tensor, or to one that is taken as the smallest that matters.
  func mustAgree(
    _ law: Law, _ what: String, _ left: Tested, _ right: Tested, tolerance: Double = 1e-7,
    smallest: Double = 1e-300
  ) throws(LawViolation) {
    guard let left = left.model?.archive, let right = right.model?.archive else {
      throw violation(law, "\(what): one of them has learned nothing")
    }
    for tensor in left.tensors {
      guard let other = right[tensor.name], other.shape == tensor.shape else {
        throw violation(law, "\(what): \(tensor.name) is in one of them only")
      }
      let scale = other.numbers.reduce(smallest) { max($0, abs($1)) }
      // Each by itself, so that a NaN anywhere is a difference.
      for (number, opposite) in zip(tensor.numbers, other.numbers) {
        guard abs(number - opposite) <= tolerance * scale else {
          throw violation(law, "\(what): \(tensor.name) differs", abs(number - opposite))
        }
      }
    }
    if let extra = right.tensors.first(where: { left[$0.name] == nil }) {
      throw violation(law, "\(what): \(extra.name) is in one of them only")
    }
  }
}

extension TensorArchive {
  /// The archive without what a comparison leaves out.
  func leaving<Tested>(_ leniency: LawChecks<Tested>.Leniency) -> TensorArchive {
    guard leniency != .none else { return self }
    var result = removing { $0.contains("history.") }
    if leniency == .historyAndRule {
      let ofRule = ["stopping.best", "stopping.patience_used", "stopping.has_fired"]
      return result.removing { name in ofRule.contains { name.hasSuffix($0) } }
    }
    guard leniency == .historyAndEpochCount else { return result }
    for (name, text) in result.metadata where name.hasSuffix("counters") {
      result[text: name] = text.replacing(#/"epochCount":[0-9]+/#, with: "\"epochCount\":0")
    }
    return result
  }

  /// The first tensor or text that differs, and by how much at most; `nil` if there is none.
  fileprivate func difference(from other: TensorArchive) -> (name: String, amount: Double?)? {
    for tensor in tensors {
      guard let opposite = other[tensor.name] else { return ("tensor \(tensor.name)", nil) }
      if tensor == opposite { continue }
      guard tensor.shape == opposite.shape else {
        return ("the shape of tensor \(tensor.name)", nil)
      }
      let amount = zip(tensor.numbers, opposite.numbers).map { abs($0 - $1) }.max()
      return ("tensor \(tensor.name)", amount)
    }
    if let extra = other.tensors.first(where: { self[$0.name] == nil }) {
      return ("tensor \(extra.name)", nil)
    }
    let names = Set(metadata.keys).union(other.metadata.keys).sorted()
    return names.first { metadata[$0] != other.metadata[$0] }.map { ("text \($0)", nil) }
  }
}
