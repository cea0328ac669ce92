internal import LinearAlgebra

extension FeatureMatrix {
  /// Copies rows to memory that has room for them.
  func copyRows<Scalar: MatrixScalar>(_ rows: [Int], to target: UnsafeMutablePointer<Scalar>) {
    var batch = MutableSpan(
      _unsafeElements: UnsafeMutableBufferPointer(start: target, count: rows.count * columnCount))
    copyRows(rows.span, into: &batch)
  }
}
