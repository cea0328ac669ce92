internal import LinearAlgebra

/// Memory for the passes of one batch through a network, taken once a call.
final class NetworkWorkspace<Scalar: MatrixScalar> {
  /// The values of each layer's units for each row: features, hidden units, outputs.
  let activations: [UnsafeMutablePointer<Scalar>]

  /// What each layer's values should have been otherwise; none for the features.
  let deltas: [UnsafeMutablePointer<Scalar>]

  /// The gradient, as long as the parameters.
  let gradient: UnsafeMutablePointer<Scalar>

  /// Takes memory for batches of up to so many rows.
  init(_ shape: NetworkShape, batchSize: Int) {
    activations = shape.sizes.map { .allocate(capacity: max(1, $0 * batchSize)) }
    // The outputs' differences from the truth take the outputs' own place.
    deltas = shape.sizes.dropFirst().dropLast().map { .allocate(capacity: max(1, $0 * batchSize)) }
    gradient = .allocate(capacity: max(1, shape.parameterCount))
  }

  deinit {
    for pointer in activations + deltas { pointer.deallocate() }
    gradient.deallocate()
  }
}

/// A network at work on batches: forward, loss, backward.
struct NetworkKernel<Scalar: MatrixScalar> {
  let shape: NetworkShape
  let activation: Activation

  /// Computes the outputs for the rows in the workspace's first activations: probabilities.
  ///
  /// - Complexity: O(rows · parameters), at the library's speed.
  func forward(
    _ parameters: UnsafePointer<Scalar>, rowCount: Int, _ workspace: NetworkWorkspace<Scalar>
  ) {
    for layer in 0..<shape.layerCount {
      let (inputs, outputs) = (shape.sizes[layer], shape.sizes[layer + 1])
      let weights = parameters + shape.weights(of: layer).lowerBound
      let biases = parameters + shape.biases(of: layer).lowerBound
      let values = workspace.activations[layer + 1]
      Scalar._gemm(
        false, false, outputs, rowCount, inputs, 1, weights, outputs, workspace.activations[layer],
        inputs, 0, values, outputs)
      if layer + 1 < shape.layerCount {
        Scalar._activate(activation.kernel, biases, values, rowCount, outputs)
      } else if outputs == 1 {
        Scalar._activate(.logistic, biases, values, rowCount, outputs)
      } else {
        Scalar._softmax(biases, values, rowCount, outputs)
      }
    }
  }

  /// Computes the gradient of the mean cross entropy over a batch whose outputs are in the
  /// workspace.
  ///
  /// - Parameters:
  ///   - parameters: All weights and biases, as the shape says.
  ///   - labels: The number of each row's class.
  ///   - weights: What each row counts, or `nil`.
  ///   - weightSum: The sum of the weights; the number of rows if there are none.
  ///   - rowCount: The number of rows in the batch.
  ///   - workspace: Where the values of the layers are, and the gradient is put.
  /// - Returns: The sum of weight · cross entropy over the rows.
  func backward(
    _ parameters: UnsafePointer<Scalar>, labels: UnsafePointer<Int32>,
    weights: UnsafePointer<Double>?, weightSum: Double, rowCount: Int,
    _ workspace: NetworkWorkspace<Scalar>
  ) -> Double {
    let outputs = workspace.activations[shape.layerCount]
    let loss = Scalar._crossEntropy(outputs, labels, weights, rowCount, shape.outputCount)
    let share = Scalar(1 / weightSum)
    for layer in stride(from: shape.layerCount - 1, through: 0, by: -1) {
      let (inputs, outputs) = (shape.sizes[layer], shape.sizes[layer + 1])
      let delta =
        layer == shape.layerCount - 1
        ? workspace.activations[shape.layerCount] : workspace.deltas[layer]
      Scalar._gemm(
        false, true, outputs, inputs, rowCount, share, delta, outputs,
        workspace.activations[layer], inputs, 0,
        workspace.gradient + shape.weights(of: layer).lowerBound, outputs)
      Scalar._columnSums(
        share, delta, rowCount, outputs, workspace.gradient + shape.biases(of: layer).lowerBound)
      guard layer > 0 else { break }
      Scalar._gemm(
        true, false, inputs, rowCount, outputs, 1, parameters + shape.weights(of: layer).lowerBound,
        outputs, delta, outputs, 0, workspace.deltas[layer - 1], inputs)
      Scalar._differentiate(
        activation.kernel, workspace.activations[layer], workspace.deltas[layer - 1],
        rowCount * inputs)
    }
    return loss
  }
}
