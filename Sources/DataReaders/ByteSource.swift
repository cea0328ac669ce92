internal import Foundation

/// Bytes that come one block after another, from a file, standard input or memory.
struct ByteSource {
  /// What messages call it.
  let path: String

  private var descriptor: Int32?
  private var memory: ArraySlice<UInt8>
  private let closer: Closer?

  /// Closes the file when the last copy of the source is gone.
  private final class Closer: Sendable {
    let descriptor: Int32
    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }
  }

  /// Opens a file; `-` is standard input.
  ///
  /// - Throws: ``ReaderError/file(path:reason:)``.
  init(path: String) throws(ReaderError) {
    memory = []
    if path == "-" {
      self.path = "<stdin>"
      descriptor = 0
      closer = nil
      return
    }
    self.path = path
    let opened = open(path, O_RDONLY)
    guard opened >= 0 else {
      throw .file(path: path, reason: String(cString: strerror(errno)))
    }
    descriptor = opened
    closer = Closer(opened)
  }

  /// Takes bytes from memory.
  init(_ bytes: [UInt8], path: String) {
    self.path = path
    memory = bytes[...]
    descriptor = nil
    closer = nil
  }

  /// Appends the next block; returns `false` at the end.
  ///
  /// - Throws: ``ReaderError/file(path:reason:)``.
  mutating func read(into bytes: inout [UInt8]) throws(ReaderError) -> Bool {
    let size = 1 << 18
    guard let descriptor else {
      guard !memory.isEmpty else { return false }
      bytes += memory.prefix(size)
      memory = memory.dropFirst(size)
      return true
    }
    let before = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: size))
    while true {
      let count = bytes.withUnsafeMutableBytes { buffer in
        Foundation.read(descriptor, buffer.baseAddress.map { $0 + before }, size)
      }
      if count < 0 && errno == EINTR { continue }
      bytes.removeLast(size - max(0, count))
      guard count >= 0 else {
        throw .file(path: path, reason: String(cString: strerror(errno)))
      }
      return count > 0
    }
  }
}
