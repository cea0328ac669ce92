internal import LinearAlgebra

extension FeatureMatrix {
  /// Returns w · x + b for each sample and each row of coefficients.
  ///
  /// - Parameters:
  ///   - coefficients: The rows w, K × d.
  ///   - intercepts: The numbers b, K.
  ///   - rows: The rows whose samples are meant, m of them; all n if `nil`.
  /// - Returns: Scores, m × K.
  func linearScores(
    coefficients: Matrix<Double>, intercepts: [Double], ofRows rows: [Int]? = nil
  ) -> Matrix<Double> {
    let count = rows?.count ?? rowCount
    var scores = Matrix<Double>(rowCount: count, columnCount: intercepts.count)
    scores.withUnsafeMutableElements { scores in
      for position in 0..<count {
        let range = position * intercepts.count..<(position + 1) * intercepts.count
        var products = MutableSpan(_unsafeElements: scores.extracting(range))
        dotProducts(
          ofRow: rows?[position] ?? position, with: coefficients.elements.span, into: &products)
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
