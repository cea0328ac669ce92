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
  ///   - stepCount: The number of steps that the pass will take.
  ///   - needsRoom: Whether the pass makes room first that touches every column.
  init(
    _ state: inout StochasticGradientState, _ features: some FeatureMatrix, lowestShrink: Double,
    stepCount: Int, needsRoom: Bool
  ) {
    // With room for rounding: a pass that may fold its scale touches every column.
    let mayFold =
      state.iterate.scale * lowestShrink < 1.01 * GradientProgress.smallestScale
      || state.iterate.notedStepCount + stepCount
        >= GradientSteps.capacity(columnCount: state.iterate.featureCount)
    guard features.isSparse, !mayFold, !needsRoom,
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
  private var averageRest: [Double]?
  private var takenPenalty: [Double]?
  private var touched: [Int32]?
  private var stepCount = 0
  private var intercepts: [Double] = []
  private var averageIntercepts: [Double] = []
  private var progress = GradientProgress()

  init(columns: [Int32]) { self.columns = columns }

  mutating func apply<Parameter: MatrixScalar>(to iterate: inout LinearIterate<Parameter>) {
    let problems = iterate.problemCount
    guard isRestoring else {
      let parameters = iterate.parameters
      vectors = values(parameters.vectors, problems)
      averageRest =
        parameters.averageRest.isEmpty ? nil : values(parameters.averageRest, problems)
      takenPenalty =
        parameters.takenPenalty.isEmpty ? nil : values(parameters.takenPenalty, problems)
      touched = parameters.steps.map { steps in columns.map { steps.touched[Int($0)] } }
      stepCount = parameters.steps?.count ?? 0
      intercepts = parameters.intercepts.map { Double($0) }
      averageIntercepts = parameters.averageIntercepts
      progress = iterate.progress
      return
    }
    put(vectors, into: &iterate.parameters.vectors, problems)
    // What was not there is not there again, whatever its columns hold.
    restore(averageRest, &iterate.parameters.averageRest, problems)
    restore(takenPenalty, &iterate.parameters.takenPenalty, problems)
    restore(touched, &iterate.parameters.steps)
    iterate.parameters.intercepts = intercepts.map { Parameter($0) }
    iterate.parameters.averageIntercepts = averageIntercepts
    iterate.take(progress)
  }

  /// The elements of the columns, for each problem.
  private func values<Scalar: MatrixScalar>(_ elements: [Scalar], _ problems: Int) -> [Double] {
    let width = elements.count / problems
    var values: [Double] = []
    values.reserveCapacity(columns.count * problems)
    for problem in 0..<problems {
      for column in columns { values.append(Double(elements[problem * width + Int(column)])) }
    }
    return values
  }

  /// Puts an array back that may not have been there.
  private func restore(_ values: [Double]?, _ elements: inout [Double], _ problems: Int) {
    guard let values else {
      elements = []
      return
    }
    put(values, into: &elements, problems)
  }

  /// Takes back the steps of the pass.
  private func restore(_ touched: [Int32]?, _ steps: inout GradientSteps?) {
    guard let touched else {
      steps = nil
      return
    }
    let size = stepCount * GradientSteps.recordSize
    if let count = steps?.records.count { steps?.records.removeLast(count - size) }
    for (column, step) in zip(columns, touched) { steps?.touched[Int(column)] = step }
  }

  private func put<Scalar: MatrixScalar>(
    _ values: [Double], into elements: inout [Scalar], _ problems: Int
  ) {
    let width = elements.count / problems
    var next = 0
    for problem in 0..<problems {
      for column in columns {
        elements[problem * width + Int(column)] = Scalar(values[next])
        next += 1
      }
    }
  }

  /// Whether the same columns of an iterate are finite, also as they are presented, and its few
  /// other numbers.
  func isFinite(_ iterate: AnyLinearIterate) -> Bool {
    switch iterate {
    case .double(let iterate): isFinite(iterate)
    case .single(let iterate): isFinite(iterate)
    }
  }

  private func isFinite<Parameter: MatrixScalar>(_ iterate: LinearIterate<Parameter>) -> Bool {
    let (parameters, problems) = (iterate.parameters, iterate.problemCount)
    let vectors = values(parameters.vectors, problems)
    guard iterate.hasFiniteFewNumbers, vectors.isFinite,
      vectors.allSatisfy({ Parameter($0 * iterate.scale).isFinite }),
      parameters.takenPenalty.isEmpty || values(parameters.takenPenalty, problems).isFinite
    else { return false }
    guard !parameters.averageRest.isEmpty else { return true }
    return zip(vectors, values(parameters.averageRest, problems)).allSatisfy { vector, rest in
      iterate.isPresentable(sum: rest + iterate.averageFactor * vector)
    }
  }
}
