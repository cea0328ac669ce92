import Foundation
import Synchronization

/// Ends the process on Ctrl-C, when it is asked to terminate or when its terminal is closed, whatever
/// it is waiting for or computing, with nothing half written.
enum Interruption {
  /// Whether the output file is written; locked while it is being written.
  private static let isWritten = Mutex(false)

  /// Begins to listen, on a thread of its own.
  static func listen() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      // nohup asks to go on where the terminal is closed; Ctrl-C is ours also in the background.
      let former = signal(number, SIG_DFL)
      if number == SIGHUP, isIgnored(former) {
        signal(number, SIG_IGN)
      } else {
        sigaddset(&signals, number)
      }
    }
    let interruption = signals
    // Threads begun from here on leave these signals to the one that waits for them.
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    Thread.detachNewThread {
      var (signals, number) = (interruption, Int32(0))
      sigwait(&signals, &number)
      // A second one ends the process even where writing hangs.
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      isWritten.withLock { isWritten in
        guard !isWritten else { return }
        Console.error("error: interrupted; nothing was written")
        _exit(CommandFailure.Code.interrupted.rawValue)
      }
      while true { pause() }
    }
  }

  /// Whether a signal was ignored, as its former handler says.
  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: UInt.self) == unsafeBitCast(SIG_IGN, to: UInt.self)
  }

  /// Writes the output file: from then on the call has succeeded, and a signal comes too late.
  static func whileWriting(_ write: () throws -> Void) rethrows {
    try isWritten.withLock { isWritten in
      try write()
      isWritten = true
    }
  }
}
