/// Compares the routines of a freshly opened library with plain Swift, on small awkward shapes.
///
/// Old builds on new processors have been seen to give wrong results or to run the wrong kernels; a
/// product that is wrong in the core would be wrong everywhere. Takes about a millisecond.
enum SelfCheck {
  /// Returns the name of the first routine that is wrong, or `nil` if all are right.
  static func firstWrongRoutine() -> String? {
    Checker<Double>(prefix: "d").firstWrongRoutine()
      ?? Checker<Float>(prefix: "s").firstWrongRoutine()
  }
}

/// The checks in one precision.
///
/// Matrices are column-major, as the routines have them.
private struct Checker<Scalar: MatrixScalar> {
  let prefix: String

  /// Sizes that are no multiple of any kernel's blocks, and one that is beyond them.
  private let sizes = [(1, 1, 1), (2, 3, 5), (7, 1, 9), (13, 17, 3), (33, 5, 31), (19, 50, 29)]

  private let tall = [(1, 1), (5, 2), (9, 9), (37, 7), (70, 33)]

  func firstWrongRoutine() -> String? {
    let checks: [(String, () -> Bool)] = [
      ("gemm", gemmIsRight), ("gemv", gemvIsRight), ("syrk", syrkIsRight), ("trsm", trsmIsRight),
      ("potrf", potrfIsRight), ("geqrf", geqrfIsRight), ("gesdd", gesddIsRight),
    ]
    return checks.first { !$0.1() }.map { prefix + $0.0 }
  }

  private func gemmIsRight() -> Bool {
    for (m, n, k) in sizes {
      for transposeA in [false, true] {
        for transposeB in [false, true] {
          let a = Columns<Scalar>(transposeA ? k : m, transposeA ? m : k, seed: 1)
          let b = Columns<Scalar>(transposeB ? n : k, transposeB ? k : n, seed: 2)
          var c = Columns<Scalar>(m, n, seed: 3)
          let expected = a.product(transposeA, b, transposeB).combined(0.5, c, -2)
          Scalar._gemm(
            transposeA, transposeB, m, n, k, 0.5, a.elements, a.rowCount, b.elements, b.rowCount,
            -2, &c.elements, m)
          guard c.isNear(expected) else { return false }
        }
      }
    }
    return true
  }

  private func gemvIsRight() -> Bool {
    for (m, n, _) in sizes {
      for transpose in [false, true] {
        let a = Columns<Scalar>(m, n, seed: 4)
        let x = Columns<Scalar>(transpose ? m : n, 1, seed: 5)
        var y = Columns<Scalar>(transpose ? n : m, 1, seed: 6)
        let expected = a.product(transpose, x, false).combined(1.5, y, 0.25)
        Scalar._gemv(transpose, m, n, 1.5, a.elements, m, x.elements, 0.25, &y.elements)
        guard y.isNear(expected) else { return false }
      }
    }
    return true
  }

  private func syrkIsRight() -> Bool {
    for (n, k, _) in sizes {
      for transpose in [false, true] {
        let a = Columns<Scalar>(transpose ? k : n, transpose ? n : k, seed: 7)
        var c = Columns<Scalar>(n, n)
        let expected = a.product(transpose, a, !transpose).upperTriangle()
        Scalar._syrk(true, transpose, n, k, 1, a.elements, a.rowCount, 0, &c.elements, n)
        guard c.upperTriangle().isNear(expected) else { return false }
      }
    }
    return true
  }

  private func trsmIsRight() -> Bool {
    for (m, n, _) in sizes {
      for transpose in [false, true] {
        let a = Columns<Scalar>(m, m, seed: 8).dominant().upperTriangle()
        let b = Columns<Scalar>(m, n, seed: 9)
        var x = b
        Scalar._trsm(true, true, transpose, false, m, n, 1, a.elements, m, &x.elements, m)
        guard a.product(transpose, x, false).isNear(b) else { return false }
      }
    }
    return true
  }

  private func potrfIsRight() -> Bool {
    for (m, n) in tall {
      let a = Columns<Scalar>(m, n, seed: 10)
      let gram = a.product(true, a, false).dominant()
      var factor = gram
      guard Scalar._potrf(true, n, &factor.elements, n) == 0 else { return false }
      let r = factor.upperTriangle()
      guard r.product(true, r, false).isNear(gram) else { return false }
    }
    return true
  }

  private func geqrfIsRight() -> Bool {
    for (m, n) in tall {
      let a = Columns<Scalar>(m, n, seed: 11)
      var factor = a
      var tau = [Scalar](repeating: 0, count: n)
      Scalar._geqrf(m, n, &factor.elements, m, &tau)
      let r = factor.topRows(n).upperTriangle()
      Scalar._orgqr(m, n, n, &factor.elements, m, tau)
      guard factor.product(false, r, false).isNear(a),
        factor.product(true, factor, false).isNear(.identity(n))
      else { return false }
    }
    return true
  }

  private func gesddIsRight() -> Bool {
    for (m, n) in tall {
      let a = Columns<Scalar>(m, n, seed: 12)
      var scratch = a
      var values = [Scalar](repeating: 0, count: n)
      var u = Columns<Scalar>(m, n)
      var vt = Columns<Scalar>(n, n)
      let information = Scalar._gesdd(
        m, n, &scratch.elements, m, &values, &u.elements, m, &vt.elements, n)
      guard information == 0 else { return false }
      for column in 0..<n {
        for row in 0..<m { u[row, column] *= values[column] }
      }
      guard u.product(false, vt, false).isNear(a) else { return false }
    }
    return true
  }
}

/// A small column-major matrix with plain loops for everything: what the library is compared with.
private struct Columns<Scalar: MatrixScalar> {
  var rowCount: Int
  var columnCount: Int
  var elements: [Scalar]

  init(_ rowCount: Int, _ columnCount: Int) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    elements = [Scalar](repeating: 0, count: rowCount * columnCount)
  }

  /// Elements between -1 and 1 that follow no pattern.
  init(_ rowCount: Int, _ columnCount: Int, seed: UInt32) {
    self.init(rowCount, columnCount)
    var state = seed &* 2_654_435_761
    for index in elements.indices {
      state = state &* 1_664_525 &+ 1_013_904_223
      elements[index] = Scalar(Int32(bitPattern: state) >> 8) / 8_388_608
    }
  }

  static func identity(_ count: Int) -> Columns {
    var result = Columns(count, count)
    for index in 0..<count { result[index, index] = 1 }
    return result
  }

  subscript(row: Int, column: Int) -> Scalar {
    get { elements[column * rowCount + row] }
    set { elements[column * rowCount + row] = newValue }
  }

  func product(_ transpose: Bool, _ other: Columns, _ transposeOther: Bool) -> Columns {
    let inner = transpose ? rowCount : columnCount
    var result = Columns(
      transpose ? columnCount : rowCount, transposeOther ? other.rowCount : other.columnCount)
    for column in 0..<result.columnCount {
      for row in 0..<result.rowCount {
        var sum: Scalar = 0
        for index in 0..<inner {
          sum +=
            (transpose ? self[index, row] : self[row, index])
            * (transposeOther ? other[column, index] : other[index, column])
        }
        result[row, column] = sum
      }
    }
    return result
  }

  func combined(_ factor: Scalar, _ other: Columns, _ otherFactor: Scalar) -> Columns {
    var result = self
    for index in elements.indices {
      result.elements[index] = factor * elements[index] + otherFactor * other.elements[index]
    }
    return result
  }

  func upperTriangle() -> Columns {
    var result = self
    for column in 0..<columnCount {
      for row in 0..<rowCount where row > column { result[row, column] = 0 }
    }
    return result
  }

  /// With so much added to the diagonal that the matrix is well conditioned.
  func dominant() -> Columns {
    var result = self
    for index in 0..<rowCount { result[index, index] += Scalar(rowCount) }
    return result
  }

  func topRows(_ count: Int) -> Columns {
    var result = Columns(count, columnCount)
    for column in 0..<columnCount {
      for row in 0..<count { result[row, column] = self[row, column] }
    }
    return result
  }

  func isNear(_ other: Columns) -> Bool {
    let tolerance = Scalar.ulpOfOne * 64 * Scalar(max(rowCount, columnCount) + 64)
    return zip(elements, other.elements).allSatisfy { abs($0 - $1) <= tolerance }
  }
}
