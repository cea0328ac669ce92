internal import LinearAlgebra

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// What a network's optimizer remembers from step to step.
struct NetworkMemory: Equatable, Sendable {
  /// The number of steps taken.
  var stepCount = 0

  /// Adam's running mean of the gradient, or the velocity; as long as the parameters, and empty for
  /// L-BFGS.
  var first: NumberArray

  /// Adam's running mean of the squared gradient; empty for the others.
  var second: NumberArray

  /// The steps and changes of the gradient that L-BFGS remembers, oldest first.
  var pairs: [Pair] = []

  struct Pair: Equatable, Sendable {
    var step: NumberArray
    var change: NumberArray
  }

  /// Whether everything is of the precision of parameters, also where there are none, and as long as
  /// they are, or empty.
  func fits(_ parameters: NumberArray) -> Bool {
    let pairs = pairs.flatMap { [$0.step, $0.change] }
    return ([first, second] + pairs).allSatisfy { $0.precision == parameters.precision }
      && [first, second].allSatisfy { $0.count == 0 || $0.count == parameters.count }
      && pairs.allSatisfy { $0.count == parameters.count }
  }

  /// Whether every number is finite.
  var isFinite: Bool {
    first.isFinite && second.isFinite
      && pairs.allSatisfy { $0.step.isFinite && $0.change.isFinite }
  }

  init(solver: NetworkSolver, parameterCount: Int, precision: Precision) {
    first = NumberArray(
      zeros: solver == .lbfgs ? 0 : parameterCount, precision: precision)
    second = NumberArray(
      zeros: solver == .adam ? parameterCount : 0, precision: precision)
  }
}

extension NetworkMemory {
  /// Appends everything to an archive.
  func write(to archive: inout TensorArchive) {
    archive.append("optimizer.step", stepCount)
    archive.append("optimizer.first", first)
    archive.append("optimizer.second", second)
    for (index, pair) in pairs.enumerated() {
      archive.append("optimizer.pairs.\(index).step", pair.step)
      archive.append("optimizer.pairs.\(index).change", pair.change)
    }
  }

  /// Reads what was appended, or returns `nil` if nothing was.
  static func ifPresent(
    in archive: TensorArchive, solver: NetworkSolver?
  ) throws(EstimatorError) -> NetworkMemory? {
    guard archive.contains("optimizer.step") else { return nil }
    return try NetworkMemory(from: archive, solver: solver)
  }

  /// Reads what was appended.
  ///
  /// - Parameters:
  ///   - archive: The archive.
  ///   - solver: The solver whose memory it is, or `nil` if it is not known.
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive, solver: NetworkSolver?) throws(EstimatorError) {
    stepCount = try archive.count("optimizer.step")
    first = try archive.numberArray("optimizer.first")
    second = try archive.numberArray("optimizer.second")
    while archive.contains("optimizer.pairs.\(pairs.count).step") {
      let name = "optimizer.pairs.\(pairs.count)"
      pairs.append(
        Pair(
          step: try archive.numberArray("\(name).step"),
          change: try archive.numberArray("\(name).change")))
    }
    let isOfSolver =
      switch solver {
      case .adam: first.count > 0 && second.count > 0 && pairs.isEmpty
      case .sgd: first.count > 0 && second.count == 0 && pairs.isEmpty
      case .lbfgs: first.count == 0 && second.count == 0
      case nil: true
      }
    guard isOfSolver else {
      throw .unreadableModel(reason: "the optimizer's memory is not that of its solver")
    }
  }
}

/// A network's optimizer at work: parameters and memory, taken out of the state for a pass.
struct NetworkStepper<Scalar: MatrixScalar> {
  let settings: NetworkSettings
  let shape: NetworkShape
  var parameters: [Scalar]
  var first: [Scalar]
  var second: [Scalar]
  var stepCount: Int

  /// Takes one step against a gradient.
  ///
  /// - Parameters:
  ///   - gradient: The gradient of the mean loss, as long as the parameters.
  ///   - rate: The learning rate.
  ///   - l2: What the weights are multiplied by to be the gradient of the penalty.
  /// - Returns: The sum of squares of all weights before the step.
  /// - Complexity: O(parameters), one pass.
  mutating func step(gradient: UnsafePointer<Scalar>, rate: Double, l2: Double) -> Double {
    stepCount = stepCount.counting(1)
    let corrected = settings.solver == .adam ? rate * correction(atStep: stepCount) : rate
    var squares = 0.0
    parameters.withUnsafeMutableBufferPointer { parameters in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          guard let w = parameters.baseAddress, let m = first.baseAddress else { return }
          func move(_ range: Range<Int>, _ layer: Int, _ l2: Double) -> Double {
            let start = range.lowerBound
            guard !settings.frozenLayers.contains(layer) else {
              return Scalar._sumOfSquares(w + start, range.count)
            }
            let multiplier =
              settings.rateMultipliers.isEmpty ? 1 : settings.rateMultipliers[layer]
            let rate = Scalar(corrected * multiplier)
            if settings.solver == .adam, let v = second.baseAddress {
              return Scalar._adam(
                w + start, m + start, v + start, gradient + start, range.count, Scalar(l2), rate,
                settings.beta1, settings.beta2,
                // Of a gradient of 0 there is no step, also where a float holds no such ε.
                max(Scalar(settings.epsilon), .leastNormalMagnitude))
            }
            return Scalar._momentum(
              w + start, m + start, gradient + start, range.count, Scalar(l2), rate,
              settings.momentum, settings.nesterov)
          }
          for layer in 0..<shape.layerCount {
            squares += move(shape.weights(of: layer), layer, l2)
            _ = move(shape.biases(of: layer), layer, 0)
          }
        }
      }
    }
    return squares
  }

  /// What Adam's rate is multiplied by because its means start at zero.
  private func correction(atStep step: Int) -> Double {
    lost(settings.beta2, step).squareRoot() / lost(settings.beta1, step)
  }

  /// 1 − base^step; near 1 the power would keep no digits of it.
  private func lost(_ base: Double, _ step: Int) -> Double { -expm1(Double(step) * log(base)) }
}
