/// What is known of rows that were solved by iterations: that they were, and how well the
/// coefficients fit them.
struct IteratedRows: Equatable, Sendable {
  /// The number of features, d.
  let featureCount: Int

  /// The number of rows seen since the last fresh start.
  let sampleCount: Int

  /// The sum of weight · residual² over the rows of the latest call, for each target.
  var residualSquares: [Double] = []

  /// The same of the targets themselves, around their means with an intercept.
  var totalSquares: [Double] = []

  /// The number of targets, t.
  var targetCount: Int { residualSquares.count }

  init(featureCount: Int, sampleCount: Int) {
    self.featureCount = featureCount
    self.sampleCount = sampleCount
  }

  func write(to archive: inout TensorArchive) {
    archive.append("feature_count", featureCount)
    archive.append("sample_count", sampleCount)
    archive.append("residual_squares", residualSquares)
    archive.append("total_squares", totalSquares)
  }

  /// Reads what was written; `nil` if the rows were not solved by iterations.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init?(from archive: TensorArchive) throws(EstimatorError) {
    guard archive.contains("residual_squares") else { return nil }
    featureCount = try archive.count("feature_count")
    sampleCount = try archive.count("sample_count")
    residualSquares = try archive.numbers("residual_squares")
    totalSquares = try archive.numbers("total_squares", count: residualSquares.count)
    guard sampleCount > 0, (residualSquares + totalSquares).allSatisfy({ $0 >= 0 }) else {
      throw .unreadableModel(reason: "the sums of squares are damaged")
    }
  }
}

extension LinearRegressionSummary {
  /// The figures that are known of rows solved by iterations.
  init(_ rows: IteratedRows) {
    residualSumsOfSquares = rows.residualSquares
    rSquared = zip(rows.residualSquares, rows.totalSquares).map { residual, total in
      total > 0 ? 1 - residual / total : nil
    }
    degreesOfFreedom = nil
    inference = .failure(.iterated)
  }
}
