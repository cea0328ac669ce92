internal import _CLinearAlgebra

/// The mean of each column, and the sum of weight · squared difference from it, in twice the
/// precision, of rows that come in any parts.
///
/// They are right to the last digits that doubles hold: also of columns far from zero, of rows that
/// come one by one, and of numbers whose squares are none. A column whose values are all the same
/// leaves a sum of exactly zero, and no other does, whatever the unit of the weights.
///
/// **Source:** T. Chan, G. Golub, R. LeVeque, Algorithms for computing the sample variance, 1983;
/// in the arithmetic of T. Dekker, A floating-point technique for extending the available
/// precision, 1971.
package struct ColumnMoments: Equatable, Sendable {
  /// The sum of the weights.
  package internal(set) var weight = Twofold(0)

  /// The number of columns, d.
  package let columnCount: Int

  /// Means, what was rounded off them, sums, and what was rounded off those: each in whole vectors.
  private var numbers: [Double]

  /// For each column the exponent of two that its sum is to be multiplied by; nothing while all are
  /// zero, as they are unless a sum comes near the end of the range of numbers.
  package private(set) var exponents: [Int] = []

  /// From one of the four to the next.
  private var stride: Int { numbers.count / 4 }

  /// Makes the moments of no rows.
  package init(columnCount: Int) {
    self.columnCount = columnCount
    numbers = [Double](repeating: 0, count: (columnCount + 7) / 8 * 8 * 4)
  }

  /// Puts moments together again.
  ///
  /// - Parameters:
  ///   - weight: The sum of the weights.
  ///   - means: The means, d.
  ///   - meanRests: What was rounded off them, d.
  ///   - squares: The sums of weight · squared difference, d.
  ///   - squareRests: What was rounded off those, d.
  ///   - exponents: The exponents that the sums are to be multiplied by, d or none.
  package init(
    weight: Twofold, means: [Double], meanRests: [Double], squares: [Double],
    squareRests: [Double], exponents: [Int]
  ) {
    precondition(exponents.isEmpty || exponents.count == means.count)
    self.init(columnCount: means.count)
    self.weight = weight
    self.exponents = exponents
    for (place, part) in [means, meanRests, squares, squareRests].enumerated() {
      precondition(part.count == columnCount)
      numbers.replaceSubrange(place * stride..<place * stride + columnCount, with: part)
    }
  }

  /// The means, d.
  package var means: [Double] { part(0) }

  /// What was rounded off the means, d.
  package var meanRests: [Double] { part(1) }

  /// The sums of weight · squared difference from the mean, d, without their ``exponents``.
  package var squares: [Double] { part(2) }

  /// What was rounded off the sums, d.
  package var squareRests: [Double] { part(3) }

  private func part(_ place: Int) -> [Double] {
    Array(numbers[place * stride..<place * stride + columnCount])
  }

  /// Whether every number is finite.
  package var isFinite: Bool { weight.high.isFinite && numbers.allSatisfy(\.isFinite) }

  /// The standard deviations, d: 0 where values are all the same, and only there.
  package var deviations: [Double] {
    var isNormal = exponents.isEmpty
    let deviations = [Double](unsafeUninitializedCapacity: columnCount) { buffer, count in
      count = columnCount
      guard let start = buffer.baseAddress else { return }
      numbers.withUnsafeBufferPointer { numbers in
        guard let squares = numbers.baseAddress else { return }
        isNormal =
          la_deviations_f64(squares + 2 * stride, columnCount, weight.high, start) && isNormal
      }
    }
    guard !isNormal else { return deviations }
    return (0..<columnCount).map { column in
      guard numbers[2 * stride + column] > 0 else { return 0 }
      return max(variance(ofColumn: column).squareRoot(), .leastNonzeroMagnitude)
    }
  }

  /// The variance of a column: 0 if its values are all the same, and only then.
  ///
  /// - Precondition: There are rows that count.
  package func variance(ofColumn column: Int) -> ScaledTwofold {
    moments(column).squares.divided(by: ScaledTwofold(weight))
  }

  // MARK: Merging

  /// Merges the moments of other rows.
  ///
  /// - Parameters:
  ///   - other: The moments of other rows, of as many columns.
  ///   - added: The sum of their weights.
  ///   - wild: Is above 0 for columns of which they mean nothing, as numbers have left their range;
  ///     in whole vectors.
  ///   - exactly: Computes the moments of some columns of the other rows another way.
  /// - Complexity: O(d).
  mutating func merge(
    _ other: UnsafePointer<la_moments>, weight added: Twofold, wild: UnsafeMutablePointer<Double>,
    exactly: ([Int]) -> [ScaledMoments]
  ) {
    let d = columnCount
    if weight.high > 0 {
      for column in exponents.indices where exponents[column] != 0 { wild[column] = 1 }
      if !Self.areTame(weight, added) {
        for column in 0..<d { wild[column] = 1 }
      }
      let (own, added) = (la_parts(weight), la_parts(added))
      withMoments { la_merge_moments_f64($0, other, d, own, added, wild) }
    } else {
      withMoments { moments in
        let parts = [
          (moments.pointee.mean, other.pointee.mean),
          (moments.pointee.mean_rest, other.pointee.mean_rest),
          (moments.pointee.squares, other.pointee.squares),
          (moments.pointee.squares_rest, other.pointee.squares_rest),
        ]
        for (own, other) in parts { own.update(from: other, count: d) }
      }
    }
    setExactly((0..<d).filter { wild[$0] != 0 }, of: self, exactly)
    weight += added
  }

  /// Merges the moments of rows of zeros.
  ///
  /// - Parameters:
  ///   - added: The sum of their weights.
  ///   - columns: Columns that are set afterwards in any case.
  mutating func mergeZeros(weight added: Twofold, except columns: [Int]) {
    let d = columnCount
    var wild = [UInt8](repeating: Self.areTame(weight, added) ? 0 : 255, count: (d + 7) / 8)
    for column in exponents.indices where exponents[column] != 0 {
      wild[column / 8] |= 1 << UInt8(column % 8)
    }
    var areTame = true
    let (own, others) = (la_parts(weight), la_parts(added))
    withMoments { areTame = la_merge_zeros_f64($0, d, own, others, &wild) }
    if !areTame {
      let zeros = ScaledMoments(
        weight: ScaledTwofold(added), mean: ScaledTwofold(0), squares: ScaledTwofold(0))
      for column in columns { wild[column / 8] &= ~(1 << UInt8(column % 8)) }
      let found = (0..<d).filter { wild[$0 / 8] & (1 << UInt8($0 % 8)) != 0 }
      setExactly(found, of: self) { $0.map { _ in zeros } }
    }
    weight += added
  }

  /// Whether products with sums of weights are in range where the sums of squares are.
  private static func areTame(_ weight: Twofold, _ added: Twofold) -> Bool {
    let range = 0x1p-800...0x1p800
    return range.contains(weight.high) && range.contains(added.high)
  }

  /// Sets columns to what they were, merged with moments computed another way.
  private mutating func setExactly(
    _ columns: [Int], of before: ColumnMoments, _ exactly: ([Int]) -> [ScaledMoments]
  ) {
    guard !columns.isEmpty else { return }
    for (column, found) in zip(columns, exactly(columns)) {
      var joined = before.moments(column)
      joined.merge(found)
      set(column, to: joined)
    }
  }

  /// Some columns.
  func columns(_ chosen: [Int]) -> ColumnMoments {
    var result = ColumnMoments(columnCount: chosen.count)
    result.weight = weight
    for (place, column) in chosen.enumerated() { result.copy(column, of: self, to: place) }
    return result
  }

  /// Copies a column of others.
  mutating func copy(_ column: Int, of other: ColumnMoments, to place: Int) {
    for part in 0..<4 {
      numbers[part * stride + place] = other.numbers[part * other.stride + column]
    }
    let exponent = other.exponents.isEmpty ? 0 : other.exponents[column]
    if exponent != 0, exponents.isEmpty { exponents = [Int](repeating: 0, count: columnCount) }
    if !exponents.isEmpty { exponents[place] = exponent }
  }

  /// The moments of a column.
  private func moments(_ column: Int) -> ScaledMoments {
    func number(_ place: Int) -> Twofold {
      Twofold(numbers[place * stride + column], plus: numbers[(place + 1) * stride + column])
    }
    return ScaledMoments(
      weight: ScaledTwofold(weight), mean: ScaledTwofold(number(0)),
      squares: ScaledTwofold(number(2), exponent: exponents.isEmpty ? 0 : exponents[column]))
  }

  /// Sets the moments of a column, but for its weight.
  private mutating func set(_ column: Int, to moments: ScaledMoments) {
    let isTame = (-900...900).contains(moments.squares.exponent)
    if !isTame, exponents.isEmpty { exponents = [Int](repeating: 0, count: columnCount) }
    if !exponents.isEmpty { exponents[column] = isTame ? 0 : moments.squares.exponent }
    let (mean, squares) = (
      moments.mean.twofold, isTame ? moments.squares.twofold : moments.squares.significand
    )
    for (place, number) in [mean.high, mean.low, squares.high, squares.low].enumerated() {
      numbers[place * stride + column] = number
    }
  }

  /// Calls a closure with the addresses of the numbers.
  mutating func withMoments(_ body: (UnsafePointer<la_moments>) -> Void) {
    let stride = stride
    numbers.withUnsafeMutableBufferPointer { numbers in
      guard let start = numbers.baseAddress else { return }
      var moments = la_moments(
        mean: start, mean_rest: start + stride, squares: start + 2 * stride,
        squares_rest: start + 3 * stride)
      body(&moments)
    }
  }
}

extension la_parts {
  init(_ number: Twofold) { self.init(high: number.high, low: number.low) }
}
