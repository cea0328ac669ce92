import Estimators
import LinearAlgebra

/// An estimator that can be put under stress: it makes targets, and says whether its predictions are
/// what they promise.
protocol Stressed: IncrementalEstimator {
  /// Makes a target for samples.
  static func target(_ features: Matrix<Double>, _ dice: inout Dice) -> Target

  /// Looks at predictions; returns what is wrong with them, or `nil`.
  func complaint(about features: any FeatureMatrix) throws(EstimatorError) -> String?

  /// Does something that only estimators of its kind can; returns what, or `nil` if there is
  /// nothing.
  mutating func doSpecial(
    _ data: StressData, _ target: Target, _ dice: inout Dice
  ) throws(EstimatorError) -> String?
}

extension Stressed {
  mutating func doSpecial(
    _ data: StressData, _ target: Target, _ dice: inout Dice
  ) throws(EstimatorError) -> String? { nil }
}

/// What is wrong with numbers, or `nil`.
private func nonFinite(_ what: String, _ numbers: [Double]) -> String? {
  numbers.allSatisfy { $0.isFinite } ? nil : "\(what) that is not finite"
}

/// Labels that features tell something of.
private func classNumbers(
  _ features: Matrix<Double>, _ dice: inout Dice
) -> [Int] {
  let classCount = dice.pick([2, 2, 3, 3, 5])
  return (0..<features.rowCount).map { row in
    if dice.chance(0.3) { return dice.below(classCount) }
    return features[row, 0] > 0.3 ? 1 : features[row, 0] < -0.5 ? min(2, classCount - 1) : 0
  }
}

private let names = ["e\u{301}", "f", "\u{e9}x", "", " b", "A,\"B\""]

extension Stressed where Self: ProbabilisticClassifier {
  func complaint(about features: any FeatureMatrix) throws(EstimatorError) -> String? {
    let scores = try decisionFunction(features)
    if let wrong = nonFinite("a score", scores.elements) { return wrong }
    _ = try predict(features)
    do {
      let probabilities = try predictProbabilities(features)
      for row in 0..<probabilities.rowCount {
        let shares = Array(probabilities.row(row))
        guard shares.allSatisfy({ $0 >= 0 && $0 <= 1 }), abs(shares.reduce(0, +) - 1) < 1e-5 else {
          return "probabilities \(shares)"
        }
      }
    } catch {
      guard case .noProbabilities = error else { throw error }
    }
    return nil
  }
}

extension SGDClassifier: Stressed where Label == String {
  static func target(_ features: Matrix<Double>, _ dice: inout Dice) -> [String] {
    classNumbers(features, &dice).map { names[$0] }
  }
}

extension MLPClassifier: Stressed where Label == Int {
  static func target(_ features: Matrix<Double>, _ dice: inout Dice) -> [Int] {
    classNumbers(features, &dice)
  }

  mutating func doSpecial(
    _ data: StressData, _ target: [Int], _ dice: inout Dice
  ) throws(EstimatorError) -> String? {
    guard model != nil else { return nil }
    if dice.chance(0.5) {
      let classes = Array(0..<dice.pick([2, 3, 4]))
      try replaceOutputLayer(classes: classes)
      return "replaceOutputLayer(classes: \(classes))"
    }
    guard let layers = model?.layers, let classes = model?.classes else { return nil }
    try setParameters(
      InitialParameters(layers: layers.map { ($0.weights, $0.biases) }), classes: classes)
    return "setParameters of its own"
  }
}

extension MLPMultilabelClassifier: Stressed where Label == Int {
  static func target(_ features: Matrix<Double>, _ dice: inout Dice) -> [Set<Int>] {
    (0..<features.rowCount).map { row in
      Set((0..<3).filter { _ in dice.chance(0.4) } + (features[row, 0] > 0 ? [1] : [2]))
    }
  }

  func complaint(about features: any FeatureMatrix) throws(EstimatorError) -> String? {
    _ = try predict(features)
    let probabilities = try predictProbabilities(features).elements
    return probabilities.allSatisfy { $0 >= 0 && $0 <= 1 } ? nil : "probabilities \(probabilities)"
  }
}

/// Numbers that features tell something of; sometimes all the same, huge or tiny.
private func numbers(_ features: Matrix<Double>, _ dice: inout Dice) -> [Double] {
  let isExtreme = features.elements.contains { abs($0) > 1e6 }
  let size = isExtreme && dice.chance(0.5) ? dice.pick([1e100, 1e-100, 1e-300]) : 1.0
  if dice.chance(0.08) { return [Double](repeating: 0.1 * size, count: features.rowCount) }
  return (0..<features.rowCount).map { row in
    let first = features[row, 0]
    return size * ((abs(first) < 100 ? first : 1) + 0.3 * dice.normal())
  }
}

extension SGDRegressor: Stressed {
  static func target(_ features: Matrix<Double>, _ dice: inout Dice) -> [Double] {
    numbers(features, &dice)
  }

  func complaint(about features: any FeatureMatrix) throws(EstimatorError) -> String? {
    nonFinite("a prediction", try predict(features))
  }
}

extension Stressed where Target == RegressionTarget, Self: Predictor {
  static func target(_ features: Matrix<Double>, _ dice: inout Dice) -> RegressionTarget {
    RegressionTarget(numbers(features, &dice))
  }

  func complaint(about features: any FeatureMatrix) throws(EstimatorError) -> String? {
    nonFinite("a prediction", try predict(features).values)
  }
}

extension MLPRegressor: Stressed {
  mutating func doSpecial(
    _ data: StressData, _ target: RegressionTarget, _ dice: inout Dice
  ) throws(EstimatorError) -> String? {
    let held = StressData(&dice, columnCount: data.features.columnCount)
    let truth = Self.target(held.features, &dice)
    self.warmStart = dice.chance(0.5)
    try fit(
      data.features, to: target, validation: (held.features, truth), weights: data.weights)
    return "fit with validation data"
  }
}

extension LinearRegression: Stressed {
  mutating func doSpecial(
    _ data: StressData, _ target: RegressionTarget, _ dice: inout Dice
  ) throws(EstimatorError) -> String? {
    var other = LinearRegression(hyperparameters: hyperparameters)
    try other.fit(data.features, to: target, weights: data.weights, context: TrainingContext())
    try merge(other)
    return "merge"
  }
}

extension Ridge: Stressed {
  mutating func doSpecial(
    _ data: StressData, _ target: RegressionTarget, _ dice: inout Dice
  ) throws(EstimatorError) -> String? {
    self = try solved(alpha: dice.pick([0.001, 1, 1000]))
    return "solved(alpha:)"
  }
}

extension StandardScaler: Stressed {
  static func target(_ features: Matrix<Double>, _ dice: inout Dice) -> NoTarget { NoTarget() }

  func complaint(about features: any FeatureMatrix) throws(EstimatorError) -> String? {
    _ = try transform(features)
    let model = try requireModel()
    return nonFinite("a mean or scale", (model.means ?? []) + (model.scales ?? []))
  }
}

extension Pipeline: Stressed where First: IncrementalEstimator, Last: Stressed {
  static func target(_ features: Matrix<Double>, _ dice: inout Dice) -> Last.Target {
    Last.target(features, &dice)
  }

  func complaint(about features: any FeatureMatrix) throws(EstimatorError) -> String? {
    try last.complaint(about: first.transform(features))
  }
}
