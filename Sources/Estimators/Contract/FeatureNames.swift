/// The names of features in an archive.
enum FeatureNames {
  /// The name under which names stand.
  static let key = "feature_names"

  /// Appends names, or nothing for `nil`.
  static func write(_ names: [String]?, to archive: inout TensorArchive) {
    if let names { archive[text: key] = JSON.list(names) }
  }

  /// Reads names, or `nil` if there are none.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)`` if they are not `count` names.
  static func read(from archive: TensorArchive, count: Int) throws(EstimatorError) -> [String]? {
    guard let text = archive[text: key] else { return nil }
    guard let names = JSON.decoded(text, as: [String].self), names.count == count else {
      throw .unreadableModel(reason: "the feature names are not \(count) names")
    }
    return names
  }
}
