public import Estimators
internal import LinearAlgebra

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
    try checkAllOrNothing(badFits(warm: false), before: "fit")
    try checkAllOrNothing(badFits(warm: true), before: "a continuing fit")
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

  /// Calls of `fit` that must fail.
  private func badFits(warm: Bool) -> [BadCall] {
    var calls = badData().map { bad in
      BadCall(what: bad.what) { (estimator) throws(EstimatorError) in
        _ = try fit(&estimator, (bad.features, bad.target), weights: bad.weights, warm: warm)
      }
    }
    calls.append(
      BadCall(what: "a call that was cancelled") { (estimator) throws(EstimatorError) in
        _ = try fit(&estimator, warm: warm, context: cancelled)
      })
    for (name, text) in badSettings() {
      calls.append(
        BadCall(what: "\(name) = \(text)") { (estimator) throws(EstimatorError) in
          var changed = estimator
          force(name, text, &changed)
          let settings = changed.hyperparameters
          let before = estimator.hyperparameters
          estimator.hyperparameters = settings
          defer { estimator.hyperparameters = before }
          _ = try fit(&estimator, warm: warm)
        })
    }
    return calls
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
      for text in declaration.alternatives(in: base.hyperparameters) {
        var changed = learned
        guard (try? declaration.set(text, in: &changed.hyperparameters)) != nil,
          (try? changed.hyperparameters.check()) != nil
        else { continue }
        let old = declaration.text(in: learned.hyperparameters)
        let new = declaration.text(in: changed.hyperparameters)
        guard old != new else { continue }
        if declaration.whenChanged == .takesEffectAtNextCall {
          try checkEffect(declaration, from: base, learned, changed, "\(old) → \(new)")
        } else {
          try checkRefusal(declaration, changed, old: old, new: new)
        }
      }
    }
    return .holds
  }

  /// A setting that takes effect must make a difference while continuing if it makes one from the
  /// start.
  private func checkEffect(
    _ declaration: Hyperparameter<Tested.Hyperparameters>, from base: Tested, _ learned: Tested,
    _ changed: Tested, _ change: String
  ) throws(LawViolation) {
    let law = Law.noSilentSetting
    var before = base
    var after = base
    after.hyperparameters = changed.hyperparameters
    guard (try? fit(&before)) != nil, (try? fit(&after)) != nil else { return }
    guard contents(before).tensors != contents(after).tensors else { return }
    // A stopping rule may happen to count the same for a few epochs, so several ways to go on are
    // tried.
    for (epochCount, rows) in [(nil, nil), (nil, otherRows), ("12", nil)] {
      var continued = changed
      var unchanged = learned
      if let epochCount, !declaration.name.hasSuffix("maxEpochs") {
        set("maxEpochs", epochCount, &continued)
        set("maxEpochs", epochCount, &unchanged)
      }
      try mustWork(
        law, "continuing with \(declaration.name) \(change)"
      ) { () throws(EstimatorError) in
        try fit(&continued, data(rows), warm: true)
        try fit(&unchanged, data(rows), warm: true)
      }
      if contents(continued).tensors != contents(unchanged).tensors { return }
    }
    throw violation(
      law, "\(declaration.name) \(change) is said to take effect at the next call, but is ignored")
  }

  /// A setting that cannot change must be refused by name, and the remedy must work.
  private func checkRefusal(
    _ declaration: Hyperparameter<Tested.Hyperparameters>, _ changed: Tested, old: String,
    new: String
  ) throws(LawViolation) {
    let law = Law.noSilentSetting
    var refused = changed
    do {
      try fit(&refused, warm: true)
    } catch {
      guard case .changedHyperparameter(let name, old, new, _) = error, name == declaration.name
      else {
        throw violation(
          law,
          "\(declaration.name) changed from \(old) to \(new) is refused by another error: \(error)")
      }
      try mustEqual(law, "a refused change of \(declaration.name)", refused, changed)
      try checkRemedy(declaration, changed)
      return
    }
    throw violation(
      law, "\(declaration.name) changed from \(old) to \(new) is accepted by a continuing fit")
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
    try checkClassesAndFeatures("a continuing fit") { (estimator, data) throws(EstimatorError) in
      _ = try fit(&estimator, data, warm: true)
    }
    guard let rows = rowsThatLackAClass else { return .holds }
    var learned = estimator(["maxEpochs": "2"])
    try mustWork(law, "a continuing fit on data that lack a class") { () throws(EstimatorError) in
      try fit(&learned)
      _ = try fit(&learned, data(rows), warm: true)
    }
    return .holds
  }

  /// Makes each call that contradicts what was learned.
  func checkClassesAndFeatures(
    _ name: String,
    _ call: (inout Tested, (features: any FeatureMatrix, target: Tested.Target))
      throws(EstimatorError) -> Void
  ) throws(LawViolation) {
    let law = Law.classesAndFeatures
    let names = (0..<features.columnCount).map { "x\($0)" }
    guard let named = try? features.named(names),
      let renamed = try? features.named(["other"] + names.dropFirst())
    else { return }
    var learned = estimator(["maxEpochs": "2"])
    try mustWork(law, "fit with feature names") { () throws(EstimatorError) in
      _ = try fit(&learned, (stored(named), target))
    }
    var bad: [(String, any FeatureMatrix, Tested.Target)] = [
      ("another name of a column", stored(renamed), target),
      ("a further column", stored(features.appendingColumn()), target),
    ]
    if let targetWithUnknownLabel {
      bad.append(("an unknown label", stored(features), targetWithUnknownLabel))
    }
    for (what, features, target) in bad {
      var tried = learned
      do {
        try call(&tried, (features, target))
      } catch {
        try mustEqual(law, "\(name) that was refused for \(what)", tried, learned)
        continue
      }
      throw violation(law, "\(name) accepts \(what)")
    }
  }
}

extension LawChecks where Tested: IncrementalEstimator {
  /// Law 6: a call that throws leaves model and training state as they were.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkAllOrNothing() throws(LawViolation) -> LawOutcome {
    try checkAllOrNothing(badFits(warm: false), before: "fit")
    try checkAllOrNothing(badFits(warm: true), before: "a continuing fit")
    guard !estimator.exemptions.contains(.limitedMemoryQuasiNewton),
      !estimator.exemptions.contains(.keepsNoStatistics)
    else { return .holds }
    var calls = badData().map { bad in
      BadCall(what: bad.what) { (estimator) throws(EstimatorError) in
        _ = try partialFit(&estimator, (bad.features, bad.target), weights: bad.weights)
      }
    }
    calls.append(
      BadCall(what: "a call that was cancelled") { (estimator) throws(EstimatorError) in
        _ = try partialFit(&estimator, context: cancelled)
      })
    try checkAllOrNothing(calls, before: "partialFit")
    try checkDivergingPass()
    return .holds
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
    do {
      try partialFit(&tried, (stored(features.scalingColumns(by: 1e100)), target))
    } catch {
      try mustEqual(.allOrNothing, "partialFit that diverged", tried, start)
      return
    }
    for tensor in contents(tried).tensors where !tensor.numbers.allSatisfy(\.isFinite) {
      throw violation(.allOrNothing, "after a huge learning rate \(tensor.name) is not finite")
    }
  }

  /// Law 8: a continuing call refuses labels, columns and names that are not those learned from.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkClassesAndFeatures() throws(LawViolation) -> LawOutcome {
    try checkClassesAndFeatures("a continuing fit") { (estimator, data) throws(EstimatorError) in
      _ = try fit(&estimator, data, warm: true)
    }
    guard !estimator.exemptions.contains(.limitedMemoryQuasiNewton),
      !estimator.exemptions.contains(.keepsNoStatistics)
    else { return .holds }
    try checkClassesAndFeatures("partialFit") { (estimator, data) throws(EstimatorError) in
      _ = try partialFit(&estimator, data)
    }
    guard let rows = rowsThatLackAClass else { return .holds }
    var learned = estimator(["maxEpochs": "2"])
    try mustWork(
      .classesAndFeatures, "continuing on data that lack a class"
    ) { () throws(EstimatorError) in
      try fit(&learned)
      try partialFit(&learned, data(rows))
      _ = try fit(&learned, data(rows), warm: true)
    }
    return .holds
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
