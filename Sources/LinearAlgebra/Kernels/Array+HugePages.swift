#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension Array where Element: BitwiseCopyable {
  /// Makes an array that a closure fills, in huge pages of memory if it is large and the system has
  /// them.
  ///
  /// Training visits samples in random order. With pages of four kilobytes nearly every visit must
  /// first look up where its page is, which took up to a quarter of the time.
  ///
  /// - Parameters:
  ///   - count: The number of elements, at least 0.
  ///   - body: Initializes all of them.
  package init(
    inHugePages count: Int, initializingWith body: (UnsafeMutableBufferPointer<Element>) -> Void
  ) {
    self.init(unsafeUninitializedCapacity: count) { buffer, initializedCount in
      buffer.adviseHugePages()
      body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initializedCount = count
    }
  }
}

extension [Double] {
  /// Makes an array of zeros, in huge pages of memory if it is large and the system has them.
  init(zerosInHugePages count: Int) {
    self.init(inHugePages: count) { $0.initialize(repeating: 0) }
  }
}

extension UnsafeMutableBufferPointer {
  /// Asks the system for huge pages, before the memory is first touched; only Linux has to be
  /// asked.
  fileprivate func adviseHugePages() {
    #if os(Linux)
      let pageSize = 2 << 20
      let byteCount = count * MemoryLayout<Element>.stride
      guard let start = UnsafeMutableRawPointer(baseAddress), byteCount >= 2 * pageSize else {
        return
      }
      let first = start.alignedUp(toMultipleOf: pageSize)
      // Without huge pages everything works as well.
      _ = madvise(first, start + byteCount - first, MADV_HUGEPAGE)
    #endif
  }
}
