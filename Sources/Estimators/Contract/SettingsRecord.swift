/// Names and values of settings that a later call must find unchanged.
public struct RecordedSettings: Equatable, Sendable {
  /// Names and values, in the order of the names.
  private(set) var entries: [(name: String, text: String)] = []

  /// Records nothing.
  public init() {}

  /// Records the settings whose declarations satisfy a condition, but for those that others have no use
  /// for.
  init<Settings: HyperparameterSet>(
    _ settings: Settings, where isRecorded: (ChangeEffect) -> Bool
  ) {
    entries = Settings.declarations.filter {
      isRecorded($0.whenChanged) && $0.isUsed(in: settings)
    }
    .map { ($0.name, $0.text(in: settings)) }.sorted { $0.name < $1.name }
  }

  public static func == (left: RecordedSettings, right: RecordedSettings) -> Bool {
    left.entries.elementsEqual(right.entries) { $0 == $1 }
  }

  /// The value of a setting, or `nil` if it is not recorded.
  subscript(name: String) -> String? { entries.first { $0.name == name }?.text }

  /// Forgets settings.
  mutating func remove(_ names: [String]) {
    entries.removeAll { names.contains($0.name) }
  }

  /// The name under which settings stand in an archive.
  private static let key = "settings"

  /// Appends the settings to an archive.
  func write(to archive: inout TensorArchive) {
    archive[text: Self.key] = JSON.object(entries)
  }

  /// Reads the settings from an archive.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    guard let text = archive[text: Self.key],
      let entries = JSON.decoded(text, as: [String: String].self)
    else { throw .unreadableModel(reason: "the recorded settings are missing or damaged") }
    self.entries = entries.map { ($0.key, $0.value) }.sorted { $0.name < $1.name }
  }
}

/// A part of what was learned that records the settings it follows from.
public protocol SettingsRecording: TensorArchivable {
  /// The settings it follows from, by which a later change of them is noticed.
  var settings: RecordedSettings { get set }
}

/// The settings that the latest call was made with, as far as a later change of them cannot simply
/// take effect.
///
/// They are saved with what follows from them, so that a change is noticed also after saving and
/// loading.
public struct SettingsRecord<Settings: HyperparameterSet>: Sendable {
  private struct Content: Sendable {
    var form: RecordedSettings
    var memory: RecordedSettings
    var latest: Latest?
  }

  /// All settings of the latest call, which have been checked; only to notice quickly that nothing
  /// has changed, and so never copied.
  private final class Latest: Sendable {
    private let settings: Settings

    init(_ settings: Settings) { self.settings = settings }

    func isExactly(_ other: Settings) -> Bool { settings == other }
  }

  @CopiedOnChange private var content: Content

  /// Those that the form of the model follows from, which stand in the model.
  var form: RecordedSettings { content.form }

  /// Those that the training state follows from, which stand in it.
  var memory: RecordedSettings { content.memory }

  /// A record of nothing.
  init() {
    self.init(form: RecordedSettings(), memory: RecordedSettings())
  }

  /// Puts a record together again.
  ///
  /// - Parameters:
  ///   - form: What stands in a model.
  ///   - memory: What stands in a training state, or `nil` if there is none.
  init(form: RecordedSettings, memory: RecordedSettings?) {
    content = Content(form: form, memory: memory ?? RecordedSettings())
  }

  /// Records settings that have been checked.
  init(_ settings: Settings) {
    content = Content(
      form: RecordedSettings(settings) { $0 == .needsFreshFit },
      memory: RecordedSettings(settings) {
        $0 != .needsFreshFit && $0 != .takesEffectAtNextCall
      },
      latest: Latest(settings))
  }

  /// Whether the settings are known to be exactly those of the latest call.
  func isExactly(_ settings: Settings) -> Bool { content.latest?.isExactly(settings) ?? false }

  /// Checks that nothing has changed that a continuing call cannot honour.
  ///
  /// - Throws: ``EstimatorError/changedHyperparameter(name:old:new:remedy:)`` for the first that
  ///   has.
  func check(_ settings: Settings) throws(EstimatorError) {
    for declaration in Settings.declarations {
      guard let old = form[declaration.name] ?? memory[declaration.name] else { continue }
      let new = declaration.text(in: settings)
      guard old == new || !declaration.isUsed(in: settings) else {
        throw .changedHyperparameter(
          name: declaration.name, old: old, new: new, remedy: declaration.whenChanged.remedy)
      }
    }
  }

  /// Forgets the settings that a reset sets free.
  mutating func forget(where isFree: (ChangeEffect) -> Bool) {
    content.memory.remove(Settings.declarations.filter { isFree($0.whenChanged) }.map(\.name))
    content.latest = nil
  }
}
