import ArgumentParser
import DataReaders
import Estimators
import Foundation
import LinearAlgebra

/// A failure with the exit code that scripts rely on.
struct CommandFailure: Error {
  /// The exit codes of the command, after BSD's `sysexits.h`.
  enum Code: Int32 {
    case usage = 64
    case badData = 65
    case inputMissing = 66
    case `internal` = 70
    case cannotWrite = 73
    case interrupted = 130
  }

  var code: Code
  var message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The failure that an error of the library amounts to.
  init(_ error: any Error) {
    switch error {
    case let failure as CommandFailure:
      self = failure
    case let error as ReaderError:
      self.init(Self.code(error), error.description)
    case let error as EstimatorError:
      self.init(Self.code(error), error.description)
    case let error as LinearAlgebraError:
      self.init(.internal, error.description)
    default:
      self.init(.internal, "\(error)")
    }
  }

  private static func code(_ error: ReaderError) -> Code {
    switch error {
    case .file: .inputMissing
    case .unknownSample, .unknownColumn, .unknownFormat: .usage
    default: .badData
    }
  }

  private static func code(_ error: EstimatorError) -> Code {
    switch error {
    case .invalidHyperparameter, .unknownHyperparameter, .ambiguousHyperparameter,
      .changedHyperparameter,
      .missingTrainingPart, .noProbabilities, .unsupportedCall:
      .usage
    case .cancelled: .interrupted
    case .file: .inputMissing
    case .linearAlgebra: .internal
    default: .badData
    }
  }
}

extension ParsableCommand {
  /// Runs the command's body; a failure is printed on standard error and becomes the exit code.
  func reportingFailures(_ body: () throws -> Void) throws {
    // A reader that has gone away is an error of writing like any other.
    signal(SIGPIPE, SIG_IGN)
    Interruption.listen()
    do {
      try body()
    } catch {
      let failure = CommandFailure(error)
      Console.error("error: \(failure.message)")
      throw ExitCode(failure.code.rawValue)
    }
  }
}

/// Where text goes: results on standard output, everything else on standard error.
enum Console {
  /// Prints a result.
  ///
  /// - Throws: ``CommandFailure`` 73 if it cannot be written.
  static func output(_ text: String) throws {
    guard write(text + "\n", to: STDOUT_FILENO) else {
      throw CommandFailure(.cannotWrite, "standard output: \(String(cString: strerror(errno)))")
    }
  }

  /// Prints a message; where nobody can read it, the exit code says enough.
  static func error(_ text: String) {
    // Names and texts in it come from files, which may hold what steers a terminal.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      String($0).printable
    }
    _ = write(lines.joined(separator: "\n") + "\n", to: STDERR_FILENO)
  }

  /// Writes a text as it is; returns whether that went well, and otherwise `errno` says why not.
  static func write(_ text: String, to descriptor: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      bytes = bytes.dropFirst(count)
    }
    return true
  }
}
