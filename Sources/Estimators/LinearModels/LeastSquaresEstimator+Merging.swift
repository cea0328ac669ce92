internal import LinearAlgebra

extension LeastSquaresEstimator {
  /// Takes in what another has learned: afterwards the answer is that of the rows of both.
  ///
  /// - Parameter other: An estimator fitted to other rows with the same features and targets.
  ///   With settings that take effect at the next call, such as penalties, those of this one count.
  /// - Throws: ``EstimatorError/notFitted(estimator:)`` if either has no training state;
  ///   ``EstimatorError/unsupportedCall(call:setting:remedy:)`` if either forgets old rows or has
  ///   done so, or is solved by iterations, or if one alone has an intercept;
  ///   ``EstimatorError/mismatchedFeatureCount(expected:actual:)``,
  ///   ``EstimatorError/mismatchedFeatureName(column:expected:actual:)`` or
  ///   ``EstimatorError/mismatchedTargetColumnCount(expected:actual:)`` if they do not go together;
  ///   ``EstimatorError/invalidHyperparameter(name:value:requirement:)`` or
  ///   ``EstimatorError/changedHyperparameter(name:old:new:remedy:)`` if settings of either are wrong
  ///   or have changed since its last call. Nothing is changed then.
  /// - Complexity: O((d + t)³), whatever the number of rows.
  public mutating func merge(_ other: Self) throws(EstimatorError) {
    var changed = try learnedFromFactor(for: "merge")
    let others = try other.learnedFromFactor(for: "merge")
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
      throw .unsupportedCall(
        call: "merge", setting: "fitsIntercept \(own) on one side and \(theirs) on the other",
        remedy: "Fit both alike.")
    }
    try hyperparameters.checkPenalties(targetCount: changed.targetCount)
    do throws(LinearAlgebraError) {
      try changed.factor.merge(others.factor)
      changed.model = LinearRegressionModel(
        try changed.factor.solve(hyperparameters), featureNames: changed.featureNames)
    } catch {
      throw .linearAlgebra(error)
    }
    changed.epochCount = changed.epochCount.counting(others.epochCount)
    learned = changed
  }
}
