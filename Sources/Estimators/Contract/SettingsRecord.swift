/// The settings that the latest call was made with, as far as a later change of them cannot simply
/// take effect.
///
/// It is part of the training state, so that a change is noticed also after saving and loading.
public struct SettingsRecord<Settings: HyperparameterSet>: Equatable, Sendable {
  /// Names and values, in the order of the names.
  private var entries: [(name: String, text: String)] = []

  /// All settings of the latest call, which have been checked; only to notice quickly that nothing
  /// has changed.
  private var latest: Settings?

  /// A record of nothing.
  init() {}

  /// Records settings that have been checked.
  init(_ settings: Settings) {
    entries = Settings.declarations.filter { $0.whenChanged != .takesEffectAtNextCall }
      .map { ($0.name, $0.text(in: settings)) }.sorted { $0.name < $1.name }
    latest = settings
  }

  public static func == (left: SettingsRecord, right: SettingsRecord) -> Bool {
    left.entries.elementsEqual(right.entries) { $0 == $1 }
  }

  /// Whether the settings are known to be exactly those of the latest call.
  func isExactly(_ settings: Settings) -> Bool { latest == settings }

  /// Checks that nothing has changed that a continuing call cannot honour.
  ///
  /// - Throws: ``EstimatorError/changedHyperparameter(name:old:new:remedy:)`` for the first that
  ///   has.
  func check(_ settings: Settings) throws(EstimatorError) {
    for declaration in Settings.declarations {
      guard let old = entries.first(where: { $0.name == declaration.name })?.text else { continue }
      let new = declaration.text(in: settings)
      guard old == new else {
        throw .changedHyperparameter(
          name: declaration.name, old: old, new: new, remedy: declaration.whenChanged.remedy)
      }
    }
  }

  /// Forgets the settings that a reset sets free.
  mutating func forget(where isFree: (ChangeEffect) -> Bool) {
    let free = Settings.declarations.filter { isFree($0.whenChanged) }.map(\.name)
    entries.removeAll { free.contains($0.name) }
    latest = nil
  }
}

extension SettingsRecord {
  /// The name under which a record stands in an archive.
  private static var key: String { "settings" }

  /// Appends the record to an archive.
  func write(to archive: inout TensorArchive) {
    archive[text: Self.key] = JSON.object(entries)
  }

  /// Reads the record from an archive.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    guard let text = archive[text: Self.key],
      let entries = JSON.decoded(text, as: [String: String].self)
    else { throw .unreadableModel(reason: "the recorded settings are missing or damaged") }
    self.entries = entries.map { ($0.key, $0.value) }.sorted { $0.name < $1.name }
  }
}
