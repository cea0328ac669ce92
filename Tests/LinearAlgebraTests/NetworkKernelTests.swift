import Foundation
import LinearAlgebra
import Testing

/// The kernels of networks, one number at a time.
@Suite struct NetworkKernelTests {
  private func activated<Scalar: MatrixScalar>(
    _ activation: _Activation, _ sums: [Scalar]
  ) -> [Scalar] {
    var values = sums
    let bias = [Scalar](repeating: 0, count: sums.count)
    values.withUnsafeMutableBufferPointer { values in
      bias.withUnsafeBufferPointer { bias in
        guard let values = values.baseAddress, let bias = bias.baseAddress else { return }
        Scalar._activate(activation, bias, values, 1, sums.count)
      }
    }
    return values
  }

  /// Sums of every size, of both signs.
  private var sums: [Double] {
    (0..<40_000).map { index in
      let size = pow(10, Double(index % 20_000) / 20_000 * 42 - 40)
      return index < 20_000 ? size : -size
    }
  }

  /// Beside those of the C library, to four units of the last digit: 0.14 % were lost at 1e-5 of
  /// floats, and all below 1e-8.
  @Test func hyperbolicTangentsAreRightToTheLastDigits() {
    for (sum, value) in zip(sums, activated(.tanh, sums)) {
      let expected = Foundation.tanh(sum)
      #expect(abs(value - expected) <= 4 * expected.ulp, "\(sum)")
    }
    let floats = sums.map { Float($0) }
    for (sum, value) in zip(floats, activated(.tanh, floats)) {
      let expected = Foundation.tanh(Double(sum))
      #expect(abs(Double(value) - expected) <= 4 * Double(Float(expected).ulp), "\(sum)")
    }
    let (double, float) = (Double.leastNonzeroMagnitude, Float.leastNonzeroMagnitude)
    #expect(activated(.tanh, [0, .infinity, -.infinity, double]) == [0, 1, -1, double])
    #expect(activated(.tanh, [0, .infinity, -.infinity, float]) == [0, 1, -1, float])
  }

  /// After a million steps of factor 0.999999 e⁻¹ is left, and 1 − e⁻¹ has come of what is new.
  ///
  /// The float nearest to the factor takes 1 % more off each time.
  @Test func factorsNearOneTakeWhatTheySay() {
    func check<Scalar: MatrixScalar>(_ type: Scalar.Type) {
      let left = exp(1e6 * log(0.999999))
      var (w, velocity): ([Scalar], [Scalar]) = ([0], [1])
      var (first, second): ([Scalar], [Scalar]) = ([1], [0])
      for _ in 0..<1_000_000 {
        _ = Scalar._momentum(&w, &velocity, [0], 1, 0, 1, 0.999999, false)
        w[0] = 0
        _ = Scalar._adam(&w, &first, &second, [1], 1, 0, 0, 0.999999, 0.999999, 1)
      }
      #expect(abs(Double(velocity[0]) - left) < 1e-3)
      #expect(abs(Double(first[0]) - 1) < 1e-3)
      #expect(abs(Double(second[0]) - (1 - left)) < 1e-3)
    }
    check(Double.self)
    check(Float.self)
  }
}
