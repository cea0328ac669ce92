import Foundation
import Synchronization

/// Ends the process on Ctrl-C, whatever it is waiting for or computing, with nothing half written.
enum Interruption {
  /// Whether the output file is written; locked while it is being written.
  private static let isWritten = Mutex(false)

  /// Begins to listen, on a thread of its own.
  static func listen() {
    signal(SIGINT, SIG_DFL)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    let interruption = signals
    // Threads begun from here on leave the signal to the one that waits for it.
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    Thread.detachNewThread {
      var (signals, number) = (interruption, Int32(0))
      sigwait(&signals, &number)
      // A second Ctrl-C ends the process even where writing hangs.
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      isWritten.withLock { isWritten in
        guard !isWritten else { return }
        Console.error("error: interrupted; nothing was written")
        _exit(CommandFailure.Code.interrupted.rawValue)
      }
      while true { pause() }
    }
  }

  /// Writes the output file: from then on the call has succeeded, and Ctrl-C comes too late.
  static func whileWriting(_ write: () throws -> Void) rethrows {
    try isWritten.withLock { isWritten in
      try write()
      isWritten = true
    }
  }
}
