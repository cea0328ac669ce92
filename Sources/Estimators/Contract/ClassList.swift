/// The classes of a classifier, in ascending order, and the way from a label to its number.
struct ClassList<Label: ClassLabel>: Equatable, Sendable {
  /// The labels, ascending, each once.
  let labels: [Label]

  /// The number of linear problems, or output units, that tell the classes apart: one for two
  /// classes.
  var problemCount: Int { labels.count == 2 ? 1 : labels.count }

  /// Takes the declared classes, or those that occur; with unknown labels to be taken in, both.
  ///
  /// - Throws: ``EstimatorError/singleClass(label:)``.
  init(
    declared: [Label]?, unknownLabels: UnknownLabels = .error, occurring: [Label]
  ) throws(EstimatorError) {
    let known = Self.distinct(declared ?? occurring)
    labels = unknownLabels == .extend ? Self.distinct(occurring, knowing: known) : known
    guard labels.count >= 2 else {
      throw .singleClass(label: labels.first.map { "\($0)" } ?? "missing")
    }
    try checkEquality()
  }

  /// Checks that each label equals itself, which a NaN does not.
  private func checkEquality() throws(EstimatorError) {
    guard let label = labels.first(where: { $0 != $0 }) else { return }
    throw .invalidHyperparameter(
      name: "classes", value: "\(label)", requirement: "labels that can be told apart")
  }

  /// Takes classes read from a file.
  init(_ labels: [Label]) throws(EstimatorError) {
    guard labels.count >= 2,
      zip(labels, labels.dropFirst()).allSatisfy({ LabelOrder.precedes($0, $1) })
    else {
      throw .unreadableModel(reason: "the classes are not in ascending order")
    }
    self.labels = labels
  }

  /// Takes further classes in.
  ///
  /// - Parameter more: Labels, among which there may be known ones.
  /// - Returns: The larger list, and for each of its classes the number it had here, or `nil` for a
  ///   new one; `nil` if there is none.
  func extended(by more: [Label]) -> (classes: ClassList, oldNumbers: [Int?])? {
    let all = Self.distinct(more, knowing: labels)
    guard all.count > labels.count else { return nil }
    return (ClassList(ascending: all), all.map { number(of: $0) })
  }

  private init(ascending labels: [Label]) { self.labels = labels }

  /// Returns labels in ascending order, each once.
  ///
  /// - Complexity: O(n · log K + K²), where n is the number of labels and K that of classes.
  @_specialize(where Label == Int)
  @_specialize(where Label == String)
  private static func distinct(_ labels: [Label], knowing known: [Label] = []) -> [Label] {
    var ascending = known
    for label in labels {
      let place = place(of: label, in: ascending)
      if place == ascending.count || ascending[place] != label {
        ascending.insert(label, at: place)
      }
    }
    return ascending
  }

  /// Returns the number of labels, of some in ascending order, that are less than another.
  @_specialize(where Label == Int)
  @_specialize(where Label == String)
  private static func place(of label: Label, in ascending: [Label]) -> Int {
    var low = 0
    var high = ascending.count
    while low < high {
      let middle = (low + high) / 2
      if LabelOrder.precedes(ascending[middle], label) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Returns for each label its number among those that occur.
  ///
  /// - Complexity: O(n · log K + K²).
  static func ranks(of labels: [Label]) -> [Int32] {
    let occurring = distinct(labels)
    return labels.map { Int32(place(of: $0, in: occurring)) }
  }

  /// Returns the number of each label.
  ///
  /// - Throws: ``EstimatorError/unknownLabel(row:label:classes:)`` for the first that is none of
  ///   the classes.
  /// - Complexity: O(n · log K).
  @_specialize(where Label == Int)
  @_specialize(where Label == String)
  func numbers(of labels: [Label]) throws(EstimatorError) -> [Int32] {
    var numbers: [Int32] = []
    numbers.reserveCapacity(labels.count)
    for (row, label) in labels.enumerated() {
      guard let number = number(of: label) else {
        throw .unknownLabel(
          row: row, label: "\(label)", classes: self.labels.map { "\($0)" })
      }
      numbers.append(Int32(number))
    }
    return numbers
  }

  @_specialize(where Label == Int)
  @_specialize(where Label == String)
  private func number(of label: Label) -> Int? {
    let place = Self.place(of: label, in: labels)
    return place < labels.count && labels[place] == label ? place : nil
  }

  /// The name under which classes stand in an archive.
  static var key: String { "classes" }

  /// Appends the classes to an archive.
  func write(to archive: inout TensorArchive) {
    archive[text: Self.key] = JSON.list(labels)
  }

  /// Reads the classes from an archive.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    guard let labels = archive[text: Self.key].flatMap({ JSON.decoded($0, as: [Label].self) })
    else {
      throw .unreadableModel(reason: "the classes are missing or not of type \(Label.self)")
    }
    try self.init(labels)
  }
}

extension Hyperparameter {
  /// Declares the setting `classes`: the labels that a classifier will meet, for streams whose
  /// first part may lack some.
  static func classes<Label: ClassLabel>(
    _ keyPath: any WritableKeyPath<Settings, [Label]?> & Sendable
  ) -> Hyperparameter {
    Hyperparameter(
      "classes", requirement: "at least two different labels, or none", whenChanged: .needsFreshFit,
      read: { settings in
        // In order, since the order they are given in means nothing.
        settings[keyPath: keyPath].map { JSON.list($0.inLabelOrder()) } ?? "none"
      },
      write: { text, settings in
        guard text != "none" else {
          settings[keyPath: keyPath] = nil
          return true
        }
        guard let labels = labels(text, as: Label.self) else { return false }
        settings[keyPath: keyPath] = labels
        return true
      },
      isAllowed: { settings in settings[keyPath: keyPath].map { Set($0).count >= 2 } ?? true },
      alternatives: { settings in
        settings[keyPath: keyPath].map { [JSON.list(Array($0.dropLast()))] } ?? []
      })
  }

  /// Reads labels: a JSON list, or texts or numbers with commas.
  private static func labels<Label: Decodable>(_ text: String, as type: Label.Type) -> [Label]? {
    if let labels = JSON.decoded(text, as: [Label].self) { return labels }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let labels = parts.compactMap { JSON.label($0.trimmed, as: Label.self) }
    return labels.count == parts.count ? labels : nil
  }
}
