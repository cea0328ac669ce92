internal import LinearAlgebra

/// The steps of L-BFGS over the samples of one call, all of them at once.
struct NetworkDescent<Features: FeatureMatrix, Scalar: MatrixScalar> {
  let settings: NetworkSettings
  let rows: [Int]
  let gradient: NetworkGradient<Features, Scalar>

  /// Takes one step.
  ///
  /// - Parameters:
  ///   - state: Parameters and optimizer, which are changed.
  ///   - clock: The clock, which goes on.
  /// - Returns: Σ weight · loss / rows with the penalty, before the step.
  func run(_ state: inout NetworkState, _ clock: inout ScheduleState) -> EpochOutcome {
    let shape = state.form.shape
    var memory =
      state.optimizer
      ?? NetworkMemory(solver: .lbfgs, parameterCount: 0, precision: state.parameters.precision)
    var method = LimitedMemoryBFGS<Scalar>(
      pairs: memory.pairs.map { pair in
        var pair = pair
        return CurvaturePair(
          step: pair.step.take(as: Scalar.self), change: pair.change.take(as: Scalar.self))
      })
    let start = evaluate(state.parameters.take(as: Scalar.self), shape)
    let end = method.improve(start) { evaluate($0, shape) }
    state.parameters = NumberArray((end ?? start).point)
    memory.stepCount = memory.stepCount.counting(end == nil ? 0 : 1)
    memory.pairs = method.pairs.map {
      NetworkMemory.Pair(step: NumberArray($0.step), change: NumberArray($0.change))
    }
    state.optimizer = memory
    clock.clock = clock.clock.counting(rows.count)
    return EpochOutcome(
      loss: start.value, objective: start.value, learningRate: 1,
      hasConverged: hasConverged(start, end))
  }

  /// Whether a tolerance is met, in scipy's terms: of slopes, or of what the loss has fallen by.
  private func hasConverged(
    _ start: Evaluation<Scalar>, _ end: Evaluation<Scalar>?
  ) -> Bool {
    guard let tolerance = settings.tolerance else { return false }
    guard let end, end.steepness > tolerance else { return true }
    let rounding = max(2.2e-9, 16 * Double(Scalar.ulpOfOne))
    return start.value - end.value <= rounding * max(abs(start.value), abs(end.value), 1)
  }

  /// Σ weight · loss / rows + alpha / (2 rows) · Σ weights², and its gradient.
  private func evaluate(_ point: [Scalar], _ shape: NetworkShape) -> Evaluation<Scalar> {
    var result = Evaluation(point: point, value: 0, gradient: point.map { _ in 0 })
    rows.withUnsafeBufferPointer { rows in
      let loss = point.withUnsafeBufferPointer { point in
        point.baseAddress.map { gradient.compute($0, rows, dropout: nil) } ?? 0
      }
      let count = Double(rows.count)
      let l2 = Scalar(settings.alpha / count)
      var squares = 0.0
      for index in result.gradient.indices { result.gradient[index] = gradient.value[index] }
      for layer in 0..<shape.layerCount {
        for index in shape.weights(of: layer) {
          result.gradient[index] += l2 * point[index]
          squares += Double(point[index]) * Double(point[index])
        }
      }
      result.value = (loss + 0.5 * settings.alpha * squares) / count
    }
    return result
  }
}
