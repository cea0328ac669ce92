/// Columns of a short rank: a basis of them, and what the others are made of.
///
///     a_f  =  Σ_b a_b · w_bf        b in the basis, f one of the others
///
/// The columns are scaled to similar length, and the w are computed as precisely as the factor is
/// held. Shares that are not larger than rounding count as zero: so columns that have no part in a
/// dependence stay out of it, however much smaller or larger they are than those that have one.
struct DependentColumns {
  /// The factor of all columns, scaled: [R · D  C], in which no column need be triangular.
  private let factor: LeastSquaresFactor

  /// D, as exponents of two.
  private let exponents: [Int]

  /// The share of a column that rounding leaves uncertain, where the basis is orthogonal.
  private let noise: Double

  private var basis: [Int]
  private var others: [Int]

  /// The w of the others, then the coefficients of the basis alone; a row for each of the basis.
  private var table: [Twofold] = []

  /// The condition number of the basis for which the table was computed.
  private var condition = 1.0

  /// Whether exchanges have counted as zero what may be more than rounding.
  private var isWorn = false

  /// By how much rounding may have changed each number in the table.
  private var doubts: [Double] = []

  private var width: Int { others.count + factor.targetCount }

  /// Finds a basis.
  ///
  /// - Parameters:
  ///   - factor: The factor of columns of length near 1.
  ///   - exponents: What they were scaled by, as exponents of two.
  ///   - decomposition: The singular values and vectors of R · D.
  ///   - rank: How many columns are in the basis, fewer than all.
  ///   - noise: The share of a column that rounding leaves uncertain.
  /// - Throws: ``LinearAlgebraError/dependenceOnColumnsOfOtherSize(column:)`` if precision does not
  ///   tell what a column is made of; ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(q · rank²), and as many exchanges of two columns, of O(q · rank) each, as are
  ///   needed.
  init(
    _ factor: LeastSquaresFactor, exponents: [Int],
    decomposition: SingularValueDecomposition<Double>, rank: Int, noise: Double
  ) throws(LinearAlgebraError) {
    self.factor = factor
    self.exponents = exponents
    self.noise = noise
    let v = decomposition.vTransposed
    // Of orthogonal rows and those that complete them, complementary columns are as independent.
    if v.rowCount == v.columnCount, 2 * rank > v.columnCount {
      others = v.selectingRows(rank..<v.rowCount).independentColumns()
      basis = Self.complement(others, in: 0..<v.columnCount)
    } else {
      basis = v.selectingRows(0..<rank).independentColumns()
      others = Self.complement(basis, in: 0..<v.columnCount)
    }
    try tabulate()
    let isChanged = exchangeForSize()
    // Afresh where exchanges have added too much to rounding; they leave zeros as they are.
    if isChanged, isWorn || doubtfulColumn != nil { try tabulate() }
    if let column = doubtfulColumn { throw .dependenceOnColumnsOfOtherSize(column: column) }
  }

  private static func complement(_ chosen: [Int], in all: Range<Int>) -> [Int] {
    var isChosen = [Bool](repeating: false, count: all.count)
    for column in chosen { isChosen[column] = true }
    return all.filter { !isChosen[$0] }
  }

  /// Computes the w and the coefficients of the basis.
  private mutating func tabulate() throws(LinearAlgebraError) {
    let (q, t) = (factor.columnCount, factor.targetCount)
    let order = basis + others + Array(q..<q + t)
    func ordered(_ elements: [Double]) -> [Double] {
      elements.isEmpty
        ? [] : (0..<factor.r.rowCount).flatMap { row in order.map { elements[row * (q + t) + $0] } }
    }
    let rows = LeastSquaresFactor(
      r: Matrix(
        unchecked: ordered(factor.r.elements), rowCount: factor.r.rowCount, columnCount: q + t),
      rest: ordered(factor.rest), residualNorms: [Double](repeating: 0, count: width))
    var triangle = LeastSquaresFactor(columnCount: basis.count, targetCount: width)
    if factor.rest.isEmpty { triangle.reflect(rows) } else { triangle.reflectTwofold(rows) }
    condition = triangle.r.elements.withUnsafeBufferPointer { r in
      r.baseAddress.map { conditionEstimate2(of: $0, count: basis.count, stride: q + t) } ?? 1
    }
    table = try triangle.solved()
    doubts = [Double](repeating: 0, count: table.count)
    let targetLengths = triangle.right.columnLengths()
    for column in 0..<width {
      let largest = basis.indices.reduce(0) { max($0, abs(table[$1 * width + column].high)) }
      // What makes up less of a column is rounding, or as good as nothing.
      let share =
        column < others.count
        ? min(4 * noise * condition, 0x1p-40) : 4 * noise * targetLengths[column]
      for index in basis.indices.map({ $0 * width + column }) {
        doubts[index] = noise * condition * largest
        if abs(table[index].high) <= share { drop(index) }
      }
    }
  }

  /// Counts a share as zero.
  private mutating func drop(_ index: Int) {
    table[index] = Twofold(0)
    doubts[index] = 0
  }

  /// How many times larger the scale of a column in the basis is than that of one of the others, as
  /// an exponent of two.
  private func difference(_ row: Int, _ other: Int) -> Int {
    exponents[basis[row]] - exponents[others[other]]
  }

  /// Exchanges columns until none of the others, unscaled, is needed more than about eight times to
  /// make up for one in the basis: those that can be large at no cost are in the basis then.
  ///
  /// - Returns: Whether any were exchanged.
  private mutating func exchangeForSize() -> Bool {
    var isChanged = false
    // Each makes the basis more than four times as good; far fewer than this are ever needed.
    for _ in 0..<16 * (basis.count + others.count) {
      var (largest, pivot) = (2, (row: 0, other: 0))
      for row in basis.indices {
        for other in others.indices {
          let share = table[row * width + other].high
          guard share != 0, share.isFinite else { continue }
          let size = share.exponent + difference(row, other)
          if size > largest { (largest, pivot) = (size, (row, other)) }
        }
      }
      guard largest > 2 else { break }
      exchange(pivot.row, pivot.other)
      isChanged = true
    }
    return isChanged
  }

  /// Takes one of the others into the basis in place of a column there.
  private mutating func exchange(_ row: Int, _ other: Int) {
    let (width, start) = (width, row * width)
    let (pivot, pivotDoubt) = (table[start + other], doubts[start + other])
    table[start + other] = Twofold(1)
    doubts[start + other] = 0
    for index in start..<start + width {
      table[index] = table[index].divided(by: pivot)
      doubts[index] = (doubts[index] + abs(table[index].high) * pivotDoubt) / abs(pivot.high)
    }
    for line in basis.indices where line != row {
      let factor = table[line * width + other]
      let factorDoubt = doubts[line * width + other]
      guard factor.high != 0 else { continue }
      table[line * width + other] = Twofold(0)
      doubts[line * width + other] = 0
      for column in 0..<width {
        let (index, taken) = (line * width + column, start + column)
        table[index].subtract(factor, times: table[taken])
        doubts[index] += abs(factor.high) * doubts[taken] + factorDoubt * abs(table[taken].high)
        if abs(table[index].high) <= 4 * doubts[index] {
          isWorn = isWorn || doubts[index] > 0x1p-60
          drop(index)
        }
      }
    }
    (basis[row], others[other]) = (others[other], basis[row])
  }

  /// One of the others with a doubtful share of a column so much smaller that its coefficient would
  /// be doubtful, if there is any.
  private var doubtfulColumn: Int? {
    // Doubts are bounds: what rounding does is far less, as a rule by three digits or more.
    let limit = max(1e-10, noise * 0x1p30)
    for other in others.indices {
      for row in basis.indices where table[row * width + other].high != 0 {
        let doubt = doubts[row * width + other] * .powerOfTwo(difference(row, other))
        if doubt > limit { return others[other] }
      }
    }
    return nil
  }

  /// Returns the unscaled coefficients that fit best; of all that do, those of least norm.
  ///
  /// Coefficients fit as well if what is given to one of the others is taken from the basis. So the
  /// coefficients of the others are those of the least norm, and those of the basis follow.
  ///
  /// - Throws: ``LinearAlgebraError/overflow(operation:)``;
  ///   ``LinearAlgebraError/libraryNotFound(attempts:)``.
  /// - Complexity: O(q · rank · min(rank, q − rank)).
  func leastNorm() throws(LinearAlgebraError) -> (solution: Matrix<Double>, rest: Matrix<Double>) {
    let (rank, count, targetCount) = (basis.count, others.count, factor.targetCount)
    var own = [Twofold](repeating: Twofold(0), count: rank * targetCount)
    var taken = [Twofold](repeating: Twofold(0), count: rank * count)
    for row in 0..<rank {
      for target in 0..<targetCount {
        own[row * targetCount + target] = table[row * width + count + target].scaled(
          exponent: exponents[basis[row]])
      }
      for other in 0..<count {
        taken[row * count + other] = table[row * width + other].scaled(
          exponent: difference(row, other))
      }
    }
    guard own.allSatisfy(\.high.isFinite) else { throw .overflow(operation: "least squares") }
    let given = try othersOfLeastNorm(own, taken)
    var solution = Matrix<Double>(rowCount: rank + count, columnCount: targetCount)
    var rest = solution
    for target in 0..<targetCount {
      for other in 0..<count { solution[others[other], target] = given[other, target] }
      for row in 0..<rank {
        var value = own[row * targetCount + target]
        for other in 0..<count {
          value.subtract(given[other, target], times: taken[row * count + other])
        }
        solution[basis[row], target] = value.high
        rest[basis[row], target] = value.low
      }
    }
    return (solution, rest)
  }

  /// The f that make ‖own − taken · f‖² + ‖f‖² smallest.
  private func othersOfLeastNorm(
    _ own: [Twofold], _ taken: [Twofold]
  ) throws(LinearAlgebraError) -> Matrix<Double> {
    let (rank, count, targetCount) = (basis.count, others.count, factor.targetCount)
    let l = Matrix(unchecked: taken.map(\.high), rowCount: rank, columnCount: count)
    let x = Matrix(unchecked: own.map(\.high), rowCount: rank, columnCount: targetCount)
    // Of two sets of columns that are orthogonal to each other, the smaller. The ones come first, so
    // that reflections do not mix coefficients that have nothing to do with each other: they may be
    // of very different size.
    let isWide = rank < count
    let stacked = isWide ? l.transposed() : l
    let ones = stacked.columnCount
    var rows = Matrix<Double>(rowCount: rank + count, columnCount: ones)
    var right = Matrix<Double>(rowCount: rank + count, columnCount: targetCount)
    for column in 0..<ones {
      rows[column, column] = 1
      for row in 0..<stacked.rowCount { rows[ones + row, column] = stacked[row, column] }
    }
    for row in 0..<rank {
      for target in 0..<targetCount { right[isWide ? row : ones + row, target] = x[row, target] }
    }
    let found = try rows.leastSquares(right).solution
    return isWide ? try l.multiplied(by: found, transposed: true) : found
  }
}

extension LeastSquaresFactor {
  /// The solution of R · b = C, as precise as the factor is held.
  fileprivate func solved() throws(LinearAlgebraError) -> [Twofold] {
    guard rest.isEmpty else {
      let found = substituted(from: 0)
      return zip(found.solution.elements, found.rest.elements).map { Twofold($0, plus: $1) }
    }
    guard columnCount > 0 else { return [] }
    guard let triangle = regularTriangle else { throw .zeroPivot(index: columnCount - 1) }
    return try TriangularMatrix(upper: triangle).solve(right).elements.map { Twofold($0) }
  }
}

extension Matrix where Scalar == Double {
  /// The length of each column.
  fileprivate func columnLengths() -> [Double] {
    (0..<columnCount).map { column in
      (0..<rowCount).reduce(0) { length($0, self[$1, column]) }
    }
  }

  /// As many columns as there are rows, all rows being orthogonal, that are far from depending on
  /// each other: those of the pivots of Gaussian elimination, each the largest there is.
  ///
  /// - Complexity: O(m² · n).
  fileprivate func independentColumns() -> [Int] {
    var rest = elements
    var rows = Array(0..<rowCount)
    var chosen: [Int] = []
    rest.withUnsafeMutableBufferPointer { rest in
      guard let start = rest.baseAddress else { return }
      while !rows.isEmpty {
        var (largest, pivot) = (-1.0, (place: 0, column: 0))
        for (place, row) in rows.enumerated() {
          for column in 0..<columnCount where abs(start[row * columnCount + column]) > largest {
            (largest, pivot) = (abs(start[row * columnCount + column]), (place, column))
          }
        }
        let row = rows.remove(at: pivot.place)
        let value = start[row * columnCount + pivot.column]
        chosen.append(pivot.column)
        for other in rows {
          let factor = start[other * columnCount + pivot.column] / value
          Double._addStored(
            -factor, start + row * columnCount, start + other * columnCount, columnCount)
          start[other * columnCount + pivot.column] = 0
        }
      }
    }
    return chosen
  }
}
