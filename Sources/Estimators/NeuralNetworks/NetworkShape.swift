internal import LinearAlgebra

/// The sizes of a network's layers, and where the parameters of each stand in one long array.
///
/// Layer after layer: the weights, in × out in row order, then the biases, out.
struct NetworkShape: Equatable, Sendable {
  /// The number of units in each layer: features, hidden layers, outputs.
  let sizes: [Int]

  /// The number of layers of weights.
  var layerCount: Int { sizes.count - 1 }

  /// The number of features.
  var inputCount: Int { sizes[0] }

  /// The number of output units: one for two classes.
  var outputCount: Int { sizes[layerCount] }

  /// The number of all parameters.
  var parameterCount: Int {
    (0..<layerCount).reduce(0) { $0 + (sizes[$1] + 1) * sizes[$1 + 1] }
  }

  /// The most parameters that a network may have: 2 GB, and several times that while it learns.
  static let maximumParameterCount = 1 << 28

  /// Checks that there is room for the parameters.
  ///
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)``.
  func checkSize(hiddenLayerSizes: [Int]) throws(EstimatorError) {
    // In floating point, where nothing overflows.
    let count = (0..<layerCount).reduce(0.0) {
      $0 + (Double(sizes[$1]) + 1) * Double(sizes[$1 + 1])
    }
    guard count <= Double(Self.maximumParameterCount) else {
      throw .invalidHyperparameter(
        name: "hiddenLayerSizes", value: hiddenLayerSizes.hyperparameterText,
        requirement: "small enough for at most \(Self.maximumParameterCount) parameters in all")
    }
  }

  /// Where the weights of a layer stand.
  func weights(of layer: Int) -> Range<Int> {
    let start = (0..<layer).reduce(0) { $0 + (sizes[$1] + 1) * sizes[$1 + 1] }
    return start..<start + sizes[layer] * sizes[layer + 1]
  }

  /// Where the biases of a layer stand.
  func biases(of layer: Int) -> Range<Int> {
    let start = weights(of: layer).upperBound
    return start..<start + sizes[layer + 1]
  }

  /// Returns random parameters, uniform in ±√(6 / (in + out)), or ±√(2 / (in + out)) for logistic
  /// units.
  ///
  /// **Source:** X. Glorot, Y. Bengio: *Understanding the difficulty of training deep feedforward
  /// neural networks*, 2010; biases too are drawn, as in scikit-learn.
  func initialParameters(activation: Activation, seed: UInt64) -> [Double] {
    var parameters: [Double] = []
    parameters.reserveCapacity(parameterCount)
    for layer in 0..<layerCount {
      var stream = RandomStream(seed: seed, purpose: .initialParameters, number: UInt64(layer))
      let (inputs, outputs) = (sizes[layer], sizes[layer + 1])
      let bound = ((activation == .logistic ? 2.0 : 6.0) / Double(inputs + outputs)).squareRoot()
      for _ in 0..<(inputs + 1) * outputs { parameters.append(stream.uniform(-bound, bound)) }
    }
    return parameters
  }

  /// Returns given parameters in this shape.
  ///
  /// - Throws: ``EstimatorError/mismatchedInitialParameters(name:reason:)``.
  func parameters(from given: InitialParameters) throws(EstimatorError) -> [Double] {
    var parameters: [Double] = []
    for layer in 0..<layerCount {
      let (inputs, outputs) = (sizes[layer], sizes[layer + 1])
      let name = "layers.\(layer)"
      parameters += try given.matrix("\(name).weights", rows: inputs, columns: outputs).elements
      parameters += try given.numbers("\(name).biases", count: outputs)
    }
    return parameters
  }
}
