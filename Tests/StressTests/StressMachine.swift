import Estimators
import LinearAlgebra
import Synchronization

/// What a run of random operations has found to be wrong.
struct Finding: Error, CustomStringConvertible {
  var description: String
}

/// A state machine that does random things to an estimator and checks after each of them what the
/// refit contract promises: a throw changes nothing; encoded, decoded and continued is the same;
/// overwriting equals a fresh estimator; parts equal one go; threads agree; predictions are numbers;
/// what is written is read; the remedy that an error names works.
struct StressMachine<Tested: Stressed> {
  private var dice: Dice
  private let columnCount: Int
  private var estimator: Tested

  /// The estimator after a way through bytes, to which everything is done too, or `nil`.
  private var twin: Tested?
  private var log: [String] = []
  private let prototype: Tested

  init(_ prototype: Tested, seed: UInt64) {
    dice = Dice(seed: seed)
    columnCount = dice.pick([1, 2, 3, 5, 8])
    self.prototype = prototype
    estimator = prototype
  }

  /// Does so many things.
  ///
  /// - Throws: ``Finding``, with everything that was done.
  mutating func run(steps: Int) throws {
    for step in 0..<steps {
      do {
        try takeStep()
      } catch let finding as Finding {
        throw Finding(
          description: "\(Tested.name), step \(step): \(finding.description)\n"
            + log.suffix(12).joined(separator: "\n"))
      }
    }
  }

  private mutating func takeStep() throws {
    let data = StressData(&dice, columnCount: columnCount)
    let target = Tested.target(data.features, &dice)
    switch dice.below(20) {
    case 0..<3: try overwrite(data, target)
    case 3..<6: try continueFit(data, target)
    case 6..<11: try pass(data, target)
    case 11..<14: changeSetting()
    case 14: try reset()
    case 15: try branch(data, target)
    case 16: try passThroughBytes()
    case 17: try callBadly(data, target)
    case 18: try inParts(data, target)
    default: try doSpecial(data, target)
    }
    try checkState(data)
  }

  // MARK: Calls

  private typealias Call = (inout Tested) throws(EstimatorError) -> TrainingSummary

  private func call(
    _ data: StressData, _ target: Tested.Target, storage: Int, threads: Int = 1,
    warm: Bool? = nil, context: TrainingContext = TrainingContext()
  ) -> Call {
    var context = context
    context.threadCount = threads
    let features = StressData.stored(data.features, storage)
    return { [context] (estimator) throws(EstimatorError) in
      guard let warm else {
        return try estimator.partialFit(
          features, to: target, weights: data.weights, context: context)
      }
      estimator.warmStart = warm
      return try estimator.fit(features, to: target, weights: data.weights, context: context)
    }
  }

  /// Makes a call on the estimator and on its twin; what throws must change nothing.
  ///
  /// - Returns: The error, or `nil`.
  @discardableResult
  private mutating func make(_ what: String, _ call: Call) throws -> EstimatorError? {
    let before = estimator
    var error: EstimatorError?
    do throws(EstimatorError) {
      _ = try call(&estimator)
    } catch let thrown {
      error = thrown
    }
    log.append("\(what)\(error.map { " threw \($0)" } ?? "")")
    if error != nil { try demandSame(before, estimator, "\(what) threw and changed something") }
    if var other = twin {
      var others: EstimatorError?
      do throws(EstimatorError) {
        _ = try call(&other)
      } catch let thrown {
        others = thrown
      }
      guard "\(String(describing: error))" == "\(String(describing: others))" else {
        throw Finding(
          description: "\(what): the twin from bytes threw \(String(describing: others))")
      }
      try demandSame(other, estimator, "\(what): the twin from bytes differs")
      twin = other
    }
    return error
  }

  private mutating func overwrite(_ data: StressData, _ target: Tested.Target) throws {
    let storage = dice.below(4)
    let call = call(data, target, storage: storage, warm: false)
    if let error = try make("fit \(shape(data)) storage \(storage)", call) {
      try tryRemedy(error, data, call)
      return
    }
    var fresh = Tested(hyperparameters: estimator.hyperparameters)
    _ = try call(&fresh)
    try demandSame(fresh, estimator, "an overwriting fit depends on what was before")
    var threaded = Tested(hyperparameters: estimator.hyperparameters)
    _ = try self.call(data, target, storage: storage, threads: dice.pick([2, 3, 8]), warm: false)(
      &threaded)
    try demandSame(threaded, estimator, "the number of threads matters")
  }

  private mutating func continueFit(_ data: StressData, _ target: Tested.Target) throws {
    let storage = dice.below(4)
    let call = call(data, target, storage: storage, warm: true)
    if let error = try make("warm fit \(shape(data)) storage \(storage)", call) {
      try tryRemedy(error, data, call)
    }
  }

  private mutating func pass(_ data: StressData, _ target: Tested.Target) throws {
    let storage = dice.below(4)
    let call = call(data, target, storage: storage)
    if let error = try make("partialFit \(shape(data)) storage \(storage)", call) {
      try tryRemedy(error, data, call)
    }
  }

  private func shape(_ data: StressData) -> String {
    "\(data.features.rowCount) × \(columnCount)\(data.weights == nil ? "" : " weighted")"
      + (data.isModerate ? "" : " of extreme size")
  }

  // MARK: Settings

  private mutating func changeSetting() {
    let declaration = dice.pick(Tested.Hyperparameters.declarations)
    let name = declaration.name.split(separator: ".").last.map(String.init) ?? declaration.name
    var texts = declaration.alternatives(in: estimator.hyperparameters)
    switch name {
    case "maxEpochs": texts = ["1", "2", "3", "5"]
    case "hiddenLayerSizes": texts = ["", "3", "2,4"]
    case "batchSize":
      texts =
        ["1", "2", "7", "none", "1000"].filter { $0 != "none" || texts.contains("none") } + ["1"]
    case "classes": texts = ["none"]
    case "classWeight": texts = ["none", "balanced", "[]"]
    case "frozenLayers": texts = ["", "0"]
    case "initialLearningRate": texts = ["0.01", "0.1", "0.001", "1e-9", "10"]
    case "alpha": texts = ["0", "0.0001", "0.1", "3"]
    case "powerT": texts = ["0.25", "0.5", "1", "-0.5"]
    case "averaging": texts = ["true", "false", "4"]
    case "dropout": texts = ["", "0.5"]
    case "rateMultipliers": texts = [""]
    case "forgettingFactor": texts = ["1", "0.9", "0.5"]
    case "tolerance": texts = ["none", "0.001", "0.1", "1e300"]
    case "seed": texts = ["0", "1", "18446744073709551615"]
    default: break
    }
    guard let text = texts.randomElement(using: &dice) else { return }
    var changed = estimator.hyperparameters
    guard declaration.setUnchecked(text, in: &changed) else { return }
    // Settings that no call takes are tried too, and then given up.
    if (try? changed.check()) == nil, dice.chance(0.7) { return }
    log.append("\(declaration.name) = \(text)")
    estimator.hyperparameters = changed
    twin?.hyperparameters = changed
  }

  /// Does what an error advises; then the same call must not fail for the same reason.
  private mutating func tryRemedy(_ error: EstimatorError, _ data: StressData, _ call: Call) throws
  {
    switch error {
    case .changedHyperparameter(let name, _, _, let remedy):
      var mended = estimator
      if remedy.contains("reset(.trainingState)") {
        mended.reset(.trainingState)
      } else if let part = TrainingPart.allCases.first(where: { remedy.contains("reset(.\($0))") })
      {
        try mended.reset(part)
      } else {
        mended.reset()
      }
      do throws(EstimatorError) {
        _ = try call(&mended)
      } catch .changedHyperparameter(let other, _, _, _) where other == name {
        throw Finding(description: "the remedy for a changed \(name) does not help: \(remedy)")
      } catch {}
    case .diverged(_, let remedy) where data.isModerate:
      var mended = estimator
      let names = Tested.Hyperparameters.declarations.map(\.name)
      for name in names {
        let isRate = name.hasSuffix("initialLearningRate") && remedy.contains("Rate")
        if isRate { try mended.hyperparameters.set(name, to: "1e-12", of: Tested.name) }
        let isKind = name.hasSuffix("learningRate") && remedy.contains("another learningRate")
        if isKind { try mended.hyperparameters.set(name, to: "constant", of: Tested.name) }
        let isPower = name.hasSuffix("powerT") && remedy.contains("powerT")
        if isPower { try mended.hyperparameters.set(name, to: "1", of: Tested.name) }
        let isAlpha = name.hasSuffix("alpha") && remedy.contains("ower alpha")
        if isAlpha { try mended.hyperparameters.set(name, to: "0", of: Tested.name) }
      }
      if remedy.contains("reset()") { mended.reset() }
      do throws(EstimatorError) {
        _ = try call(&mended)
      } catch .diverged {
        throw Finding(description: "the remedy for divergence does not help: \(remedy)")
      } catch {}
    case .invalidHyperparameter:
      // Given up for settings that are allowed.
      let settings = prototype.hyperparameters
      estimator.hyperparameters = settings
      twin?.hyperparameters = settings
      log.append("settings as at first")
    default: break
    }
  }

  // MARK: Other operations

  private mutating func reset() throws {
    if dice.chance(0.3) {
      let scope: ResetScope = dice.chance(0.5) ? .everything : .trainingState
      let before = estimator.model
      estimator.reset(scope)
      twin?.reset(scope)
      log.append("reset(.\(scope))")
      if scope == .trainingState, estimator.model?.archive.tensors != before?.archive.tensors {
        throw Finding(description: "reset(.trainingState) changed the model")
      }
      if scope == .everything, estimator.model != nil {
        throw Finding(description: "reset() left a model")
      }
      return
    }
    let part = dice.pick(TrainingPart.allCases)
    let before = estimator
    do throws(EstimatorError) {
      try estimator.reset(part)
      if var other = twin {
        try other.reset(part)
        twin = other
      }
      log.append("reset(.\(part))")
    } catch {
      log.append("reset(.\(part)) threw \(error)")
      try demandSame(before, estimator, "a reset that threw changed something")
    }
    if before.model?.archive.tensors != estimator.model?.archive.tensors {
      throw Finding(description: "reset(.\(part)) changed what predicts")
    }
  }

  /// Trains a copy, which must leave the original.
  private mutating func branch(_ data: StressData, _ target: Tested.Target) throws {
    let before = contents(estimator)
    var copy = estimator
    let call = call(data, target, storage: dice.below(4), warm: dice.pick([nil, true, false]))
    _ = try? call(&copy)
    guard contents(estimator) == before else {
      throw Finding(description: "training a copy changed the original")
    }
    log.append("a copy was trained")
  }

  private mutating func passThroughBytes() throws {
    guard (try? estimator.hyperparameters.check()) != nil else {
      guard (try? ModelFile.encode(estimator)) == nil else {
        throw Finding(description: "settings that no program reads were written")
      }
      return
    }
    let bytes = try ModelFile.encode(estimator)
    let read = try Tested(ModelFile.decode(bytes))
    try demandSame(read, estimator, "what was read is not what was written")
    guard read.hyperparameters == estimator.hyperparameters else {
      throw Finding(description: "the settings read are not those that were written")
    }
    guard try ModelFile.encode(read) == bytes else {
      throw Finding(description: "what was read is written otherwise")
    }
    twin = read
    log.append("encoded and decoded")
  }

  /// Calls that must be refused, or cancelled in the middle.
  private mutating func callBadly(_ data: StressData, _ target: Tested.Target) throws {
    var context = TrainingContext()
    let questions = dice.below(4)
    let warm: Bool? = dice.pick([nil, true, false])
    var bad = data
    var storage = dice.below(4)
    switch dice.below(3) {
    case 0:
      bad.features[dice.below(data.features.rowCount), dice.below(columnCount)] =
        dice.pick([.nan, .infinity, -.infinity])
      try demandRefusal("a number that is none", call(bad, target, storage: storage, warm: warm))
    case 1:
      bad.weights = [Double](repeating: 0, count: data.features.rowCount)
      try demandRefusal("weights of 0", call(bad, target, storage: storage, warm: warm))
    default:
      storage = dice.below(2)
      // A call asks anew for each of the two estimators.
      let features = StressData.stored(data.features, storage)
      try make("a call cancelled after \(questions) questions") {
        (estimator) throws(EstimatorError) in
        let countdown = Countdown(questions)
        context.isCancelled = { countdown.isOver() }
        if let warm {
          estimator.warmStart = warm
          return try estimator.fit(features, to: target, weights: data.weights, context: context)
        }
        return try estimator.partialFit(
          features, to: target, weights: data.weights, context: context)
      }
    }
  }

  private mutating func demandRefusal(_ what: String, _ call: Call) throws {
    guard try make("a call with \(what)", call) != nil else {
      throw Finding(description: "a call with \(what) was accepted")
    }
  }

  /// Epochs in two calls are the same epochs in one, as far as the first ends because they run out.
  private mutating func inParts(_ data: StressData, _ target: Tested.Target) throws {
    guard
      let name = Tested.Hyperparameters.declarations.map(\.name).first(where: {
        $0.hasSuffix("maxEpochs")
      }), !estimator.exemptions.contains(.onePass)
    else { return }
    var parts = Tested(hyperparameters: estimator.hyperparameters)
    var whole = parts
    let storage = dice.below(4)
    do throws(EstimatorError) {
      try parts.hyperparameters.set(name, to: "2", of: Tested.name)
      let first = try call(data, target, storage: storage, warm: false)(&parts)
      guard first.stopReason == .budget else { return }
      _ = try call(data, target, storage: storage, warm: true)(&parts)
      try whole.hyperparameters.set(name, to: "4", of: Tested.name)
      _ = try call(data, target, storage: storage, warm: false)(&whole)
    } catch { return }
    log.append("4 epochs against 2 and 2 \(shape(data)) storage \(storage)")
    try demandSame(parts, whole, "2 epochs and 2 more are not 4")
  }

  private mutating func doSpecial(_ data: StressData, _ target: Tested.Target) throws {
    let before = estimator
    var (own, others) = (dice, dice)
    do throws(EstimatorError) {
      guard let what = try estimator.doSpecial(data, target, &own) else { return }
      log.append(what)
    } catch {
      log.append("something special threw \(error)")
      try demandSame(before, estimator, "something special threw and changed something")
    }
    dice = own
    guard var other = twin else { return }
    _ = try? other.doSpecial(data, target, &others)
    try demandSame(other, estimator, "after something special the twin from bytes differs")
    twin = other
  }

  // MARK: What must hold

  private func contents(_ estimator: Tested) -> TensorArchive {
    var archive = estimator.model?.archive ?? TensorArchive()
    if let state = estimator.trainingState {
      archive.append(contentsOf: state.archive, prefix: "training.")
    }
    return archive
  }

  private func demandSame(_ left: Tested, _ right: Tested, _ what: String) throws {
    let (left, right) = (contents(left), contents(right))
    guard left != right else { return }
    let names = Set(left.tensors.map(\.name)).union(right.tensors.map(\.name)).sorted()
    let tensor = names.first { left[$0] != right[$0] }
    let text = Set(left.metadata.keys).union(right.metadata.keys).sorted()
      .first { left[text: $0] != right[text: $0] }
    throw Finding(
      description: "\(what): \(tensor ?? text ?? "the order of tensors") "
        + "\(tensor.flatMap { left[$0]?.numbers.prefix(6) }.map { "\($0)" } ?? "") "
        + "\(tensor.flatMap { right[$0]?.numbers.prefix(6) }.map { "\($0)" } ?? "")")
  }

  private mutating func checkState(_ data: StressData) throws {
    for tensor in contents(estimator).tensors where !tensor.numbers.allSatisfy({ $0.isFinite }) {
      throw Finding(description: "\(tensor.name) holds a number that is not finite")
    }
    guard estimator.model != nil else { return }
    let features = StressData.stored(data.features, dice.below(4))
    do throws(EstimatorError) {
      guard let complaint = try estimator.complaint(about: features) else { return }
      throw EstimatorError.unsupportedFeatures(reason: "COMPLAINT \(complaint)")
    } catch {
      let text = "\(error)"
      if text.hasPrefix("COMPLAINT") { throw Finding(description: text) }
      switch error {
      case .nonFinitePrediction, .beyondSinglePrecision, .unsupportedFeatures, .linearAlgebra,
        .nonFiniteFeature:
        guard !data.isModerate else { break }
        return
      case .notFitted: return
      default: break
      }
      // Parameters may have been left large by calls before.
      if case .nonFinitePrediction = error { return }
      if case .unsupportedFeatures = error { return }
      if case .beyondSinglePrecision = error { return }
      if case .nonFiniteFeature = error, !data.isModerate { return }
      throw Finding(description: "a prediction threw \(error)")
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
