import DataReaders
import Foundation

/// A file that a call reads, with the option that names it.
struct CallInput {
  /// What names it, such as `--weights-file`.
  var option: String

  /// Its path; `nil` if the option was not given.
  var path: String?

  /// Whether it is samples or what belongs to them, for which `-` is standard input.
  var isData = false

  /// Whether the call may write its result over it.
  var mayBeReplaced = false
}

/// The files that a call names.
enum CallFiles {
  /// Checks them before anything is read.
  ///
  /// An output that is the same file as an input is refused, however the two are spelled or linked:
  /// what was read would be gone. A verb that changes a model may write it over the old one.
  ///
  /// - Parameters:
  ///   - inputs: What is read.
  ///   - output: What is written, with the option that names it.
  /// - Throws: ``CommandFailure`` 64, also if a path is empty or standard input is to be read twice.
  static func check(_ inputs: [CallInput], output: (option: String, path: String?)? = nil) throws {
    let paths = inputs.map { ($0.option, $0.path) } + (output.map { [($0.option, $0.path)] } ?? [])
    if let (option, _) = paths.first(where: { $0.1?.isEmpty == true }) {
      throw CommandFailure(.usage, "\(option) is empty: give the path of a file.")
    }
    let streams = inputs.filter { $0.isData && $0.path == "-" }.map(\.option)
    guard streams.count < 2 else {
      throw CommandFailure(
        .usage, "Standard input can be read once: \(streams.joined(separator: " and ")) ask for it."
      )
    }
    guard let output, let path = output.path, let written = Identity(path) else { return }
    for input in inputs where !input.mayBeReplaced {
      guard let read = input.path, Identity(input.isData && read == "-" ? nil : read) == written
      else { continue }
      throw CommandFailure(
        .usage,
        "\(output.option) \(path) is the file that is read as \(input.option), which would be lost: "
          + "write to another.")
    }
  }

  /// What tells whether two names are one file.
  private struct Identity: Equatable {
    var device: UInt64
    var number: UInt64

    /// Makes the identity of a file, or of standard input for `nil`; there is none where nothing is,
    /// or where writing replaces nothing, as with a pipe.
    init?(_ path: String?) {
      var information = stat()
      let result = path.map { stat($0, &information) } ?? fstat(STDIN_FILENO, &information)
      guard result == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
      device = UInt64(truncatingIfNeeded: information.st_dev)
      number = UInt64(truncatingIfNeeded: information.st_ino)
    }
  }
}
