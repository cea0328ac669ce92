import Foundation
import Synchronization

/// Notices Ctrl-C, so that a call ends in order instead of in the middle.
enum Interruption {
  private static let hasHappened = Atomic<Bool>(false)

  /// Begins to listen; a second Ctrl-C ends the process at once.
  static func listen() {
    signal(SIGINT) { _ in
      Interruption.hasHappened.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
  }

  /// Whether Ctrl-C was pressed.
  static var isRequested: Bool { hasHappened.load(ordering: .relaxed) }
}
