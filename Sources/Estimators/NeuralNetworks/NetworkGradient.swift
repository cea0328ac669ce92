internal import Dispatch
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
/// Rows go through the layers in blocks, whose gradients are added in order. Several threads take a
/// block each; where blocks begin and the order of the sum do not depend on their number.
final class NetworkGradient<Features: FeatureMatrix, Scalar: MatrixScalar> {
  private let features: Features
  private let targets: NetworkTargets
  private let weights: [Double]?
  private let kernel: NetworkKernel<Scalar>
  private let blockSize: Int

  /// Where blocks are at work, one for each thread.
  private let lanes: [NetworkWorkspace<Scalar>]

  /// The sum of the blocks' gradients where there are several.
  private let total: UnsafeMutablePointer<Scalar>?

  /// The gradient of the latest rows, as long as the parameters.
  var value: UnsafePointer<Scalar> { UnsafePointer(total ?? lanes[0].gradient) }

  /// Takes memory for so many rows at a time.
  init(
    _ form: NetworkForm, _ features: Features, _ targets: NetworkTargets, _ weights: [Double]?,
    rowCount: Int, frozenLayers: Set<Int>, threadCount: Int
  ) {
    self.features = features
    self.targets = targets
    self.weights = weights
    kernel = NetworkKernel(form: form, frozenLayers: frozenLayers)
    let count = form.shape.parameterCount
    // Small enough that a batch of a large network is work for several threads, and large enough
    // that one of a small network is not cut.
    let blockSize = min(rowCount, count < 1 << 15 ? Network.blockRowCount : 128)
    self.blockSize = blockSize
    let blockCount = (rowCount + blockSize - 1) / blockSize
    lanes = (0..<max(1, min(threadCount, blockCount))).map { _ in
      NetworkWorkspace(form.shape, rowCount: blockSize, forTraining: true)
    }
    total = blockCount > 1 ? .allocate(capacity: count) : nil
  }

  deinit { total?.deallocate() }

  /// Computes the gradient of Σ weight · loss / rows, without penalty.
  ///
  /// What rows count is not divided out: a row of weight 2 moves the parameters twice as far.
  ///
  /// - Parameters:
  ///   - parameters: All weights and biases, as the shape says.
  ///   - rows: The rows, at most as many as there is memory for.
  ///   - dropout: Which units are left out.
  /// - Returns: The sum of weight · loss over the rows.
  func compute(
    _ parameters: UnsafePointer<Scalar>, _ rows: UnsafeBufferPointer<Int>, dropout: DropoutMasks?
  ) -> Double {
    var loss = 0.0
    for first in stride(from: 0, to: rows.count, by: blockSize * lanes.count) {
      let count = min(lanes.count, (rows.count - first + blockSize - 1) / blockSize)
      let work = LaneWork { lane in
        self.compute(
          parameters, rows, from: first + lane * self.blockSize,
          share: Scalar(1 / Double(rows.count)), dropout, self.lanes[lane])
      }
      if count == 1 {
        work.run(0)
      } else {
        DispatchQueue.concurrentPerform(iterations: count) { work.run($0) }
      }
      for lane in 0..<count {
        loss += lanes[lane].loss
        if let total { add(lanes[lane].gradient, to: total, isFirst: first + lane == 0) }
      }
    }
    return loss
  }

  /// Computes the gradient of one block, and its loss.
  private func compute(
    _ parameters: UnsafePointer<Scalar>, _ rows: UnsafeBufferPointer<Int>, from start: Int,
    share: Scalar, _ dropout: DropoutMasks?, _ workspace: NetworkWorkspace<Scalar>
  ) {
    let block = UnsafeBufferPointer(
      rebasing: rows[start..<min(start + blockSize, rows.count)])
    var masks = dropout
    masks?.firstRow = start
    gather(block, workspace)
    kernel.forward(parameters, rowCount: block.count, dropout: masks, workspace)
    workspace.loss = kernel.backward(
      parameters, share: share, targets: targets, isWeighted: weights != nil,
      rowCount: block.count, dropout: masks, workspace)
  }

  private func add(
    _ gradient: UnsafeMutablePointer<Scalar>, to total: UnsafeMutablePointer<Scalar>, isFirst: Bool
  ) {
    let count = kernel.form.shape.parameterCount
    if isFirst {
      total.update(from: gradient, count: count)
    } else {
      Scalar._addStored(Scalar(1), UnsafePointer(gradient), total, count)
    }
  }

  /// Copies samples, targets and weights of a block to where the kernels read them.
  private func gather(
    _ rows: UnsafeBufferPointer<Int>, _ workspace: NetworkWorkspace<Scalar>
  ) {
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

/// Work that threads do at the same time, each in a lane of its own.
private struct LaneWork: @unchecked Sendable {
  let run: (Int) -> Void

  init(_ run: @escaping (Int) -> Void) { self.run = run }
}
