internal import Estimators
internal import LinearAlgebra
internal import Synchronization

/// Laws 6 to 8: what calls that cannot be honoured leave.
extension LawChecks {
  /// A call that must fail: what is wrong with it, and how it is made.
  struct BadCall {
    var what: String
    var call: (inout Tested) throws(EstimatorError) -> Void
  }

  /// Law 6: a call that throws leaves model and training state as they were.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkAllOrNothing() throws(LawViolation) -> LawOutcome {
    try checkAllOrNothing(
      badCalls { (estimator, data, weights, context) throws(EstimatorError) in
        try fit(&estimator, data, weights: weights, context: context)
      }, before: "fit")
    try checkAllOrNothing(
      badCalls { (estimator, data, weights, context) throws(EstimatorError) in
        try fit(&estimator, data, weights: weights, warm: true, context: context)
      }, before: "a continuing fit")
    try checkCancellation()
    guard hasPasses else { return .holds }
    try checkAllOrNothing(
      badCalls { (estimator, data, weights, context) throws(EstimatorError) in
        try partialFit(&estimator, data, weights: weights, context: context)
      }, before: "partialFit")
    try checkDivergingPass()
    return .holds
  }

  /// Makes each bad call on an estimator that has learned, and on one that has not.
  func checkAllOrNothing(_ calls: [BadCall], before name: String) throws(LawViolation) {
    let law = Law.allOrNothing
    var learned = estimator(["maxEpochs": "2"])
    try mustWork(law, "fit") { () throws(EstimatorError) in _ = try fit(&learned) }
    for call in calls {
      for start in [learned, estimator] {
        var tried = start
        do {
          try call.call(&tried)
        } catch {
          try mustEqual(law, "\(name) that failed for \(call.what)", tried, start)
          continue
        }
        // Where there is nothing yet, there is nothing that columns and labels could contradict.
        guard start.model == nil else { throw violation(law, "\(name) accepts \(call.what)") }
      }
    }
    try checkDivergence(learned)
  }

  /// A huge learning rate either is refused, or leaves numbers that are finite.
  private func checkDivergence(_ learned: Tested) throws(LawViolation) {
    var tried = learned
    guard set("initialLearningRate", "1e300", &tried) else { return }
    set("learningRate", "constant", &tried)
    let start = tried
    do {
      try fit(&tried, (stored(features.scalingColumns(by: 1e100)), target), warm: true)
    } catch {
      try mustEqual(.allOrNothing, "fit that diverged", tried, start)
      return
    }
    for tensor in contents(tried).tensors where !tensor.numbers.allSatisfy(\.isFinite) {
      throw violation(.allOrNothing, "after a huge learning rate \(tensor.name) is not finite")
    }
  }

  /// A call that is cancelled after some epochs either is refused, or does not ask that often.
  private func checkCancellation() throws(LawViolation) {
    let law = Law.allOrNothing
    var learned = estimator(["maxEpochs": "2"])
    try mustWork(law, "fit") { () throws(EstimatorError) in _ = try fit(&learned) }
    set("maxEpochs", "6", &learned)
    set("tolerance", "none", &learned)
    for questions in 1...3 {
      for warm in [false, true] {
        let countdown = Countdown(questions)
        var context = TrainingContext()
        context.isCancelled = { countdown.isOver() }
        var tried = learned
        do {
          try fit(&tried, warm: warm, context: context)
        } catch {
          try mustEqual(law, "fit that was cancelled after \(questions) questions", tried, learned)
        }
      }
    }
  }

  /// A call of some kind.
  private typealias Call =
    (
      inout Tested, (features: any FeatureMatrix, target: Tested.Target)?, [Double]?,
      TrainingContext
    ) throws(EstimatorError) -> Void

  /// Calls that must fail.
  private func badCalls(_ call: @escaping Call) -> [BadCall] {
    var calls = badData().map { bad in
      BadCall(what: bad.what) { (estimator) throws(EstimatorError) in
        try call(&estimator, (bad.features, bad.target), bad.weights, TrainingContext())
      }
    }
    calls.append(
      BadCall(what: "a call that was cancelled") { (estimator) throws(EstimatorError) in
        try call(&estimator, nil, nil, cancelled)
      })
    for data in poorData() {
      calls.append(
        BadCall(what: "a call on \(data.what) that was cancelled") {
          (estimator) throws(EstimatorError) in
          try call(&estimator, (data.features, data.target), nil, cancelled)
        })
    }
    for (name, text) in badSettings() {
      calls.append(
        BadCall(what: "\(name) = \(text)") { (estimator) throws(EstimatorError) in
          var changed = estimator
          force(name, text, &changed)
          let settings = changed.hyperparameters
          let before = estimator.hyperparameters
          estimator.hyperparameters = settings
          defer { estimator.hyperparameters = before }
          try call(&estimator, nil, nil, TrainingContext())
        })
    }
    return calls
  }

  /// Data that say little, which calls must take as they come: rows in which nothing is stored, one
  /// row, a column of zeros, a class that is absent.
  func poorData() -> [BadData] {
    var zeros = features
    for row in 0..<features.rowCount {
      for column in 0..<features.columnCount { zeros[row, column] = 0 }
    }
    var withoutColumn = features
    for row in 0..<features.rowCount { withoutColumn[row, 0] = 0 }
    var data = [
      BadData(what: "rows of zeros", features: stored(zeros), target: target),
      BadData(what: "a column of zeros", features: stored(withoutColumn), target: target),
    ]
    let rows = [("one row", [0]), ("rows that lack a class", rowsThatLackAClass ?? [])]
    for (what, rows) in rows where !rows.isEmpty {
      data.append(
        BadData(
          what: what, features: stored(features.selectingRows(rows)),
          target: target.selectingRows(rows)))
      data.append(
        BadData(
          what: "\(what), of zeros", features: stored(zeros.selectingRows(rows)),
          target: target.selectingRows(rows)))
    }
    return data
  }

  /// A context in which every question whether to go on is answered with no.
  var cancelled: TrainingContext {
    var context = TrainingContext()
    context.isCancelled = { true }
    return context
  }

  /// Settings and texts outside their ranges.
  private func badSettings() -> [(String, String)] {
    // None can be set by text; the value is forced in to see whether the call notices.
    Tested.Hyperparameters.declarations.compactMap { declaration in
      for text in ["-1", "-0.5"] where isOutOfRange(declaration, text) {
        return (declaration.name, text)
      }
      return nil
    }
  }

  private func isOutOfRange(
    _ declaration: Hyperparameter<Tested.Hyperparameters>, _ text: String
  ) -> Bool {
    var settings = estimator.hyperparameters
    guard declaration.setUnchecked(text, in: &settings) else { return false }
    return (try? declaration.check(settings)) == nil
  }

  private func force(_ name: String, _ text: String, _ estimator: inout Tested) {
    let declaration = Tested.Hyperparameters.declarations.first { $0.name == name }
    _ = declaration?.setUnchecked(text, in: &estimator.hyperparameters)
  }

  /// Data that no call may accept.
  struct BadData {
    var what: String
    var features: any FeatureMatrix
    var target: Tested.Target
    var weights: [Double]?
  }

  /// Data that no call may accept.
  func badData() -> [BadData] {
    let count = features.rowCount
    var data: [BadData] = []
    func add(_ what: String, _ matrix: Matrix<Double>, _ weights: [Double]? = nil) {
      data.append(
        BadData(what: what, features: stored(matrix), target: target, weights: weights))
    }
    for (what, value) in [("NaN", Double.nan), ("infinity", .infinity)] {
      var bad = features
      bad[count / 2, features.columnCount - 1] = value
      add("\(what) in row \(count / 2)", bad)
    }
    add("a negative weight", features, [Double](repeating: 1, count: count - 1) + [-1])
    add("a weight of NaN", features, [.nan] + [Double](repeating: 1, count: count - 1))
    add("too few weights", features, [1])
    add("weights of zero", features, [Double](repeating: 0, count: count))
    data.append(
      BadData(
        what: "no samples", features: stored(features.selectingRows([])),
        target: target.selectingRows([])))
    if target.rowCount != nil {
      data.append(
        BadData(
          what: "too few targets", features: stored(features),
          target: target.selectingRows(Array(0..<count - 1))))
    }
    return data
  }

  /// Law 7: a continuing call with a setting changed honours the change or refuses it by name.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkNoSilentSetting() throws(LawViolation) -> LawOutcome {
    let law = Law.noSilentSetting
    let base = estimator(["maxEpochs": "3"])
    var learned = base
    try mustWork(law, "fit") { () throws(EstimatorError) in _ = try fit(&learned) }
    for declaration in Tested.Hyperparameters.declarations {
      var changes: [Tested] = []
      for text in texts(of: declaration, in: base) {
        var changed = learned
        guard (try? declaration.set(text, in: &changed.hyperparameters)) != nil,
          (try? changed.hyperparameters.check()) != nil,
          declaration.text(in: changed.hyperparameters)
            != declaration.text(in: learned.hyperparameters)
        else { continue }
        changes.append(changed)
      }
      if !declaration.isUsed(in: base.hyperparameters) {
        for (changed, way) in changes.flatMap({ change in continuations.map { (change, $0) } })
        where !declaration.isUsed(in: changed.hyperparameters) {
          try checkUselessness(declaration, learned, changed, by: way)
        }
      } else if declaration.whenChanged == .takesEffectAtNextCall {
        for way in continuations {
          try checkEffect(of: declaration, by: way, from: base, learned, changes)
        }
      } else {
        for (changed, way) in changes.flatMap({ change in continuations.map { (change, $0) } }) {
          try checkRefusal(declaration, learned, changed, by: way)
        }
      }
    }
    return .holds
  }

  /// A change of a setting that others have no use for makes no difference.
  private func checkUselessness(
    _ declaration: Hyperparameter<Tested.Hyperparameters>, _ learned: Tested, _ changed: Tested,
    by way: Continuation
  ) throws(LawViolation) {
    var (with, without) = (changed, learned)
    try mustWork(
      .noSilentSetting, "\(way.name) with another \(declaration.name)"
    ) { () throws(EstimatorError) in
      try way.call(&with, nil)
      try way.call(&without, nil)
    }
    try mustEqual(
      .noSilentSetting,
      "\(way.name) with another \(declaration.name), which is said to be used with "
        + "\(declaration.usedWith ?? "")", with, without)
  }

  /// Other values to try.
  private func texts(
    of declaration: Hyperparameter<Tested.Hyperparameters>, in base: Tested
  ) -> [String] {
    let bareName = declaration.name.split(separator: ".").last.map(String.init) ?? ""
    return declaration.alternatives(in: base.hyperparameters) + (alternatives[bareName] ?? [])
  }

  /// A setting that takes effect must make a difference while continuing, with at least one of its
  /// values, if one makes a difference from the start.
  private func checkEffect(
    of declaration: Hyperparameter<Tested.Hyperparameters>, by way: Continuation,
    from base: Tested, _ learned: Tested, _ changes: [Tested]
  ) throws(LawViolation) {
    var example: String?
    for changed in changes where example == nil {
      var before = base
      var after = base
      after.hyperparameters = changed.hyperparameters
      guard (try? callFirst(way, &before)) != nil, (try? callFirst(way, &after)) != nil,
        contents(before).tensors != contents(after).tensors
      else { continue }
      let (old, new) = (
        declaration.text(in: learned.hyperparameters), declaration.text(in: changed.hyperparameters)
      )
      example = "\(old) → \(new)"
    }
    guard let example else { return }
    for changed in changes where try isHonoured(declaration, by: way, learned, changed) {
      return
    }
    throw violation(
      .noSilentSetting,
      "\(declaration.name) \(example) is said to take effect at the next call, but \(way.name) "
        + "ignores it")
  }

  /// Makes a first call of the same kind.
  private func callFirst(
    _ way: Continuation, _ estimator: inout Tested
  ) throws(EstimatorError) {
    estimator.reset()
    try way.call(&estimator, nil)
  }

  /// Whether a change makes a difference while continuing.
  ///
  /// A stopping rule may happen to count the same for a few epochs, so several ways to go on are
  /// tried.
  private func isHonoured(
    _ declaration: Hyperparameter<Tested.Hyperparameters>, by way: Continuation, _ learned: Tested,
    _ changed: Tested
  ) throws(LawViolation) -> Bool {
    let circumstances: [(settings: [String: String], rows: [Int]?)] = [
      ([:], nil), ([:], otherRows), (["maxEpochs": "12"], nil), (["tolerance": "none"], nil),
      (["maxEpochs": "12", "tolerance": "1e300"], otherRows),
      (["maxEpochs": "12", "tolerance": "none"], otherRows),
    ]
    for (settings, rows) in circumstances {
      var (continued, unchanged) = (changed, learned)
      for (name, text) in settings where !declaration.name.hasSuffix(name) {
        set(name, text, &continued)
        set(name, text, &unchanged)
      }
      try mustWork(
        .noSilentSetting, "\(way.name) with another \(declaration.name)"
      ) { () throws(EstimatorError) in
        for _ in 0..<2 {
          try way.call(&continued, data(rows))
          try way.call(&unchanged, data(rows))
        }
      }
      if contents(continued).tensors != contents(unchanged).tensors { return true }
    }
    return false
  }

  /// A setting that cannot change must be refused by name, and the remedy must work.
  private func checkRefusal(
    _ declaration: Hyperparameter<Tested.Hyperparameters>, _ learned: Tested, _ changed: Tested,
    by way: Continuation
  ) throws(LawViolation) {
    let law = Law.noSilentSetting
    let old = declaration.text(in: learned.hyperparameters)
    let new = declaration.text(in: changed.hyperparameters)
    var refused = changed
    do {
      try way.call(&refused, nil)
    } catch {
      guard case .changedHyperparameter(let name, _, _, _) = error, name == declaration.name
      else {
        throw violation(
          law,
          "\(declaration.name) changed from \(old) to \(new) is refused by another error: \(error)")
      }
      try mustEqual(law, "a refused change of \(declaration.name)", refused, changed)
      try checkModelAlone(declaration, changed, by: way)
      try checkRemedy(declaration, changed)
      return
    }
    throw violation(
      law, "\(declaration.name) changed from \(old) to \(new) is accepted by \(way.name)")
  }

  /// What needs a fresh fit is refused also where only a saved model is left.
  private func checkModelAlone(
    _ declaration: Hyperparameter<Tested.Hyperparameters>, _ changed: Tested, by way: Continuation
  ) throws(LawViolation) {
    guard declaration.whenChanged == .needsFreshFit, let model = changed.model else { return }
    var alone = Tested(hyperparameters: changed.hyperparameters)
    try mustWork(.noSilentSetting, "restoring a model") { () throws(EstimatorError) in
      try alone.restore(model: model, trainingState: nil)
    }
    guard (try? way.call(&alone, nil)) == nil else {
      throw violation(
        .noSilentSetting,
        "a changed \(declaration.name) is accepted by \(way.name) from a model without training "
          + "state")
    }
  }

  private func checkRemedy(
    _ declaration: Hyperparameter<Tested.Hyperparameters>, _ changed: Tested
  ) throws(LawViolation) {
    var mended = changed
    try mustWork(
      .noSilentSetting, "the remedy for a changed \(declaration.name)"
    ) { () throws(EstimatorError) in
      switch declaration.whenChanged {
      case .takesEffectAtNextCall: break
      case .needsReset(let part):
        try mended.reset(part)
        _ = try fit(&mended, warm: true)
      case .needsTrainingStateReset:
        mended.reset(.trainingState)
        _ = try fit(&mended, warm: true)
      case .needsFreshFit:
        // The labels may no longer be among declared classes; that is another matter.
        if !declaration.name.hasSuffix("classes") { _ = try fit(&mended) }
      }
    }
  }

  /// Law 8: a continuing call refuses labels, columns and names that are not those learned from.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkClassesAndFeatures() throws(LawViolation) -> LawOutcome {
    let law = Law.classesAndFeatures
    for way in continuations { try checkContradictions(way) }
    guard let rows = rowsThatLackAClass else { return .holds }
    for way in continuations {
      var learned = estimator(["maxEpochs": "2"])
      try mustWork(law, "\(way.name) on data that lack a class") { () throws(EstimatorError) in
        try fit(&learned)
        try way.call(&learned, data(rows))
      }
    }
    return .holds
  }

  /// Makes each call that contradicts what was learned.
  private func checkContradictions(_ way: Continuation) throws(LawViolation) {
    let law = Law.classesAndFeatures
    let names = (0..<features.columnCount).map { "x\($0)" }
    guard let named = try? features.named(names),
      let renamed = try? features.named(["other"] + names.dropFirst())
    else { return }
    var learned = estimator(["maxEpochs": "2", "unknownLabels": "error"])
    try mustWork(law, "fit with feature names") { () throws(EstimatorError) in
      _ = try fit(&learned, (stored(named), target))
    }
    var bad: [(String, any FeatureMatrix, Tested.Target)] = [
      ("another name of a column", stored(renamed), target),
      ("a further column", stored(features.appendingColumn()), target),
    ]
    for (target, what) in zip(
      targetsWithUnknownLabel, ["an unknown label", "an unknown label in place of a class"])
    {
      bad.append((what, stored(features), target))
    }
    for (what, features, target) in bad {
      var tried = learned
      do {
        try way.call(&tried, (features, target))
      } catch {
        try mustEqual(law, "\(way.name) that was refused for \(what)", tried, learned)
        if what.hasPrefix("an unknown label") { try checkNaming(error, way) }
        continue
      }
      throw violation(law, "\(way.name) accepts \(what)")
    }
  }

  /// The error for an unknown label names it.
  private func checkNaming(_ error: EstimatorError, _ way: Continuation) throws(LawViolation) {
    if case .unknownLabel(_, let label, _) = error, label == unknownLabel { return }
    throw violation(
      .classesAndFeatures, "\(way.name) refuses an unknown label by another error: \(error)")
  }

  /// A pass with a huge learning rate either is refused, or leaves numbers that are finite.
  private func checkDivergingPass() throws(LawViolation) {
    var tried = estimator
    try mustWork(.allOrNothing, "partialFit") { () throws(EstimatorError) in
      _ = try partialFit(&tried)
    }
    guard set("initialLearningRate", "1e300", &tried) else { return }
    set("learningRate", "constant", &tried)
    let start = tried
    let large = BadData(
      what: "large samples", features: stored(features.scalingColumns(by: 1e30)), target: target)
    for data in poorData() + [large] {
      tried = start
      do {
        try partialFit(&tried, (data.features, data.target))
      } catch {
        try mustEqual(
          .allOrNothing, "partialFit of \(data.what) with a huge learning rate", tried, start)
        continue
      }
      for tensor in contents(tried).tensors where !tensor.numbers.allSatisfy(\.isFinite) {
        throw violation(
          .allOrNothing,
          "after \(data.what) with a huge learning rate \(tensor.name) is not finite")
      }
    }
  }
}

/// Answers a number of questions with no, all further ones with yes.
private final class Countdown: Sendable {
  private let left: Mutex<Int>

  init(_ count: Int) { left = Mutex(count) }

  func isOver() -> Bool {
    left.withLock { left in
      left -= 1
      return left < 0
    }
  }
}

extension Matrix<Double> {
  /// The matrix with every element multiplied.
  fileprivate func scalingColumns(by factor: Double) -> Matrix {
    scalingColumns(by: [Double](repeating: factor, count: columnCount))
  }

  /// The matrix with one more column, a copy of the first.
  fileprivate func appendingColumn() -> Matrix {
    let rows = (0..<rowCount).map { Array(row($0)) + [self[$0, 0]] }
    return (try? Matrix(rows: rows)) ?? self
  }
}
