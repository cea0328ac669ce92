/// The method LSMR: iterates that make ‖A · x − b‖ small with two products an iteration, so that of A
/// nothing but its products need be known; both are formed in one visit of its rows.
///
/// Golub-Kahan bidiagonalization reduces A column by column; the iterates are those for which
/// ‖Aᵀ(A · x − b)‖ is smallest in the space searched so far, and it never grows. Where several
/// solutions fit equally well they tend to the one nearest to the start. The number of iterations grows
/// with the condition number of A; columns of different size add to it.
///
/// **Source:** D. Fong, M. Saunders, LSMR: an iterative algorithm for sparse least-squares problems,
/// 2011.
package struct LSMR: Sendable {
  private let start: [Double]

  /// What was added to the start.
  private var x: [Double]

  /// An estimate of ‖A · x − b‖.
  package private(set) var residualNorm: Double

  /// An estimate of ‖Aᵀ(A · x − b)‖.
  package private(set) var gradientNorm: Double

  /// An estimate of the Frobenius norm of A, from below.
  package private(set) var matrixNorm: Double

  private let targetNorm: Double

  // Of the bidiagonalization: vectors, and the last two numbers on its diagonals.
  private var u: [Double]
  private var v: [Double]
  private var alpha: Double

  // Of the two triangular factors that turn it into the solution: directions, and what the next
  // rotation needs of the one before.
  private var direction: [Double]
  private var averaged: [Double]
  private var alphaBar: Double
  private var zetaBar: Double
  private var (rho, rhoBar): (Double, Double) = (1, 1)
  private var (cosineBar, sineBar): (Double, Double) = (1, 0)

  // Of the estimate of the residual.
  private var (betaSecond, betaFirst): (Double, Double)
  private var (rhoDot, tauTilde, thetaTilde, zeta): (Double, Double, Double, Double) = (1, 0, 0, 0)

  /// Begins at given coefficients.
  ///
  /// - Parameters:
  ///   - rows: A.
  ///   - target: b, as many numbers as A has rows.
  ///   - start: x, d numbers.
  /// - Complexity: O(stored elements).
  package init(_ rows: ImplicitRows, target: [Double], start: [Double]) {
    self.start = start
    targetNorm = target.length
    u = target
    let size = Double.inversePowerOfTwo(targetNorm)
    v = rows.multiply(start, minus: 1, &u, scale: size)
    u.scale(by: -1)
    let beta = u.normalize()
    v.scale(by: beta > 0 ? -1 / (size * beta) : 0)
    alpha = v.normalize()
    x = [Double](repeating: 0, count: start.count)
    direction = v
    averaged = x
    (residualNorm, gradientNorm, matrixNorm) = (beta, alpha * beta, alpha)
    (alphaBar, zetaBar) = (alpha, alpha * beta)
    (betaSecond, betaFirst) = (beta, 0)
  }

  /// The iterate, d numbers.
  package var solution: [Double] { zip(start, x).map { $0 + $1 } }

  /// Whether the iterate is the solution, as far as numbers of this precision can tell.
  package var isExact: Bool { gradientNorm == 0 }

  /// Whether the iterate is made of numbers; otherwise those of A or b are too large or too small.
  package var isFinite: Bool { gradientNorm.isFinite && residualNorm.isFinite && x.length.isFinite }

  /// Whether the iterate is the solution of a problem that differs from the given one by a share of
  /// ‖A‖, or of ‖A‖ and ‖b‖.
  package func hasConverged(tolerance: Double) -> Bool {
    gradientNorm <= tolerance * matrixNorm * residualNorm
      || residualNorm <= tolerance * (targetNorm + matrixNorm * x.length)
  }

  /// Goes on by one iteration.
  ///
  /// - Parameter rows: A.
  /// - Complexity: O(stored elements + n + d).
  package mutating func step(_ rows: ImplicitRows) {
    guard !isExact else { return }
    let size = Double.inversePowerOfTwo(matrixNorm)
    var next = rows.multiply(v, minus: alpha, &u, scale: size)
    let beta = u.normalize()
    next.scale(by: beta > 0 ? 1 / (size * beta) : 0)
    next.add(-beta, v)
    v = next
    alpha = v.normalize()
    matrixNorm = length(matrixNorm, length(alpha, beta))

    // The rotation that takes beta into the diagonal …
    let (rhoBefore, rhoBarBefore, zetaBefore) = (rho, rhoBar, zeta)
    let first = Rotation(alphaBar, beta)
    rho = first.length
    let theta = first.sine * alpha
    alphaBar = first.cosine * alpha
    // … and the one that makes the transposed factor triangular again.
    let thetaBar = sineBar * rho
    let second = Rotation(cosineBar * rho, theta)
    rhoBar = second.length
    (cosineBar, sineBar) = (second.cosine, second.sine)
    zeta = cosineBar * zetaBar
    zetaBar = -sineBar * zetaBar

    // Quotients one by one: products of two lengths could overflow or vanish.
    averaged.scaleAndAdd(-(thetaBar / rhoBarBefore) * (rho / rhoBefore), direction)
    x.add(zeta / rho / rhoBar, averaged)
    direction.scaleAndAdd(-theta / rho, v)
    gradientNorm = abs(zetaBar)
    estimateResidual(first, thetaBar: thetaBar, zetaBefore: zetaBefore)
  }

  private mutating func estimateResidual(
    _ rotation: Rotation, thetaBar: Double, zetaBefore: Double
  ) {
    let betaHat = rotation.cosine * betaSecond
    betaSecond = -rotation.sine * betaSecond
    let third = Rotation(rhoDot, thetaBar)
    let thetaTildeBefore = thetaTilde
    thetaTilde = third.sine * rhoBar
    rhoDot = third.cosine * rhoBar
    betaFirst = -third.sine * betaFirst + third.cosine * betaHat
    tauTilde = (zetaBefore - thetaTildeBefore * tauTilde) / third.length
    let tau = (zeta - thetaTilde * tauTilde) / rhoDot
    let rest = betaFirst - tau
    residualNorm = length(rest, betaSecond)
  }
}

/// The rotation that takes (a, b) to (length, 0).
private struct Rotation {
  let (cosine, sine, length): (Double, Double, Double)

  init(_ a: Double, _ b: Double) {
    length = LinearAlgebra.length(a, b)
    (cosine, sine) = length > 0 ? (a / length, b / length) : (1, 0)
  }
}

extension [Double] {
  /// The root of the sum of squares.
  fileprivate var length: Double {
    let squares = withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { Double._sumOfSquares($0, buffer.count) } ?? 0
    }
    // Beyond, squares have overflowed or vanished.
    guard !(0x1p-900...0x1p900).contains(squares) else { return squares.squareRoot() }
    return reduce(0) { LinearAlgebra.length($0, $1) }
  }

  /// Divides the vector by its length, unless that is zero; returns the length.
  fileprivate mutating func normalize() -> Double {
    let length = length
    guard length > 0 else { return 0 }
    scale(by: 1 / length)
    return length
  }

  /// Multiplies the vector by a number.
  fileprivate mutating func scale(by factor: Double) {
    withUnsafeMutableBufferPointer { buffer in
      if let start = buffer.baseAddress { Double._scale(factor, start, buffer.count) }
    }
  }

  /// Adds a multiple of another vector.
  fileprivate mutating func add(_ factor: Double, _ other: [Double]) {
    withUnsafeMutableBufferPointer { own in
      other.withUnsafeBufferPointer { other in
        guard let own = own.baseAddress, let start = other.baseAddress else { return }
        Double._add(factor, start, own, other.count)
      }
    }
  }

  /// Multiplies the vector by a number and adds another vector.
  fileprivate mutating func scaleAndAdd(_ factor: Double, _ other: [Double]) {
    scale(by: factor)
    add(1, other)
  }

  /// Adds other numbers, as many.
  mutating func add(_ others: [Double]) { add(1, others) }
}
