package import Foundation

/// A program of this package, built and run as a process of its own.
package struct BuiltProduct {
  /// What a run printed, and how it ended.
  package struct Run {
    /// What stood on standard output.
    package var output: String

    /// What stood on standard error.
    package var error: String

    /// The exit code.
    package var code: Int32

    /// The JSON object that was printed; empty if it was none.
    package func json() throws -> [String: Any] {
      try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:]
    }
  }

  private let name: String

  /// Names a product.
  package init(_ name: String) {
    self.name = name
  }

  /// Where it was built: beside the tests, which are a product themselves.
  private var location: URL {
    var folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    repeat {
      folder.deleteLastPathComponent()
      let candidate = folder.appending(path: name)
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
    } while folder.pathComponents.count > 1
    return folder.appending(path: name)
  }

  /// Runs it.
  ///
  /// - Parameters:
  ///   - arguments: What stands on the command line.
  ///   - input: What stands on standard input; nothing for `nil`.
  ///   - inputFile: The name of a file in the folder that standard input is, if it is one.
  ///   - folder: Where it runs.
  ///   - environment: What is added to the environment.
  ///   - hasReader: Whether anybody reads what it prints on standard output.
  /// - Returns: What it printed, and how it ended.
  /// - Throws: If it cannot be started.
  package func run(
    _ arguments: [String] = [], input: String? = nil, inputFile: String? = nil, in folder: URL,
    environment: [String: String] = [:], hasReader: Bool = true
  ) throws -> Run {
    let (process, result) = try prepared(arguments, folder, environment)
    let nobody = Pipe()
    if !hasReader {
      try nobody.fileHandleForReading.close()
      process.standardOutput = nobody
    }
    if let input {
      let file = folder.appending(path: ".input-\(UUID())")
      try input.write(to: file, atomically: true, encoding: .utf8)
      process.standardInput = try FileHandle(forReadingFrom: file)
    } else if let inputFile {
      process.standardInput = try FileHandle(forReadingFrom: folder.appending(path: inputFile))
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    try process.run()
    process.waitUntilExit()
    return try result()
  }

  /// Runs it, and sends a signal while it waits for more input.
  ///
  /// - Parameters:
  ///   - signal: The signal; that of Ctrl-C if none is named.
  ///   - arguments: What stands on the command line.
  ///   - input: What it reads before; more than a pipe holds, so that it must have begun to read.
  ///   - folder: Where it runs.
  /// - Returns: What it printed, and how it ended.
  /// - Throws: If it cannot be started.
  package func interrupted(
    by signal: Int32 = SIGINT, _ arguments: [String], afterReading input: String, in folder: URL
  ) throws -> Run {
    let (process, result) = try prepared(arguments, folder, [:])
    let pipe = Pipe()
    process.standardInput = pipe
    // Under nohup and in the background some are ignored, which a program inherits.
    let former = Foundation.signal(signal, SIG_DFL)
    try process.run()
    Foundation.signal(signal, former)
    try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    // Open to the end, so that there is always more to wait for.
    withExtendedLifetime(pipe) {
      kill(process.processIdentifier, signal)
      // One that does not listen must not keep the test waiting for ever.
      let limit = ContinuousClock.now + .seconds(60)
      while process.isRunning, ContinuousClock.now < limit { usleep(1000) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
    }
    return try result()
  }

  /// Runs it, and asks it to terminate after some time, if it has not ended by then.
  ///
  /// - Parameters:
  ///   - arguments: What stands on the command line.
  ///   - delay: The time.
  ///   - folder: Where it runs.
  /// - Returns: What it printed, and how it ended.
  /// - Throws: If it cannot be started.
  package func terminated(
    _ arguments: [String], after delay: Duration, in folder: URL
  ) throws -> Run {
    let (process, result) = try prepared(arguments, folder, [:])
    try process.run()
    usleep(UInt32(delay / .microseconds(1)))
    process.terminate()
    process.waitUntilExit()
    return try result()
  }

  /// A process that prints into files rather than pipes, which a long output could fill; and the
  /// way to what it printed, once it has ended.
  private func prepared(
    _ arguments: [String], _ folder: URL, _ environment: [String: String]
  ) throws -> (process: Process, result: () throws -> Run) {
    let process = Process()
    process.executableURL = location
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let outputs = ["output", "error"].map { folder.appending(path: ".\($0)-\(UUID())") }
    for file in outputs { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: outputs[0])
    process.standardError = try FileHandle(forWritingTo: outputs[1])
    return (
      process,
      {
        Run(
          output: try String(contentsOf: outputs[0], encoding: .utf8),
          error: try String(contentsOf: outputs[1], encoding: .utf8),
          code: process.terminationStatus)
      }
    )
  }
}
