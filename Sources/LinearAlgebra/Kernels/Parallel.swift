internal import Dispatch

/// Work on several threads, at the outside: what is inside stays in one thread.
package enum Parallel {
  /// Calls a function once for each index, several at a time.
  ///
  /// What the calls do must not depend on how many threads there are: results are put in the order
  /// of the indices.
  ///
  /// - Parameters:
  ///   - count: The number of calls.
  ///   - threadCount: The most threads to use, at least 1.
  ///   - body: What is done for an index, 0 ..< count.
  /// - Returns: What the calls returned, in the order of the indices.
  package static func map<Result: Sendable>(
    _ count: Int, threadCount: Int, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    guard threadCount > 1, count > 1 else { return (0..<count).map(body) }
    let workerCount = min(threadCount, count)
    return [Result](unsafeUninitializedCapacity: count) { results, initializedCount in
      nonisolated(unsafe) let results = results
      DispatchQueue.concurrentPerform(iterations: workerCount) { worker in
        for index in stride(from: worker, to: count, by: workerCount) {
          results.initializeElement(at: index, to: body(index))
        }
      }
      initializedCount = count
    }
  }
}
