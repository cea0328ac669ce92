public import LinearAlgebra

/// An ordered collection of named tensors and texts: the form in which models and training states
/// are saved, compared and sent.
///
/// Two archives with the same content in the same order have the same bytes.
public struct TensorArchive: Equatable, Sendable {
  /// The tensors, in the order in which they were appended.
  public private(set) var tensors: [Tensor] = []

  /// Where each tensor stands among them.
  private var positions: [String: Int] = [:]

  /// The texts by name.
  public private(set) var metadata: [String: String] = [:]

  /// Makes an archive with nothing in it.
  public init() {}

  /// Appends a tensor.
  ///
  /// - Precondition: No tensor of that name is there yet.
  public mutating func append(_ tensor: Tensor) {
    precondition(!contains(tensor.name), "An archive holds one tensor of a name: \(tensor.name).")
    positions[tensor.name] = tensors.count
    tensors.append(tensor)
  }

  /// Appends a matrix.
  public mutating func append<Scalar: MatrixScalar>(_ name: String, _ matrix: Matrix<Scalar>) {
    append(Tensor(name, matrix))
  }

  /// Appends numbers.
  public mutating func append<Scalar: MatrixScalar>(_ name: String, _ numbers: [Scalar]) {
    append(Tensor(name, numbers))
  }

  /// Appends a number, or nothing for `nil`.
  public mutating func append(_ name: String, _ number: Double?) {
    if let number { append(Tensor(name, [number], shape: [])) }
  }

  /// Appends a whole number, or nothing for `nil`.
  public mutating func append(_ name: String, _ number: Int?) {
    if let number { append(Tensor(name, [number], shape: [])) }
  }

  /// The text of a name.
  public subscript(text name: String) -> String? {
    get { metadata[name] }
    set { metadata[name] = newValue }
  }

  /// Whether there is a tensor of a name.
  public func contains(_ name: String) -> Bool { positions[name] != nil }

  /// The tensor of a name, or `nil`.
  public subscript(name: String) -> Tensor? { positions[name].map { tensors[$0] } }

  /// Appends everything in another archive, each name behind a prefix.
  public mutating func append(contentsOf other: TensorArchive, prefix: String = "") {
    for var tensor in other.tensors {
      tensor.name = prefix + tensor.name
      append(tensor)
    }
    for (name, text) in other.metadata { metadata[prefix + name] = text }
  }

  /// Returns what stands behind a prefix, under the names without it.
  public func contents(ofPrefix prefix: String) -> TensorArchive {
    var result = TensorArchive()
    for var tensor in tensors where tensor.name.hasPrefix(prefix) {
      tensor.name.removeFirst(prefix.count)
      result.append(tensor)
    }
    for (name, text) in metadata where name.hasPrefix(prefix) {
      result.metadata[String(name.dropFirst(prefix.count))] = text
    }
    return result
  }

  /// Returns the archive without the tensors and texts whose names satisfy a condition.
  public func removing(where shouldBeRemoved: (String) -> Bool) -> TensorArchive {
    var result = TensorArchive()
    for tensor in tensors where !shouldBeRemoved(tensor.name) { result.append(tensor) }
    result.metadata = metadata.filter { !shouldBeRemoved($0.key) }
    return result
  }

  /// Gives the text of a name another name, if it is there.
  mutating func renameText(_ name: String, to newName: String) {
    guard let text = metadata.removeValue(forKey: name) else { return }
    metadata[newName] = text
  }
}

extension TensorArchive {
  /// Returns a tensor as a matrix.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - rows: The number of rows it must have; `nil` for any.
  ///   - columns: The number of columns it must have; `nil` for any.
  /// - Returns: The matrix, in double precision.
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if it is missing, has another shape or
  ///   holds a number that is not finite.
  public func matrix(
    _ name: String, rows: Int? = nil, columns: Int? = nil
  ) throws(EstimatorError) -> Matrix<Double> {
    let tensor = try required(name)
    guard tensor.shape.count == 2, rows == nil || tensor.shape[0] == rows,
      columns == nil || tensor.shape[1] == columns
    else {
      let wanted = "\(rows.map(String.init) ?? "any") × \(columns.map(String.init) ?? "any")"
      throw .unreadableModel(reason: "tensor \(name) has shape \(tensor.shape), not \(wanted)")
    }
    return Matrix(
      unchecked: try finiteNumbers(tensor), rowCount: tensor.shape[0],
      columnCount: tensor.shape[1])
  }

  /// Returns a tensor as numbers.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - count: How many there must be; `nil` for any number.
  /// - Returns: The numbers, in double precision.
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``, as for a matrix.
  public func numbers(_ name: String, count: Int? = nil) throws(EstimatorError) -> [Double] {
    let tensor = try required(name)
    guard tensor.shape.count == 1, count == nil || tensor.shape[0] == count else {
      throw .unreadableModel(
        reason: "tensor \(name) has shape \(tensor.shape), not [\(count.map(String.init) ?? "any")]"
      )
    }
    return try finiteNumbers(tensor)
  }

  /// Returns a single number, or `nil` if it is missing.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if it is not one finite number.
  public func numberIfPresent(_ name: String) throws(EstimatorError) -> Double? {
    guard let tensor = self[name] else { return nil }
    guard tensor.shape.isEmpty else {
      throw .unreadableModel(reason: "tensor \(name) has shape \(tensor.shape), not one number")
    }
    return try finiteNumbers(tensor)[0]
  }

  /// Returns a single number.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if it is missing or not one finite
  ///   number.
  public func number(_ name: String) throws(EstimatorError) -> Double {
    _ = try required(name)
    return try numberIfPresent(name) ?? 0
  }

  /// What can have been counted: no more than 2⁵³, so that a count from a damaged file can still be
  /// counted on.
  static let counts = 0...(1 << 53)

  /// Returns a single whole number, 0 … 2⁵³.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if it is missing or not one such number.
  public func count(_ name: String) throws(EstimatorError) -> Int {
    let tensor = try required(name)
    guard tensor.shape.isEmpty, let integer = tensor.integers?.first,
      Self.counts.contains(integer)
    else {
      throw .unreadableModel(reason: "tensor \(name) is not a count")
    }
    return integer
  }

  /// Returns whether something holds, which stands as a 1 or a 0, or not at all for no.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if it stands as anything else.
  func flag(_ name: String) throws(EstimatorError) -> Bool {
    guard contains(name) else { return false }
    guard self[name]?.shape == [], let flag = self[name]?.integers?.first, (0...1).contains(flag)
    else { throw .unreadableModel(reason: "tensor \(name) is neither 0 nor 1") }
    return flag == 1
  }

  private func required(_ name: String) throws(EstimatorError) -> Tensor {
    guard let tensor = self[name] else {
      throw .unreadableModel(reason: "tensor \(name) is missing")
    }
    return tensor
  }

  private func finiteNumbers(_ tensor: Tensor) throws(EstimatorError) -> [Double] {
    let numbers = tensor.numbers
    guard numbers.allSatisfy(\.isFinite) else {
      throw .unreadableModel(reason: "tensor \(tensor.name) holds a number that is not finite")
    }
    return numbers
  }
}
