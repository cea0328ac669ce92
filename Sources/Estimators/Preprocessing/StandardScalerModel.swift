public import LinearAlgebra

/// What a standard scaler transforms with.
public struct StandardScalerModel: SettingsRecording {
  /// What is taken off each feature, d, or `nil` for nothing.
  public let means: [Double]?

  /// What each feature is divided by afterwards, d, or `nil` for nothing.
  public let scales: [Double]?

  /// The number of features, d.
  public let featureCount: Int

  /// The names of the features, or `nil`.
  public let featureNames: [String]?

  public var settings = RecordedSettings()

  init(means: [Double]?, scales: [Double]?, featureCount: Int, featureNames: [String]?) {
    self.means = means
    self.scales = scales
    self.featureCount = featureCount
    self.featureNames = featureNames
  }

  /// Returns the scaled samples; dense ones in the precision they came in, sparse ones sparse.
  ///
  /// - Parameter features: The samples, n × d.
  /// - Returns: n × d.
  /// - Throws: ``EstimatorError/mismatchedFeatureCount(expected:actual:)``,
  ///   ``EstimatorError/mismatchedFeatureName(column:expected:actual:)``,
  ///   ``EstimatorError/nonFiniteFeature(row:column:name:value:)`` or
  ///   ``EstimatorError/unsupportedFeatures(reason:)`` where a mean would have to be taken off
  ///   sparse samples, or a scaled number would be none.
  /// - Complexity: O(stored elements).
  public func transform(
    _ features: some FeatureMatrix
  ) throws(EstimatorError) -> any FeatureMatrix {
    switch features {
    case let matrix as Matrix<Double>: return try transform(matrix)
    case let matrix as Matrix<Float>: return try transform(matrix)
    case let matrix as CSRMatrix<Double>: return try transform(matrix)
    case let matrix as CSRMatrix<Float>: return try transform(matrix)
    default:
      var elements = [Double](repeating: 0, count: features.rowCount * features.columnCount)
      elements.withUnsafeMutableBufferPointer { elements in
        guard let start = elements.baseAddress else { return }
        features.copyRows(Array(0..<features.rowCount), to: start)
      }
      return try transform(
        Matrix(
          unchecked: elements, rowCount: features.rowCount, columnCount: features.columnCount,
          featureNames: features.featureNames))
    }
  }

  func transform<Scalar: MatrixScalar>(
    _ features: Matrix<Scalar>
  ) throws(EstimatorError) -> Matrix<Scalar> {
    try Validation.checkForPrediction(
      features, expectedCount: featureCount, expectedNames: featureNames)
    var result = features
    let width = featureCount
    // In double precision, and rounded once.
    let factors = scales?.map { 1 / $0 } ?? [Double](repeating: 1, count: width)
    let offsets = means ?? [Double](repeating: 0, count: width)
    result.withUnsafeMutableElements { elements in
      for start in stride(from: 0, to: elements.count, by: max(1, width)) {
        for column in 0..<width {
          elements[start + column] = Scalar(
            (Double(elements[start + column]) - offsets[column]) * factors[column])
        }
      }
    }
    guard !result.isAllFinite else { return result }
    // By halves, where a difference was too large for a number.
    for row in 0..<result.rowCount {
      for column in 0..<width where !result[row, column].isFinite {
        let half = Double(features[row, column]) / 2 - offsets[column] / 2
        result[row, column] = Scalar(half / ((scales?[column] ?? 1) / 2))
        guard result[row, column].isFinite else {
          throw tooLarge(row, column, Double(features[row, column]), features.featureNames)
        }
      }
    }
    return result
  }

  /// The error for a number that none is left of when it is scaled.
  private func tooLarge(
    _ row: Int, _ column: Int, _ value: Double, _ names: [String]?
  ) -> EstimatorError {
    .unsupportedFeatures(
      reason: "Row \(row), column \(column)\(names.map { " (\($0[column]))" } ?? "") is \(value), "
        + "which is too large when scaled: the column varied by "
        + "\(scales?[column] ?? 1) where the scaler was fitted. Leave the row out.")
  }

  private func transform<Scalar: MatrixScalar>(
    _ features: CSRMatrix<Scalar>
  ) throws(EstimatorError) -> CSRMatrix<Scalar> {
    guard means == nil else {
      throw .unsupportedFeatures(
        reason: "Taking the mean off sparse samples would fill them. Fit with withMean false.")
    }
    try Validation.checkForPrediction(
      features, expectedCount: featureCount, expectedNames: featureNames)
    guard let scales else { return features }
    let result = features.scalingColumns(by: scales.map { 1 / $0 })
    do {
      try result.checkFinite()
    } catch {
      guard case .nonFiniteElement(let row, let column, _) = error else {
        throw .linearAlgebra(error)
      }
      let value = Double(features.selectingRows([row]).dense()[0, column])
      throw tooLarge(row, column, value, features.featureNames)
    }
    return result
  }

  public func write(to archive: inout TensorArchive) {
    archive.append("feature_count", featureCount)
    if let means { archive.append("means", means) }
    if let scales { archive.append("scales", scales) }
    FeatureNames.write(featureNames, to: &archive)
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    let count = try archive.count("feature_count")
    let scales = archive.contains("scales") ? try archive.numbers("scales", count: count) : nil
    guard scales?.allSatisfy({ $0 >= .leastNormalMagnitude }) ?? true else {
      throw .unreadableModel(reason: "a scale is too small to divide by")
    }
    self.init(
      means: archive.contains("means") ? try archive.numbers("means", count: count) : nil,
      scales: scales, featureCount: count,
      featureNames: try FeatureNames.read(from: archive, count: count))
    settings = try RecordedSettings(from: archive)
  }
}
