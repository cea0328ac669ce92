internal import LinearAlgebra

/// The parameters that stochastic gradient descent works on, for all K problems at once.
///
/// Coefficients are scale · vectors. Dense samples change the vectors themselves and leave the
/// scale at 1; sparse samples shrink all coefficients at once through the scale and touch only the
/// columns they store. With averaging, the sum of the iterates is factor · vectors + rest: so a
/// sparse sample, which changes few columns of the vectors, changes few of the rest.
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

  /// How much the absolute penalty has added up to.
  var cumulativePenalty = 0.0

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
  mutating func makeRoom(forAverage: Bool, forPenalty: Bool) {
    let count = parameters.vectors.count
    if forAverage, parameters.averageRest.isEmpty {
      parameters.averageRest = [Double](repeating: 0, count: count)
      parameters.averageIntercepts = [Double](repeating: 0, count: problemCount)
    }
    if forPenalty, parameters.takenPenalty.isEmpty {
      parameters.takenPenalty = [Double](repeating: 0, count: count)
    }
  }

  /// Makes the state one that dense samples can change in place: no scale, and a sum that stands
  /// alone.
  mutating func makeExplicit() {
    if averageFactor != 0 {
      for index in parameters.averageRest.indices {
        parameters.averageRest[index] += averageFactor * Double(parameters.vectors[index])
      }
      averageFactor = 0
    }
    guard scale != 1 else { return }
    for index in parameters.vectors.indices {
      parameters.vectors[index] = Parameter(Double(parameters.vectors[index]) * scale)
    }
    scale = 1
  }

  /// Forgets what the optimizer remembers; coefficients stay what they are.
  mutating func forgetOptimizer() {
    averageFactor = 0
    averagedCount = 0
    parameters.averageRest = []
    parameters.averageIntercepts = []
    parameters.takenPenalty = []
    cumulativePenalty = 0
    makeExplicit()
  }

  /// The current iterate.
  var current: LinearParameters {
    // In double precision and without a scale they are the coefficients, and nothing is copied.
    let coefficients =
      scale == 1
      ? parameters.vectors as? [Double] ?? parameters.vectors.map { Double($0) }
      : parameters.vectors.map { Double($0) * scale }
    return LinearParameters(
      coefficients: matrix(coefficients),
      intercepts: parameters.intercepts as? [Double] ?? parameters.intercepts.map { Double($0) })
  }

  /// What predicts: the mean of the iterates if there is one, otherwise the current iterate.
  var presented: LinearParameters {
    guard averagedCount > 0 else { return current }
    let share = 1 / Double(averagedCount)
    let rest = parameters.averageRest
    let mean = rest.indices.map {
      (rest[$0] + averageFactor * Double(parameters.vectors[$0])) * share
    }
    return LinearParameters(
      coefficients: matrix(mean), intercepts: parameters.averageIntercepts.map { $0 * share }
    ).rounded(to: Parameter.self)
  }

  private func matrix(_ elements: [Double]) -> Matrix<Double> {
    Matrix(unchecked: elements, rowCount: problemCount, columnCount: featureCount)
  }

  /// Whether the iterate is all there is: no scale, no average, no penalty.
  var isPlain: Bool {
    scale == 1 && parameters.averageRest.isEmpty && parameters.takenPenalty.isEmpty
  }

  /// Whether every number is finite.
  var isFinite: Bool {
    parameters.vectors.isFinite && parameters.intercepts.isFinite && scale.isFinite
      && parameters.averageRest.isFinite && parameters.averageIntercepts.isFinite
      && averageFactor.isFinite && parameters.takenPenalty.isFinite && cumulativePenalty.isFinite
  }
}

extension LinearParameters {
  /// The same, rounded to a precision.
  fileprivate func rounded<Parameter: MatrixScalar>(to type: Parameter.Type) -> LinearParameters {
    guard Parameter.self == Float.self else { return self }
    return LinearParameters(
      coefficients: coefficients.converted(to: Float.self).converted(to: Double.self),
      intercepts: intercepts.map { Double(Float($0)) })
  }
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
    }
  }
}
