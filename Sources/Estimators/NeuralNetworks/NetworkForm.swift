internal import LinearAlgebra

/// What the units of a network's last layer say, and by which loss they learn it.
enum NetworkOutput: Equatable, Sendable {
  /// The probabilities of classes that exclude one another; cross entropy.
  case softmax

  /// Each the probability of something by itself; cross entropy, summed over the units.
  case logistic

  /// Numbers; half the squared error, summed over the units.
  case identity
}

/// Everything about a network but its parameters.
struct NetworkForm: Equatable, Sendable {
  let shape: NetworkShape
  let activation: Activation
  let output: NetworkOutput

  /// The outputs for classes: one logistic unit tells two apart.
  static func output(forProblems count: Int) -> NetworkOutput {
    count == 1 ? .logistic : .softmax
  }

  /// Returns parameters to start from: given ones, or random ones.
  ///
  /// - Throws: ``EstimatorError/mismatchedInitialParameters(name:reason:)``;
  ///   ``EstimatorError/invalidHyperparameter(name:value:requirement:)`` for a network that is too
  ///   large.
  func start(
    _ settings: NetworkSettings, _ given: InitialParameters?
  ) throws(EstimatorError) -> NumberArray {
    try shape.checkSize(hiddenLayerSizes: settings.hiddenLayerSizes)
    let parameters =
      try given.map { (given) throws(EstimatorError) in try shape.parameters(from: given) }
      ?? shape.initialParameters(activation: activation, seed: settings.seed)
    let numbers = NumberArray(parameters, precision: settings.precision)
    guard numbers.isFinite else {
      throw .mismatchedInitialParameters(
        name: "layers", reason: "hold a number that single precision cannot")
    }
    return numbers
  }
}

/// A network that predicts: layers that follow one another.
struct Network: Equatable, Sendable {
  let form: NetworkForm

  /// All weights and biases, as the shape says.
  let parameters: NumberArray

  /// The layers.
  var layers: [NetworkLayer] { [NetworkLayer](parameters.doubles, shape: form.shape) }

  /// How many rows go through the layers together.
  static let blockRowCount = 256

  /// Returns the scores of the output units: the sums that arrive at them.
  ///
  /// They are the numbers that are predicted, or tell probabilities to the last digits.
  ///
  /// - Parameter features: The samples, n × d, which have been checked.
  /// - Returns: The scores, n × outputs.
  /// - Throws: ``EstimatorError/nonFinitePrediction(row:output:)``;
  ///   ``EstimatorError/beyondSinglePrecision(place:value:)`` for a feature that a network in single
  ///   precision cannot take; ``EstimatorError/linearAlgebra(_:)`` if there is no library to compute
  ///   with.
  /// - Complexity: O(n · parameters), at the library's speed.
  func scores(_ features: some FeatureMatrix) throws(EstimatorError) -> Matrix<Double> {
    try prepareLinearAlgebra()
    let scores: Matrix<Double>
    switch parameters {
    case .double(let parameters): scores = self.scores(features, parameters)
    case .single(let parameters):
      try Validation.checkSinglePrecision(features)
      scores = self.scores(features, parameters)
    }
    try Validation.checkPredictions(scores)
    return scores
  }

  private func scores<Scalar: MatrixScalar>(
    _ features: some FeatureMatrix, _ parameters: [Scalar]
  ) -> Matrix<Double> {
    let shape = form.shape
    let kernel = NetworkKernel<Scalar>(form: form)
    let blockSize = max(1, min(Self.blockRowCount, features.rowCount))
    let workspace = NetworkWorkspace<Scalar>(shape, rowCount: blockSize, forTraining: false)
    let rows = Array(0..<features.rowCount)
    var result = Matrix<Double>(rowCount: rows.count, columnCount: shape.outputCount)
    result.withUnsafeMutableElements { result in
      parameters.withUnsafeBufferPointer { parameters in
        rows.withUnsafeBufferPointer { rows in
          guard let result = result.baseAddress, let parameters = parameters.baseAddress else {
            return
          }
          for start in stride(from: 0, to: rows.count, by: blockSize) {
            let block = UnsafeBufferPointer(
              rebasing: rows[start..<min(start + blockSize, rows.count)])
            workspace.gather(features, block)
            kernel.forward(parameters, rowCount: block.count, workspace)
            Scalar._convertStored(
              workspace.scores, result + start * shape.outputCount,
              block.count * shape.outputCount)
          }
        }
      }
    }
    return result
  }
}

extension Network {
  /// Appends the network to an archive.
  func write(to archive: inout TensorArchive) {
    let shape = form.shape
    for layer in 0..<shape.layerCount {
      let (weights, biases) = (shape.weights(of: layer), shape.biases(of: layer))
      archive.append(
        "layers.\(layer).weights", parameters.assembled([.copied(weights)]),
        shape: [shape.sizes[layer], shape.sizes[layer + 1]])
      archive.append("layers.\(layer).biases", parameters.assembled([.copied(biases)]))
    }
    archive[text: "activation"] = form.activation.rawValue
  }

  /// Reads what was appended.
  ///
  /// - Parameters:
  ///   - archive: The archive.
  ///   - output: What the last layer says, for its number of units.
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(
    from archive: TensorArchive, output: (Int) -> NetworkOutput
  ) throws(EstimatorError) {
    let layers = try [NetworkLayer](from: archive)
    guard let activation = archive[text: "activation"].flatMap(Activation.init(rawValue:)) else {
      throw .unreadableModel(reason: "the activation is missing or unknown")
    }
    let isSingle = archive["layers.0.weights"]?.elementType == .float32
    form = NetworkForm(
      shape: layers.shape, activation: activation, output: output(layers.shape.outputCount))
    parameters = NumberArray(layers.parameters, precision: isSingle ? .single : .double)
  }
}

/// Opens the library behind linear algebra, if that has not been done.
func prepareLinearAlgebra() throws(EstimatorError) {
  do {
    try BLASLibrary.load()
  } catch {
    throw .linearAlgebra(error)
  }
}
