internal import LinearAlgebra

/// What a network is to learn for each sample.
enum NetworkTargets {
  /// The number of its class.
  case labels([Int32])

  /// What each output unit should be.
  case numbers(Matrix<Double>)

  /// A hash of everything.
  func combined(with hash: UInt64) -> UInt64 {
    switch self {
    case .labels(let labels): Fingerprint.combine(hash, labels)
    case .numbers(let matrix): Fingerprint.combine(hash, matrix.elements)
    }
  }
}

/// The gradient of a network's loss over rows of a data set.
///
/// Rows go through the layers in blocks, whose gradients are added in order.
final class NetworkGradient<Features: FeatureMatrix, Scalar: MatrixScalar> {
  private let features: Features
  private let targets: NetworkTargets
  private let weights: [Double]?
  private let kernel: NetworkKernel<Scalar>
  private let blockSize: Int
  private let workspace: NetworkWorkspace<Scalar>

  /// The sum of the blocks' gradients where there are several.
  private let total: UnsafeMutablePointer<Scalar>?

  /// The gradient of the latest rows, as long as the parameters.
  var value: UnsafePointer<Scalar> { UnsafePointer(total ?? workspace.gradient) }

  /// Takes memory for so many rows at a time.
  init(
    _ form: NetworkForm, _ features: Features, _ targets: NetworkTargets, _ weights: [Double]?,
    rowCount: Int, frozenLayers: Set<Int>
  ) {
    self.features = features
    self.targets = targets
    self.weights = weights
    kernel = NetworkKernel(form: form, frozenLayers: frozenLayers)
    let count = form.shape.parameterCount
    blockSize = min(rowCount, Network.blockRowCount)
    workspace = NetworkWorkspace(form.shape, rowCount: blockSize, forTraining: true)
    total = rowCount > blockSize ? .allocate(capacity: count) : nil
  }

  deinit { total?.deallocate() }

  /// What rows count together.
  func weight(of rows: UnsafeBufferPointer<Int>) -> Double {
    guard let weights else { return Double(rows.count) }
    return rows.reduce(0.0) { $0 + weights[$1] }
  }

  /// Computes the gradient of the mean loss over rows, without penalty.
  ///
  /// - Parameters:
  ///   - parameters: All weights and biases, as the shape says.
  ///   - rows: The rows, at most as many as there is memory for.
  ///   - weightSum: What they count together, greater than 0.
  ///   - dropout: Which units are left out.
  /// - Returns: The sum of weight · loss over the rows.
  func compute(
    _ parameters: UnsafePointer<Scalar>, _ rows: UnsafeBufferPointer<Int>, weightSum: Double,
    dropout: DropoutMasks?
  ) -> Double {
    var loss = 0.0
    for start in stride(from: 0, to: rows.count, by: blockSize) {
      let block = UnsafeBufferPointer(
        rebasing: rows[start..<min(start + blockSize, rows.count)])
      var masks = dropout
      masks?.firstRow = start
      gather(block)
      kernel.forward(parameters, rowCount: block.count, dropout: masks, workspace)
      loss += kernel.backward(
        parameters, share: Scalar(1 / weightSum), targets: targets, isWeighted: weights != nil,
        rowCount: block.count, dropout: masks, workspace)
      if let total { add(to: total, isFirst: start == 0) }
    }
    return loss
  }

  private func add(to total: UnsafeMutablePointer<Scalar>, isFirst: Bool) {
    let count = kernel.form.shape.parameterCount
    if isFirst {
      total.initialize(from: workspace.gradient, count: count)
    } else {
      Scalar._addStored(Scalar(1), UnsafePointer(workspace.gradient), total, count)
    }
  }

  /// Copies samples, targets and weights of a block to where the kernels read them.
  private func gather(_ rows: UnsafeBufferPointer<Int>) {
    workspace.gather(features, rows)
    switch targets {
    case .labels(let labels):
      for (index, row) in rows.enumerated() { workspace.labels[index] = labels[row] }
    case .numbers(let matrix):
      let width = matrix.columnCount
      matrix.elements.withUnsafeBufferPointer { numbers in
        guard let numbers = numbers.baseAddress else { return }
        for (index, row) in rows.enumerated() {
          Scalar._convert(numbers + row * width, workspace.truth + index * width, width)
        }
      }
    }
    guard let weights else { return }
    for (index, row) in rows.enumerated() { workspace.weights[index] = weights[row] }
  }
}
