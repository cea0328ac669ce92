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

  @Test(arguments: [_Activation.identity, .logistic, .tanh, .relu])
  func whatIsNoNumberStaysNone(activation: _Activation) {
    // In every lane of a vector, and behind whole vectors.
    for count in [1, 37] {
      #expect(
        activated(activation, [Double](repeating: .nan, count: count)).allSatisfy { $0.isNaN })
      #expect(
        activated(activation, [Float](repeating: -.nan, count: count)).allSatisfy { $0.isNaN })
    }
  }

  @Test func lossesOfNoNumberAreNone() {
    func check<Scalar: MatrixScalar>(_ type: Scalar.Type) {
      for place in 0..<3 {
        var scores: [Scalar] = [1, 2, 3]
        scores[place] = .nan
        for label: Int32 in 0..<3 {
          var z = scores
          #expect(Scalar._crossEntropy(&z, [label], nil, 1, 3).isNaN)
          #expect(z.allSatisfy { $0.isNaN })
        }
        var z = scores
        #expect(Scalar._binaryCrossEntropy(&z, [1, 0, 1], nil, 1, 3).isNaN)
        #expect(z[place].isNaN)
      }
      for label: Int32 in 0..<2 {
        var z: [Scalar] = [.nan]
        #expect(Scalar._crossEntropy(&z, [label], [2], 1, 1).isNaN)
        #expect(z[0].isNaN)
      }
    }
    check(Double.self)
    check(Float.self)
  }

  /// More factors under one logarithm than a double can hold, by hand: n scores of 0 have the loss
  /// log n each, or log 2.
  @Test func manyLossesDoNotOverflow() {
    let (rows, count) = (300, 2000)
    var z = [Double](repeating: 0, count: rows * count)
    let labels = [Int32](repeating: 7, count: rows)
    let loss = Double._crossEntropy(&z, labels, nil, rows, count)
    #expect(abs(loss - 300 * log(2000.0)) < 1e-9)
    var each = [Float](repeating: 0, count: rows * count)
    let truth = [Float](repeating: 1, count: rows * count)
    let sum = Float._binaryCrossEntropy(&each, truth, nil, rows, count)
    #expect(abs(sum - 600_000 * log(2.0)) < 1e-6)
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
