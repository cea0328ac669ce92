public import LinearAlgebra

/// Parameters from elsewhere for a fresh `fit` to start from, by the names they have in a model
/// file.
public struct InitialParameters: Equatable, Sendable {
  /// The parameters as tensors: `coefficients` and `intercepts`, or `layers.N.weights` and
  /// `layers.N.biases`.
  public let tensors: TensorArchive

  /// Takes tensors by their names.
  public init(_ tensors: TensorArchive) {
    self.tensors = tensors
  }

  /// Takes the parameters of a linear model.
  ///
  /// - Parameters:
  ///   - coefficients: One row for each target or class (one in all for two classes), K × d.
  ///   - intercepts: One for each row, K; zeros if `nil`.
  public init(coefficients: Matrix<Double>, intercepts: [Double]? = nil) {
    var tensors = TensorArchive()
    tensors.append("coefficients", coefficients)
    tensors.append(
      "intercepts", intercepts ?? [Double](repeating: 0, count: coefficients.rowCount))
    self.tensors = tensors
  }

  /// Takes the parameters of a network.
  ///
  /// - Parameter layers: For each layer its weights, in × out, and its biases, out.
  public init(layers: [(weights: Matrix<Double>, biases: [Double])]) {
    var tensors = TensorArchive()
    for (index, layer) in layers.enumerated() {
      tensors.append("layers.\(index).weights", layer.weights)
      tensors.append("layers.\(index).biases", layer.biases)
    }
    self.tensors = tensors
  }

  /// How the weights of a layer stand in a file.
  public enum Orientation: Sendable {
    /// A row for each input, as here and in the `Dense` layers of Keras.
    case inputsByOutputs

    /// A row for each output, as in the `Linear` layers of PyTorch.
    case outputsByInputs
  }

  /// Takes the parameters of a network from tensors with other names, such as those of a file that
  /// PyTorch or Keras has written.
  ///
  ///     let file = try Safetensors.decode(WholeFile.read("digits.safetensors"))
  ///     let start = try InitialParameters(
  ///       layersOf: file, named: [("0.weight", "0.bias"), ("2.weight", "2.bias")],
  ///       orientation: .outputsByInputs)
  ///
  /// - Parameters:
  ///   - archive: The tensors; others may be among them.
  ///   - names: What weights and biases of each layer are called, from the first layer on.
  ///   - orientation: How the weights stand.
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if a tensor is missing, has another
  ///   number of dimensions or holds a number that is not finite.
  public init(
    layersOf archive: TensorArchive, named names: [(weights: String, biases: String)],
    orientation: Orientation
  ) throws(EstimatorError) {
    var layers: [(weights: Matrix<Double>, biases: [Double])] = []
    for name in names {
      var weights = try archive.matrix(name.weights)
      if orientation == .outputsByInputs {
        let columns = (0..<weights.columnCount).flatMap { weights.column($0) }
        weights = Matrix(
          unchecked: columns, rowCount: weights.columnCount, columnCount: weights.rowCount)
      }
      layers.append((weights, try archive.numbers(name.biases)))
    }
    self.init(layers: layers)
  }

  /// Returns a matrix of the given shape.
  ///
  /// - Throws: ``EstimatorError/mismatchedInitialParameters(name:reason:)``.
  func matrix(_ name: String, rows: Int, columns: Int) throws(EstimatorError) -> Matrix<Double> {
    do {
      return try tensors.matrix(name, rows: rows, columns: columns)
    } catch {
      throw mismatch(name, [rows, columns])
    }
  }

  /// Returns so many numbers.
  ///
  /// - Throws: ``EstimatorError/mismatchedInitialParameters(name:reason:)``.
  func numbers(_ name: String, count: Int) throws(EstimatorError) -> [Double] {
    do {
      return try tensors.numbers(name, count: count)
    } catch {
      throw mismatch(name, [count])
    }
  }

  private func mismatch(_ name: String, _ shape: [Int]) -> EstimatorError {
    let wanted = shape.map(String.init).joined(separator: " × ")
    guard let tensor = tensors[name] else {
      return .mismatchedInitialParameters(name: name, reason: "is missing; it must be \(wanted)")
    }
    guard tensor.shape == shape else {
      let actual = tensor.shape.map(String.init).joined(separator: " × ")
      return .mismatchedInitialParameters(name: name, reason: "is \(actual), but must be \(wanted)")
    }
    return .mismatchedInitialParameters(name: name, reason: "holds a number that is not finite")
  }
}
