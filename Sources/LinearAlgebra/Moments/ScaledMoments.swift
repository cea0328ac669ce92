/// The moments of one column, of numbers of any size.
struct ScaledMoments {
  /// The sum of the weights.
  private(set) var weight = ScaledTwofold(0)

  private(set) var mean = ScaledTwofold(0)

  /// The sum of weight · squared difference from the mean.
  private(set) var squares = ScaledTwofold(0)

  /// Takes moments as they are.
  init(weight: ScaledTwofold, mean: ScaledTwofold, squares: ScaledTwofold) {
    self.weight = weight
    self.mean = mean
    self.squares = squares
  }

  /// Computes the moments of values, each with its weight above 0: first the mean, then the
  /// differences from it.
  init(_ values: [(value: Double, weight: Double)]) {
    guard let first = values.first?.value else { return }
    let start = ScaledTwofold(-first)
    for (value, weight) in values {
      let weight = ScaledTwofold(weight)
      self.weight = self.weight.adding(weight)
      mean = mean.adding(ScaledTwofold(value).adding(start).multiplied(by: weight))
    }
    mean = mean.divided(by: weight).adding(ScaledTwofold(first))
    guard values.contains(where: { $0.value != first }) else { return }
    for (value, weight) in values {
      let difference = ScaledTwofold(value).adding(mean.negated)
      squares = squares.adding(
        difference.multiplied(by: difference).multiplied(by: ScaledTwofold(weight)))
    }
  }

  /// Merges the moments of other values.
  mutating func merge(_ other: ScaledMoments) {
    guard !other.weight.isZero else { return }
    guard !weight.isZero else { return self = other }
    let total = weight.adding(other.weight)
    let share = other.weight.divided(by: total)
    let difference = other.mean.adding(mean.negated)
    let moved = difference.multiplied(by: share)
    squares = squares.adding(other.squares)
      .adding(moved.multiplied(by: difference).multiplied(by: weight))
    mean = mean.adding(moved)
    weight = total
  }
}
