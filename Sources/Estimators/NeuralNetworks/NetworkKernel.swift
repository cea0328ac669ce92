internal import LinearAlgebra

/// Memory for the passes of one block of rows through a network, taken once a call.
final class NetworkWorkspace<Scalar: MatrixScalar> {
  /// The values of each layer's units for each row: features, hidden units, scores.
  private(set) var activations: [UnsafeMutablePointer<Scalar>] = []

  /// What each hidden layer's values should have been otherwise; none for prediction.
  private(set) var deltas: [UnsafeMutablePointer<Scalar>] = []

  /// The gradient, as long as the parameters; nothing for prediction.
  let gradient: UnsafeMutablePointer<Scalar>

  /// What the outputs are to be, where they are numbers.
  let truth: UnsafeMutablePointer<Scalar>

  /// What the outputs are to be, where they are classes.
  let labels: UnsafeMutablePointer<Int32>

  /// What each row counts.
  let weights: UnsafeMutablePointer<Double>

  /// The loss of the latest block.
  var loss = 0.0

  private let memory: UnsafeMutablePointer<Scalar>
  private let columnCount: Int

  /// Where the scores of the output units are put.
  var scores: UnsafeMutablePointer<Scalar> { activations[activations.count - 1] }

  /// Takes memory for blocks of up to so many rows.
  init(_ shape: NetworkShape, rowCount: Int, forTraining: Bool) {
    let hiddenSizes = forTraining ? Array(shape.sizes.dropFirst().dropLast()) : []
    let truthCount = forTraining ? shape.outputCount * rowCount : 0
    let gradientCount = forTraining ? shape.parameterCount : 0
    // Each part begins where a vector of the processor can.
    func rounded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
    let parts = (shape.sizes + hiddenSizes).map { rounded($0 * rowCount) }
    memory = .allocate(
      capacity: parts.reduce(0, +) + rounded(truthCount) + rounded(gradientCount))
    var next = memory
    for (index, part) in parts.enumerated() {
      if index < shape.sizes.count { activations.append(next) } else { deltas.append(next) }
      next += part
    }
    truth = next
    gradient = next + rounded(truthCount)
    labels = .allocate(capacity: forTraining ? rowCount : 0)
    weights = .allocate(capacity: forTraining ? rowCount : 0)
    columnCount = shape.inputCount
  }

  deinit {
    memory.deallocate()
    labels.deallocate()
    weights.deallocate()
  }

  /// Copies rows to where the first layer reads them.
  func gather(_ features: some FeatureMatrix, _ rows: UnsafeBufferPointer<Int>) {
    copyRows(
      features, rows,
      to: UnsafeMutableBufferPointer(start: activations[0], count: rows.count * columnCount))
  }
}

/// Copies rows to memory; the list is what this is compiled for.
@specialized(where Features == Matrix<Double>, Scalar == Double)
@specialized(where Features == Matrix<Float>, Scalar == Float)
@specialized(where Features == Matrix<Double>, Scalar == Float)
@specialized(where Features == Matrix<Float>, Scalar == Double)
private func copyRows<Features: FeatureMatrix, Scalar: MatrixScalar>(
  _ features: Features, _ rows: UnsafeBufferPointer<Int>,
  to target: UnsafeMutableBufferPointer<Scalar>
) {
  var batch = MutableSpan(_unsafeElements: target)
  features.copyRows(Span(_unsafeElements: rows), into: &batch)
}

/// Which units are left out of a block of rows.
struct DropoutMasks {
  let seed: UInt64

  /// The share left out of each hidden layer.
  let rates: [Double]

  /// The number of samples for which units were left out before the batch.
  var sampleCount = 0

  /// The row of the batch with which the block begins.
  var firstRow = 0

  /// What is left of a hidden layer, as a share.
  func keep(_ layer: Int) -> Double { 1 - rates[layer] }

  /// Leaves units out of a hidden layer, or of what they should have been otherwise.
  func apply<Scalar: MatrixScalar>(
    to values: UnsafeMutablePointer<Scalar>, layer: Int, rowCount: Int, unitCount: Int
  ) {
    guard rates[layer] > 0 else { return }
    // The layer in the highest bits, the samples below, which are at most 2⁵³.
    let number = UInt64(layer) << 54 | UInt64(sampleCount)
    Scalar._dropOut(
      values, rowCount * unitCount, rates[layer], seed, number, firstRow * unitCount)
  }
}

/// A network at work on blocks of rows: forward, loss, backward.
struct NetworkKernel<Scalar: MatrixScalar> {
  let form: NetworkForm

  /// The layers of which no gradient is wanted.
  var frozenLayers: Set<Int> = []

  private var shape: NetworkShape { form.shape }

  /// Computes the scores for the rows in the workspace's first activations.
  ///
  /// - Complexity: O(rows · parameters), at the library's speed.
  func forward(
    _ parameters: UnsafePointer<Scalar>, rowCount: Int, dropout: DropoutMasks? = nil,
    _ workspace: NetworkWorkspace<Scalar>
  ) {
    for layer in 0..<shape.layerCount {
      let (inputs, outputs) = (shape.sizes[layer], shape.sizes[layer + 1])
      let weights = parameters + shape.weights(of: layer).lowerBound
      let biases = parameters + shape.biases(of: layer).lowerBound
      let values = workspace.activations[layer + 1]
      if rowCount == 1 {
        Scalar._gemv(
          false, outputs, inputs, 1, weights, outputs, workspace.activations[layer], 0, values)
      } else {
        Scalar._gemm(
          false, false, outputs, rowCount, inputs, 1, weights, outputs,
          workspace.activations[layer], inputs, 0, values, outputs)
      }
      // What the last layer says is told from its scores, by the loss or by who predicts.
      let isLast = layer + 1 == shape.layerCount
      Scalar._activate(
        isLast ? .identity : form.activation.kernel, biases, values, rowCount, outputs)
      if !isLast {
        dropout?.apply(to: values, layer: layer, rowCount: rowCount, unitCount: outputs)
      }
    }
  }

  /// Computes the gradient of the loss of a block whose scores are in the workspace.
  ///
  /// - Parameters:
  ///   - parameters: All weights and biases, as the shape says.
  ///   - share: What the gradient is multiplied by.
  ///   - targets: What kind of truth is in the workspace.
  ///   - isWeighted: Whether there are weights in the workspace.
  ///   - rowCount: The number of rows in the block.
  ///   - dropout: Which units are left out, as in the pass forward.
  ///   - workspace: Where the values of the layers are, and the gradient is put; that of a frozen
  ///     layer has no meaning.
  /// - Returns: The sum of weight · loss over the rows.
  func backward(
    _ parameters: UnsafePointer<Scalar>, share: Scalar, targets: NetworkTargets,
    isWeighted: Bool, rowCount: Int, dropout: DropoutMasks?, _ workspace: NetworkWorkspace<Scalar>
  ) -> Double {
    let loss = lossOfScores(targets, isWeighted: isWeighted, rowCount: rowCount, workspace)
    // Below the lowest layer that learns nothing is wanted.
    let lowest = (0..<shape.layerCount).first { !frozenLayers.contains($0) } ?? 0
    for layer in stride(from: shape.layerCount - 1, through: lowest, by: -1) {
      let (inputs, outputs) = (shape.sizes[layer], shape.sizes[layer + 1])
      // The outputs' differences from the truth have taken the place of the scores.
      let delta = layer == shape.layerCount - 1 ? workspace.scores : workspace.deltas[layer]
      if !frozenLayers.contains(layer) {
        Scalar._gemm(
          false, true, outputs, inputs, rowCount, share, delta, outputs,
          workspace.activations[layer], inputs, 0,
          workspace.gradient + shape.weights(of: layer).lowerBound, outputs)
        Scalar._columnSums(
          share, delta, rowCount, outputs, workspace.gradient + shape.biases(of: layer).lowerBound)
      }
      guard layer > lowest else { break }
      let below = workspace.deltas[layer - 1]
      Scalar._gemm(
        true, false, inputs, rowCount, outputs, 1, parameters + shape.weights(of: layer).lowerBound,
        outputs, delta, outputs, 0, below, inputs)
      dropout?.apply(to: below, layer: layer - 1, rowCount: rowCount, unitCount: inputs)
      Scalar._differentiate(
        form.activation.kernel, Scalar(dropout?.keep(layer - 1) ?? 1),
        workspace.activations[layer], below, rowCount * inputs)
    }
    return loss
  }

  /// The loss of the scores, which become the differences of the outputs from the truth.
  private func lossOfScores(
    _ targets: NetworkTargets, isWeighted: Bool, rowCount: Int,
    _ workspace: NetworkWorkspace<Scalar>
  ) -> Double {
    let weights = isWeighted ? UnsafePointer(workspace.weights) : nil
    let (scores, count) = (workspace.scores, shape.outputCount)
    switch targets {
    case .labels:
      return Scalar._crossEntropy(scores, workspace.labels, weights, rowCount, count)
    case .numbers where form.output == .logistic:
      return Scalar._binaryCrossEntropy(scores, workspace.truth, weights, rowCount, count)
    case .numbers:
      return Scalar._squaredError(scores, workspace.truth, weights, rowCount, count)
    }
  }
}
