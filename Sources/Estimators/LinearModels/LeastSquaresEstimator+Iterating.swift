internal import LinearAlgebra

/// Least squares by iterations over the rows of one call, of which nothing is kept but the
/// coefficients and a few figures.
extension LeastSquaresEstimator {
  /// Whether a call iterates: as the calls before it, if it goes on from any; otherwise as the
  /// settings and the samples say.
  ///
  /// - Returns: Whether it iterates.
  /// - Throws: ``EstimatorError/unsupportedCall(call:setting:remedy:)`` if that cannot be done in
  ///   `partialFit`; ``EstimatorError/invalidHyperparameter(name:value:requirement:)`` if other
  ///   settings need more than iterations keep.
  func iterates(
    _ learned: Learned, _ features: some FeatureMatrix, _ call: TrainingCall
  ) throws(EstimatorError) -> Bool {
    guard learned.factor.sampleCount == 0 else { return false }
    let settings = hyperparameters.shared
    if learned.iterated == nil, settings.solver != .lsmr {
      return settings.solver == .automatic && call.kind == .fit && features.isSparse
        && features.columnCount > LeastSquaresSolver.mostFactoredSparseColumns
        && !settings.positive && !hyperparameters.forgets
    }
    guard call.kind == .fit else { throw missingStatistics(for: "partialFit") }
    try settings.checkIterations(reason: "to continue what solver lsmr has found")
    return true
  }

  /// The error for a call that needs statistics of rows where there are none.
  private func missingStatistics(for call: String) -> EstimatorError {
    .unsupportedCall(
      call: call,
      setting: hyperparameters.solver == .lsmr
        ? "solver lsmr" : "solver automatic where it has chosen lsmr",
      remedy: "It keeps no statistics of the rows. Fit afresh with solver qr.")
  }

  /// What was learned, if it comes from a triangular factor and the settings still go with it.
  ///
  /// - Parameter call: What needs the factor.
  /// - Returns: What was learned.
  /// - Throws: ``EstimatorError/notFitted(estimator:)``;
  ///   ``EstimatorError/unsupportedCall(call:setting:remedy:)``;
  ///   ``EstimatorError/invalidHyperparameter(name:value:requirement:)``;
  ///   ``EstimatorError/changedHyperparameter(name:old:new:remedy:)``.
  func learnedFromFactor(for call: String) throws(EstimatorError) -> Learned {
    let learned = try learnedFromRows(for: call)
    guard learned.iterated == nil else { throw missingStatistics(for: call) }
    try checkSettings(learned)
    return learned
  }

  /// What was learned, if what is known of its rows was neither forgotten nor left out of a file.
  ///
  /// - Parameter call: The call that asks.
  /// - Returns: Everything that was learned.
  /// - Throws: ``EstimatorError/notFitted(estimator:)``;
  ///   ``EstimatorError/unsupportedCall(call:setting:remedy:)`` for a model alone.
  func learnedFromRows(for call: String) throws(EstimatorError) -> Learned {
    guard let learned else { throw .notFitted(estimator: Self.name) }
    guard learned.trainingState != nil else {
      throw .unsupportedCall(
        call: call, setting: "a model alone, whose training state was forgotten or not saved",
        remedy: "Fit again.")
    }
    return learned
  }

  /// Solves for the rows given, from the coefficients there are.
  func learnByIterations(
    _ learned: inout Learned, _ features: some FeatureMatrix, _ targets: Matrix<Double>,
    _ weights: [Double]?, _ call: TrainingCall
  ) throws(EstimatorError) -> TrainingSummary {
    try Validation.checkFinite(features)
    let rows = StackedRows(
      features, targets: targets, weights: weights, hasOnes: hyperparameters.fitsIntercept)
    let total = weights?.reduce(0, +) ?? Double(features.rowCount)
    let budget = hyperparameters.maxEpochs
    var summary = TrainingSummary(
      epochCount: 0, stopReason: .stoppingRule, isContinuation: call.isContinuation)
    var iterated = IteratedRows(
      featureCount: features.columnCount,
      sampleCount: (learned.iterated?.sampleCount ?? 0).counting(features.rowCount))
    var coefficients = learned.model.coefficients
    var intercepts: [Double] = []
    let matrix = ImplicitRows(rows, threadCount: call.context.threadCount)
    for target in 0..<targets.columnCount {
      let before = summary.epochCount
      let found = try iterate(
        matrix, target, from: Array(coefficients.row(target)), call
      ) { epoch, squares in
        call.context.observer?(
          .epochEnded(
            EpochReport(
              epoch: learned.epochCount.counting(before + epoch),
              epochInCall: target.times(budget).counting(epoch),
              epochBudget: targets.columnCount.times(budget), loss: squares / total,
              learningRate: 1)))
      }
      summary.epochCount += found.epochCount
      if !found.hasConverged { summary.stopReason = .budget }
      for (column, value) in found.coefficients.enumerated() {
        coefficients[target, column] = value
      }
      intercepts.append(found.intercept)
      iterated.residualNorms.append(found.residualNorm)
      iterated.totalNorms.append(found.totalNorm)
    }
    learned.iterated = iterated
    learned.epochCount = learned.epochCount.counting(summary.epochCount)
    learned.model = LinearRegressionModel(
      coefficients: coefficients, intercepts: intercepts, featureNames: learned.featureNames,
      rank: nil, conditionEstimate: nil)
    return summary
  }

  /// Solves for one target.
  ///
  /// - Parameters:
  ///   - matrix: The rows, without a penalty.
  ///   - target: The target.
  ///   - start: The coefficients to begin with.
  ///   - call: The call.
  ///   - report: Is told the number of each iteration and the sum of squared residuals after it.
  /// - Returns: What was found.
  /// - Throws: ``EstimatorError/cancelled``; ``EstimatorError/linearAlgebra(_:)`` if numbers are too
  ///   large; ``EstimatorError/unsupportedFeatures(reason:)`` if columns are of so different a size
  ///   that iterations would not see the smaller ones.
  private func iterate(
    _ matrix: ImplicitRows, _ target: Int, from start: [Double], _ call: TrainingCall,
    report: (Int, Double) -> Void
  ) throws(EstimatorError) -> IteratedTarget {
    let penalty = hyperparameters.penalty(target)
    let matrix = matrix.penalized(by: penalty)
    // The squares of shorter columns do not show beside the penalty.
    let shortest = 0x1p-20 * (penalty / Double(max(1, matrix.rowCount))).squareRoot()
    try checkSizes(matrix.columnSizes.filter { $0 >= shortest }, all: matrix.columnSizes)
    var right = matrix.target(target)
    // So that squares of targets neither overflow nor vanish; by a power of two, which rounds
    // nothing.
    let size = Double.inversePowerOfTwo(right.reduce(0) { max($0, abs($1)) })
    for row in right.indices { right[row] *= size }
    var method = LSMR(matrix, target: right, start: start.map { $0 * size })
    var epochCount = 0
    var hasConverged = method.isExact
    // Read once: what looks like a property is looked up by its path.
    let (maxEpochs, tolerance) = (
      hyperparameters.shared.maxEpochs, hyperparameters.shared.tolerance
    )
    while !hasConverged, epochCount < maxEpochs, method.isFinite {
      guard !call.context.isCancelled() else { throw .cancelled }
      method.step(matrix)
      epochCount += 1
      let norm = method.residualNorm / size
      report(epochCount, norm * norm)
      hasConverged =
        method.isExact
        || tolerance.map { method.hasConverged(tolerance: $0) } ?? false
    }
    var (left, solution) = (right, method.solution)
    let gradient = matrix.multiply(solution, minus: 1, &left)
    // Iterations may have ended before such columns were seen: they follow from what is left.
    for (column, columnSize) in matrix.columnSizes.enumerated() where columnSize < shortest {
      solution[column] -= gradient[column] / penalty
    }
    let coefficients = solution.map { $0 / size }
    let found = IteratedTarget(
      coefficients: coefficients, intercept: matrix.intercept(for: coefficients, target: target),
      residualNorm: length(left[..<matrix.rowCount]) / size, totalNorm: length(right) / size,
      epochCount: epochCount, hasConverged: hasConverged)
    guard found.isFinite else {
      throw .linearAlgebra(.overflow(operation: "least squares by iterations"))
    }
    return found
  }
}

extension LeastSquaresEstimator {
  /// Checks that no column is so much smaller than another that rounding of products hides it.
  ///
  /// - Throws: ``EstimatorError/unsupportedFeatures(reason:)``.
  private func checkSizes(_ sizes: [Double], all: [Double]) throws(EstimatorError) {
    let largest = sizes.max() ?? 0
    guard let size = sizes.first(where: { $0 > 0 && $0 / largest < 0x1p-40 }),
      let column = all.firstIndex(of: size)
    else { return }
    throw .unsupportedFeatures(
      reason:
        "Column \(column) has numbers up to \(size), another up to \(largest): solver "
        + "lsmr does not see columns so much smaller than others. Put a StandardScaler in front, "
        + "or fit with solver qr.")
  }
}

/// What iterations have found for one target.
private struct IteratedTarget {
  var coefficients: [Double]
  var intercept: Double
  var residualNorm: Double
  var totalNorm: Double
  var epochCount: Int
  var hasConverged: Bool

  var isFinite: Bool {
    intercept.isFinite && residualNorm.isFinite && totalNorm.isFinite
      && coefficients.allSatisfy(\.isFinite)
  }
}
