internal import Foundation

/// Files that are read and written as a whole.
public enum WholeFile {
  /// Reads a file.
  ///
  /// - Throws: ``EstimatorError/file(path:reason:)``.
  public static func read(_ path: String) throws(EstimatorError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
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
  /// or the new ones: to a file beside it, which is synced and then renamed.
  ///
  /// A file that is there keeps its permissions. What is no ordinary file, such as a pipe, is
  /// written to directly.
  ///
  /// - Throws: ``EstimatorError/file(path:reason:)``; the path then holds what it held before.
  public static func write(_ bytes: [UInt8], to path: String) throws(EstimatorError) {
    var information = stat()
    let exists = stat(path, &information) == 0
    if !exists, (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil {
      throw .file(path: path, reason: "it is a link to a file that is not there")
    }
    if exists, information.st_mode & S_IFMT != S_IFREG {
      let descriptor = open(path, O_WRONLY)
      guard descriptor >= 0 else { throw failure(path) }
      defer { close(descriptor) }
      try writeAll(bytes, descriptor, path)
      return
    }
    // A link stays a link: what it points to is replaced.
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    let temporary = "\(target).\(getpid()).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    do throws(EstimatorError) {
      try writeAll(bytes, descriptor, path)
      // Who may read a file does not change by its being written anew.
      guard !exists || fchmod(descriptor, information.st_mode & 0o7777) == 0 else {
        throw failure(path)
      }
      guard fsync(descriptor) == 0 else { throw failure(path) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, target) == 0 else {
      let error = failure(path)
      unlink(temporary)
      throw error
    }
    syncFolder(of: target)
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

  /// Makes the renaming itself last.
  private static func syncFolder(of path: String) {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure(_ path: String) -> EstimatorError {
    .file(path: path, reason: String(cString: strerror(errno)))
  }
}
