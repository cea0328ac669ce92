/// Work on a feature matrix that depends on how it is stored.
///
/// Not for use outside this package.
///
/// A feature matrix shows itself to a visitor as what it is underneath: so a kernel is chosen once
/// a call, not once a row.
public protocol _StorageVisitor {
  mutating func _visit<Stored: MatrixScalar>(_ matrix: Matrix<Stored>)
  mutating func _visit<Stored: MatrixScalar>(_ matrix: CSRMatrix<Stored>)
}

extension FeatureMatrix {
  /// Shows a dense copy.
  public func _accept<Visitor: _StorageVisitor>(_ visitor: inout Visitor) {
    visitor._visit(denseCopy())
  }

  /// The samples as a dense matrix.
  func denseCopy() -> Matrix<Double> {
    var matrix = Matrix<Double>(rowCount: rowCount, columnCount: columnCount)
    matrix.withUnsafeMutableElements { elements in
      var batch = MutableSpan(_unsafeElements: elements)
      copyRows(Array(0..<rowCount).span, into: &batch)
    }
    return matrix.taking(names: featureNames)
  }
}

extension Matrix {
  public func _accept<Visitor: _StorageVisitor>(_ visitor: inout Visitor) { visitor._visit(self) }
}

extension CSRMatrix {
  public func _accept<Visitor: _StorageVisitor>(_ visitor: inout Visitor) { visitor._visit(self) }
}
