internal import LinearAlgebra

/// The parameters that stochastic gradient descent works on, for all K problems at once.
///
/// Coefficients are scale · vectors. Dense samples in double precision change the vectors themselves
/// and leave the scale at 1; in single precision, where a factor near 1 has few digits, and for
/// sparse samples, all coefficients are shrunk at once through the scale. Sparse samples touch only
/// the columns they store. With averaging, the sum of the iterates is factor · vectors + rest: so a
/// sparse sample, which changes few columns of the vectors, changes few of the rest. What an absolute
/// penalty takes from the columns that a sparse sample does not store is taken when they are next
/// touched, or read.
///
/// **Source:** the lazy average is W. Xu's: *Towards optimal one pass large scale learning with
/// averaged stochastic gradient descent*, 2011.
struct LinearIterate<Parameter: MatrixScalar>: Equatable, Sendable {
  /// Vectors, intercepts, the rest of the average, what the absolute penalty has taken.
  var parameters: GradientParameters<Parameter>

  /// What the vectors are multiplied by to be coefficients.
  var scale = 1.0

  /// What the vectors count in the sum of iterates, and how many iterates it has.
  var averageFactor = 0.0
  var averagedCount = 0

  /// How much the absolute penalty has added up to, and whether every coefficient that is not 0 has
  /// paid it in full: not where training has gone on without it.
  var cumulativePenalty = 0.0
  var isPaid = true

  /// The number of problems, K.
  var problemCount: Int { parameters.intercepts.count }

  /// The number of features, d.
  var featureCount: Int { parameters.vectors.count / problemCount }

  init(parameters: GradientParameters<Parameter>) { self.parameters = parameters }

  /// Starts from given parameters.
  init(_ start: LinearParameters) {
    parameters = GradientParameters(
      vectors: start.coefficients.elements.map { Parameter($0) },
      intercepts: start.intercepts.map { Parameter($0) })
  }

  /// Makes room for an average and for a penalty, where they are wanted and not there.
  ///
  /// - Parameters:
  ///   - forAverage: Whether iterates will be averaged.
  ///   - forPenalty: Whether there will be an absolute penalty.
  ///   - isSparse: Whether samples will touch some columns only.
  mutating func makeRoom(forAverage: Bool, forPenalty: Bool, isSparse: Bool) {
    let count = parameters.vectors.count
    if forAverage, parameters.averageRest.isEmpty {
      parameters.averageRest = [Double](repeating: 0, count: count)
      parameters.averageIntercepts = [Double](repeating: 0, count: problemCount)
    }
    if forPenalty, parameters.takenPenalty.isEmpty {
      parameters.takenPenalty = [Double](repeating: 0, count: count)
    }
    if !forPenalty, !parameters.takenPenalty.isEmpty {
      catchUp()
      isPaid = false
    }
    if !isSparse { makeReadyForDense() }
    if forPenalty, isSparse, parameters.steps == nil {
      makeExplicit()
      parameters.steps = GradientSteps(columnCount: featureCount, penalty: cumulativePenalty)
    }
  }

  /// Whether room would have to be made that touches every column.
  func needsRoom(forAverage: Bool, forPenalty: Bool) -> Bool {
    (forAverage && parameters.averageRest.isEmpty)
      || (forPenalty && (parameters.takenPenalty.isEmpty || parameters.steps == nil || !isPaid))
      || (!forPenalty && parameters.steps != nil)
  }

  /// Takes from all coefficients what the absolute penalty has still to take.
  private mutating func catchUp() {
    guard parameters.steps != nil else { return }
    var progress = self.progress
    parameters.catchUp(&progress)
    parameters.steps = nil
    take(progress)
  }

  /// Makes the state one that dense samples can change: none behind, and a sum that stands alone; in
  /// double precision also no scale.
  private mutating func makeReadyForDense() {
    catchUp()
    makeAverageExplicit()
    if Parameter.self == Double.self { makeExplicit() }
  }

  private mutating func makeAverageExplicit() {
    guard averageFactor != 0 else { return }
    for index in parameters.averageRest.indices {
      parameters.averageRest[index] += averageFactor * Double(parameters.vectors[index])
    }
    averageFactor = 0
  }

  /// Makes the vectors the coefficients: none behind, no scale, and a sum that stands alone.
  mutating func makeExplicit() {
    catchUp()
    makeAverageExplicit()
    guard scale != 1 else { return }
    for index in parameters.vectors.indices {
      parameters.vectors[index] = Parameter(Double(parameters.vectors[index]) * scale)
    }
    scale = 1
  }

  /// The same with nothing that is behind.
  var upToDate: LinearIterate {
    guard parameters.steps != nil else { return self }
    var copy = self
    copy.catchUp()
    return copy
  }

  /// What visits change beside the parameters, without losses.
  var progress: GradientProgress {
    var progress = GradientProgress()
    progress.scale = scale
    progress.averageFactor = averageFactor
    progress.averagedCount = averagedCount
    progress.cumulativePenalty = cumulativePenalty
    progress.isPaid = isPaid
    return progress
  }

  /// Takes over what visits have changed.
  mutating func take(_ progress: GradientProgress) {
    scale = progress.scale
    averageFactor = progress.averageFactor
    averagedCount = progress.averagedCount.counting(0)
    cumulativePenalty = progress.cumulativePenalty
    isPaid = progress.isPaid
  }

  /// Forgets what the optimizer remembers; coefficients stay what they are.
  mutating func forgetOptimizer() {
    makeExplicit()
    averagedCount = 0
    parameters.averageRest = []
    parameters.averageIntercepts = []
    parameters.takenPenalty = []
    cumulativePenalty = 0
    isPaid = true
  }

  /// The current iterate, in numbers that its precision has.
  var current: LinearParameters {
    guard parameters.steps == nil else { return upToDate.current }
    // In double precision and without a scale they are the coefficients, and nothing is copied.
    let coefficients =
      scale == 1
      ? parameters.vectors as? [Double] ?? parameters.vectors.map { Double($0) }
      : parameters.vectors.map { Double(Parameter(Double($0) * scale)) }
    return LinearParameters(
      coefficients: matrix(coefficients),
      intercepts: parameters.intercepts as? [Double] ?? parameters.intercepts.map { Double($0) })
  }

  /// What predicts: the mean of the iterates if there is one, otherwise the current iterate.
  var presented: LinearParameters {
    guard averagedCount > 0 else { return current }
    guard parameters.steps == nil else { return upToDate.presented }
    let share = 1 / Double(averagedCount)
    let rest = parameters.averageRest
    let mean = rest.indices.map {
      Double(Parameter((rest[$0] + averageFactor * Double(parameters.vectors[$0])) * share))
    }
    return LinearParameters(
      coefficients: matrix(mean),
      intercepts: parameters.averageIntercepts.map { Double(Parameter($0 * share)) })
  }

  private func matrix(_ elements: [Double]) -> Matrix<Double> {
    Matrix(unchecked: elements, rowCount: problemCount, columnCount: featureCount)
  }

  /// Whether the iterate is all there is: no scale, no average, no penalty.
  var isPlain: Bool {
    scale == 1 && parameters.averageRest.isEmpty && parameters.takenPenalty.isEmpty
      && parameters.steps == nil
  }

  /// Whether every number is finite, also as it is presented.
  var isFinite: Bool {
    guard hasFiniteFewNumbers, parameters.vectors.isFinite, parameters.averageRest.isFinite,
      parameters.takenPenalty.isFinite
    else { return false }
    if scale != 1 || parameters.steps != nil || averagedCount > 0 {
      return current.isFinite && presented.isFinite
    }
    return true
  }

  /// Whether the few numbers beside those of the columns are finite, also as they are presented.
  var hasFiniteFewNumbers: Bool {
    parameters.intercepts.isFinite && scale.isFinite && averageFactor.isFinite
      && cumulativePenalty.isFinite
      && parameters.averageIntercepts.allSatisfy { isPresentable(sum: $0) }
  }

  /// Whether a sum of iterates is finite, and so is their mean in the precision of the parameters.
  func isPresentable(sum: Double) -> Bool {
    averagedCount == 0
      ? sum.isFinite : sum.isFinite && Parameter(sum / Double(averagedCount)).isFinite
  }
}

extension LinearParameters {
  /// Whether every number is finite.
  fileprivate var isFinite: Bool { coefficients.elements.isFinite && intercepts.isFinite }
}

extension Array where Element: MatrixScalar {
  /// Whether every number is finite.
  var isFinite: Bool {
    withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { Element._isFinite($0, buffer.count) } ?? true
    }
  }
}

// MARK: - Archive

extension LinearIterate {
  /// Appends everything to an archive.
  func write(to archive: inout TensorArchive) {
    let count = featureCount
    func append<Scalar: MatrixScalar>(_ name: String, _ elements: [Scalar]) {
      guard !elements.isEmpty else { return }
      archive.append(
        name, Matrix(unchecked: elements, rowCount: problemCount, columnCount: count))
    }
    append("iterate.vectors", parameters.vectors)
    archive.append("iterate.scale", scale)
    archive.append("iterate.intercepts", parameters.intercepts)
    if !parameters.averageRest.isEmpty {
      append("average.rest", parameters.averageRest)
      archive.append("average.factor", averageFactor)
      archive.append("average.intercepts", parameters.averageIntercepts)
      archive.append("average.count", averagedCount)
    }
    if !parameters.takenPenalty.isEmpty {
      append("penalty.taken", parameters.takenPenalty)
      archive.append("penalty.cumulative", cumulativePenalty)
      archive.append("penalty.is_paid", isPaid ? 1 : 0)
    }
    if let steps = parameters.steps {
      archive.append(
        "penalty.steps",
        Matrix(
          unchecked: steps.records, rowCount: steps.count, columnCount: GradientSteps.recordSize))
      archive.append(Tensor("penalty.touched", steps.touched.map { Int($0) }))
    }
  }

  /// Reads what was appended.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    let vectors = try archive.matrix("iterate.vectors")
    let (rows, columns) = (vectors.rowCount, vectors.columnCount)
    guard rows > 0, columns > 0 else {
      throw .unreadableModel(reason: "the iterate has no coefficients")
    }
    self.init(
      LinearParameters(
        coefficients: vectors,
        intercepts: try archive.numbers("iterate.intercepts", count: rows)))
    scale = try archive.number("iterate.scale")
    guard scale > 0 else { throw .unreadableModel(reason: "the scale is not greater than 0") }
    if archive.contains("average.rest") {
      parameters.averageRest =
        try archive.matrix("average.rest", rows: rows, columns: columns).elements
      parameters.averageIntercepts = try archive.numbers("average.intercepts", count: rows)
      averageFactor = try archive.number("average.factor")
      averagedCount = try archive.count("average.count")
    }
    if archive.contains("penalty.taken") {
      parameters.takenPenalty =
        try archive.matrix("penalty.taken", rows: rows, columns: columns).elements
      cumulativePenalty = try archive.number("penalty.cumulative")
      // Earlier versions left out what sparse samples did not touch.
      isPaid = try archive.flag("penalty.is_paid")
    }
    if archive.contains("penalty.steps") {
      parameters.steps = try GradientSteps(from: archive, columnCount: columns)
    }
  }
}

extension GradientSteps {
  /// Reads steps.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  fileprivate init(from archive: TensorArchive, columnCount: Int) throws(EstimatorError) {
    let records = try archive.matrix("penalty.steps", columns: Self.recordSize)
    let touched = archive["penalty.touched"]
    guard archive.contains("penalty.taken"), records.rowCount > 0,
      records.rowCount <= Self.capacity(columnCount: columnCount),
      (0..<records.rowCount).allSatisfy({ records[$0, 0] > 0 }),
      touched?.shape == [columnCount], let numbers = touched?.integers,
      numbers.allSatisfy({ (0..<records.rowCount).contains($0) })
    else {
      throw .unreadableModel(reason: "the steps of the penalty contradict the coefficients")
    }
    self.init(columnCount: columnCount, penalty: 0)
    self.records = records.elements
    self.touched = numbers.map { Int32($0) }
  }
}
