public import LinearAlgebra

/// One layer of a network: what arrives at its units is a · weights + biases.
public struct NetworkLayer: Equatable, Sendable {
  /// The weights, in × out.
  public let weights: Matrix<Double>

  /// The biases, out.
  public let biases: [Double]

  /// Makes a layer.
  ///
  /// - Precondition: As many biases as columns of weights.
  public init(weights: Matrix<Double>, biases: [Double]) {
    precondition(weights.columnCount == biases.count)
    self.weights = weights
    self.biases = biases
  }
}

extension [NetworkLayer] {
  /// Cuts one long array of parameters into layers.
  init(_ parameters: [Double], shape: NetworkShape) {
    self = (0..<shape.layerCount).map { layer in
      NetworkLayer(
        weights: Matrix(
          unchecked: Array<Double>(parameters[shape.weights(of: layer)]),
          rowCount: shape.sizes[layer], columnCount: shape.sizes[layer + 1]),
        biases: Array<Double>(parameters[shape.biases(of: layer)]))
    }
  }

  /// The sizes of the layers.
  var shape: NetworkShape {
    NetworkShape(sizes: prefix(1).map(\.weights.rowCount) + map(\.biases.count))
  }

  /// All parameters in one long array.
  var parameters: [Double] { flatMap { $0.weights.elements + $0.biases } }

  /// Appends the layers to an archive.
  func write(to archive: inout TensorArchive) {
    for (index, layer) in enumerated() {
      archive.append("layers.\(index).weights", layer.weights)
      archive.append("layers.\(index).biases", layer.biases)
    }
  }

  /// Reads layers that follow one another.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    self = []
    while archive.contains("layers.\(count).weights") || isEmpty {
      let weights = try archive.matrix("layers.\(count).weights", rows: last?.biases.count)
      let biases = try archive.numbers("layers.\(count).biases", count: weights.columnCount)
      append(NetworkLayer(weights: weights, biases: biases))
    }
  }
}
