internal import LinearAlgebra

/// Coefficients and intercepts of K problems, in double precision whatever they were trained in.
struct LinearParameters: Equatable, Sendable {
  /// The coefficients, K × d.
  var coefficients: Matrix<Double>

  /// The intercepts, K.
  var intercepts: [Double]

  /// Appends them to an archive, as single precision if that is what they are.
  func write(to archive: inout TensorArchive, prefix: String = "", precision: Precision) {
    switch precision {
    case .double:
      archive.append("\(prefix)coefficients", coefficients)
      archive.append("\(prefix)intercepts", intercepts)
    case .single:
      archive.append("\(prefix)coefficients", coefficients.converted(to: Float.self))
      archive.append("\(prefix)intercepts", intercepts.map(Float.init))
    }
  }

  /// Reads what was appended.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(
    from archive: TensorArchive, prefix: String = "", rows: Int? = nil
  ) throws(EstimatorError) {
    coefficients = try archive.matrix("\(prefix)coefficients", rows: rows)
    intercepts = try archive.numbers("\(prefix)intercepts", count: coefficients.rowCount)
  }

  init(coefficients: Matrix<Double>, intercepts: [Double]) {
    self.coefficients = coefficients
    self.intercepts = intercepts
  }

  /// Returns the number of the class of each of some samples: that with the highest score, of equals
  /// the first.
  ///
  /// - Throws: ``EstimatorError/nonFinitePrediction(row:output:)``.
  func classNumbers(
    _ features: some FeatureMatrix, ofRows rows: [Int]? = nil
  ) throws(EstimatorError) -> [Int32] {
    var numbers: [Int32] = []
    numbers.reserveCapacity(rows?.count ?? features.rowCount)
    try features.forEachBlockOfScores(self, ofRows: rows) { _, scores in
      if scores.columnCount == 1 {
        for score in scores.elements { numbers.append(score > 0 ? 1 : 0) }
      } else {
        for index in scores.indicesOfLargestInRows() { numbers.append(Int32(index)) }
      }
    }
    return numbers
  }

  /// The precision in which an archive holds parameters.
  static func precision(of archive: TensorArchive) -> Precision {
    archive["coefficients"]?.elementType == .float32 ? .single : .double
  }
}
