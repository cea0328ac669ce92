internal import LinearAlgebra

/// A step that was taken, and the change of the gradient along it.
struct CurvaturePair<Scalar: MatrixScalar> {
  let step: [Scalar]
  let change: [Scalar]

  /// The product of the two, greater than 0.
  var curvature: Double { dot(step, change) }
}

/// A point with what is to be made small there, and its gradient.
struct Evaluation<Scalar: MatrixScalar> {
  var point: [Scalar]
  var value: Double
  var gradient: [Scalar]

  /// The largest magnitude in the gradient.
  var steepness: Double { gradient.reduce(0) { max($0, abs(Double($1))) } }
}

/// The method of Broyden, Fletcher, Goldfarb and Shanno with a limited memory: a few past steps
/// stand for the inverse of the Hessian.
///
/// **Source:** D. Liu, J. Nocedal: *On the limited memory BFGS method for large scale
/// optimization*, 1989; the line search is algorithm 3.5 of J. Nocedal's and S. Wright's *Numerical
/// optimization*, 2006.
struct LimitedMemoryBFGS<Scalar: MatrixScalar> {
  /// How many steps are remembered, as in scipy.
  static var longestMemory: Int { 10 }

  /// The steps remembered, oldest first.
  var pairs: [CurvaturePair<Scalar>]

  /// Moves to a better point.
  ///
  /// - Parameters:
  ///   - start: Where to begin.
  ///   - evaluate: What is to be made small.
  /// - Returns: A point of a lower value, or `nil` if none is found.
  /// - Complexity: O(memory · parameters), and mostly one or two evaluations.
  mutating func improve(
    _ start: Evaluation<Scalar>, _ evaluate: @escaping ([Scalar]) -> Evaluation<Scalar>
  ) -> Evaluation<Scalar>? {
    guard start.steepness > 0 else { return nil }
    var search = LineSearch(start: start, direction: direction(start.gradient), evaluate: evaluate)
    var end = search.slope(start) < 0 ? search.run(firstLength: firstLength(start)) : nil
    if end == nil, !pairs.isEmpty {
      // What is remembered leads nowhere from here.
      pairs = []
      search.direction = direction(start.gradient)
      end = search.run(firstLength: firstLength(start))
    }
    guard let end else { return nil }
    let pair = CurvaturePair(
      step: difference(end.point, start.point), change: difference(end.gradient, start.gradient))
    if pair.curvature > Double(Scalar.ulpOfOne) * dot(pair.change, pair.change) {
      if pairs.count == Self.longestMemory { pairs.removeFirst() }
      pairs.append(pair)
    }
    return end
  }

  /// With nothing remembered the direction has no length of its own.
  private func firstLength(_ start: Evaluation<Scalar>) -> Double {
    pairs.isEmpty ? min(1, 1 / dot(start.gradient, start.gradient).squareRoot()) : 1
  }

  /// Minus the gradient, times the approximate inverse of the Hessian.
  private func direction(_ gradient: [Scalar]) -> [Scalar] {
    var result = gradient.map { -$0 }
    var factors: [Double] = []
    for pair in pairs.reversed() {
      let factor = dot(pair.step, result) / pair.curvature
      add(-factor, pair.change, to: &result)
      factors.append(factor)
    }
    if let last = pairs.last {
      let scale = Scalar(last.curvature / dot(last.change, last.change))
      for index in result.indices { result[index] *= scale }
    }
    for (pair, factor) in zip(pairs, factors.reversed()) {
      add(factor - dot(pair.change, result) / pair.curvature, pair.step, to: &result)
    }
    return result
  }
}

/// A search along a line for a point that is low enough and flat enough.
private struct LineSearch<Scalar: MatrixScalar> {
  let start: Evaluation<Scalar>
  var direction: [Scalar]
  let evaluate: ([Scalar]) -> Evaluation<Scalar>

  private static var longestSearch: Int { 25 }

  /// A place on the line.
  private struct Trial {
    var length: Double
    var slope: Double
    var found: Evaluation<Scalar>
  }

  /// The slope along the line.
  func slope(_ found: Evaluation<Scalar>) -> Double { dot(found.gradient, direction) }

  /// Returns the point, or `nil` if none is lower than the start.
  func run(firstLength: Double) -> Evaluation<Scalar>? {
    var before = Trial(length: 0, slope: slope(start), found: start)
    var length = firstLength
    for _ in 0..<Self.longestSearch {
      let trial = trial(length)
      guard isLow(trial), before.length == 0 || trial.found.value < before.found.value else {
        return between(before, trial)
      }
      if isFlat(trial) { return trial.found }
      if trial.slope >= 0 { return between(trial, before) }
      before = trial
      length *= 4
    }
    return before.found
  }

  private func trial(_ length: Double) -> Trial {
    var point = start.point
    add(length, direction, to: &point)
    let found = evaluate(point)
    return Trial(length: length, slope: slope(found), found: found)
  }

  /// Whether the value has fallen in proportion to the length; never where it is not a number.
  private func isLow(_ trial: Trial) -> Bool {
    trial.found.value <= start.value + 1e-4 * trial.length * slope(start)
  }

  private func isFlat(_ trial: Trial) -> Bool { abs(trial.slope) <= -0.9 * slope(start) }

  /// Searches between a low place and one on the other side of what is wanted.
  private func between(_ low: Trial, _ high: Trial) -> Evaluation<Scalar>? {
    var (low, high) = (low, high)
    for _ in 0..<Self.longestSearch {
      let trial = trial(lowest(low, high))
      if isLow(trial), trial.found.value < low.found.value {
        if isFlat(trial) { return trial.found }
        if trial.slope * (high.length - low.length) >= 0 { high = low }
        low = trial
      } else {
        high = trial
      }
    }
    return low.length > 0 ? low.found : nil
  }

  /// Where a cubic through both places is lowest, kept away from either.
  private func lowest(_ low: Trial, _ high: Trial) -> Double {
    let width = high.length - low.length
    let d1 = low.slope + high.slope - 3 * (high.found.value - low.found.value) / width
    let d2 = (d1 * d1 - low.slope * high.slope).squareRoot()
    let share =
      1 - (high.slope + (width < 0 ? -d2 : d2) - d1)
      / (high.slope - low.slope
        + 2 * (width < 0 ? -d2 : d2))
    return low.length + width * (share.isFinite ? min(0.9, max(0.1, share)) : 0.5)
  }
}

private func dot<Scalar: MatrixScalar>(_ x: [Scalar], _ y: [Scalar]) -> Double {
  var sum = 0.0
  for index in x.indices { sum += Double(x[index]) * Double(y[index]) }
  return sum
}

private func add<Scalar: MatrixScalar>(_ factor: Double, _ x: [Scalar], to y: inout [Scalar]) {
  let factor = Scalar(factor)
  for index in x.indices { y[index] += factor * x[index] }
}

private func difference<Scalar: MatrixScalar>(_ x: [Scalar], _ y: [Scalar]) -> [Scalar] {
  x.indices.map { x[$0] - y[$0] }
}
