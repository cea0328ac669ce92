internal import Estimators
internal import Foundation
internal import LinearAlgebra
internal import Synchronization

/// Laws 9, 10 and 12: what is handed out is what it is said to be, and stays so.
extension LawChecks {
  /// Law 9: a stopping rule leaves the last parameters, or with early stopping the best ones,
  /// scored on samples that were never trained on.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkHonestEarlyStopping() throws(LawViolation) -> LawOutcome {
    guard !estimator.exemptions.contains(.onePass), has("tolerance") else {
      return .doesNotApply("it has no stopping rule")
    }
    try checkToleranceStopping()
    guard has("earlyStopping"), let scoring = estimator as? any HeldOutScoring else {
      return .holds
    }
    try checkHeldOut(scoring)
    try checkFiredRule()
    try checkStepOfNoLength()
    return .holds
  }

  /// A call that a score has ended equals one that ended with its best epoch.
  private func checkFiredRule() throws(LawViolation) {
    let law = Law.honestEarlyStopping
    let rate = isRateAdaptive ? ["learningRate": "constant"] : [:]
    let settings = rate.merging(["earlyStopping": "true", "tolerance": "1e300", "patience": "3"]) {
      $1
    }
    var fired = estimator(settings.merging(["maxEpochs": "20"]) { $1 })
    let summary = try mustWork(law, "fit with early stopping") { () throws(EstimatorError) in
      try fit(&fired)
    }
    guard summary.stopReason == .stoppingRule else {
      throw violation(law, "fit goes on for \(summary.epochCount) epochs that are no better")
    }
    let end = contents(fired).leaving(Leniency.historyAndRule)
    for budget in 1...summary.epochCount {
      var short = estimator(settings.merging(["maxEpochs": "\(budget)"]) { $1 })
      try mustWork(law, "fit with early stopping") { () throws(EstimatorError) in
        _ = try fit(&short)
      }
      if contents(short).leaving(Leniency.historyAndRule) == end { return }
    }
    throw violation(
      law, "what a fit leaves that its rule has ended is left by no fit of as many epochs or fewer")
  }

  /// What is seen after early stopping is what continues: a pass of steps of no length leaves it.
  private func checkStepOfNoLength() throws(LawViolation) {
    let law = Law.honestEarlyStopping
    guard hasPasses, !averages, has("initialLearningRate"),
      !estimator.exemptions.contains(.learningTransformers)
    else { return }
    var tested = estimator(["earlyStopping": "true", "maxEpochs": "6", "tolerance": "none"])
    try mustWork(law, "fit with early stopping") { () throws(EstimatorError) in
      _ = try fit(&tested)
    }
    let before = tested
    set("learningRate", "constant", &tested)
    set("initialLearningRate", "1e-300", &tested)
    // A velocity moves on by itself.
    set("momentum", "0", &tested)
    try mustWork(law, "partialFit with steps of no length") { () throws(EstimatorError) in
      _ = try partialFit(&tested)
    }
    try mustAgree(
      law, "the model after early stopping and a pass with steps of no length", tested, before,
      tolerance: 1e-12, smallest: 1)
  }

  /// Whether the model is an average, which goes on averaging.
  private var averages: Bool {
    Tested.Hyperparameters.declarations.contains {
      ($0.name == "averaging" || $0.name.hasSuffix(".averaging"))
        && $0.text(in: estimator.hyperparameters) != "false"
    }
  }

  /// A call that a tolerance has ended equals one of so many epochs without tolerance.
  private func checkToleranceStopping() throws(LawViolation) {
    let law = Law.honestEarlyStopping
    // A rate that the rule itself lowers is another without it.
    let rate = isRateAdaptive ? ["learningRate": "constant"] : [:]
    var stopped = estimator(
      rate.merging([
        "tolerance": "1e300", "patience": "2", "maxEpochs": "20", "earlyStopping": "false",
      ]) { $1 })
    let summary = try mustWork(law, "fit with a tolerance") { () throws(EstimatorError) in
      try fit(&stopped)
    }
    guard summary.stopReason == .stoppingRule else {
      throw violation(law, "fit goes on for \(summary.epochCount) epochs that are no better")
    }
    var unstopped = estimator(
      rate.merging([
        "tolerance": "none", "patience": "2", "maxEpochs": "\(summary.epochCount)",
        "earlyStopping": "false",
      ]) { $1 })
    try mustWork(law, "fit without tolerance") { () throws(EstimatorError) in
      _ = try fit(&unstopped)
    }
    try mustEqual(
      law, "the model after tolerance ended fit, against as many epochs without",
      stopped.model?.archive ?? TensorArchive(), unstopped.model?.archive ?? TensorArchive())
  }

  /// Whether the stopping rule lowers the learning rate.
  private var isRateAdaptive: Bool {
    Tested.Hyperparameters.declarations.contains {
      ($0.name == "learningRate" || $0.name.hasSuffix(".learningRate"))
        && ["adaptive", "plateau"].contains($0.text(in: estimator.hyperparameters))
    }
  }

  private func checkHeldOut(_ scoring: some HeldOutScoring) throws(LawViolation) {
    let law = Law.honestEarlyStopping
    // One epoch: whatever the score, its parameters are the best, so they depend on trained samples
    // alone.
    var one = estimator(["earlyStopping": "true", "maxEpochs": "1"])
    try mustWork(law, "fit with early stopping") { () throws(EstimatorError) in _ = try fit(&one) }
    guard let opened = one as? any HeldOutScoring, let held = heldOutRows(opened), !held.isEmpty
    else { throw violation(law, "early stopping holds no samples out") }
    var others = features
    for row in held {
      for column in 0..<features.columnCount { others[row, column] = 1 - others[row, column] }
    }
    var same = estimator(["earlyStopping": "true", "maxEpochs": "1"])
    try mustWork(law, "fit with early stopping") { () throws(EstimatorError) in
      _ = try fit(&same, (stored(others), target))
    }
    try mustEqual(
      law, "the model after the held-out samples were changed",
      one.model?.archive ?? TensorArchive(), same.model?.archive ?? TensorArchive())

    var several = estimator(["earlyStopping": "true", "maxEpochs": "6"])
    for what in ["fit", "a continuing fit", "a second continuing fit"] {
      try mustWork(law, what) { () throws(EstimatorError) in
        _ = try fit(&several, warm: what != "fit")
      }
      guard let opened = several as? any HeldOutScoring else { return }
      try checkScore(opened, held, what)
    }
  }

  private func checkScore<Scoring: HeldOutScoring>(
    _ scoring: Scoring, _ held: [Int], _ what: String
  ) throws(LawViolation) {
    let law = Law.honestEarlyStopping
    guard heldOutRows(scoring) == held else {
      throw violation(law, "\(what) on the same data holds other samples out")
    }
    let heldData = data(held)
    guard let target = heldData.target as? Scoring.Target,
      let claimed = scoring.bestHeldOutScore,
      let actual = try? score(scoring, heldData.features, target)
    else { throw violation(law, "\(what) leaves no held-out score") }
    guard abs(claimed - actual) < 1e-12 else {
      throw violation(
        law,
        "after \(what) the score of the model on the held-out samples is \(actual), not \(claimed)",
        abs(claimed - actual))
    }
  }

  /// The rows that an estimator holds out of the samples.
  private func heldOutRows<Scoring: HeldOutScoring>(_ scoring: Scoring) -> [Int]? {
    (target as? Scoring.Target).flatMap { try? scoring.heldOutRows(of: $0) }
  }

  private func score<Scoring: Predictor>(
    _ scoring: Scoring, _ features: any FeatureMatrix, _ target: Scoring.Target
  ) throws(EstimatorError) -> Double {
    try scoring.score(features, to: target)
  }

  /// Law 10: what the caller has read is not changed by a later call.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkValues() throws(LawViolation) -> LawOutcome {
    let law = Law.values
    var tested = estimator(["maxEpochs": "2"])
    try mustWork(law, "fit") { () throws(EstimatorError) in _ = try fit(&tested) }
    let featuresBefore = features
    let overwriting = Continuation(
      name: "a fit on other data"
    ) { (estimator, _) throws(EstimatorError) in
      try fit(&estimator, data(otherRows))
    }
    for way in continuations + [overwriting] {
      guard let model = tested.model, let state = tested.trainingState else {
        throw violation(law, "a call leaves no model or no training state")
      }
      let (modelBefore, stateBefore) = (model.archive, state.archive)
      try mustWork(law, way.name) { () throws(EstimatorError) in try way.call(&tested, nil) }
      try mustEqual(law, "a model read before \(way.name)", model.archive, modelBefore)
      try mustEqual(law, "a training state read before \(way.name)", state.archive, stateBefore)
      guard features == featuresBefore else {
        throw violation(law, "\(way.name) changes the samples it was given")
      }
    }
    return .holds
  }

  /// Law 12: a copy trained further leaves the original as it was; tasks and threads change no
  /// result.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkCopiesAndTasks() throws(LawViolation) -> LawOutcome {
    let law = Law.copiesAndTasks
    var original = estimator(["maxEpochs": "2"])
    try mustWork(law, "fit") { () throws(EstimatorError) in _ = try fit(&original) }
    let before = contents(original)
    for way in continuations {
      var copy = original
      try mustWork(law, "\(way.name) of a copy") { () throws(EstimatorError) in
        try way.call(&copy, nil)
      }
      try mustEqual(
        law, "the original after \(way.name) of its copy", contents(original), before)
    }

    for threadCount in [2, 3] {
      var context = TrainingContext()
      context.threadCount = threadCount
      var threaded = estimator(["maxEpochs": "2"])
      try mustWork(law, "fit with \(threadCount) threads") { () throws(EstimatorError) in
        _ = try fit(&threaded, context: context)
      }
      try mustEqual(law, "fit with \(threadCount) threads against one", threaded, original)
    }

    let start = original
    var alone = start
    try mustWork(law, "a continuing fit") { () throws(EstimatorError) in
      _ = try fit(&alone, warm: true)
    }
    let results = Mutex<[TensorArchive]>([])
    let checks = Unchecked(self)
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      var own = start
      _ = try? checks.value.fit(&own, warm: true)
      let contents = checks.value.contents(own)
      results.withLock { $0.append(contents) }
    }
    for result in results.withLock({ $0 }) {
      try mustEqual(law, "a continuing fit in one of four tasks", result, contents(alone))
    }
    return .holds
  }
}

/// A value that is only read while several threads have it.
private struct Unchecked<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}
