/// What is known of rows that were solved by iterations: that they were, and how well the
/// coefficients fit them.
struct IteratedRows: Equatable, Sendable {
  /// The number of features, d.
  let featureCount: Int

  /// The number of rows seen since the last fresh start.
  let sampleCount: Int

  /// The root of the sum of weight · residual² over the rows of the latest call, for each target.
  var residualNorms: [Double] = []

  /// The same of the targets themselves, around their means with an intercept.
  var totalNorms: [Double] = []

  /// The number of targets, t.
  var targetCount: Int { residualNorms.count }

  init(featureCount: Int, sampleCount: Int) {
    self.featureCount = featureCount
    self.sampleCount = sampleCount
  }

  func write(to archive: inout TensorArchive) {
    archive.append("feature_count", featureCount)
    archive.append("sample_count", sampleCount)
    archive.append("iterated_residual_norms", residualNorms)
    archive.append("iterated_total_norms", totalNorms)
  }

  /// Reads what was written; `nil` if the rows were not solved by iterations.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init?(from archive: TensorArchive) throws(EstimatorError) {
    guard archive.contains("iterated_residual_norms") else { return nil }
    featureCount = try archive.count("feature_count")
    sampleCount = try archive.count("sample_count")
    residualNorms = try archive.numbers("iterated_residual_norms")
    totalNorms = try archive.numbers("iterated_total_norms", count: residualNorms.count)
    guard sampleCount > 0, (residualNorms + totalNorms).allSatisfy({ $0 >= 0 }) else {
      throw .unreadableModel(reason: "the lengths of the residuals are damaged")
    }
  }
}

extension LinearRegressionSummary {
  /// The figures that are known of rows solved by iterations.
  init(_ rows: IteratedRows) {
    residualSumsOfSquares = rows.residualNorms.map { $0 * $0 }
    rSquared = zip(rows.residualNorms, rows.totalNorms).map { residual, total in
      total > 0 ? 1 - residual / total * (residual / total) : nil
    }
    degreesOfFreedom = nil
    inference = .failure(.iterated)
  }
}
