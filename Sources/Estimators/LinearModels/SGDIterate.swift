internal import LinearAlgebra

/// The parameters that stochastic gradient descent works on, for all K problems of a classifier at
/// once.
///
/// Coefficients are scale · vector. Dense samples change the vector itself and leave the scale at
/// 1; sparse samples shrink all coefficients at once through the scale and touch only the columns
/// they store.
struct SGDIterate: Equatable, Sendable {
  /// The unscaled coefficients, K × d in row order.
  var vectors: [Double]

  /// What the vectors are multiplied by.
  var scale = 1.0

  /// The intercepts, K.
  var intercepts: [Double]

  /// The sum of past iterates, or `nil` if nothing is averaged.
  var average: SGDAverage?

  /// The number of features, d.
  var featureCount: Int { vectors.count / intercepts.count }

  /// Below this scale the vectors take it over, so that neither loses digits.
  static let smallestScale = 1e-4

  /// Multiplies the scale into the vectors; coefficients stay what they are, to rounding.
  mutating func foldScale() {
    guard scale != 1 else { return }
    average?.foldScale(scale)
    let factor = scale
    vectors.withUnsafeMutableBufferPointer { buffer in
      guard let address = buffer.baseAddress else { return }
      Double._scale(factor, address, buffer.count)
    }
    scale = 1
  }

  /// Makes the state one that dense samples can change in place: no scale, and a sum that stands
  /// alone.
  mutating func makeExplicit() {
    foldScale()
    average?.makeExplicit(vectors)
  }

  /// The coefficients, K × d in row order.
  var coefficients: [Double] {
    scale == 1 ? vectors : vectors.map { $0 * scale }
  }

  /// Whether every parameter is finite.
  var isFinite: Bool {
    vectors.isFinite && intercepts.isFinite && (average?.isFinite ?? true)
  }
}

/// The sum of the iterates after each averaged step, whose mean is the model.
///
/// The sum of the coefficients is factor · vectors + rest: so a sparse sample, which changes few
/// columns of the vectors, changes few of the rest.
///
/// **Source:** the two-variable form by W. Xu, *Towards optimal one pass large scale learning with
/// averaged stochastic gradient descent*, 2011.
struct SGDAverage: Equatable, Sendable {
  /// What the vectors count in the sum.
  var factor = 0.0

  /// The part of the sum beside them, K × d in row order.
  var rest: [Double]

  /// The sum of the intercepts, K.
  var intercepts: [Double]

  /// The number of iterates in the sum.
  var count = 0

  init(problemCount: Int, featureCount: Int) {
    rest = [Double](repeating: 0, count: problemCount * featureCount)
    intercepts = [Double](repeating: 0, count: problemCount)
  }

  /// Follows the vectors when they take over their scale.
  mutating func foldScale(_ scale: Double) { factor /= scale }

  /// Makes the rest the whole sum.
  mutating func makeExplicit(_ vectors: [Double]) {
    guard factor != 0 else { return }
    for index in rest.indices { rest[index] += factor * vectors[index] }
    factor = 0
  }

  /// The mean of the coefficients, K × d in row order.
  func meanCoefficients(_ vectors: [Double]) -> [Double] {
    let weight = 1 / Double(count)
    return zip(rest, vectors).map { ($0 + factor * $1) * weight }
  }

  /// The mean of the intercepts.
  var meanIntercepts: [Double] { intercepts.map { $0 / Double(count) } }

  var isFinite: Bool { rest.isFinite && intercepts.isFinite && factor.isFinite }
}

extension [Double] {
  /// Whether every number is finite.
  var isFinite: Bool {
    withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { Double._isFinite($0, buffer.count) } ?? true
    }
  }
}
