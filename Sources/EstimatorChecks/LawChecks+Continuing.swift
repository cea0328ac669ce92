internal import Estimators
internal import Foundation
internal import LinearAlgebra

/// Laws 1 to 5: what calls that follow one another give.
extension LawChecks {
  /// Law 1: with `warmStart` off, `fit` gives the same whatever happened to the estimator before.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkOverwrite() throws(LawViolation) -> LawOutcome {
    let law = Law.overwrite
    let fresh = try mustWork(law, "fit") { () throws(EstimatorError) in
      var fresh = estimator
      try fit(&fresh)
      return fresh
    }
    var pasts: [(String, Tested)] = []
    try mustWork(law, "fit after other calls") { () throws(EstimatorError) in
      var again = fresh
      try fit(&again)
      pasts.append(("fit twice", again))
      var afterOther = estimator
      try fit(&afterOther, data(otherRows))
      try fit(&afterOther)
      pasts.append(("fit after fit on other data", afterOther))
      var afterContinuing = estimator
      try fit(&afterContinuing, data(otherRows))
      try fit(&afterContinuing, data(otherRows), warm: true)
      try fit(&afterContinuing)
      pasts.append(("fit after continuing on other data", afterContinuing))
      var afterFailure = fresh
      _ = try? fit(&afterFailure, (stored(features), target.selectingRows([0])))
      try fit(&afterFailure)
      pasts.append(("fit after a call that failed", afterFailure))
      var afterReset = fresh
      afterReset.reset()
      try fit(&afterReset)
      pasts.append(("fit after reset", afterReset))
      var afterForgetting = fresh
      afterForgetting.reset(.trainingState)
      try fit(&afterForgetting)
      pasts.append(("fit after reset(.trainingState)", afterForgetting))
      guard hasPasses else { return }
      var afterPasses = estimator
      try partialFit(&afterPasses, data(otherRows))
      try partialFit(&afterPasses, data(otherRows))
      try fit(&afterPasses)
      pasts.append(("fit after partialFit", afterPasses))
    }
    for (what, estimator) in pasts { try mustEqual(law, what, estimator, fresh) }
    return .holds
  }

  /// Law 2: `fit` of N epochs and a continuing `fit` of M more equals one `fit` of N + M.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkOneGoOrInParts() throws(LawViolation) -> LawOutcome {
    let law = Law.oneGoOrInParts
    guard !estimator.exemptions.contains(.onePass), has("maxEpochs") else {
      return .doesNotApply("it needs one pass")
    }
    for epochs in [[1, 4], [2, 3], [1, 1, 3]] {
      let total = epochs.reduce(0, +)
      var inParts = estimator
      var whole = estimator(["maxEpochs": "\(total)"])
      let ranOut = try mustWork(law, "fit") { () throws(EstimatorError) in
        try fit(&whole)
        for (index, count) in epochs.enumerated() {
          set("maxEpochs", "\(count)", &inParts)
          let summary = try fit(&inParts, warm: index > 0)
          // The law is about calls that end because their epochs run out.
          if index + 1 < epochs.count, summary.stopReason != .budget { return false }
        }
        return true
      }
      guard ranOut else { continue }
      let parts = epochs.map(String.init).joined(separator: " + ")
      try mustEqual(law, "fit of \(parts) epochs against \(total)", inParts, whole)
    }
    return .holds
  }

  /// Law 5: encode, decode, continue equals uninterrupted.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkEncoding() throws(LawViolation) -> LawOutcome {
    let law = Law.encoding
    let start = try mustWork(law, "fit") { () throws(EstimatorError) in
      var start = estimator(["maxEpochs": "2"])
      try fit(&start)
      return start
    }
    for (what, copy) in try copies(of: start) {
      try mustEqual(law, "\(what): what was decoded", copy, start)
      guard copy.hyperparameters == start.hyperparameters else {
        throw violation(law, "\(what): the hyperparameters differ")
      }
      for way in continuations {
        var uninterrupted = start
        var continued = copy
        try mustWork(law, "\(way.name) after \(what)") { () throws(EstimatorError) in
          try way.call(&uninterrupted, nil)
          try way.call(&continued, nil)
        }
        try mustEqual(law, "\(what), then \(way.name)", continued, uninterrupted)
      }
    }
    return .holds
  }

  /// The estimator after a way through bytes: as a model file, and by `Codable`.
  private func copies(of start: Tested) throws(LawViolation) -> [(String, Tested)] {
    let fromFile = try mustWork(.encoding, "reading a model file") { () throws(EstimatorError) in
      try Tested(ModelFile.decode(try ModelFile.encode(start)))
    }
    do {
      guard let model = start.model, let state = start.trainingState else {
        throw violation(.encoding, "fit leaves no model or no training state")
      }
      let encoder = JSONEncoder()
      let decoder = JSONDecoder()
      var decoded = Tested(hyperparameters: start.hyperparameters)
      try decoded.restore(
        model: decoder.decode(Tested.Model.self, from: encoder.encode(model)),
        trainingState: decoder.decode(Tested.TrainingState.self, from: encoder.encode(state)))
      return [("a model file", fromFile), ("Codable", decoded)]
    } catch {
      throw violation(.encoding, "Codable fails: \(error)")
    }
  }

  /// Law 3: `partialFit` k times over the same rows equals `fit` of k epochs without stopping rule,
  /// but for history.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkPasses() throws(LawViolation) -> LawOutcome {
    let law = Law.passes
    let exemptions = estimator.exemptions
    guard hasPasses else { return .doesNotApply("it has no partialFit") }
    if exemptions.contains(.learningTransformers) {
      return .doesNotApply("its transformers learn on in partialFit")
    }
    let count = 3
    var byPasses = estimator(["tolerance": "none", "earlyStopping": "false"])
    var byFit = estimator(
      ["tolerance": "none", "earlyStopping": "false", "maxEpochs": "\(count)"])
    let isOnePass = exemptions.contains(.onePass)
    let repeated = (0..<count).flatMap { _ in 0..<features.rowCount }
    try mustWork(law, "fit or partialFit") { () throws(EstimatorError) in
      for _ in 0..<count { try partialFit(&byPasses) }
      try fit(&byFit, isOnePass ? data(repeated) : nil)
    }
    if isOnePass {
      try mustAgree(law, "\(count) passes against fit of \(count)-fold rows", byPasses, byFit)
    } else {
      try mustEqual(
        law, "\(count) passes against fit of \(count) epochs", byPasses, byFit, but: .history)
    }
    return .holds
  }

  /// Law 4: one pass in chunks equals one pass at once, but for history and the number of epochs.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkChunks() throws(LawViolation) -> LawOutcome {
    let law = Law.chunks
    let exemptions = estimator.exemptions
    guard hasPasses else { return .doesNotApply("it has no partialFit") }
    if exemptions.contains(.learningTransformers) {
      return .doesNotApply("its transformers learn on in partialFit")
    }
    if exemptions.contains(.rateChangesBetweenPasses) {
      return .doesNotApply("its learning rate changes between passes")
    }
    var start = estimator(["visitingOrder": "sequential"])
    if exemptions.contains(.frozenTransformers) {
      try mustWork(law, "partialFit") { () throws(EstimatorError) in _ = try partialFit(&start) }
    }
    var atOnce = start
    try mustWork(law, "partialFit") { () throws(EstimatorError) in _ = try partialFit(&atOnce) }
    for size in [1, 5] where size * chunkMultiple < features.rowCount {
      var inChunks = start
      try mustWork(law, "partialFit of a chunk") { () throws(EstimatorError) in
        for first in stride(from: 0, to: features.rowCount, by: size * chunkMultiple) {
          let rows = first..<min(first + size * chunkMultiple, features.rowCount)
          try partialFit(&inChunks, data(Array(rows)))
        }
      }
      let what = "chunks of \(size * chunkMultiple) against one pass at once"
      if exemptions.contains(.onePass) {
        try mustAgree(law, what, inChunks, atOnce)
      } else {
        try mustEqual(law, what, inChunks, atOnce, but: .historyAndEpochCount)
      }
    }
    if exemptions.contains(.onePass), !exemptions.contains(.forgetsOldRows) {
      var reversed = start
      try mustWork(law, "partialFit in another order") { () throws(EstimatorError) in
        _ = try partialFit(&reversed, data((0..<features.rowCount).reversed()))
      }
      try mustAgree(law, "rows in reverse order", reversed, atOnce)
    }
    return .holds
  }

  /// Law 11: averaging by `partialFit` equals averaging by `fit`, intercept included.
  ///
  /// - Throws: ``LawViolation``.
  @discardableResult
  public func checkAveraging() throws(LawViolation) -> LawOutcome {
    let law = Law.averaging
    guard has("averaging"), hasPasses else { return .doesNotApply("it does not average") }
    if estimator.exemptions.contains(.learningTransformers) {
      return .doesNotApply("its transformers learn on in partialFit")
    }
    for start in ["true", "\(features.rowCount + 3)"] {
      var byPasses = estimator(["averaging": start, "tolerance": "none", "earlyStopping": "false"])
      var byFit = byPasses
      set("maxEpochs", "4", &byFit)
      try mustWork(law, "fit or partialFit") { () throws(EstimatorError) in
        for _ in 0..<4 { try partialFit(&byPasses) }
        try fit(&byFit)
      }
      try mustEqual(
        law, "averaging \(start), 4 passes against fit of 4 epochs", byPasses, byFit, but: .history)
    }
    return .holds
  }
}
