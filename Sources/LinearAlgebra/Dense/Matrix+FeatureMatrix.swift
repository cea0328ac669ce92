extension Matrix: FeatureMatrix {
  public var isSparse: Bool { false }

  public var storedElementCount: Int { elements.count }

  @inlinable
  public func dotProduct<Parameter: MatrixScalar>(
    ofRow row: Int, with weights: Span<Parameter>
  ) -> Parameter {
    precondition(row >= 0 && row < rowCount && weights.count == columnCount)
    return withRow(row) { x in
      weights.withUnsafeBufferPointer { w in
        guard let w = w.baseAddress else { return 0 }
        return Scalar._dotStored(x, w, columnCount)
      }
    }
  }

  @inlinable
  public func dotProducts<Parameter: MatrixScalar>(
    ofRow row: Int, with weights: Span<Parameter>, into products: inout MutableSpan<Parameter>
  ) {
    let count = products.count
    precondition(row >= 0 && row < rowCount && weights.count == count * columnCount)
    withRow(row) { x in
      weights.withUnsafeBufferPointer { w in
        products.withUnsafeMutableBufferPointer { out in
          guard let w = w.baseAddress, let out = out.baseAddress else { return }
          Scalar._dotsStored(x, w, count, columnCount, out)
        }
      }
    }
  }

  @inlinable
  public func sumOfSquares(ofRow row: Int) -> Double {
    precondition(row >= 0 && row < rowCount)
    return withRow(row) { Scalar._sumOfSquares($0, columnCount) }
  }

  @inlinable
  public func addRow<Parameter: MatrixScalar>(
    _ row: Int, times factor: Parameter, to vector: inout MutableSpan<Parameter>
  ) {
    precondition(row >= 0 && row < rowCount && vector.count == columnCount)
    withRow(row) { x in
      vector.withUnsafeMutableBufferPointer { w in
        guard let w = w.baseAddress else { return }
        Scalar._addStored(factor, x, w, columnCount)
      }
    }
  }

  @inlinable
  public func addRow<Parameter: MatrixScalar>(
    _ row: Int, times factors: Span<Parameter>, toScaled vectors: inout MutableSpan<Parameter>,
    scale: Parameter
  ) {
    let count = factors.count
    precondition(row >= 0 && row < rowCount && vectors.count == count * columnCount)
    withRow(row) { x in
      factors.withUnsafeBufferPointer { a in
        vectors.withUnsafeMutableBufferPointer { w in
          guard let a = a.baseAddress, let w = w.baseAddress else { return }
          Scalar._scaleAddRowsStored(scale, a, x, w, count, columnCount)
        }
      }
    }
  }

  @inlinable
  public func copyRows<Parameter: MatrixScalar>(
    _ rows: Span<Int>, into batch: inout MutableSpan<Parameter>
  ) {
    precondition(batch.count == rows.count * columnCount)
    batch.withUnsafeMutableBufferPointer { batch in
      guard let target = batch.baseAddress else { return }
      for index in 0..<rows.count {
        precondition(rows[index] >= 0 && rows[index] < rowCount)
        withRow(rows[index]) { x in
          Scalar._convertStored(x, target + index * columnCount, columnCount)
        }
      }
    }
  }

  public func appendStoredColumns(ofRow row: Int, to columns: inout [Int32]) {}

  @inlinable
  public func checkFinite() throws(LinearAlgebraError) {
    guard
      !elements.withUnsafeBufferPointer({ buffer in
        buffer.baseAddress.map { Scalar._isFinite($0, buffer.count) } ?? true
      })
    else { return }
    throw firstNonFinite()
  }

  public func checkedFingerprint() throws(LinearAlgebraError) -> UInt64 {
    let found = elements.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { Scalar._fingerprint($0, buffer.count, 0) } ?? (
        hash: 0, isFinite: true
      )
    }
    guard found.isFinite else { throw firstNonFinite() }
    return fingerprint(rowCount: rowCount, columnCount: columnCount, hash: found.hash)
  }

  /// The error for the first element that is not finite; there is one.
  @usableFromInline
  func firstNonFinite() -> LinearAlgebraError {
    let index = elements.firstIndex { !$0.isFinite } ?? 0
    return .nonFiniteElement(
      row: index / columnCount, column: index % columnCount, value: Double(elements[index]))
  }

  public func selectingRows(_ rows: [Int]) -> Matrix {
    var selected: [Scalar] = []
    selected.reserveCapacity(rows.count * columnCount)
    for row in rows { selected.append(contentsOf: self.row(row)) }
    return Matrix(
      unchecked: selected, rowCount: rows.count, columnCount: columnCount,
      featureNames: featureNames)
  }

  /// Calls a closure with the address of a row; of anything if rows are empty.
  @inlinable
  func withRow<Result>(_ row: Int, _ body: (UnsafePointer<Scalar>) -> Result) -> Result {
    elements.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else {
        return withUnsafePointer(to: Scalar.zero, body)
      }
      return body(start + row * columnCount)
    }
  }
}
