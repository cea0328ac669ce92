internal import Foundation

/// Files that are read and written as a whole.
public enum WholeFile {
  /// Reads a file.
  ///
  /// - Throws: ``EstimatorError/file(path:reason:)``.
  public static func read(_ path: String) throws(EstimatorError) -> [UInt8] {
    guard !path.isEmpty else { throw noPath }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Foundation.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(path) }
      guard count > 0 else { return bytes }
      bytes += buffer[0..<count]
    }
  }

  /// Writes a file so that at every moment, also when the power fails, the path holds the old bytes
  /// or the new ones, whoever else writes it: to a ``PartialFile`` beside it, which is synced and
  /// then renamed.
  ///
  /// A file that is there keeps its permissions. What is no ordinary file, such as a pipe, is
  /// written to directly.
  ///
  /// - Throws: ``EstimatorError/file(path:reason:)``; the path then holds what it held before.
  public static func write(_ bytes: [UInt8], to path: String) throws(EstimatorError) {
    guard !path.isEmpty else { throw noPath }
    var information = stat()
    let exists = stat(path, &information) == 0
    if !exists, (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil {
      throw .file(path: path, reason: "it is a link to a file that is not there")
    }
    if exists, information.st_mode & S_IFMT != S_IFREG {
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw failure(path) }
      defer { close(descriptor) }
      try writeAll(bytes, descriptor, path)
      return
    }
    // A link stays a link: what it points to is replaced.
    let target = exists ? try resolved(path) : path
    let mode = exists ? information.st_mode & 0o7777 : nil
    guard let partial = PartialFile(beside: target, mode: mode) else { throw failure(path) }
    do throws(EstimatorError) {
      try writeAll(bytes, partial.descriptor, path)
      guard partial.replace(target) else { throw failure(path) }
    } catch {
      partial.remove()
      throw error
    }
    PartialFile.removeStale(beside: target)
  }

  private static func writeAll(
    _ bytes: [UInt8], _ descriptor: Int32, _ path: String
  ) throws(EstimatorError) {
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress.map { $0 + start }, bytes.count - start)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure(path) }
      start += count
    }
  }

  /// The path of a file without links in it.
  private static func resolved(_ path: String) throws(EstimatorError) -> String {
    guard let resolved = realpath(path, nil) else { throw failure(path) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static let noPath = EstimatorError.file(path: "\"\"", reason: "the path is empty")

  private static func failure(_ path: String) -> EstimatorError {
    .file(path: path, reason: String(cString: strerror(errno)))
  }
}
