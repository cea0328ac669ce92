internal import LinearAlgebra

/// The passes of one call over its samples, batch after batch.
struct NetworkPass<Features: FeatureMatrix, Scalar: MatrixScalar> {
  let settings: NetworkSettings
  let batchSize: Int
  let gradient: NetworkGradient<Features, Scalar>
  let isCancelled: @Sendable () -> Bool

  /// Visits every row once.
  ///
  /// - Parameters:
  ///   - state: Parameters and optimizer, which are changed.
  ///   - progress: Where training stands; its clocks go on.
  ///   - order: The rows, in the order in which they are visited.
  /// - Returns: The mean loss with the penalty, each batch before its own step.
  /// - Throws: ``EstimatorError/cancelled``.
  func run(
    _ state: inout NetworkState, _ progress: inout TrainingProgress, order: [Int]
  ) throws(EstimatorError) -> EpochOutcome {
    guard var memory = state.optimizer else {
      preconditionFailure("An optimizer is made before the first pass.")
    }
    // Taken out, so that the only copy is changed in place.
    state.optimizer = nil
    var stepper = NetworkStepper<Scalar>(
      settings: settings, shape: state.form.shape,
      parameters: state.parameters.take(as: Scalar.self),
      first: memory.first.take(as: Scalar.self), second: memory.second.take(as: Scalar.self),
      stepCount: memory.stepCount)
    defer {
      state.parameters = NumberArray(stepper.parameters)
      memory.first = NumberArray(stepper.first)
      memory.second = NumberArray(stepper.second)
      memory.stepCount = stepper.stepCount
      state.optimizer = memory
    }
    let schedule = NetworkSchedule(
      settings: settings, reductionCount: progress.schedule.reductionCount,
      start: progress.schedule.clock)
    var masks = dropoutMasks
    var (loss, rate) = (0.0, 0.0)
    for start in stride(from: 0, to: order.count, by: batchSize) {
      guard !isCancelled() else { throw .cancelled }
      let count = min(batchSize, order.count - start)
      rate = schedule.rate(atSample: progress.schedule.clock)
      masks?.sampleCount = progress.maskedSampleCount
      loss +=
        order.withUnsafeBufferPointer { order in
          step(&stepper, .init(rebasing: order[start..<start + count]), rate: rate, masks)
        } * Double(count)
      progress.schedule.clock = progress.schedule.clock.counting(count)
      if masks != nil {
        progress.maskedSampleCount = progress.maskedSampleCount.counting(count)
      }
    }
    let mean = loss / Double(order.count)
    return EpochOutcome(loss: mean, objective: mean, learningRate: rate)
  }

  private var dropoutMasks: DropoutMasks? {
    guard settings.dropout.contains(where: { $0 > 0 }) else { return nil }
    return DropoutMasks(
      seed: settings.seed,
      rates: settings.hiddenLayerSizes.indices.map { settings.dropoutRate(ofLayer: $0) })
  }

  /// Takes one step on a batch, also where its samples all count nothing; returns its loss before
  /// the step as ``NetworkGradient`` has it, with the penalty.
  private func step(
    _ stepper: inout NetworkStepper<Scalar>, _ rows: UnsafeBufferPointer<Int>, rate: Double,
    _ masks: DropoutMasks?
  ) -> Double {
    let loss = stepper.parameters.withUnsafeBufferPointer { parameters in
      parameters.baseAddress.map { gradient.compute($0, rows, dropout: masks) } ?? 0
    }
    let count = Double(rows.count)
    let squares = stepper.step(gradient: gradient.value, rate: rate, l2: settings.alpha / count)
    return (loss + 0.5 * settings.alpha * squares) / count
  }
}
