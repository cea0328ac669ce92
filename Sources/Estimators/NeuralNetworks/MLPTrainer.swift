internal import LinearAlgebra

/// The training of a network on one data set, batch after batch.
struct MLPTrainer<Features: FeatureMatrix> {
  let features: Features
  /// The number of each sample's class.
  let labels: [Int32]
  /// What each sample counts, or `nil`.
  let weights: [Double]?
  let batchSize: Int
  let kernel: NetworkKernel<Double>
  let optimizer: NetworkOptimizer
  let workspace: NetworkWorkspace<Double>
  let call: TrainingCall

  /// Visits every sample once.
  ///
  /// - Parameters:
  ///   - learned: Parameters and optimizer, which are changed.
  ///   - order: The order in which samples are visited, or `nil` for that in which they stand.
  ///   - rate: The learning rate of the epoch.
  /// - Returns: The mean loss, with the penalty, each batch before its own update.
  /// - Throws: ``EstimatorError/cancelled``.
  func runEpoch<Label>(
    _ learned: inout MLPLearned<Label>, order: [Int]?, rate: Double
  ) throws(EstimatorError) -> Double {
    guard var state = learned.optimizer else { return 0 }
    // Taken out, so that the only copy is changed in place.
    learned.optimizer = nil
    var parameters = learned.parameters
    learned.parameters = []
    defer {
      learned.parameters = parameters
      learned.optimizer = state
    }
    var loss = 0.0
    let rowCount = features.rowCount
    for start in stride(from: 0, to: rowCount, by: batchSize) {
      guard !call.context.isCancelled() else { throw .cancelled }
      let range = start..<min(start + batchSize, rowCount)
      let rows = order.map { Array($0[range]) } ?? Array(range)
      loss += step(rows, &parameters, &state, rate: rate) * Double(rows.count)
    }
    return loss / Double(rowCount)
  }

  /// Takes one step on a batch; returns its mean loss before the step, with the penalty.
  private func step(
    _ rows: [Int], _ parameters: inout [Double], _ state: inout NetworkOptimizerState, rate: Double
  ) -> Double {
    features.copyRows(rows, to: workspace.activations[0])
    let batchLabels = rows.map { labels[$0] }
    let batchWeights = weights.map { weights in rows.map { weights[$0] } }
    // A batch whose samples all count nothing has nothing to say, and its mean loss no meaning.
    let weightSum = batchWeights?.reduce(0, +) ?? Double(rows.count)
    guard weightSum > 0 else { return 0 }
    kernel.forward(parameters, rowCount: rows.count, workspace)
    let loss = kernel.backward(
      parameters, labels: batchLabels, weights: batchWeights, weightSum: weightSum,
      rowCount: rows.count, workspace)
    let squares = optimizer.step(
      &parameters, &state, gradient: workspace.gradient, shape: kernel.shape, rate: rate,
      weightSum: weightSum)
    return (loss + 0.5 * optimizer.alpha * squares) / weightSum
  }
}
