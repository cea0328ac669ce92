internal import LinearAlgebra

/// What is needed to take back a pass that failed, at no more than the cost of the pass itself.
///
/// Either a copy of everything, or of the columns that the pass will touch if these are few.
enum SGDUndo<Label: ClassLabel> {
  case everything(SGDLearned<Label>)
  case columns([Int32], vectors: [Double], rest: [Double]?, small: SGDLearned<Label>)

  /// Prepares for a pass.
  ///
  /// - Parameters:
  ///   - learned: What will be changed.
  ///   - features: The samples of the pass.
  ///   - lowestShrink: The product of all factors by which the pass will shrink the coefficients,
  ///     or less.
  init(_ learned: inout SGDLearned<Label>, _ features: some FeatureMatrix, lowestShrink: Double) {
    let isFolded = learned.iterate.scale * lowestShrink < SGDIterate.smallestScale
    guard features.isSparse, !isFolded,
      features.storedElementCount < learned.featureCount
    else {
      self = .everything(learned)
      return
    }
    var columns: [Int32] = []
    columns.reserveCapacity(features.storedElementCount)
    for row in 0..<features.rowCount { features.appendStoredColumns(ofRow: row, to: &columns) }
    // The large arrays are taken out, so that the copy of the rest does not keep them from being
    // changed in place.
    let vectors = learned.iterate.vectors
    let rest = learned.iterate.average?.rest
    learned.iterate.vectors = []
    learned.iterate.average?.rest = []
    let small = learned
    learned.iterate.vectors = vectors
    if let rest { learned.iterate.average?.rest = rest }
    let problemCount = learned.iterate.intercepts.count
    self = .columns(
      columns, vectors: Self.values(vectors, columns, problemCount),
      rest: rest.map { Self.values($0, columns, problemCount) }, small: small)
  }

  /// The elements of the given columns, for each problem.
  private static func values(
    _ elements: [Double], _ columns: [Int32], _ problemCount: Int
  ) -> [Double] {
    let width = elements.count / problemCount
    var values: [Double] = []
    values.reserveCapacity(columns.count * problemCount)
    for problem in 0..<problemCount {
      for column in columns { values.append(elements[problem * width + Int(column)]) }
    }
    return values
  }

  /// Whether the parameters that the pass may have changed are finite.
  func isFinite(_ learned: SGDLearned<Label>) -> Bool {
    guard case .columns(let columns, _, _, _) = self else { return learned.iterate.isFinite }
    let iterate = learned.iterate
    let count = iterate.intercepts.count
    return iterate.intercepts.isFinite && iterate.scale.isFinite
      && Self.values(iterate.vectors, columns, count).isFinite
      && (iterate.average.map {
        $0.factor.isFinite && $0.intercepts.isFinite
          && Self.values($0.rest, columns, count).isFinite
      } ?? true)
  }

  /// Puts everything back.
  func restore(_ learned: inout SGDLearned<Label>) {
    switch self {
    case .everything(let before):
      learned = before
    case .columns(let columns, let vectors, let rest, let small):
      let problemCount = small.iterate.intercepts.count
      var iterate = small.iterate
      iterate.vectors = learned.iterate.vectors
      Self.put(vectors, columns, problemCount, into: &iterate.vectors)
      if let rest, var average = iterate.average, let current = learned.iterate.average?.rest {
        average.rest = current
        Self.put(rest, columns, problemCount, into: &average.rest)
        iterate.average = average
      }
      learned = small
      learned.iterate = iterate
    }
  }

  private static func put(
    _ values: [Double], _ columns: [Int32], _ problemCount: Int, into elements: inout [Double]
  ) {
    let width = elements.count / problemCount
    var next = values.makeIterator()
    for problem in 0..<problemCount {
      for column in columns {
        if let value = next.next() { elements[problem * width + Int(column)] = value }
      }
    }
  }
}
