import LinearAlgebra
import Testing

@Suite struct Philox4x32Tests {
  /// A published answer: counter, key, block.
  struct Answer: Sendable {
    var counter: SIMD4<UInt32>
    var key: SIMD2<UInt32>
    var block: SIMD4<UInt32>
  }

  /// The known answers published with the generator (Random123, file kat_vectors).
  static let answers = [
    Answer(
      counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0),
      block: SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)),
    Answer(
      counter: SIMD4(repeating: 0xFFFF_FFFF), key: SIMD2(repeating: 0xFFFF_FFFF),
      block: SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)),
    Answer(
      counter: SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
      key: SIMD2(0xA409_3822, 0x299F_31D0),
      block: SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)),
  ]

  @Test(arguments: answers) func blocksEqualThePublishedOnes(answer: Answer) {
    #expect(Philox4x32.block(counter: answer.counter, key: answer.key) == answer.block)
  }
}

@Suite struct RandomStreamTests {
  private func stream(
    _ seed: UInt64 = 0, _ purpose: RandomStream.Purpose = .visitingOrder, _ number: UInt64 = 0
  ) -> RandomStream {
    RandomStream(seed: seed, purpose: purpose, number: number)
  }

  @Test func aStreamIsFixedBySeedPurposeAndNumber() {
    var first = stream()
    var same = stream()
    #expect((0..<10).map { _ in first.next() } == (0..<10).map { _ in same.next() })
    var starts: Set<UInt64> = []
    for var other in [
      stream(), stream(1), stream(1 << 32), stream(0, .dropout), stream(0, .visitingOrder, 1),
      stream(0, .visitingOrder, 1 << 32),
    ] { starts.insert(other.next()) }
    #expect(starts.count == 6)
  }

  @Test func uniformNumbersHaveTheMomentsOfTheirDistribution() {
    var stream = stream()
    let numbers = (0..<100_000).map { _ in stream.uniform() }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = numbers.reduce(0, +) / 1e5
    let variance = numbers.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 1e5
    #expect(abs(mean - 0.5) < 0.004)
    #expect(abs(variance - 1.0 / 12) < 0.001)
    let wide = (0..<1000).map { _ in stream.uniform(-3, 5) }
    #expect(wide.min() ?? 0 < -2.5 && wide.max() ?? 0 > 4.5)
  }

  /// Between neighbours, half of the numbers would be rounded to the upper one.
  @Test func theUpperBoundIsNeverReached() {
    var stream = stream()
    for (low, high) in [
      (1.0, 1.0.nextUp), (1e300, 1e300.nextUp), (-1.0.nextUp, -1), (0, .leastNonzeroMagnitude),
      (-.greatestFiniteMagnitude, .greatestFiniteMagnitude), (-1e308, 1e308), (-1e16, -1e16 + 2),
    ] {
      let numbers = (0..<1000).map { _ in stream.uniform(low, high) }
      #expect(numbers.allSatisfy { $0 >= low && $0 < high }, "\(low) ..< \(high)")
    }
    let whole = (0..<1000).map { _ in stream.uniform(-1.7e308, 1.7e308) }
    #expect(whole.contains { $0 < -1e308 } && whole.contains { $0 > 1e308 })
    #expect(stream.uniform(3, 3) == 3)
  }

  @Test func normalNumbersHaveTheMomentsOfTheirDistribution() {
    var stream = stream()
    let numbers = (0..<100_000).map { _ in stream.normal() }
    func moment(_ power: Int) -> Double {
      numbers.map { number in (0..<power).reduce(1.0) { product, _ in product * number } }
        .reduce(0, +) / 1e5
    }
    #expect(abs(moment(1)) < 0.015)
    #expect(abs(moment(2) - 1) < 0.02)
    #expect(abs(moment(3)) < 0.05)
    #expect(abs(moment(4) - 3) < 0.15)
  }

  @Test func everyOrderOfFourIsEquallyLikely() {
    var counts: [[Int]: Int] = [:]
    for number in 0..<24_000 {
      var stream = stream(5, .visitingOrder, UInt64(number))
      counts[stream.permutation(of: 4), default: 0] += 1
    }
    #expect(counts.count == 24)
    // Chi-squared with 23 degrees of freedom is above 49.7 once in a thousand.
    let chiSquared = counts.values.map { Double(($0 - 1000) * ($0 - 1000)) / 1000 }.reduce(0, +)
    #expect(chiSquared < 49.7)
  }

  @Test func indicesStayBelowTheirBound() {
    var stream = stream()
    for bound in [1, 2, 3, 10, 1 << 20, Int(UInt32.max), 1 << 40] {
      for _ in 0..<100 {
        let index = stream.index(below: bound)
        #expect(index >= 0 && index < bound)
      }
    }
  }

  @Test func permutationsHoldEveryNumberOnce() {
    var stream = stream()
    #expect(stream.permutation(of: 1000).sorted() == Array(0..<1000))
    // The same words in the same order, however many are drawn at once.
    for (drawn, count) in [(0, 2), (1, 7), (2, 100), (3, 70_000)] {
      var one = RandomStream(seed: 0xFEED_0000_0000_0007, purpose: .partition, number: 1 << 40)
      for _ in 0..<drawn { _ = one.nextWord() }
      var other = one
      var shuffled = Array(0..<count)
      other.shuffle(&shuffled)
      #expect(one.permutation(of: count) == shuffled)
      #expect(one.nextWord() == other.nextWord())
    }
    #expect(stream.permutation(of: 0).isEmpty)
    #expect(stream.permutation(of: 1) == [0])
  }
}
