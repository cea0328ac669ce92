internal import LinearAlgebra

/// A type of hyperparameter values: it has a text form, the same in model files and in the command.
public protocol HyperparameterValue: Equatable, Sendable {
  /// The value as text; reading it back gives an equal value.
  var hyperparameterText: String { get }

  /// Reads a value, or returns `nil` if the text is none.
  init?(hyperparameterText: String)

  /// What a text must be, as the end of a sentence: "true or false".
  static var possibleTexts: String { get }

  /// Whether the value can be computed with.
  var isUsable: Bool { get }

  /// A few other values, to try what a change does; they need not be in any setting's range.
  var alternatives: [Self] { get }

  /// A value to begin with.
  static var example: Self { get }
}

extension HyperparameterValue {
  public var isUsable: Bool { true }
}

extension Double: HyperparameterValue {
  public var hyperparameterText: String {
    // 1 rather than 1.0, but every digit of everything else.
    Int(exactly: self).flatMap { $0.magnitude < 1_000_000 ? String($0) : nil } ?? description
  }

  public init?(hyperparameterText: String) {
    guard let value = NumberText.number(hyperparameterText), value.isFinite else { return nil }
    self = value
  }

  public static var possibleTexts: String { "a number" }

  public var isUsable: Bool { isFinite }

  public var alternatives: [Double] { [self * 0.5, self * 2, self + 0.25] }

  public static var example: Double { 0.5 }
}

extension Int: HyperparameterValue {
  public var hyperparameterText: String { description }

  public init?(hyperparameterText: String) {
    guard let value = Int(hyperparameterText) else { return nil }
    self = value
  }

  public static var possibleTexts: String { "a whole number" }

  public var alternatives: [Int] { [self &+ 1, self &- 1] }

  public static var example: Int { 7 }
}

extension UInt64: HyperparameterValue {
  public var hyperparameterText: String { description }

  public init?(hyperparameterText: String) {
    guard let value = UInt64(hyperparameterText) else { return nil }
    self = value
  }

  public static var possibleTexts: String { "a whole number that is not negative" }

  public var alternatives: [UInt64] { [self &+ 1] }

  public static var example: UInt64 { 7 }
}

extension Bool: HyperparameterValue {
  public var hyperparameterText: String { description }

  public init?(hyperparameterText: String) {
    guard let value = Bool(hyperparameterText) else { return nil }
    self = value
  }

  public static var possibleTexts: String { "true or false" }

  public var alternatives: [Bool] { [!self] }

  public static var example: Bool { true }
}

extension Optional: HyperparameterValue where Wrapped: HyperparameterValue {
  public var hyperparameterText: String { self?.hyperparameterText ?? "none" }

  public init?(hyperparameterText: String) {
    if hyperparameterText == "none" {
      self = .none
      return
    }
    guard let value = Wrapped(hyperparameterText: hyperparameterText) else { return nil }
    self = value
  }

  public static var possibleTexts: String { "\(Wrapped.possibleTexts), or none" }

  public var isUsable: Bool { self?.isUsable ?? true }

  public var alternatives: [Wrapped?] {
    guard let wrapped = self else { return [Wrapped.example] }
    return wrapped.alternatives + [nil]
  }

  public static var example: Wrapped? { Wrapped.example }
}

extension Array: HyperparameterValue where Element: HyperparameterValue {
  public var hyperparameterText: String {
    map(\.hyperparameterText).joined(separator: ",")
  }

  public init?(hyperparameterText: String) {
    var values: [Element] = []
    // Nothing is a list of nothing; but a comma has a value on both sides.
    let texts =
      hyperparameterText.isEmpty
      ? []
      : hyperparameterText.split(
        separator: ",", omittingEmptySubsequences: false)
    for text in texts {
      guard let value = Element(hyperparameterText: String(text)) else { return nil }
      values.append(value)
    }
    self = values
  }

  public static var possibleTexts: String { "\(Element.possibleTexts), or several with commas" }

  public var alternatives: [[Element]] { [self + [Element.example]] }

  public static var example: [Element] { [Element.example] }
}

/// A hyperparameter whose values are a list of names.
public protocol NamedHyperparameterValue: HyperparameterValue, CaseIterable,
  RawRepresentable<String>
{}

extension NamedHyperparameterValue {
  public var hyperparameterText: String { rawValue }

  public init?(hyperparameterText: String) {
    self.init(rawValue: hyperparameterText)
  }

  public static var possibleTexts: String {
    "one of " + allCases.map(\.rawValue).joined(separator: ", ")
  }

  public var alternatives: [Self] { Self.allCases.filter { $0 != self } }

  public static var example: Self { allCases[allCases.startIndex] }
}
