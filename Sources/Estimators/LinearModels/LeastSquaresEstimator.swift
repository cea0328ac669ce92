internal import Foundation
public import LinearAlgebra

/// A regression that follows from the triangular factor of all rows seen, exact for rows in any
/// parts and order; or by iterations over the rows of one call.
public protocol LeastSquaresEstimator: TrainableEstimator, Regressor
where
  Target == RegressionTarget, Hyperparameters: LeastSquaresHyperparameters,
  Learned == LeastSquaresLearned<Hyperparameters>
{}

extension LeastSquaresEstimator {
  public static var findsNonFiniteFeatures: Bool { true }

  public var exemptions: Set<LawExemption> {
    var exemptions: Set<LawExemption> = [.onePass, .noRandomness]
    if hyperparameters.forgets { exemptions.insert(.forgetsOldRows) }
    if hyperparameters.solver == .lsmr || learned?.iterated != nil {
      exemptions.insert(.keepsNoStatistics)
    }
    return exemptions
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
    try Validation.checkTarget(target, features)
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
    if try iterates(learned, features, call) {
      return try learnByIterations(&learned, features, target.matrix, weights, call)
    }
    try checkRoom(learned, features)
    let remaining = try hyperparameters.remainingWeights(weights, count: features.rowCount)
    do throws(LinearAlgebraError) {
      try learn(&learned, features, target.matrix, weights, remaining, call)
    } catch {
      throw Validation.named(error, features)
    }
    learned.epochCount = learned.epochCount.counting(1)
    return TrainingSummary(
      epochCount: 1, stopReason: .onePass, isContinuation: call.isContinuation,
      warning: learned.model.warning)
  }

  /// Checks that the triangular factor fits into memory, with what is needed beside it: the one
  /// before, and copies to solve with.
  private func checkRoom(
    _ learned: Learned, _ features: some FeatureMatrix
  ) throws(EstimatorError) {
    let columnCount = features.columnCount + learned.targetCount + 1
    // A penalty under each column takes as many rows as columns where signs are bound.
    let rowCount =
      hyperparameters.positive && hyperparameters.penalties.contains { $0 > 0 }
      ? columnCount : min(columnCount, learned.factor.sampleCount + features.rowCount)
    let bytes = 4 * Double(MemoryLayout<Double>.size) * Double(rowCount) * Double(columnCount)
    guard bytes <= Double(ProcessInfo.processInfo.physicalMemory) else {
      throw .unsupportedFeatures(
        reason: "A triangular factor of \(rowCount) × \(columnCount) numbers does not fit into "
          + "memory. Fit with solver lsmr, or use SGDRegressor.")
    }
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
      method: hyperparameters.solver.method(isFresh: isFresh), threadCount: threadCount)
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
}
