internal import Foundation
public import LinearAlgebra

/// The settings of a regression that follows from the triangular factor of all rows seen.
public protocol LeastSquaresSettings: HyperparameterSet {
  /// Whether the model has intercepts.
  var fitsIntercept: Bool { get }

  /// How the coefficients are computed.
  var solver: LeastSquaresSolver { get }

  /// Whether coefficients below 0 are excluded.
  var positive: Bool { get }

  /// What a row counts after the next one, as a share of what it counted before; above 0 and at
  /// most 1.
  var forgettingFactor: Double { get }

  /// What the squares of the coefficients cost, at least 0: one for all targets or one for each;
  /// none for nothing.
  var penalties: [Double] { get }
}

extension LeastSquaresSettings {
  /// The penalty of a target.
  func penalty(_ target: Int) -> Double {
    penalties.count > 1 ? penalties[target] : penalties.first ?? 0
  }

  /// Whether rows count less the older they are.
  var forgets: Bool { forgettingFactor < 1 }

  /// What each of a number of rows counts after the last of them.
  ///
  ///     weight · forgettingFactor^(count − row)     for rows from 1 on
  ///
  /// - Parameters:
  ///   - weights: What each row counts by itself, or `nil`.
  ///   - count: The number of rows.
  /// - Returns: A number for each row; `nil` for 1 each.
  /// - Throws: ``EstimatorError/noWeight`` if the rows that count are so old that nothing is left.
  func remainingWeights(_ weights: [Double]?, count: Int) throws(EstimatorError) -> [Double]? {
    guard forgets else { return weights }
    let remaining = (0..<count).map { row in
      (weights?[row] ?? 1) * pow(forgettingFactor, Double(count - 1 - row))
    }
    guard remaining.contains(where: { $0 > 0 }) else { throw .noWeight }
    return remaining
  }

  /// What is left of the roots of the weights of all rows before, after a number of rows.
  func remainingRoot(count: Int) -> Double { pow(forgettingFactor, Double(count) / 2) }

  /// Checks that there is one penalty, or one for each target.
  ///
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)``.
  func checkPenalties(targetCount: Int) throws(EstimatorError) {
    guard penalties.count <= 1 || penalties.count == targetCount else {
      throw .invalidHyperparameter(
        name: "alpha", value: penalties.hyperparameterText,
        requirement: "one number, or one for each of the \(targetCount) targets")
    }
  }
}

/// A regression that follows from the triangular factor of all rows seen: exact for rows in any
/// parts and order.
public protocol LeastSquaresEstimator: TrainableEstimator, Regressor
where
  Target == RegressionTarget, Hyperparameters: LeastSquaresSettings,
  Learned == LeastSquaresLearned<Hyperparameters>
{}

extension LeastSquaresEstimator {
  public static var findsNonFiniteFeatures: Bool { true }

  public var exemptions: Set<LawExemption> {
    hyperparameters.forgets
      ? [.onePass, .noRandomness, .forgetsOldRows] : [.onePass, .noRandomness]
  }

  // MARK: Prediction

  public func predict(_ features: some FeatureMatrix) throws(EstimatorError) -> RegressionTarget {
    try requireModel().predict(features)
  }

  /// R², as a mean over the targets.
  public func score(
    _ features: some FeatureMatrix, to target: RegressionTarget
  ) throws(EstimatorError) -> Double {
    Scores.rSquared(of: try comparable(features, target), truth: target)
  }

  /// The mean squared error over samples and targets.
  public func loss(
    _ features: some FeatureMatrix, to target: RegressionTarget
  ) throws(EstimatorError) -> Double {
    Scores.meanSquaredError(of: try comparable(features, target), truth: target)
  }

  /// Predictions of the same shape as a target.
  private func comparable(
    _ features: some FeatureMatrix, _ target: RegressionTarget
  ) throws(EstimatorError) -> RegressionTarget {
    let predictions = try predict(features)
    try Validation.checkTargetCount(target, features)
    guard predictions.columnCount == target.columnCount else {
      throw .mismatchedTargetColumnCount(
        expected: predictions.columnCount, actual: target.columnCount)
    }
    return predictions
  }

  // MARK: Training

  public func begin(
    _ features: some FeatureMatrix, to target: RegressionTarget, call: TrainingCall
  ) throws(EstimatorError) -> Learned {
    guard call.context.initialParameters == nil else {
      throw .unsupportedCall(
        call: "Starting from given initial parameters", setting: Self.name,
        remedy: "Its answer does not depend on a start.")
    }
    guard target.columnCount > 0 else {
      throw .mismatchedTargetColumnCount(expected: 1, actual: 0)
    }
    return Learned(
      featureCount: features.columnCount, targetCount: target.columnCount,
      featureNames: features.featureNames, fitsIntercept: hyperparameters.fitsIntercept)
  }

  public func train(
    _ learned: inout Learned, _ features: some FeatureMatrix,
    to target: RegressionTarget, weights: [Double]?, call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    guard target.columnCount == learned.targetCount else {
      throw .mismatchedTargetColumnCount(
        expected: learned.targetCount, actual: target.columnCount)
    }
    try hyperparameters.checkPenalties(targetCount: learned.targetCount)
    guard !call.context.isCancelled() else { throw .cancelled }
    let remaining = try hyperparameters.remainingWeights(weights, count: features.rowCount)
    do throws(LinearAlgebraError) {
      try learn(&learned, features, target.matrix, weights, remaining, call)
    } catch {
      throw Validation.named(error, features)
    }
    learned.epochCount += 1
    return TrainingSummary(
      epochCount: 1, stopReason: .onePass, isContinuation: call.isContinuation)
  }

  private func learn(
    _ learned: inout Learned, _ features: some FeatureMatrix,
    _ targets: Matrix<Double>, _ weights: [Double]?, _ remaining: [Double]?, _ call: TrainingCall
  ) throws(LinearAlgebraError) {
    let isFresh = learned.factor.sampleCount == 0
    if isFresh {
      learned.factor = TriangularFactor(
        featureCount: features.columnCount, targetCount: targets.columnCount,
        hasIntercept: hyperparameters.fitsIntercept)
    }
    let rows = StackedRows(
      features, targets: targets, weights: remaining, hasOnes: learned.factor.hasIntercept)
    let threadCount = call.context.threadCount
    try learned.factor.fold(
      rows, weights: weights, keeping: hyperparameters.remainingRoot(count: rows.rowCount),
      method: hyperparameters.solver.method, threadCount: threadCount)
    var answer = try learned.factor.solve(hyperparameters)
    // Only of a fresh start are the rows at hand all there are; and a factor in twice the precision
    // leaves nothing to refine.
    if isFresh, !learned.factor.isTwofold, !hyperparameters.positive,
      hyperparameters.penalties.allSatisfy({ $0 == 0 }),
      rows.isWorthRefining(answer.conditionEstimate)
    {
      try learned.factor.refine(&answer, with: rows, threadCount: threadCount)
    }
    learned.model = LinearRegressionModel(answer, featureNames: learned.featureNames)
  }

  // MARK: Two in one

  /// Takes in what another has learned: afterwards the answer is that of the rows of both.
  ///
  /// - Parameter other: An estimator fitted to other rows with the same features and targets.
  /// - Throws: ``EstimatorError/notFitted(estimator:)`` if either has no training state;
  ///   ``EstimatorError/unsupportedCall(call:setting:remedy:)`` if either forgets old rows or has
  ///   done so; ``EstimatorError/mismatchedFeatureCount(expected:actual:)``,
  ///   ``EstimatorError/mismatchedFeatureName(column:expected:actual:)``,
  ///   ``EstimatorError/mismatchedTargetColumnCount(expected:actual:)`` or
  ///   ``EstimatorError/changedHyperparameter(name:old:new:remedy:)`` if they do not go together.
  ///   Nothing is changed then.
  /// - Complexity: O((d + t)³), whatever the number of rows.
  public mutating func merge(_ other: Self) throws(EstimatorError) {
    guard var changed = learned, let others = other.learned, changed.factor.sampleCount > 0,
      others.factor.sampleCount > 0
    else { throw .notFitted(estimator: Self.name) }
    guard hyperparameters.forgettingFactor == 1, other.hyperparameters.forgettingFactor == 1,
      !changed.factor.hasForgotten, !others.factor.hasForgotten
    else {
      throw .unsupportedCall(
        call: "merge", setting: "forgettingFactor below 1",
        remedy: "Nothing says which rows are the older. Fit both with forgettingFactor 1.")
    }
    guard others.featureCount == changed.featureCount else {
      throw .mismatchedFeatureCount(expected: changed.featureCount, actual: others.featureCount)
    }
    for (column, names) in zip(changed.featureNames ?? [], others.featureNames ?? []).enumerated()
    where names.0 != names.1 {
      throw .mismatchedFeatureName(column: column, expected: names.0, actual: names.1)
    }
    guard others.targetCount == changed.targetCount else {
      throw .mismatchedTargetColumnCount(
        expected: changed.targetCount, actual: others.targetCount)
    }
    let (own, theirs) = (changed.factor.hasIntercept, others.factor.hasIntercept)
    guard own == theirs else {
      throw .changedHyperparameter(
        name: "fitsIntercept", old: "\(own)", new: "\(theirs)", remedy: "Fit both alike.")
    }
    do throws(LinearAlgebraError) {
      try changed.factor.merge(others.factor)
      changed.model = LinearRegressionModel(
        try changed.factor.solve(hyperparameters), featureNames: changed.featureNames)
    } catch {
      throw .linearAlgebra(error)
    }
    changed.epochCount += others.epochCount
    learned = changed
  }
}
