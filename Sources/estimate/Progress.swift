import Estimators
import Foundation

/// A line on standard error that shows how far training is; nothing where nobody looks.
struct Progress: Sendable {
  private let isShown: Bool

  /// Shows progress on a terminal that can redraw a line, unless asked to be quiet.
  init(quiet: Bool) {
    let term = ProcessInfo.processInfo.environment["TERM"] ?? "dumb"
    isShown = !quiet && term != "dumb" && isatty(2) == 1
  }

  /// Redraws the line.
  func show(_ text: String) {
    guard isShown else { return }
    _ = Console.write("\r\u{1B}[2K\(text)", to: STDERR_FILENO)
  }

  /// Clears the line.
  func clear() { show("") }

  /// A context whose observer shows each epoch.
  var context: TrainingContext {
    var context = TrainingContext()
    guard isShown else { return context }
    context.observer = { event in
      guard case .epochEnded(let epoch) = event else { return }
      let width = 24
      let filled = epoch.epochInCall * width / max(1, epoch.epochBudget)
      let bar =
        String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
      show(
        "\(bar) epoch \(epoch.epochInCall) of \(epoch.epochBudget)  "
          + "loss \(epoch.loss.short)")
    }
    return context
  }
}
