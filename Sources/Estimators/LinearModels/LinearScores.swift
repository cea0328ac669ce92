internal import LinearAlgebra

extension FeatureMatrix {
  /// Returns w · x + b for each sample and each row of coefficients.
  ///
  /// - Parameters:
  ///   - coefficients: The rows w, K × d.
  ///   - intercepts: The numbers b, K.
  /// - Returns: Scores, n × K.
  func linearScores(coefficients: Matrix<Double>, intercepts: [Double]) -> Matrix<Double> {
    var scores = Matrix<Double>(rowCount: rowCount, columnCount: intercepts.count)
    scores.withUnsafeMutableElements { scores in
      for row in 0..<rowCount {
        let range = row * intercepts.count..<(row + 1) * intercepts.count
        var products = MutableSpan(_unsafeElements: scores.extracting(range))
        dotProducts(ofRow: row, with: coefficients.elements.span, into: &products)
        for index in intercepts.indices { products[index] += intercepts[index] }
      }
    }
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
