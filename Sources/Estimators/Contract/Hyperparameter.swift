/// What changing a setting between two calls means.
///
/// It concerns continuing calls only: a fresh `fit` takes every setting as it is.
public enum ChangeEffect: Equatable, Sendable {
  /// The change takes effect at the next call.
  case takesEffectAtNextCall

  /// A continuing call refuses the change unless the training state has been reset.
  case needsTrainingStateReset

  /// A continuing call refuses the change unless this part of the training state has been reset.
  case needsReset(of: TrainingPart)

  /// A continuing call refuses the change: the model itself would have to be another.
  case needsFreshFit

  /// What a user who is refused can do.
  var remedy: String {
    switch self {
    case .takesEffectAtNextCall: ""
    case .needsTrainingStateReset: "Call reset(.trainingState) first, or fit with warmStart off."
    case .needsReset(let part): "Call reset(.\(part)) first, or fit with warmStart off."
    case .needsFreshFit: "Fit with warmStart off."
    }
  }
}

/// The declaration of one hyperparameter: its name, the values it can have, and what a change
/// between calls means.
///
/// From it follow the checks before training, the refusal of changes that a continuing call cannot
/// honour, the settings in a model file and those of the command.
public struct Hyperparameter<Settings: Sendable>: Sendable {
  /// The name, as it stands in Swift.
  public let name: String

  /// What a value must be, as the end of a sentence: "at least 0".
  public let requirement: String

  /// What changing it between calls means.
  public let whenChanged: ChangeEffect

  /// What other settings must be for this one to make a difference, as the end of a sentence, such as
  /// "learningRate inverseScaling"; `nil` if it always may.
  public private(set) var usedWith: String?

  private var isUsed: @Sendable (Settings) -> Bool = { _ in true }
  private let read: @Sendable (Settings) -> String
  private let write: @Sendable (String, inout Settings) -> Bool
  private let isAllowed: @Sendable (Settings) -> Bool
  private let others: @Sendable (Settings) -> [String]

  /// Declares a hyperparameter whose values have a text form.
  ///
  /// - Parameters:
  ///   - name: The name, as it stands in Swift.
  ///   - keyPath: Where the value is.
  ///   - range: The values allowed.
  ///   - whenChanged: What changing it between calls means.
  public init<Value: HyperparameterValue>(
    _ name: String, _ keyPath: any WritableKeyPath<Settings, Value> & Sendable,
    _ range: AllowedRange<Value> = .any, whenChanged: ChangeEffect = .takesEffectAtNextCall
  ) {
    self.init(
      name, requirement: range.requirement, whenChanged: whenChanged,
      read: { $0[keyPath: keyPath].hyperparameterText },
      write: { text, settings in
        guard let value = Value(hyperparameterText: text) else { return false }
        settings[keyPath: keyPath] = value
        return true
      }, isAllowed: { range.contains($0[keyPath: keyPath]) },
      alternatives: { $0[keyPath: keyPath].alternatives.map(\.hyperparameterText) })
  }

  /// Declares a hyperparameter by how it is read, written and checked.
  ///
  /// - Parameters:
  ///   - name: The name, as it stands in Swift.
  ///   - requirement: What a value must be, as the end of a sentence.
  ///   - whenChanged: What changing it between calls means.
  ///   - read: Returns the value as text.
  ///   - write: Sets the value from text; returns whether the text is one.
  ///   - isAllowed: Whether the value is one of those allowed.
  ///   - alternatives: A few other values as text, to try what a change does.
  public init(
    _ name: String, requirement: String, whenChanged: ChangeEffect,
    read: @escaping @Sendable (Settings) -> String,
    write: @escaping @Sendable (String, inout Settings) -> Bool,
    isAllowed: @escaping @Sendable (Settings) -> Bool = { _ in true },
    alternatives: @escaping @Sendable (Settings) -> [String] = { _ in [] }
  ) {
    self.name = name
    self.requirement = requirement
    self.whenChanged = whenChanged
    self.read = read
    self.write = write
    self.isAllowed = isAllowed
    others = alternatives
  }

  /// Returns the same declaration of a setting that only some others have a use for.
  ///
  /// A continuing call does not mind a change of a setting that has no use.
  ///
  /// - Parameters:
  ///   - others: What they must be, as the end of a sentence.
  ///   - isUsed: Whether settings are so.
  /// - Returns: The declaration.
  public func used(
    with others: String, _ isUsed: @escaping @Sendable (Settings) -> Bool
  ) -> Hyperparameter {
    var changed = self
    changed.usedWith = others
    changed.isUsed = isUsed
    return changed
  }

  /// Whether the setting can make a difference beside others.
  public func isUsed(in settings: Settings) -> Bool { isUsed(settings) }

  /// Returns the value as text.
  public func text(in settings: Settings) -> String { read(settings) }

  /// Returns a few other values as text, to try what a change does; they need not be allowed.
  public func alternatives(in settings: Settings) -> [String] { others(settings) }

  /// Sets the value from text.
  ///
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)`` if the text is no
  ///   allowed value; the settings are then as they were.
  public func set(_ text: String, in settings: inout Settings) throws(EstimatorError) {
    var changed = settings
    guard write(text, &changed), isAllowed(changed) else {
      throw .invalidHyperparameter(name: name, value: text, requirement: requirement)
    }
    settings = changed
  }

  /// Sets the value from text whether or not it is in its range; returns whether the text is a
  /// value at all.
  package func setUnchecked(_ text: String, in settings: inout Settings) -> Bool {
    write(text, &settings)
  }

  /// Checks the value.
  ///
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)``.
  public func check(_ settings: Settings) throws(EstimatorError) {
    guard isAllowed(settings) else {
      throw .invalidHyperparameter(name: name, value: read(settings), requirement: requirement)
    }
  }

  /// Returns the declaration of the same hyperparameter in a larger set of settings.
  func inside<Outer: Sendable>(
    _ keyPath: any WritableKeyPath<Outer, Settings> & Sendable, named name: String,
    _ effect: (ChangeEffect) -> ChangeEffect = { $0 }
  ) -> Hyperparameter<Outer> {
    let outer = Hyperparameter<Outer>(
      name, requirement: requirement, whenChanged: effect(whenChanged),
      read: { self.read($0[keyPath: keyPath]) },
      write: { self.write($0, &$1[keyPath: keyPath]) },
      isAllowed: { self.isAllowed($0[keyPath: keyPath]) },
      alternatives: { self.others($0[keyPath: keyPath]) })
    guard let usedWith else { return outer }
    return outer.used(with: usedWith) { self.isUsed($0[keyPath: keyPath]) }
  }
}

/// The values that a hyperparameter may have.
public struct AllowedRange<Value: HyperparameterValue>: Sendable {
  /// What a value must be, as the end of a sentence.
  public let requirement: String

  private let test: @Sendable (Value) -> Bool

  /// Makes a range from a condition and its description.
  public init(_ requirement: String, _ test: @escaping @Sendable (Value) -> Bool) {
    self.requirement = requirement
    self.test = test
  }

  /// Whether a value is in the range.
  public func contains(_ value: Value) -> Bool { test(value) }

  /// Every value of the type.
  public static var any: AllowedRange {
    AllowedRange(Value.possibleTexts) { _ in true }
  }
}

extension AllowedRange where Value: Comparable {
  /// Values that are not below a bound.
  public static func atLeast(_ bound: Value) -> AllowedRange {
    AllowedRange("at least \(bound.hyperparameterText)") { $0 >= bound && $0.isUsable }
  }

  /// Values above a bound.
  public static func above(_ bound: Value) -> AllowedRange {
    AllowedRange("greater than \(bound.hyperparameterText)") { $0 > bound && $0.isUsable }
  }

  /// Values from a bound up to another.
  public static func inside(_ range: ClosedRange<Value>) -> AllowedRange {
    AllowedRange(
      "at least \(range.lowerBound.hyperparameterText) and at most "
        + range.upperBound.hyperparameterText
    ) { range.contains($0) }
  }

  /// Values from a bound up to, but not including, another.
  public static func within(_ range: Range<Value>) -> AllowedRange {
    AllowedRange(
      "at least \(range.lowerBound.hyperparameterText) and below "
        + range.upperBound.hyperparameterText
    ) { range.contains($0) }
  }
}

extension AllowedRange where Value == Double {
  /// Every number but NaN and the infinities.
  public static var finite: AllowedRange { AllowedRange("a finite number") { $0.isFinite } }
}

extension AllowedRange where Value == Double? {
  /// No value, or one that is not below a bound.
  public static func noneOrAtLeast(_ bound: Double) -> AllowedRange {
    AllowedRange("at least \(bound.hyperparameterText), or none") {
      $0.map { $0 >= bound && $0.isFinite } ?? true
    }
  }
}
