extension Array {
  /// Calls a closure with a span of the elements, after which no other copy of the array shares
  /// them.
  ///
  /// `Array.mutableSpan` does not promise that: optimized by the compilers of Swift 6.3, it leaves
  /// out the copy where it is asked for behind a condition in a loop, and then changes all copies.
  package mutating func withMutableSpan<Result>(
    _ body: (inout MutableSpan<Element>) -> Result
  ) -> Result {
    withUnsafeMutableBufferPointer { buffer in
      var span = buffer.mutableSpan
      return body(&span)
    }
  }
}
