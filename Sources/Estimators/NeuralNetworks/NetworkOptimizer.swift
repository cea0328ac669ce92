internal import LinearAlgebra

/// What a network's optimizer remembers from batch to batch.
struct NetworkOptimizerState: Equatable, Sendable {
  /// The number of steps taken.
  var stepCount = 0

  /// Adam's running mean of the gradient, or the velocity; as long as the parameters.
  var first: [Double]

  /// Adam's running mean of the squared gradient; empty for the velocity.
  var second: [Double]

  /// Whether every number is finite.
  var isFinite: Bool { first.isFinite && second.isFinite }

  init(solver: NetworkSolver, parameterCount: Int) {
    first = [Double](repeating: 0, count: parameterCount)
    second = [Double](repeating: 0, count: solver == .adam ? parameterCount : 0)
  }
}

/// The settings of a network's optimizer.
struct NetworkOptimizer {
  var solver: NetworkSolver
  /// The strength of the squared penalty on the weights.
  var alpha: Double
  var momentum: Double
  var usesNesterov: Bool
  var beta1: Double
  var beta2: Double
  var epsilon: Double

  /// Takes one step against a gradient.
  ///
  /// The penalty is divided by what the batch counts, `weightSum`.
  ///
  /// - Returns: The sum of squares of all weights before the step.
  /// - Complexity: O(parameters), one pass.
  func step(
    _ parameters: inout [Double], _ state: inout NetworkOptimizerState,
    gradient: UnsafePointer<Double>, shape: NetworkShape, rate: Double, weightSum: Double
  ) -> Double {
    state.stepCount += 1
    let corrected = rate * correction(atStep: state.stepCount)
    var squares = 0.0
    parameters.withUnsafeMutableBufferPointer { parameters in
      state.first.withUnsafeMutableBufferPointer { first in
        state.second.withUnsafeMutableBufferPointer { second in
          guard let w = parameters.baseAddress, let m = first.baseAddress else { return }
          func move(_ range: Range<Int>, l2: Double) -> Double {
            let start = range.lowerBound
            if solver == .adam, let v = second.baseAddress {
              return Double._adam(
                w + start, m + start, v + start, gradient + start, range.count, l2, corrected,
                beta1, beta2, epsilon)
            }
            return Double._momentum(
              w + start, m + start, gradient + start, range.count, l2, rate, momentum,
              usesNesterov)
          }
          for layer in 0..<shape.layerCount {
            squares += move(shape.weights(of: layer), l2: alpha / weightSum)
            _ = move(shape.biases(of: layer), l2: 0)
          }
        }
      }
    }
    return squares
  }

  /// What Adam's rate is multiplied by because its means start at zero.
  private func correction(atStep step: Int) -> Double {
    (1 - power(beta2, step)).squareRoot() / (1 - power(beta1, step))
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    // By squaring, so that the millionth step costs twenty multiplications.
    var result = 1.0
    var square = base
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}
