extension LeastSquaresFactor {
  /// Solves R · b = C for the columns from one on, as if there were none before.
  ///
  /// - Parameters:
  ///   - first: The first of the columns, and of the rows.
  ///   - tolerance: Singular values of the equilibrated triangle up to this share of the largest
  ///     count as zero.
  ///   - usesSingularValues: Whether singular values are used also where the rank is full.
  /// - Returns: b, (q − first) × t.
  /// - Throws: As ``Matrix/leastSquares(_:tolerance:)``.
  package func solve(
    from first: Int, tolerance: Double, usesSingularValues: Bool
  ) throws(LinearAlgebraError) -> LeastSquaresSolution<Double> {
    let answer = try solution(
      from: first, tolerance: tolerance, usesSingularValues: usesSingularValues)
    guard answer.solution.isAllFinite else { throw .overflow(operation: "least squares") }
    return answer
  }

  private func solution(
    from first: Int, tolerance: Double, usesSingularValues: Bool
  ) throws(LinearAlgebraError) -> LeastSquaresSolution<Double> {
    let count = columnCount - first
    guard count > 0 else {
      return LeastSquaresSolution(
        solution: Matrix(rowCount: 0, columnCount: targetCount), rank: 0, conditionEstimate: 1)
    }
    let rows = first..<first + max(0, min(r.rowCount - first, count))
    let unscaled = part(rows: rows, columns: first..<columnCount)
    guard unscaled.isAllFinite else { throw .overflow(operation: "least squares") }
    let scales = unscaled.columnScales()
    // In the place of R's copy.
    let scaled = (consume unscaled).scalingColumns(by: scales)
    if scaled.rowCount == count, (0..<count).allSatisfy({ scaled[$0, $0] != 0 }) {
      let triangle = TriangularMatrix(upper: scaled)
      let condition = triangle.conditionEstimate
      // Far enough from the border that an estimate will do.
      if !usesSingularValues, condition * tolerance < 1 / 64 {
        return try regularSolution(from: first, conditionEstimate: condition) {
          right throws(LinearAlgebraError) in
          try triangle.solve(right).scalingRows(by: scales)
        }
      }
    }
    // Rank is decided on columns of similar length; the norm that is made smallest is that of the
    // unscaled coefficients.
    let decomposition = try SingularValueDecomposition(scaled)
    let rank = decomposition.rank(tolerance: tolerance)
    guard rank < count else {
      let values = decomposition.singularValues
      return try regularSolution(
        from: first, conditionEstimate: values[0] / values[count - 1]
      ) { right throws(LinearAlgebraError) in
        try decomposition.solve(right, tolerance: tolerance).scalingRows(by: scales)
      }
    }
    var all = LeastSquaresFactor(
      r: part(rows: rows, columns: first..<r.columnCount),
      rest: restPart(rows: rows, columns: first..<r.columnCount),
      residualNorms: [Double](repeating: 0, count: targetCount))
    all.scaleColumns(by: scales)
    let columns = try DependentColumns(
      all, exponents: scales.map { Int($0.exponent) }, decomposition: decomposition, rank: rank,
      noise: rest.isEmpty ? tolerance : tolerance * 0x1p-48)
    let found = try columns.leastNorm()
    return LeastSquaresSolution(
      solution: found.solution, rest: found.rest, rank: rank, conditionEstimate: nil)
  }

  /// Multiplies each column of R by a power of two.
  private mutating func scaleColumns(by scales: [Double]) {
    let factors = scales + [Double](repeating: 1, count: targetCount)
    r = r.scalingColumns(by: factors)
    for index in rest.indices { rest[index] *= factors[index % factors.count] }
  }

  /// The solution of a full rank: by back substitution if the factor is held in twice the
  /// precision, otherwise as given.
  private func regularSolution(
    from first: Int, conditionEstimate: Double,
    _ solve: (Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double>
  ) throws(LinearAlgebraError) -> LeastSquaresSolution<Double> {
    let count = columnCount - first
    if !rest.isEmpty {
      let found = substituted(from: first)
      if found.solution.isAllFinite, found.rest.isAllFinite {
        return LeastSquaresSolution(
          solution: found.solution, rest: found.rest, rank: count,
          conditionEstimate: conditionEstimate)
      }
    }
    let right = part(
      rows: first..<first + count, columns: columnCount..<columnCount + targetCount)
    guard right.isAllFinite else { throw .overflow(operation: "least squares") }
    return LeastSquaresSolution(
      solution: try solve(right), rank: count, conditionEstimate: conditionEstimate)
  }

  /// Solves R · b = C for the columns from one on, by back substitution in twice the precision.
  ///
  /// - Parameter first: The first of the columns, and of the rows.
  /// - Returns: b, (q − first) × t, and what was rounded off it.
  /// - Precondition: R has as many rows as columns, and is held in twice the precision.
  /// - Complexity: O(q² · t).
  func substituted(from first: Int) -> (solution: Matrix<Double>, rest: Matrix<Double>) {
    let count = columnCount - first
    let width = r.columnCount
    var solution = Matrix<Double>(rowCount: count, columnCount: targetCount)
    var solutionRest = solution
    r.elements.withUnsafeBufferPointer { high in
      rest.withUnsafeBufferPointer { low in
        func element(_ row: Int, _ column: Int) -> Twofold {
          let index = (first + row) * width + first + column
          return Twofold(high[index], plus: low[index])
        }
        var left = [Twofold](repeating: Twofold(0), count: count)
        left.withUnsafeMutableBufferPointer { left in
          for target in 0..<targetCount {
            for row in 0..<count { left[row] = element(row, count + target) }
            for column in stride(from: count - 1, through: 0, by: -1) {
              let known = left[column].divided(by: element(column, column))
              solution[column, target] = known.high
              solutionRest[column, target] = known.low
              // Column by column, so that no step waits for the one before.
              for row in 0..<column { left[row].subtract(known, times: element(row, column)) }
            }
          }
        }
      }
    }
    return (solution, solutionRest)
  }

  /// R alone, q × q, if it has an inverse.
  package var regularTriangle: Matrix<Double>? {
    guard r.rowCount == columnCount, (0..<columnCount).allSatisfy({ r[$0, $0] > 0 }) else {
      return nil
    }
    return part(rows: 0..<columnCount, columns: 0..<columnCount)
  }

  /// C alone, in as many rows as R has.
  var right: Matrix<Double> {
    part(rows: 0..<r.rowCount, columns: columnCount..<columnCount + targetCount)
  }

  func part(rows: Range<Int>, columns: Range<Int>) -> Matrix<Double> {
    Matrix(
      unchecked: elements(r.elements, rows: rows, columns: columns), rowCount: rows.count,
      columnCount: columns.count)
  }

  /// What was rounded off a part, or nothing.
  func restPart(rows: Range<Int>, columns: Range<Int>) -> [Double] {
    rest.isEmpty ? [] : elements(rest, rows: rows, columns: columns)
  }

  private func elements(_ all: [Double], rows: Range<Int>, columns: Range<Int>) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(rows.count * columns.count)
    for row in rows {
      let start = row * r.columnCount
      result += all[start + columns.lowerBound..<start + columns.upperBound]
    }
    return result
  }
}
