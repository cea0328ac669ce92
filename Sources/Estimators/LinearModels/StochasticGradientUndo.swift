internal import LinearAlgebra

/// What is needed to take back a pass that failed, at no more than the cost of the pass itself.
///
/// Either a copy of everything, or of the columns that the pass will touch if these are few.
indirect enum StochasticGradientUndo {
  case everything(StochasticGradientState)
  case columns(ColumnBackup, state: StochasticGradientState)

  /// Prepares for a pass.
  ///
  /// - Parameters:
  ///   - state: What will be changed; taken apart and put together again.
  ///   - features: The samples of the pass.
  ///   - lowestShrink: The product of all factors by which the pass will shrink the coefficients.
  init(
    _ state: inout StochasticGradientState, _ features: some FeatureMatrix, lowestShrink: Double
  ) {
    // With room for rounding: a pass that may fold its scale touches every column.
    let mayFold = state.iterate.scale * lowestShrink < 1.01e-4
    guard features.isSparse, !mayFold,
      features.storedElementCount < state.iterate.featureCount
    else {
      self = .everything(state)
      return
    }
    var columns: [Int32] = []
    columns.reserveCapacity(features.storedElementCount)
    for row in 0..<features.rowCount { features.appendStoredColumns(ofRow: row, to: &columns) }
    var backup = ColumnBackup(columns: columns)
    state.iterate.change(&backup)
    // Without the iterate, of which no second copy may stand in the way of changing it in place.
    var rest = state
    rest.iterate = .double(.nothing)
    self = .columns(backup, state: rest)
  }

  /// Whether the parameters that the pass may have changed are finite.
  func isFinite(_ state: StochasticGradientState) -> Bool {
    guard case .columns(let backup, _) = self else { return state.iterate.isFinite }
    return backup.isFinite(state.iterate)
  }

  /// Puts everything back.
  func restore(_ state: inout StochasticGradientState) {
    switch self {
    case .everything(let before):
      state = before
    case .columns(let backup, let before):
      var iterate = state.iterate
      state.iterate = before.iterate
      var restoring = backup
      restoring.isRestoring = true
      iterate.change(&restoring)
      state = before
      state.iterate = iterate
    }
  }
}

/// The numbers of some columns of an iterate, and its few other numbers.
///
/// Single precision fits in double.
struct ColumnBackup: IterateChange {
  let columns: [Int32]

  /// Whether the next application puts the numbers back, instead of taking them.
  var isRestoring = false

  private var vectors: [Double] = []
  private var averageRest: [Double] = []
  private var takenPenalty: [Double] = []
  private var intercepts: [Double] = []
  private var averageIntercepts: [Double] = []
  private var scalars = (scale: 1.0, factor: 0.0, count: 0, penalty: 0.0)

  init(columns: [Int32]) { self.columns = columns }

  mutating func apply<Parameter: MatrixScalar>(to iterate: inout LinearIterate<Parameter>) {
    if isRestoring {
      put(vectors, into: &iterate.parameters.vectors, iterate.problemCount)
      restore(averageRest, &iterate.parameters.averageRest, iterate.problemCount)
      restore(takenPenalty, &iterate.parameters.takenPenalty, iterate.problemCount)
      iterate.parameters.intercepts = intercepts.map { Parameter($0) }
      iterate.parameters.averageIntercepts = averageIntercepts
      (iterate.scale, iterate.averageFactor) = (scalars.scale, scalars.factor)
      (iterate.averagedCount, iterate.cumulativePenalty) = (scalars.count, scalars.penalty)
    } else {
      vectors = values(iterate.parameters.vectors, iterate.problemCount)
      averageRest = values(iterate.parameters.averageRest, iterate.problemCount)
      takenPenalty = values(iterate.parameters.takenPenalty, iterate.problemCount)
      intercepts = iterate.parameters.intercepts.map { Double($0) }
      averageIntercepts = iterate.parameters.averageIntercepts
      scalars = (
        iterate.scale, iterate.averageFactor, iterate.averagedCount, iterate.cumulativePenalty
      )
    }
  }

  /// The elements of the columns, for each problem; none of an array that is not there.
  private func values<Scalar: MatrixScalar>(_ elements: [Scalar], _ problems: Int) -> [Double] {
    guard !elements.isEmpty else { return [] }
    let width = elements.count / problems
    var values: [Double] = []
    values.reserveCapacity(columns.count * problems)
    for problem in 0..<problems {
      for column in columns { values.append(Double(elements[problem * width + Int(column)])) }
    }
    return values
  }

  /// Puts an array back that may not have been there.
  private func restore(_ values: [Double], _ elements: inout [Double], _ problems: Int) {
    if values.isEmpty { elements = [] } else { put(values, into: &elements, problems) }
  }

  private func put<Scalar: MatrixScalar>(
    _ values: [Double], into elements: inout [Scalar], _ problems: Int
  ) {
    let width = elements.count / problems
    var next = values.makeIterator()
    for problem in 0..<problems {
      for column in columns {
        if let value = next.next() { elements[problem * width + Int(column)] = Scalar(value) }
      }
    }
  }

  /// Whether the same columns of an iterate are finite, and its few other numbers.
  func isFinite(_ iterate: AnyLinearIterate) -> Bool {
    switch iterate {
    case .double(let iterate): isFinite(iterate)
    case .single(let iterate): isFinite(iterate)
    }
  }

  private func isFinite<Parameter: MatrixScalar>(_ iterate: LinearIterate<Parameter>) -> Bool {
    let parameters = iterate.parameters
    return iterate.scale.isFinite && iterate.averageFactor.isFinite
      && parameters.intercepts.isFinite && parameters.averageIntercepts.isFinite
      && values(parameters.vectors, iterate.problemCount).isFinite
      && values(parameters.averageRest, iterate.problemCount).isFinite
      && values(parameters.takenPenalty, iterate.problemCount).isFinite
  }
}
