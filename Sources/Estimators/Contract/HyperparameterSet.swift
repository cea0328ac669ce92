/// All hyperparameters of an estimator, as one value.
public protocol HyperparameterSet: Equatable, Sendable {
  /// Makes the default settings.
  init()

  /// One declaration for each hyperparameter.
  static var declarations: [Hyperparameter<Self>] { get }

  /// Checks what concerns several hyperparameters together; each alone has been checked before.
  ///
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)``.
  func checkCombinations() throws(EstimatorError)
}

extension HyperparameterSet {
  public func checkCombinations() throws(EstimatorError) {}

  /// Checks every hyperparameter.
  ///
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)`` for the first that
  ///   is not allowed.
  public func check() throws(EstimatorError) {
    for declaration in Self.declarations { try declaration.check(self) }
    try checkCombinations()
  }

  /// Every name and value, in the order of the declarations.
  public var texts: [(name: String, text: String)] {
    Self.declarations.map { ($0.name, $0.text(in: self)) }
  }

  /// Sets a hyperparameter by its name.
  ///
  /// In the settings of a pipeline, whose names begin with the number of a step, the bare name does
  /// if only one step has it.
  ///
  /// - Parameters:
  ///   - name: The name, as it stands in Swift.
  ///   - text: The value, such as `0.001`, `logistic`, `100,50`, `none`.
  ///   - estimator: Whose settings these are, for the error.
  /// - Throws: ``EstimatorError/unknownHyperparameter(name:estimator:possible:)``,
  ///   ``EstimatorError/ambiguousHyperparameter(name:estimator:possible:)`` or
  ///   ``EstimatorError/invalidHyperparameter(name:value:requirement:)``; nothing is then changed.
  public mutating func set(
    _ name: String, to text: String, of estimator: String
  ) throws(EstimatorError) {
    let declarations = Self.declarations
    let candidates = declarations.filter { $0.name == name }
    let matches =
      candidates.isEmpty ? declarations.filter { $0.name.hasSuffix(".\(name)") } : candidates
    guard matches.count <= 1 else {
      throw .ambiguousHyperparameter(
        name: name, estimator: estimator, possible: matches.map(\.name))
    }
    guard matches.count == 1 else {
      throw .unknownHyperparameter(
        name: name, estimator: estimator, possible: declarations.map(\.name))
    }
    try matches[0].set(text, in: &self)
  }
}

/// The settings of an estimator that has none.
public struct NoHyperparameters: HyperparameterSet {
  /// Makes the settings.
  public init() {}

  public static var declarations: [Hyperparameter<NoHyperparameters>] { [] }
}
