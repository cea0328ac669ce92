internal import _CLinearAlgebra

/// A stream of random numbers that is fixed by a seed, a purpose and a number.
///
/// Streams that differ in any of the three are independent. So the order of epoch 7 needs no memory
/// of epochs 0 to 6, and drawing more numbers for one purpose changes no other.
public struct RandomStream: RandomNumberGenerator, Sendable {
  /// What random numbers are drawn for.
  public enum Purpose: UInt32, Sendable {
    /// The order in which samples are visited; numbered by epoch.
    case visitingOrder = 1

    /// The initial values of parameters; numbered by layer.
    case initialParameters = 2

    /// Which samples are held out.
    case heldOutSamples = 3

    /// Which units are dropped; numbered by samples trained so far.
    case dropout = 4

    /// How a data set is split and cut into chunks.
    case partition = 5

    /// Data made up for tests and measurements.
    case syntheticData = 6
  }

  private let key: SIMD2<UInt32>
  private let purpose: UInt32
  private let number: UInt64
  private var blockIndex: UInt32 = 0
  private var block = SIMD4<UInt32>(repeating: 0)
  private var used = 4

  /// Makes the stream for a purpose.
  ///
  /// - Parameters:
  ///   - seed: The user's seed.
  ///   - purpose: What the numbers are for.
  ///   - number: Which stream of that purpose: an epoch, a layer.
  public init(seed: UInt64, purpose: Purpose, number: UInt64 = 0) {
    key = SIMD2(
      UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.purpose = purpose.rawValue
    self.number = number
  }

  /// Returns the next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      // 2³² blocks are more than anything draws from one stream.
      block = Philox4x32.block(
        counter: SIMD4(
          blockIndex, purpose, UInt32(truncatingIfNeeded: number),
          UInt32(truncatingIfNeeded: number >> 32)),
        key: key)
      blockIndex &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// Returns the next 64 random bits.
  public mutating func next() -> UInt64 {
    let low = nextWord()
    return UInt64(nextWord()) << 32 | UInt64(low)
  }

  /// Returns a number in 0 ..< 1, a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Returns a number in low ..< high; `low` if both are the same.
  ///
  /// - Parameters:
  ///   - low: The least number.
  ///   - high: What all numbers are below; at least `low`.
  /// - Returns: The number.
  /// - Precondition: Both are finite.
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    precondition(
      low.isFinite && high.isFinite && low <= high, "There is no number from \(low) to \(high).")
    let share = uniform()
    let width = high - low
    // The width of the whole range of numbers is none.
    let number = width.isFinite ? low + width * share : low * (1 - share) + high * share
    // Rounding may have reached the end.
    return max(low, min(number, high.nextDown))
  }

  /// Returns a whole number in 0 ..< bound, all equally likely.
  ///
  /// - Precondition: `bound` is at least 1.
  ///
  /// **Source:** D. Lemire: *Fast random integer generation in an interval*, ACM TOMACS 29 (2019).
  public mutating func index(below bound: Int) -> Int {
    precondition(bound > 0, "There is no whole number below \(bound).")
    guard let small = UInt32(exactly: bound) else { return Int(next(upperBound: UInt64(bound))) }
    var product = UInt64(nextWord()) &* UInt64(small)
    if UInt32(truncatingIfNeeded: product) < small {
      let threshold = (0 &- small) % small
      while UInt32(truncatingIfNeeded: product) < threshold {
        product = UInt64(nextWord()) &* UInt64(small)
      }
    }
    return Int(product >> 32)
  }

  /// Returns a number from the standard normal distribution: mean 0, variance 1.
  ///
  /// **Source:** G. Marsaglia, T. Bray: *A convenient method for generating normal variables*, SIAM
  /// Review 6 (1964), one of each pair.
  public mutating func normal() -> Double {
    while true {
      let x = uniform(-1, 1)
      let y = uniform(-1, 1)
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      return x * (-2 * logarithm(square) / square).squareRoot()
    }
  }

  /// Returns the whole numbers 0 ..< count in random order, all orders equally likely.
  ///
  /// - Complexity: O(count).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    guard count <= Int(UInt32.max) else {
      shuffle(&order)
      return order
    }
    guard count > 1 else { return order }
    // The same as `shuffle`, from many blocks at a time.
    order.withUnsafeMutableBytes { order in
      guard let start = order.baseAddress else { return }
      let words = self.words
      wordCount = la_shuffle(
        start.assumingMemoryBound(to: Int64.self), count, words.key, words.counter, wordCount)
    }
    return order
  }

  /// Key and counter of the stream as the kernels take them, without the number of the block.
  private var words: (key: [UInt32], counter: [UInt32]) {
    (
      [key[0], key[1]],
      [purpose, UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32)]
    )
  }

  /// Key and counter of a stream from its beginning, for the kernels.
  static func words(
    seed: UInt64, purpose: Purpose, number: UInt64
  ) -> (key: [UInt32], counter: [UInt32]) {
    RandomStream(seed: seed, purpose: purpose, number: number).words
  }

  /// The number of words drawn so far.
  private var wordCount: UInt64 {
    get { UInt64(blockIndex) * 4 - UInt64(4 - used) }
    set {
      blockIndex = UInt32(truncatingIfNeeded: newValue / 4)
      used = 4
      for _ in 0..<newValue % 4 { _ = nextWord() }
    }
  }

  /// Puts the elements in random order, all orders equally likely (Fisher and Yates).
  ///
  /// - Complexity: O(count).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    elements.withUnsafeMutableBufferPointer { elements in
      for last in stride(from: elements.count - 1, to: 0, by: -1) {
        elements.swapAt(last, index(below: last + 1))
      }
    }
  }
}
