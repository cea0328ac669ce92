import Estimators
import Foundation
import Testing

/// The page of settings that others have no use for says what the declarations say.
@Suite struct SettingsTableTests {
  private let path = References.folder.deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/Estimators/Estimators.docc/UnusedSettings.md")

  /// Everything that the page says, from the declarations.
  private var page: String {
    var lines = [
      "# Settings that others have no use for", "",
      "Which settings make a difference only beside others, and what becomes of another value elsewhere: it is",
      "refused by name where it asks for something that would not be done, and has no use where it belongs to a",
      "choice that was not made. A change of a setting without use never needs a reset. This page is written by",
      "`WRITE_SETTINGS=1 swift test --filter SettingsTableTests`.", "",
      "| settings of | setting | is used with | otherwise |", "| --- | --- | --- | --- |",
    ]
    lines += rows("`SGDClassifier`, `SGDRegressor`", SGDClassifier<Int>.Hyperparameters.self)
    lines += rows(
      "`MLPClassifier`, `MLPMultilabelClassifier`, `MLPRegressor`",
      MLPRegressor.Hyperparameters.self)
    lines += rows("`LinearRegression`, `Ridge`", LinearRegression.Hyperparameters.self)
    return lines.joined(separator: "\n") + "\n"
  }

  private func rows<Settings: HyperparameterSet>(
    _ types: String, _ settings: Settings.Type
  ) -> [String] {
    Settings.declarations.compactMap { declaration in
      guard let others = declaration.usedWith else { return nil }
      return "| \(types) | `\(declaration.name)` | \(others) | \(fate(of: declaration)) |"
    }
  }

  /// What becomes of another value where the setting has no use.
  private func fate<Settings: HyperparameterSet>(of declaration: Hyperparameter<Settings>) -> String
  {
    let near = changes(Settings())
    let far = near.lazy.flatMap { changes($0) }
    let all = [[Settings()] + near].lazy.joined()
    guard
      let settings = all.first(where: { !declaration.isUsed(in: $0) })
        ?? far.first(where: { !declaration.isUsed(in: $0) })
    else { return "always used" }
    for text in declaration.alternatives(in: settings) {
      var changed = settings
      guard (try? declaration.set(text, in: &changed)) != nil,
        declaration.text(in: changed) != declaration.text(in: settings)
      else { continue }
      return (try? changed.check()) == nil ? "refused" : "no use"
    }
    return "no other value"
  }

  /// Settings that are allowed, with one changed.
  private func changes<Settings: HyperparameterSet>(_ settings: Settings) -> [Settings] {
    Settings.declarations.flatMap { declaration in
      declaration.alternatives(in: settings).compactMap { text in
        var changed = settings
        guard (try? declaration.set(text, in: &changed)) != nil, (try? changed.check()) != nil
        else { return nil }
        return changed
      }
    }
  }

  @Test func thePageSaysWhatTheDeclarationsSay() throws {
    if ProcessInfo.processInfo.environment["WRITE_SETTINGS"] != nil {
      try Data(page.utf8).write(to: path)
    }
    let written = try String(contentsOf: path, encoding: .utf8)
    #expect(written == page)
    #expect(!written.contains("always used"))
    #expect(written.contains("| `powerT` | learningRate inverseScaling | no use |"))
    #expect(written.contains("| `dropout` | solver adam or sgd | refused |"))
  }
}
