/// An estimate of the condition number of an upper triangle R: its largest singular value over its
/// smallest; infinite if R has no inverse.
///
/// A right-hand side of ±1 is chosen so that the solution grows, which turns it towards the
/// singular vectors of small values; a few steps of inverse iteration and of power iteration
/// sharpen the two values. The estimate is not above the condition number, and rarely far below.
///
/// - Parameters:
///   - r: The triangle, in row order.
///   - n: The number of columns.
///   - stride: From a row to the next.
/// - Returns: At least 1.
/// - Complexity: O(n²).
///
/// **Source:** A. Cline, C. Moler, G. Stewart, J. Wilkinson, An estimate for the condition number
/// of a matrix, 1979.
func conditionEstimate2<Scalar: MatrixScalar>(
  of r: UnsafePointer<Scalar>, count n: Int, stride: Int
) -> Scalar {
  guard n > 0 else { return 1 }
  for row in 0..<n where r[row * stride + row] == 0 { return .infinity }
  var vector = [Scalar](repeating: 0, count: n)
  return vector.withUnsafeMutableBufferPointer { buffer in
    guard let v = buffer.baseAddress else { return 1 }
    /// v ← R⁻ᵀ (v or signs)
    func solveTransposed(choosingSigns: Bool) {
      if choosingSigns { buffer.update(repeating: 0) }
      for row in 0..<n {
        if choosingSigns { v[row] += v[row] < 0 ? -1 : 1 }
        v[row] /= r[row * stride + row]
        Scalar._addStored(-v[row], r + row * stride + row + 1, v + row + 1, n - row - 1)
      }
    }
    /// v ← R⁻¹ v
    func solve() {
      for row in Swift.stride(from: n - 1, through: 0, by: -1) {
        let known = Scalar._dotStored(r + row * stride + row + 1, v + row + 1, n - row - 1)
        v[row] = (v[row] - known) / r[row * stride + row]
      }
    }
    /// v ← RᵀR v
    func multiply() {
      for row in 0..<n {
        v[row] = Scalar._dotStored(r + row * stride + row, v + row, n - row)
      }
      for row in Swift.stride(from: n - 1, through: 0, by: -1) {
        let factor = v[row]
        v[row] = 0
        Scalar._addStored(factor, r + row * stride + row, v + row, n - row)
      }
    }
    /// v ← v / ‖v‖; returns ‖v‖.
    func normalize() -> Scalar {
      let largest = buffer.reduce(0) { max($0, abs($1)) }
      guard largest > 0, largest.isFinite else { return largest }
      for index in 0..<n { v[index] /= largest }
      let length = Scalar(Scalar._sumOfSquares(v, n)).squareRoot()
      for index in 0..<n { v[index] /= length }
      return largest * length
    }
    solveTransposed(choosingSigns: true)
    _ = normalize()
    solve()
    // ‖R⁻¹ v‖ for a unit vector v, and then ‖(RᵀR)⁻¹ v‖.
    var inverse = normalize()
    for _ in 0..<2 where inverse.isFinite {
      solveTransposed(choosingSigns: false)
      solve()
      inverse = max(inverse, normalize().squareRoot())
    }
    for index in 0..<n { v[index] = 1 / Scalar(1 + index % 3) }
    _ = normalize()
    var largest: Scalar = 0
    for _ in 0..<4 {
      multiply()
      largest = max(largest, normalize().squareRoot())
    }
    let estimate = largest * inverse
    return estimate.isFinite ? max(1, estimate) : .infinity
  }
}
