/// Finds the x of at least 0 that makes ‖A · x − b‖ smallest.
///
/// Columns are taken in one at a time, always the one along which the residual falls fastest, and
/// the problem is solved for those taken in; where that would make one of them negative, it is left
/// out again. A is kept rotated, so that the columns taken in form an upper triangle and the
/// residual is what stands of b below it: nothing is squared.
///
/// **Source:** C. Lawson, R. Hanson: *Solving least squares problems*, 1974, chapter 23.
struct NonNegativeLeastSquares {
  private let rowCount: Int
  private let columnCount: Int

  /// A, rotated; in column order.
  private var a: [Double]

  /// b, rotated alike.
  private var b: [Double]

  /// The columns taken in, in the order of the triangle.
  private var chosen: [Int] = []

  private var isChosen: [Bool]

  private(set) var x: [Double]

  /// Takes a problem.
  ///
  /// - Parameters:
  ///   - matrix: A, m × n; columns of a length near 1.
  ///   - target: b, m numbers; of a length near 1.
  init(_ matrix: Matrix<Double>, _ target: [Double]) {
    rowCount = matrix.rowCount
    columnCount = matrix.columnCount
    a = matrix.transposed().elements
    b = target
    isChosen = [Bool](repeating: false, count: columnCount)
    x = [Double](repeating: 0, count: columnCount)
  }

  /// Solves the problem.
  ///
  /// - Throws: ``LinearAlgebraError/noConvergence(routine:)`` if rounding keeps it from an end.
  /// - Complexity: O(m · n) a step; commonly there are not many more steps than columns.
  mutating func solve() throws(LinearAlgebraError) {
    let lengths = (0..<columnCount).map { length(of: $0, from: 0) }
    let growth = (8 + 2 * Double(columnCount).squareRoot()) * Double.ulpOfOne
    let smallest = growth * b.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // Columns that rounding has made seem useful, until another one has helped.
    var refused: Set<Int> = []
    for _ in 0..<10 * (columnCount + 3) {
      guard chosen.count < rowCount else { return }
      var best: (column: Int, slope: Double)?
      for column in 0..<columnCount where !isChosen[column] && !refused.contains(column) {
        let slope = slope(of: column)
        guard slope > smallest * lengths[column], slope > best?.slope ?? 0,
          length(of: column, from: chosen.count) > growth * lengths[column]
        else { continue }
        best = (column, slope)
      }
      guard let column = best?.column else { return }
      take(column)
      settle()
      if isChosen[column] {
        refused = []
      } else {
        refused.insert(column)
      }
    }
    throw .noConvergence(routine: "non-negative least squares")
  }

  /// Goes towards the solution for the columns taken in, and leaves out those that come to zero,
  /// until none would be negative.
  private mutating func settle() {
    while !chosen.isEmpty {
      let solution = solutionOfChosen()
      var (step, blocking) = (1.0, [Int]())
      for (index, column) in chosen.enumerated() where solution[index] <= 0 {
        let share = x[column] > 0 ? x[column] / (x[column] - solution[index]) : 0
        if blocking.isEmpty || share < step { (step, blocking) = (share, []) }
        if share == step { blocking.append(index) }
      }
      guard !blocking.isEmpty else {
        for (index, column) in chosen.enumerated() { x[column] = solution[index] }
        return
      }
      for (index, column) in chosen.enumerated() {
        x[column] = max(0, x[column] + step * (solution[index] - x[column]))
      }
      for index in blocking.reversed() { leaveOut(index) }
    }
  }

  // MARK: Columns

  /// How fast half the squared residual falls along a column that is not taken in.
  private func slope(of column: Int) -> Double {
    (chosen.count..<rowCount).reduce(0) { $0 + a[column * rowCount + $1] * b[$1] }
  }

  private func length(of column: Int, from row: Int) -> Double {
    (row..<rowCount).reduce(0) {
      let value = a[column * rowCount + $1]
      return $0 + value * value
    }.squareRoot()
  }

  /// Takes a column in: a reflection makes it the next of the triangle.
  private mutating func take(_ column: Int) {
    let (top, start) = (chosen.count, column * rowCount)
    let pivot = a[start + top]
    let diagonal = pivot > 0 ? -length(of: column, from: top) : length(of: column, from: top)
    var mirror = Array(a[start + top..<start + rowCount])
    mirror[0] = pivot - diagonal
    let half = -diagonal * mirror[0]
    func reflect(_ values: inout [Double], at offset: Int) {
      var product = 0.0
      for (index, value) in mirror.enumerated() { product += value * values[offset + index] }
      for (index, value) in mirror.enumerated() {
        values[offset + index] -= product / half * value
      }
    }
    for other in 0..<columnCount where other != column && !isChosen[other] {
      reflect(&a, at: other * rowCount + top)
    }
    reflect(&b, at: top)
    a[start + top] = diagonal
    for row in top + 1..<max(top + 1, rowCount) { a[start + row] = 0 }
    chosen.append(column)
    isChosen[column] = true
  }

  /// Leaves a column out: rotations make a triangle of the rest.
  private mutating func leaveOut(_ index: Int) {
    let column = chosen.remove(at: index)
    isChosen[column] = false
    x[column] = 0
    for row in index..<chosen.count {
      let start = chosen[row] * rowCount
      let (first, second) = (a[start + row], a[start + row + 1])
      let length = (first * first + second * second).squareRoot()
      guard length > 0 else { continue }
      let (cosine, sine) = (first / length, second / length)
      func rotate(_ values: inout [Double], at offset: Int) {
        let (upper, lower) = (values[offset], values[offset + 1])
        values[offset] = cosine * upper + sine * lower
        values[offset + 1] = cosine * lower - sine * upper
      }
      for other in 0..<columnCount { rotate(&a, at: other * rowCount + row) }
      rotate(&b, at: row)
      a[start + row + 1] = 0
    }
  }

  /// Solves for the columns taken in alone, in their order.
  private func solutionOfChosen() -> [Double] {
    var solution = Array(b[0..<chosen.count])
    for index in chosen.indices.reversed() {
      let start = chosen[index] * rowCount
      solution[index] /= a[start + index]
      for row in 0..<index { solution[row] -= a[start + row] * solution[index] }
    }
    return solution
  }
}
