internal import LinearAlgebra

extension FeatureMatrix {
  /// Returns w · x + b for each sample and each row of coefficients.
  ///
  /// - Parameters:
  ///   - parameters: The rows w, K × d, and the numbers b, K.
  ///   - rows: The rows whose samples are meant, m of them; all n if `nil`.
  /// - Returns: Scores, m × K.
  /// - Throws: ``EstimatorError/nonFinitePrediction(row:output:)``.
  func linearScores(
    _ parameters: LinearParameters, ofRows rows: [Int]? = nil
  ) throws(EstimatorError) -> Matrix<Double> {
    try linearScores(parameters, ofRows: rows, at: 0..<(rows?.count ?? rowCount))
  }

  /// Calls a closure with the scores of block after block of samples, so that many samples of many
  /// classes take little room.
  ///
  /// - Parameters:
  ///   - parameters: The rows w, K × d, and the numbers b, K.
  ///   - rows: The rows whose samples are meant, m of them; all n if `nil`.
  ///   - body: Is called with the first position among them, and scores, block × K.
  /// - Throws: ``EstimatorError/nonFinitePrediction(row:output:)``.
  func forEachBlockOfScores(
    _ parameters: LinearParameters, ofRows rows: [Int]? = nil,
    _ body: (Int, Matrix<Double>) -> Void
  ) throws(EstimatorError) {
    let count = rows?.count ?? rowCount
    let size = max(1, (1 << 16) / parameters.intercepts.count)
    for start in stride(from: 0, to: count, by: size) {
      body(
        start, try linearScores(parameters, ofRows: rows, at: start..<min(start + size, count)))
    }
  }

  private func linearScores(
    _ parameters: LinearParameters, ofRows rows: [Int]?, at positions: Range<Int>
  ) throws(EstimatorError) -> Matrix<Double> {
    let (weights, intercepts) = (parameters.coefficients.elements, parameters.intercepts)
    var scores = Matrix<Double>(rowCount: positions.count, columnCount: intercepts.count)
    scores.withUnsafeMutableElements { scores in
      for (index, position) in positions.enumerated() {
        let range = index * intercepts.count..<(index + 1) * intercepts.count
        var products = MutableSpan(_unsafeElements: scores.extracting(range))
        dotProducts(ofRow: rows?[position] ?? position, with: weights.span, into: &products)
        for index in intercepts.indices { products[index] += intercepts[index] }
      }
    }
    try Validation.checkPredictions(scores, firstRow: positions.lowerBound, rows)
    return scores
  }
}

extension Matrix {
  /// Returns for each row the column of its largest element; of equals, the first.
  func indicesOfLargestInRows() -> [Int] {
    (0..<rowCount).map { index in
      let row = self.row(index)
      var best = row.startIndex
      for candidate in row.indices.dropFirst() where row[candidate] > row[best] {
        best = candidate
      }
      return best - row.startIndex
    }
  }
}
