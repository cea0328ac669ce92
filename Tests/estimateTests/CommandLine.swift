import Foundation

/// The built command, run as a process of its own.
enum CommandTool {
  /// What a run printed, and how it ended.
  struct Run {
    var output: String
    var error: String
    var code: Int32

    /// The JSON that was printed.
    func json() throws -> [String: Any] {
      try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:]
    }
  }

  /// The folder that holds the products of the build.
  static let products: URL = {
    // The tests are a product themselves.
    var folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    while folder.pathComponents.count > 1 {
      folder.deleteLastPathComponent()
      if FileManager.default.isExecutableFile(atPath: folder.appending(path: "estimate").path) {
        return folder
      }
    }
    return folder
  }()

  /// Runs a product of the build.
  static func run(
    product: String = "estimate", _ arguments: [String], input: String? = nil, in folder: URL,
    environment: [String: String] = [:]
  ) throws -> Run {
    let process = Process()
    process.executableURL = products.appending(path: product)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files rather than pipes, which a long output could fill.
    let outputs = ["output", "error"].map { folder.appending(path: ".\($0)-\(UUID())") }
    for file in outputs { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: outputs[0])
    process.standardError = try FileHandle(forWritingTo: outputs[1])
    if let input {
      let file = folder.appending(path: ".input-\(UUID())")
      try input.write(to: file, atomically: true, encoding: .utf8)
      process.standardInput = try FileHandle(forReadingFrom: file)
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    try process.run()
    process.waitUntilExit()
    return Run(
      output: try String(contentsOf: outputs[0], encoding: .utf8),
      error: try String(contentsOf: outputs[1], encoding: .utf8), code: process.terminationStatus)
  }
}

/// A folder that is gone when the test is over.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "estimate-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ text: String, to name: String) throws {
    try text.write(to: url.appending(path: name), atomically: true, encoding: .utf8)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url.appending(path: name)))
  }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: name).path)
  }
}
