internal import LinearAlgebra

/// How much the samples of each class count.
///
/// In a network, and in a linear model of two classes, every sample counts what its class does. In
/// a linear model of more, it counts so in the problem of its own class, and 1 in those of the
/// others.
///
/// **Source:** scikit-learn's `class_weight`.
public enum ClassWeight<Label: ClassLabel>: Equatable, Sendable {
  /// Every class counts 1.
  case none

  /// A class counts n / (K · n_k), with n samples, K classes, and n_k samples of the class: all
  /// classes together count the same.
  case balanced

  /// The classes named count what stands beside them, at least 0; all others 1.
  case given([Label: Double])

  /// Returns what each class counts, or `nil` for 1 each.
  ///
  /// - Parameters:
  ///   - classes: The classes.
  ///   - numbers: For each sample the number of its class.
  ///   - call: The call that asks.
  /// - Returns: K weights.
  /// - Throws: ``EstimatorError/unsupportedCall(call:setting:remedy:)`` where weights would have to
  ///   be balanced over samples that come in parts;
  ///   ``EstimatorError/invalidHyperparameter(name:value:requirement:)`` for a class that there is
  ///   not.
  func weights(
    of classes: ClassList<Label>, _ numbers: [Int32], _ call: TrainingCall
  ) throws(EstimatorError) -> [Double]? {
    switch self {
    case .none: return nil
    case .balanced:
      guard call.kind == .fit else {
        throw .unsupportedCall(
          call: "partialFit", setting: "classWeight balanced, which needs all samples at once",
          remedy: "Give a weight for each class, or fit.")
      }
      var counts = [Int](repeating: 0, count: classes.labels.count)
      for number in numbers { counts[Int(number)] += 1 }
      let occurring = counts.count { $0 > 0 }
      return counts.map {
        $0 == 0 ? 1 : Double(numbers.count) / (Double(occurring) * Double($0))
      }
    case .given(let given):
      for label in given.keys.inLabelOrder() where !classes.labels.contains(label) {
        throw .invalidHyperparameter(
          name: "classWeight", value: text,
          requirement: "about classes there are, and \(label) is none of them")
      }
      return classes.labels.map { given[$0] ?? 1 }
    }
  }
}

extension ClassWeight {
  /// The setting as text: `none`, `balanced`, or a JSON list of pairs.
  var text: String {
    switch self {
    case .none: "none"
    case .balanced: "balanced"
    case .given(let weights):
      JSON.list(
        weights.sorted { LabelOrder.precedes($0.key, $1.key) }.map {
          ClassWeightPair(label: $0.key, weight: $0.value)
        })
    }
  }

  /// Reads the same, or pairs of the form `label:weight` with commas between; `nil` if it is
  /// neither.
  init?(text: String) {
    switch text {
    case "none": self = .none
    case "balanced": self = .balanced
    default:
      let pairs =
        JSON.decoded(text, as: [ClassWeightPair<Label>].self) ?? ClassWeightPair.pairs(text)
      guard let pairs, Set(pairs.map(\.label)).count == pairs.count else {
        return nil
      }
      self = .given(Dictionary(uniqueKeysWithValues: pairs.map { ($0.label, $0.weight) }))
    }
  }

  /// Whether every weight is one.
  var isAllowed: Bool {
    guard case .given(let weights) = self else { return true }
    return weights.values.allSatisfy { $0 >= 0 && $0.isFinite }
  }
}

extension Hyperparameter {
  /// Declares the setting `classWeight`.
  static func classWeight<Label: ClassLabel>(
    _ keyPath: any WritableKeyPath<Settings, ClassWeight<Label>> & Sendable
  ) -> Hyperparameter {
    Hyperparameter(
      "classWeight",
      requirement: "none, balanced, or label:weight pairs with commas and weights at least 0",
      whenChanged: .takesEffectAtNextCall,
      read: { $0[keyPath: keyPath].text },
      write: { text, settings in
        guard let value = ClassWeight<Label>(text: text) else { return false }
        settings[keyPath: keyPath] = value
        return true
      },
      isAllowed: { $0[keyPath: keyPath].isAllowed },
      alternatives: { [$0[keyPath: keyPath] == .none ? "balanced" : "none"] })
  }
}

/// A class and what it counts, in JSON a list of the two.
private struct ClassWeightPair<Label: ClassLabel>: Codable {
  var label: Label
  var weight: Double

  init(label: Label, weight: Double) {
    self.label = label
    self.weight = weight
  }

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    label = try container.decode(Label.self)
    weight = try container.decode(Double.self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(label)
    try container.encode(weight)
  }

  /// Reads `label:weight,…`; a label may hold colons.
  static func pairs(_ text: String) -> [ClassWeightPair]? {
    var pairs: [ClassWeightPair] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let colon = part.lastIndex(of: ":"),
        let label = JSON.label(part[..<colon].trimmed, as: Label.self),
        let weight = NumberText.number(part[part.index(after: colon)...])
      else { return nil }
      pairs.append(ClassWeightPair(label: label, weight: weight))
    }
    return pairs
  }
}

/// What a classifier does with a label that is none of its classes.
public enum UnknownLabels: String, NamedHyperparameterValue {
  /// It refuses the call and names the label.
  case error

  /// It takes the label as a new class, whose coefficients begin at 0.
  case extend
}
