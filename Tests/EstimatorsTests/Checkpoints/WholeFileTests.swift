import Estimators
import Foundation
import Synchronization
import Testing

@Suite struct WholeFileTests {
  /// A folder that is gone when the test is over.
  private final class Folder: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "whole-\(UUID())")

    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func names() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
    }
  }

  private let folder: Folder

  init() throws { folder = try Folder() }

  @Test func writersOfOnePathInOneProcessLeaveOneOfTheirFilesWhole() throws {
    let path = folder.path("m")
    let size = 1 << 20
    @Sendable func isWhole(_ bytes: [UInt8]) -> Bool {
      bytes.count == size && bytes.allSatisfy { $0 == bytes[0] }
    }
    try WholeFile.write([UInt8](repeating: 99, count: size), to: path)
    let faults = Mutex<[String]>([])
    let reads = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 8) { writer in
      for _ in 0..<20 {
        do {
          try WholeFile.write([UInt8](repeating: UInt8(writer), count: size), to: path)
          let bytes = try WholeFile.read(path)
          if !isWhole(bytes) { faults.withLock { $0.append("torn: \(bytes.count)") } }
          reads.withLock { $0 += 1 }
        } catch {
          faults.withLock { $0.append("\(error)") }
        }
      }
    }
    #expect(faults.withLock { $0 } == [])
    #expect(reads.withLock { $0 } == 160)
    #expect(try folder.names() == ["m"])
  }

  @Test func whatAKilledWriterLeftIsRemovedAndWhatIsBeingWrittenStays() throws {
    let (stale, living) = ("m.0123456789abcdef.partial", "m.fedcba9876543210.partial")
    let others = [
      "m.0123.partial", "m.0123456789abcdeg.partial", "m.partial", "n.0123456789abcdef.partial",
      "m.0123456789abcdef.partial.txt", "m.0123456789ABCDEF.partial",
    ]
    for name in others + [stale, living] {
      try Data([1]).write(to: folder.url.appending(path: name))
    }
    let writer = open(folder.path(living), O_WRONLY)
    defer { close(writer) }
    #expect(flock(writer, LOCK_EX) == 0)
    try WholeFile.write([2], to: folder.path("m"))
    #expect(try folder.names() == (others + [living, "m"]).sorted())
  }

  @Test func namesMayBeAsLongAsTheFileSystemHasThem() throws {
    for count in 200...255 {
      let name = String(repeating: "m", count: count)
      try WholeFile.write([1], to: folder.path(name))
      try WholeFile.write([2], to: folder.path(name))
      #expect(try WholeFile.read(folder.path(name)) == [2])
      #expect(try folder.names() == [name])
      try FileManager.default.removeItem(atPath: folder.path(name))
    }
    let letters = String(repeating: "é", count: 127)
    try WholeFile.write([3], to: folder.path(letters))
    #expect(try WholeFile.read(folder.path(letters)) == [3])
    let long = folder.path(String(repeating: "m", count: 256))
    #expect(throws: EstimatorError.file(path: long, reason: "File name too long")) {
      try WholeFile.write([4], to: long)
    }
    #expect(try folder.names() == [letters])
  }

  /// From the first byte on: a model of people is not open to all while it is written.
  @Test func aFileThatOnlyItsOwnerReadsIsWrittenLikeThat() throws {
    let path = folder.path("m")
    try WholeFile.write([1], to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    let modes = Mutex<Set<Int>>([])
    let sightings = Mutex(0)
    let isDone = Mutex(false)
    let end = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [folder] in
      while !isDone.withLock({ $0 }) {
        for name in (try? folder.names()) ?? [] where name != "m" {
          var information = stat()
          guard stat(folder.path(name), &information) == 0 else { continue }
          sightings.withLock { $0 += 1 }
          modes.withLock { _ = $0.insert(Int(information.st_mode & 0o777)) }
        }
      }
      end.signal()
    }
    let bytes = [UInt8](repeating: 7, count: 1 << 22)
    var count = 0
    // Until the file beside it has been seen a few times.
    while sightings.withLock({ $0 }) < 20, count < 10_000 {
      try WholeFile.write(bytes, to: path)
      count += 1
    }
    isDone.withLock { $0 = true }
    end.wait()
    #expect(sightings.withLock { $0 } >= 20)
    #expect(modes.withLock { $0 } == [0o600])
  }

  @Test func noPathIsNamedAsThat() {
    #expect(throws: EstimatorError.file(path: "\"\"", reason: "the path is empty")) {
      try WholeFile.write([1], to: "")
    }
    #expect(throws: EstimatorError.file(path: "\"\"", reason: "the path is empty")) {
      try WholeFile.read("")
    }
  }
}
