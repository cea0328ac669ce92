/// How rows are folded into a triangular factor.
package enum FactorMethod: Sendable {
  /// By products of columns where they are good enough, otherwise by reflections.
  case automatic

  /// By products of columns as long as these hold any digits, twice where once would cost more than
  /// ten bits; otherwise by reflections.
  case products

  /// By products of columns, once, as long as these hold any digits; otherwise by reflections.
  case productsOnce

  /// By Householder reflections.
  case reflections
}

/// The triangular factor R of rows [1 x], and what becomes of y beside it.
///
///     [1 x y]  =  Q · [ R  C ]     RᵀR = [1 x]ᵀ[1 x],   C = Qᵀ y
///                     [ 0  s ]
///
/// R holds the products of all columns without squaring them, and so without losing digits. Of s
/// only the length is kept, for each target: the root of the sum of squared residuals.
package struct LeastSquaresFactor: Equatable, Sendable {
  /// The number of columns of R, q.
  package let columnCount: Int

  /// The number of columns of C, t.
  package let targetCount: Int

  /// R and C side by side: at most q rows × (q + t).
  ///
  /// The diagonal is not negative.
  package internal(set) var r: Matrix<Double>

  /// What was rounded off each element of ``r``, so that the two together are the factor in twice
  /// the precision; empty if that is not known.
  package internal(set) var rest: [Double] = []

  /// The length of s, for each target.
  package var residualNorms: [Double]

  /// Makes the factor of no rows.
  package init(columnCount: Int, targetCount: Int) {
    self.columnCount = columnCount
    self.targetCount = targetCount
    r = Matrix(rowCount: 0, columnCount: columnCount + targetCount)
    residualNorms = [Double](repeating: 0, count: targetCount)
  }

  /// Puts a factor together again.
  ///
  /// - Parameters:
  ///   - r: R and C side by side, at most q rows × (q + t).
  ///   - rest: What was rounded off each element, or nothing.
  ///   - residualNorms: The length of s, for each target.
  /// - Precondition: There is a rest for all elements, or for none.
  package init(r: Matrix<Double>, rest: [Double], residualNorms: [Double]) {
    precondition(rest.isEmpty || rest.count == r.elements.count)
    targetCount = residualNorms.count
    columnCount = r.columnCount - targetCount
    self.r = r
    self.rest = rest
    self.residualNorms = residualNorms
  }

  /// Takes a triangle (or trapezoid) R and C beside it, as many rows.
  init(_ r: Matrix<Double>, _ c: Matrix<Double>) {
    targetCount = c.columnCount
    columnCount = r.columnCount
    self.r = Matrix(rowCount: r.rowCount, columnCount: columnCount + targetCount)
    residualNorms = [Double](repeating: 0, count: targetCount)
    for row in 0..<r.rowCount {
      for column in 0..<columnCount { self.r[row, column] = r[row, column] }
      for target in 0..<targetCount { self.r[row, columnCount + target] = c[row, target] }
    }
  }

  /// An element of R or C, as precisely as it is known.
  package func element(_ row: Int, _ column: Int) -> Twofold {
    let index = row * r.columnCount + column
    return Twofold(r.elements[index], plus: rest.isEmpty ? 0 : rest[index])
  }

  /// Folds rows in.
  ///
  /// Products of columns square the condition number κ of the columns. So their factor is taken as
  /// it is only if κ is at most 32, which costs at most 10 bits of 53; up to 2²⁰ its inverse is
  /// multiplied to the rows, which leaves columns that are nearly orthogonal, and those are
  /// factored the same way; so are rows whose targets leave hardly any residuals. Beyond, or if
  /// numbers are so large or small that their products are lost, Householder reflections are used:
  /// in twice the precision where columns or rows are few (``isTwofoldAffordable(rowCount:)``),
  /// otherwise on columns scaled by powers of two.
  ///
  /// - Parameters:
  ///   - rows: The rows [1 x y].
  ///   - shift: What is taken off [x y] first.
  ///   - method: How.
  ///   - threadCount: How many threads to use; the result does not depend on it.
  /// - Throws: ``LinearAlgebraError/nonFiniteElement(row:column:value:)``;
  ///   ``LinearAlgebraError/overflow(operation:)``;
  ///   ``LinearAlgebraError/libraryNotFound(attempts:)``. Nothing is changed then.
  /// - Complexity: O(n · (q + t)²).
  ///
  /// **Source:** T. Fukaya, Y. Nakatsukasa, Y. Yanagisawa, Y. Yamamoto, CholeskyQR2, 2014.
  package mutating func fold(
    _ rows: StackedRows, shift: [Double], method: FactorMethod, threadCount: Int
  ) throws(LinearAlgebraError) {
    try BLASLibrary.prepare(for: [rows.stride, rows.rowCount])
    var folded: LeastSquaresFactor?
    switch method {
    case .automatic where rows.rowCount >= 4 * columnCount:
      folded = foldedByProducts(
        rows, shift, threadCount, greatestCondition: Self.greatestConditionOfOnePass)
    case .products where r.rowCount + rows.rowCount >= columnCount:
      folded = foldedByProducts(
        rows, shift, threadCount, greatestCondition: Self.greatestConditionOfOnePass)
    case .productsOnce where r.rowCount + rows.rowCount >= columnCount:
      folded = foldedByProducts(
        rows, shift, threadCount, greatestCondition: Self.greatestConditionOfTwo)
    default: break
    }
    // What is not finite would have spoiled the products.
    if folded == nil { try rows.checkFinite() }
    let result = folded ?? foldedByReflections(rows, shift, threadCount)
    guard result.r.isAllFinite, result.residualNorms.allSatisfy(\.isFinite) else {
      throw .overflow(operation: "least squares")
    }
    self = result
  }

  /// Folds another factor in, of rows with the same columns.
  package mutating func fold(_ other: LeastSquaresFactor) {
    self = stacked([other])
  }

  /// Changes an element of R or C.
  ///
  /// - Parameters:
  ///   - row: The row.
  ///   - column: The column.
  ///   - change: Computes the new value from the old one.
  package mutating func modify(row: Int, column: Int, _ change: (inout Twofold) -> Void) {
    var value = element(row, column)
    change(&value)
    r[row, column] = value.high
    if !rest.isEmpty { rest[row * r.columnCount + column] = value.low }
  }

  /// Multiplies all rows by a number.
  ///
  /// - Parameter number: The number, at least 0.
  /// - Complexity: O(q · (q + t)).
  package mutating func scale(by number: Double) {
    r.withUnsafeMutableElements { elements in
      for index in elements.indices {
        let product = Twofold(elements[index], times: number)
        elements[index] = product.high
        if !rest.isEmpty { rest[index] = product.low + rest[index] * number }
      }
    }
    for target in residualNorms.indices { residualNorms[target] *= number }
  }

  // MARK: Products

  private static let greatestConditionOfOnePass = 32.0
  private static let greatestConditionOfTwo = 0x1p20

  /// The factor with rows folded in by products of columns, in one pass up to a condition number;
  /// `nil` if products have lost too many digits.
  private func foldedByProducts(
    _ rows: StackedRows, _ shift: [Double], _ threadCount: Int, greatestCondition: Double
  ) -> LeastSquaresFactor? {
    let gram = rows.gram(shift: shift, dividingBy: nil, extra: r, threadCount: threadCount)
    guard isInRange(gram), let first = CholeskyTriangle(gram, columnCount, targetCount) else {
      return nil
    }
    if first.conditionEstimate <= greatestCondition, keepsResiduals(first.squares, gram) {
      return adding(first.triangle, first.squares)
    }
    guard first.conditionEstimate <= Self.greatestConditionOfTwo else { return nil }
    let again = rows.gram(
      shift: shift, dividingBy: first.padded(to: rows.stride), extra: r, threadCount: threadCount)
    guard let second = CholeskyTriangle(again, columnCount, targetCount),
      // The first has left columns that are nearly orthogonal, or it was useless.
      second.conditionEstimate < 2,
      let product = try? second.square.multiplied(by: first.triangle)
    else { return nil }
    var triangle = product
    for row in 0..<columnCount {
      for column in 0..<targetCount {
        triangle[row, columnCount + column] += second.triangle[row, columnCount + column]
      }
    }
    return adding(triangle, second.squares)
  }

  /// Whether enough is left of the squares of targets to tell the residuals; of a target that is all
  /// but a sum of columns, rounding is left.
  private func keepsResiduals(_ squares: [Double], _ gram: GramMatrix) -> Bool {
    (0..<targetCount).allSatisfy { target in
      let (old, index) = (residualNorms[target], columnCount + target)
      return old * old + squares[target]
        >= 0x1p-16 * (old * old + gram.elements[index * gram.stride + index])
    }
  }

  /// Whether no product can have been lost for being too large or too small.
  private func isInRange(_ gram: GramMatrix) -> Bool {
    (0..<columnCount + targetCount).allSatisfy {
      (0x1p-900...0x1p900).contains(gram.elements[$0 * gram.stride + $0])
    }
  }

  /// The factor with another triangle, and the squares of new residuals.
  private func adding(_ triangle: Matrix<Double>, _ squares: [Double]) -> LeastSquaresFactor {
    var result = self
    result.r = triangle
    result.rest = []
    for target in 0..<targetCount {
      let old = residualNorms[target]
      result.residualNorms[target] = (old * old + max(0, squares[target])).squareRoot()
    }
    return result
  }

  // MARK: Reflections

  private func foldedByReflections(
    _ rows: StackedRows, _ shift: [Double], _ threadCount: Int
  ) -> LeastSquaresFactor {
    let groups = rows.groups
    let size = max(512, columnCount)
    let empty = LeastSquaresFactor(columnCount: columnCount, targetCount: targetCount)
    let isTwofold = isTwofoldAffordable(rowCount: rows.rowCount)
    let parts = Parallel.map(groups.count, threadCount: threadCount) { index in
      var part = index == 0 ? self : empty
      if isTwofold {
        part.reflectTwofold(rows, groups[index], shift)
      } else {
        rows.forEachBlock(of: groups[index], shift: shift, weighting: .roots, size: size) { block in
          part.reflect(block.rows, count: block.count, stride: rows.stride)
        }
      }
      return part
    }
    return parts[0].stacked(Array(parts.dropFirst()))
  }

  /// The factor of this and others, one after another.
  private func stacked(_ others: [LeastSquaresFactor]) -> LeastSquaresFactor {
    var result = self
    for other in others {
      if isTwofoldAffordable(rowCount: other.r.rowCount) {
        result.reflectTwofold(other)
      } else {
        result.reflect(other)
      }
      for target in 0..<targetCount {
        result.residualNorms[target] = length(
          result.residualNorms[target], other.residualNorms[target])
      }
    }
    return result
  }

  /// Folds the rows of another factor in.
  ///
  /// - Complexity: O(q² · (q + t)).
  mutating func reflect(_ other: LeastSquaresFactor) {
    other.r.elements.withUnsafeBufferPointer { rows in
      guard let rows = rows.baseAddress, other.r.rowCount > 0 else { return }
      reflect(rows, count: other.r.rowCount, stride: other.r.columnCount)
    }
  }

  /// Puts rows under R and factors the whole again.
  private mutating func reflect(_ rows: UnsafePointer<Double>, count: Int, stride: Int) {
    let (top, width) = (r.rowCount, columnCount + targetCount)
    let height = top + count
    var packed = [Double](repeating: 0, count: height * width)
    var tau = [Double](repeating: 0, count: min(height, width))
    var scales = [Double](repeating: 1, count: width)
    packed.withUnsafeMutableBufferPointer { packed in
      for column in 0..<width {
        let target = column * height
        var largest = 0.0
        for row in 0..<top {
          let value = r.elements[row * width + column]
          packed[target + row] = value
          largest = max(largest, abs(value))
        }
        for row in 0..<count {
          let value = rows[row * stride + column]
          packed[target + top + row] = value
          largest = max(largest, abs(value))
        }
        guard largest > 0, largest.isFinite else { continue }
        // So that squares neither overflow nor vanish; by a power of two, which rounds nothing.
        scales[column] = Double.powerOfTwo(-largest.exponent)
        for row in 0..<height { packed[target + row] *= scales[column] }
      }
      guard let start = packed.baseAddress else { return }
      Double._geqrf(height, width, start, height, &tau)
    }
    let kept = min(height, columnCount)
    var triangle = Matrix<Double>(rowCount: kept, columnCount: width)
    for row in 0..<kept {
      let sign = packed[row * height + row] < 0 ? -1.0 : 1
      for column in row..<width {
        triangle[row, column] = sign * packed[column * height + row] / scales[column]
      }
    }
    r = triangle
    rest = []
    for target in 0..<targetCount {
      let column = columnCount + target
      for row in kept..<max(kept, min(height, column + 1)) {
        residualNorms[target] = length(
          residualNorms[target], packed[column * height + row] / scales[column])
      }
    }
  }
}

/// The length of a vector of two numbers, of any size.
func length(_ a: Double, _ b: Double) -> Double {
  let largest = max(abs(a), abs(b))
  guard largest > 0, largest.isFinite else { return largest }
  let (x, y) = (a / largest, b / largest)
  return largest * (x * x + y * y).squareRoot()
}

extension Double {
  /// The power of two that brings a number near 1, or the nearest that there is; 1 for zero.
  package static func inversePowerOfTwo(_ number: Double) -> Double {
    number > 0 && number.isFinite ? .powerOfTwo(-number.exponent) : 1
  }

  /// A power of two, or the nearest that there is.
  static func powerOfTwo(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: min(max(exponent, -1022), 1023), significand: 1)
  }
}
