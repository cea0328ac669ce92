/// Random choices that follow from a seed, by SplitMix64.
///
/// **Source:** G. Steele and others: *Fast splittable pseudorandom number generators*, 2014.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// One of some values.
  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int(next() % UInt64(values.count))]
  }

  /// A number below a bound.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// Whether something of a probability happens.
  mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// A number of at least 0 and below 1.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// About a normal number.
  mutating func normal() -> Double { (0..<6).reduce(-3) { sum, _ in sum + uniform() } * 1.4 }
}
