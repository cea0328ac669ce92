internal import LinearAlgebra

/// How the problems of a classifier grow when classes are added.
///
/// What is known of a class stays; the coefficients of a new one begin at 0. The one problem of two
/// classes becomes one for each: the second class's as it is, the first's with all signs turned.
struct NewClasses: IterateChange {
  /// For each problem to be: the problem it comes from and the sign, or `nil` for a new one.
  private let sources: [(problem: Int, sign: Double)?]

  /// Prepares the growth.
  ///
  /// - Parameters:
  ///   - oldNumbers: For each class to be, the number it had, or `nil` for a new one.
  ///   - oldCount: The number of classes there were.
  init(oldNumbers: [Int?], oldCount: Int) {
    sources = oldNumbers.map { old in
      guard let old else { return nil }
      return oldCount == 2 ? (0, old == 1 ? 1 : -1) : (old, 1)
    }
  }

  func apply<Parameter: MatrixScalar>(to iterate: inout LinearIterate<Parameter>) {
    let width = iterate.featureCount
    grow(&iterate.parameters.vectors, width)
    grow(&iterate.parameters.intercepts, 1)
    grow(&iterate.parameters.averageRest, width)
    grow(&iterate.parameters.averageIntercepts, 1)
    grow(&iterate.parameters.takenPenalty, width)
  }

  func apply(to parameters: inout LinearParameters) {
    let width = parameters.coefficients.columnCount
    var elements = parameters.coefficients.elements
    grow(&elements, width)
    grow(&parameters.intercepts, 1)
    parameters.coefficients = Matrix(
      unchecked: elements, rowCount: sources.count, columnCount: width)
  }

  /// Rows of a width, of which there may be none.
  private func grow<Scalar: MatrixScalar>(_ elements: inout [Scalar], _ width: Int) {
    guard !elements.isEmpty else { return }
    var grown: [Scalar] = []
    grown.reserveCapacity(sources.count * width)
    for source in sources {
      guard let source else {
        grown.append(contentsOf: repeatElement(0, count: width))
        continue
      }
      let row = elements[source.problem * width..<(source.problem + 1) * width]
      grown.append(contentsOf: source.sign > 0 ? Array(row) : row.map { -$0 })
    }
    elements = grown
  }
}

extension StochasticGradientState {
  /// Lets the problems grow.
  mutating func add(_ classes: NewClasses) {
    var change = classes
    iterate.change(&change)
    best?.iterate.change(&change)
    if var kept {
      change.apply(to: &kept)
      self.kept = kept
    }
  }
}
