extension CSRMatrix: FeatureMatrix {
  public var isSparse: Bool { true }

  public var storedElementCount: Int { values.count }

  @inlinable
  public func dotProduct<Parameter: MatrixScalar>(
    ofRow row: Int, with weights: Span<Parameter>
  ) -> Parameter {
    precondition(weights.count == columnCount)
    return withRow(row) { v, j, count in
      weights.withUnsafeBufferPointer { w in
        guard let w = w.baseAddress else { return 0 }
        return Scalar._sparseDotStored(v, j, count, w)
      }
    }
  }

  @inlinable
  public func dotProducts<Parameter: MatrixScalar>(
    ofRow row: Int, with weights: Span<Parameter>, into products: inout MutableSpan<Parameter>
  ) {
    let rows = products.count
    precondition(weights.count == rows * columnCount)
    withRow(row) { v, j, count in
      weights.withUnsafeBufferPointer { w in
        for index in 0..<rows {
          guard let w = w.baseAddress else { return }
          products[index] = Scalar._sparseDotStored(v, j, count, w + index * columnCount)
        }
      }
    }
  }

  @inlinable
  public func sumOfSquares(ofRow row: Int) -> Double {
    withRow(row) { v, _, count in Scalar._sumOfSquares(v, count) }
  }

  @inlinable
  public func addRow<Parameter: MatrixScalar>(
    _ row: Int, times factor: Parameter, to vector: inout MutableSpan<Parameter>
  ) {
    precondition(vector.count == columnCount)
    withRow(row) { v, j, count in
      vector.withUnsafeMutableBufferPointer { w in
        guard let w = w.baseAddress else { return }
        Scalar._sparseAddStored(factor, v, j, count, w)
      }
    }
  }

  @inlinable
  public func addRow<Parameter: MatrixScalar>(
    _ row: Int, times factors: Span<Parameter>, toScaled vectors: inout MutableSpan<Parameter>,
    scale: Parameter
  ) {
    precondition(vectors.count == factors.count * columnCount)
    withRow(row) { v, j, count in
      vectors.withUnsafeMutableBufferPointer { w in
        guard let start = w.baseAddress else { return }
        if scale != 1 { Parameter._scale(scale, start, w.count) }
        for index in 0..<factors.count where factors[index] != 0 {
          Scalar._sparseAddStored(factors[index], v, j, count, start + index * columnCount)
        }
      }
    }
  }

  @inlinable
  public func copyRows<Parameter: MatrixScalar>(
    _ rows: Span<Int>, into batch: inout MutableSpan<Parameter>
  ) {
    precondition(batch.count == rows.count * columnCount)
    for index in 0..<batch.count { batch[index] = 0 }
    batch.withUnsafeMutableBufferPointer { batch in
      guard let target = batch.baseAddress else { return }
      for index in 0..<rows.count {
        withRow(rows[index]) { v, j, count in
          for element in 0..<count {
            target[index * columnCount + Int(j[element])] = Parameter(v[element])
          }
        }
      }
    }
  }

  public func appendStoredColumns(ofRow row: Int, to columns: inout [Int32]) {
    columns.append(contentsOf: self.columns[rowOffsets[row]..<rowOffsets[row + 1]])
  }

  @inlinable
  public func checkFinite() throws(LinearAlgebraError) {
    guard
      !values.withUnsafeBufferPointer({ buffer in
        buffer.baseAddress.map { Scalar._isFinite($0, buffer.count) } ?? true
      })
    else { return }
    throw firstNonFinite()
  }

  public func checkedFingerprint() throws(LinearAlgebraError) -> UInt64 {
    var hash: UInt64 = 0
    var isFinite = true
    for row in 0..<rowCount {
      withRow(row) { v, j, count in
        let found = Scalar._sparseFingerprint(v, j, count, UInt64(row * columnCount))
        hash &+= found.hash
        isFinite = isFinite && found.isFinite
      }
    }
    guard isFinite else { throw firstNonFinite() }
    return fingerprint(rowCount: rowCount, columnCount: columnCount, hash: hash)
  }

  /// The error for the first element that is not finite; there is one.
  @usableFromInline
  func firstNonFinite() -> LinearAlgebraError {
    let index = values.firstIndex { !$0.isFinite } ?? 0
    let row = (rowOffsets.firstIndex { $0 > index } ?? rowCount) - 1
    return .nonFiniteElement(row: row, column: Int(columns[index]), value: Double(values[index]))
  }

  public func selectingRows(_ rows: [Int]) -> CSRMatrix {
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Scalar] = []
    for row in rows {
      let range = rowOffsets[row]..<rowOffsets[row + 1]
      columns.append(contentsOf: self.columns[range])
      values.append(contentsOf: self.values[range])
      offsets.append(columns.count)
    }
    return CSRMatrix(unchecked: rows.count, columnCount, offsets, columns, values, featureNames)
  }

  /// Calls a closure with the addresses of a row's values and columns and their count.
  ///
  /// - Precondition: The row is inside the matrix.
  @inlinable
  func withRow<Result>(
    _ row: Int, _ body: (UnsafePointer<Scalar>, UnsafePointer<Int32>, Int) -> Result
  ) -> Result {
    let start = rowOffsets[row]
    let count = rowOffsets[row + 1] - start
    return values.withUnsafeBufferPointer { v in
      columns.withUnsafeBufferPointer { j in
        guard let v = v.baseAddress, let j = j.baseAddress else {
          return withUnsafePointer(to: Scalar.zero) { v in
            withUnsafePointer(to: Int32.zero) { j in body(v, j, 0) }
          }
        }
        return body(v + start, j + start, count)
      }
    }
  }
}
