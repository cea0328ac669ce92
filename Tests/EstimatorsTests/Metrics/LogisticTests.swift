import Estimators
import Foundation
import LinearAlgebra
import Testing

/// Probabilities, their logarithms and losses of given scores, which networks without hidden layers
/// and linear models pass on as they are, against `Scripts/generate-score-fixture.py`.
@Suite struct LogisticTests {
  private struct Fixture: Decodable {
    struct Softmax: Decodable {
      var scores: [Double]
      var probabilities: [Double]
      var logarithms: [Double]
    }

    struct Each: Decodable {
      var scores: [Double]
      var probabilities: [Double]
      var opposite: [Double]
      var losses: [Double]
      var opposite_losses: [Double]
      var shares: [Double]
    }

    var two: [Each]
    var softmax: [Softmax]
    var each: [Each]
  }

  private let fixture: Fixture

  init() throws {
    fixture = try JSONDecoder().decode(
      Fixture.self,
      from: Data(contentsOf: References.folder.appending(path: "class-scores.json")))
    try #require(fixture.two.count > 10 && fixture.softmax.count > 10 && fixture.each.count > 10)
  }

  /// To the last digits, whatever their size.
  private func expectClose(
    _ actual: [Double], _ expected: [Double], _ tolerance: Double = 1e-14, floor: Double = 0
  ) throws {
    try #require(actual.count == expected.count)
    for (left, right) in zip(actual, expected) {
      #expect(abs(left - right) <= tolerance * abs(right) + floor, "\(left) \(right)")
    }
  }

  /// Parameters that pass so many features on.
  private func identity(_ count: Int) -> InitialParameters {
    var weights = Matrix<Double>(rowCount: count, columnCount: count)
    for index in 0..<count { weights[index, index] = 1 }
    return InitialParameters(layers: [(weights, [Double](repeating: 0, count: count))])
  }

  private func row(_ scores: [Double]) throws -> Matrix<Double> { try Matrix(rows: [scores]) }

  /// A network whose steps have no length.
  private var settings: NetworkSettings {
    MLPRegressor(
      hiddenLayerSizes: [], solver: .sgd, alpha: 0, initialLearningRate: 1e-300, momentum: 0
    ).hyperparameters.shared
  }

  private func classifier(
    _ count: Int, _ precision: Precision
  ) throws -> MLPClassifier<Int> {
    var classifier = MLPClassifier<Int>(warmStart: true)
    classifier.hyperparameters.shared = settings
    classifier.precision = precision
    try classifier.setParameters(identity(count), classes: Array(0...max(1, count - 1)))
    return classifier
  }

  private func multilabelClassifier(
    _ scores: [Double], _ truth: Set<Int>, _ precision: Precision
  ) throws -> MLPMultilabelClassifier<Int> {
    var classifier = MLPMultilabelClassifier<Int>(classes: Array(scores.indices))
    classifier.hyperparameters.shared = settings
    classifier.precision = precision
    var context = TrainingContext()
    context.initialParameters = identity(scores.count)
    try classifier.partialFit(row(scores), to: [truth], weights: nil, context: context)
    return classifier
  }

  /// The loss that training reports: to rounding of its kernels, which stop short of the smallest
  /// numbers.
  private func expectTrainingLoss(
    _ state: MLPTrainingState?, _ expected: Double, _ precision: Precision
  ) throws {
    let losses = try #require(state).progress.history.losses
    try expectClose(
      losses, [expected], precision == .single ? 1e-5 : 1e-10,
      floor: precision == .single ? 1e-25 : 1e-259)
  }

  // MARK: Networks

  @Test(arguments: Precision.allCases) func twoClassesOfANetwork(precision: Precision) throws {
    for expected in fixture.two {
      var classifier = try classifier(1, precision)
      let features = try row(expected.scores)
      #expect(try classifier.decisionFunction(features).elements == expected.scores)
      try expectClose(
        classifier.predictProbabilities(features).elements,
        expected.opposite + expected.probabilities)
      #expect(try classifier.predict(features) == [expected.scores[0] > 0 ? 1 : 0])
      try expectClose([classifier.loss(features, to: [1])], expected.losses)
      try expectClose([classifier.loss(features, to: [0])], expected.opposite_losses)
      try classifier.partialFit(features, to: [1])
      try expectTrainingLoss(classifier.trainingState, expected.losses[0], precision)
      try classifier.partialFit(features, to: [0])
      try expectTrainingLoss(classifier.trainingState, expected.opposite_losses[0], precision)
    }
  }

  @Test(arguments: Precision.allCases) func severalClassesOfANetwork(precision: Precision) throws {
    for expected in fixture.softmax {
      var classifier = try classifier(expected.scores.count, precision)
      let features = try row(expected.scores)
      try expectClose(
        classifier.predictProbabilities(features).elements, expected.probabilities)
      try expectClose(classifier.decisionFunction(features).elements, expected.logarithms)
      let largest = try #require(expected.scores.max())
      #expect(
        try classifier.predict(features) == [#require(expected.scores.firstIndex(of: largest))])
      for (label, logarithm) in expected.logarithms.enumerated() {
        try expectClose([classifier.loss(features, to: [label])], [-logarithm])
        try classifier.partialFit(features, to: [label])
        try expectTrainingLoss(classifier.trainingState, -logarithm, precision)
      }
    }
  }

  @Test(arguments: Precision.allCases) func labelsByThemselves(precision: Precision) throws {
    for expected in fixture.each {
      let features = try row(expected.scores)
      let first = Set([0])
      let classifier = try multilabelClassifier(expected.scores, first, precision)
      try expectClose(
        classifier.predictProbabilities(features).elements, expected.probabilities)
      // A score of 0 has been moved by the step, which has a length after all.
      let undecided = expected.scores.indices.filter { expected.scores[$0] == 0 }
      #expect(
        try classifier.predict(features).map { $0.subtracting(undecided) }
          == [Set(expected.scores.indices.filter { expected.scores[$0] > 0 })])
      let all = Set(expected.scores.indices)
      try expectClose([classifier.loss(features, to: [all])], [expected.losses.reduce(0, +)])
      let loss = expected.losses[0] + expected.opposite_losses.dropFirst().reduce(0, +)
      try expectClose([classifier.loss(features, to: [first])], [loss])
      try expectTrainingLoss(classifier.trainingState, loss, precision)
    }
  }

  /// p − 1 of a sample far on its own side is −e⁻⁴⁰, so that a step of 1 moves a bias there by it.
  @Test(arguments: Precision.allCases) func slopesAreSmallOnTheRightSide(
    precision: Precision
  ) throws {
    let small = 4.248354255291589e-18
    var context = TrainingContext()
    var two = MLPClassifier<Int>(classes: [0, 1])
    two.hyperparameters.shared = settings
    two.precision = precision
    two.initialLearningRate = 1
    context.initialParameters = identity(1)
    var other = two
    try two.partialFit(row([40]), to: [1], weights: nil, context: context)
    try expectClose(#require(two.model).layers[0].biases, [small], 1e-5)
    try other.partialFit(row([-40]), to: [0], weights: nil, context: context)
    try expectClose(#require(other.model).layers[0].biases, [-small], 1e-5)

    context.initialParameters = identity(3)
    var three = MLPClassifier<Int>(classes: [0, 1, 2])
    three.hyperparameters.shared = two.hyperparameters.shared
    try three.partialFit(row([0, 40, 0]), to: [1], weights: nil, context: context)
    try expectClose(#require(three.model).layers[0].biases, [-small, 2 * small, -small], 1e-5)

    var each = MLPMultilabelClassifier<Int>(classes: [0, 1, 2])
    each.hyperparameters.shared = two.hyperparameters.shared
    try each.partialFit(row([-40, 40, 40]), to: [[1, 2]], weights: nil, context: context)
    try expectClose(#require(each.model).layers[0].biases, [-small, small, small], 1e-5)
  }

  // MARK: Linear models

  private func linear(_ count: Int, _ loss: LinearLoss) throws -> SGDClassifier<Int> {
    var weights = Matrix<Double>(rowCount: count, columnCount: count)
    for index in 0..<count { weights[index, index] = 1 }
    var context = TrainingContext()
    context.initialParameters = InitialParameters(coefficients: weights)
    var classifier = SGDClassifier<Int>(
      loss: loss, penalty: .none, learningRate: .constant, initialLearningRate: 1e-300,
      classes: Array(0...max(1, count - 1)))
    try classifier.partialFit(
      Matrix<Double>(rowCount: 1, columnCount: count), to: [0], weights: nil, context: context)
    return classifier
  }

  @Test func twoClassesOfALinearModel() throws {
    let classifier = try linear(1, .logistic)
    for expected in fixture.two {
      let features = try row(expected.scores)
      try expectClose(
        classifier.predictProbabilities(features).elements,
        expected.opposite + expected.probabilities)
      try expectClose([classifier.loss(features, to: [1])], expected.losses)
      try expectClose([classifier.loss(features, to: [0])], expected.opposite_losses)
    }
  }

  /// Shares of classes none of which has a probability that is a number are told by their scores.
  @Test func severalClassesOfALinearModel() throws {
    for expected in fixture.each {
      let classifier = try linear(expected.scores.count, .logistic)
      try expectClose(
        classifier.predictProbabilities(row(expected.scores)).elements, expected.shares)
    }
  }

  /// (min(1, max(−1, z)) + 1) / 2, which has no small numbers but by small differences from −1.
  @Test func theModifiedHuberLoss() throws {
    let two = try linear(1, .modifiedHuber)
    for (score, expected) in [
      (-2.0, 0.0), (-1, 0), (-1 + 0x1p-50, 0x1p-51), (0, 0.5), (0.5, 0.75), (1, 1), (40, 1),
    ] {
      #expect(
        try two.predictProbabilities(row([score])).elements == [1 - expected, expected])
      #expect(
        try two.predictProbabilities(row([-score])).elements == [expected, 1 - expected])
    }
    let three = try linear(3, .modifiedHuber)
    #expect(
      try three.predictProbabilities(row([-2, -1 + 0x1p-50, -1 + 0x1p-50])).elements
        == [0, 0.5, 0.5])
    let third = 1.0 / 3
    #expect(try three.predictProbabilities(row([-5, -3, -1])).elements == [third, third, third])
  }
}
