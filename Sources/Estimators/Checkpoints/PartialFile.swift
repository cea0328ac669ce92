internal import Foundation

/// A file that is being written beside the one it will replace, under a name that nobody else has:
/// `NAME.` with 16 random digits and `.partial`.
///
/// It is locked as long as its writer lives, so that one whose writer was killed can be told from
/// one that is being written, by any process of any container on the same machine.
struct PartialFile {
  /// Where it is written to.
  let descriptor: Int32

  private let path: String
  private let mode: mode_t?

  private static let suffix = ".partial"
  private static let digitCount = 16

  /// Creates an empty file, or is `nil` if there can be none; `errno` then says why.
  ///
  /// - Parameters:
  ///   - target: The path that it will replace.
  ///   - mode: The permissions it will have; those of a new file for `nil`.
  init?(beside target: String, mode: mode_t?) {
    self.mode = mode
    let (folder, stem) = Self.place(of: target)
    while true {
      let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
      let padding = String(repeating: "0", count: Self.digitCount - digits.count)
      let path = "\(folder)\(stem).\(padding)\(digits)\(Self.suffix)"
      // Nobody may read it before who could not read the file it replaces.
      let created = open(
        path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode.map { $0 & 0o700 } ?? 0o666)
      guard created >= 0 else {
        guard errno == EEXIST || errno == EINTR else { return nil }
        continue
      }
      // Before it was locked, another writer may have taken it for one that was left behind.
      if Self.lock(created) == .taken || !Self.is(created, at: path) {
        close(created)
        continue
      }
      descriptor = created
      self.path = path
      return
    }
  }

  /// Makes what was written last and puts it in the place of the target.
  ///
  /// - Returns: Whether that went well; otherwise `errno` says why not.
  func replace(_ target: String) -> Bool {
    // Who may read a file does not change by its being written anew.
    guard mode.map({ fchmod(descriptor, $0) == 0 }) ?? true, fsync(descriptor) == 0,
      rename(path, target) == 0
    else { return false }
    close(descriptor)
    Self.syncFolder(of: target)
    return true
  }

  /// Removes the file.
  func remove() {
    unlink(path)
    close(descriptor)
  }

  /// Removes what writers left beside a target that were killed while they wrote it.
  static func removeStale(beside target: String) {
    let (folder, stem) = place(of: target)
    let prefix = "\(stem)."
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder))
    for name in names ?? [] where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      let digits = name.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
      guard digits.count == digitCount,
        digits.allSatisfy(Array("0123456789abcdef".utf8).contains)
      else { continue }
      let path = folder + name
      let found = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
      guard found >= 0 else { continue }
      // Under this lock it is nobody's, and stays so until it is gone.
      if lock(found) == .held, self.is(found, at: path) { unlink(path) }
      close(found)
    }
  }

  private enum Lock { case held, taken, unknown }

  /// Locks a file until it is closed; some file systems have no locks.
  private static func lock(_ descriptor: Int32) -> Lock {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      return errno == EWOULDBLOCK ? .taken : .unknown
    }
    return .held
  }

  /// Whether an open file is the one at a path.
  private static func `is`(_ descriptor: Int32, at path: String) -> Bool {
    var (opened, found) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && lstat(path, &found) == 0
      && opened.st_dev == found.st_dev && opened.st_ino == found.st_ino
  }

  /// The folder of a path, with a slash behind it unless it is the current one, and the beginning of
  /// the names of partial files there, which is the file's own name unless that leaves no room.
  private static func place(of target: String) -> (folder: String, stem: String) {
    let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { String(target[...$0]) } ?? ""
    let name = slash.map { String(target[target.utf8.index(after: $0)...]) } ?? target
    let longest = pathconf(folder.isEmpty ? "." : folder, Int32(_PC_NAME_MAX))
    let room = max(1, (longest > 0 ? longest : 255) - 1 - digitCount - suffix.utf8.count)
    var stem = name
    while stem.utf8.count > room { stem.unicodeScalars.removeLast() }
    return (folder, stem)
  }

  /// Makes the renaming itself last.
  private static func syncFolder(of target: String) {
    let folder = place(of: target).folder
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
