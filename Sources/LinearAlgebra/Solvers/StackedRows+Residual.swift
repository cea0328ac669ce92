internal import _CLinearAlgebra

/// What an answer leaves over, summed in twice the precision.
package struct ResidualSums: Sendable {
  /// The products of the columns of [1 x y 0 …] with the residuals, for each target.
  package var gradient: [[Twofold]]

  /// The sum of the squares of the residuals, for each target.
  package var squares: [Twofold]
}

extension StackedRows {
  /// Sums residuals [1 x y] · u and their products with the columns, in twice the precision.
  ///
  /// - Parameters:
  ///   - u: For each target what [1 x y] is multiplied by; `width` numbers.
  ///   - threadCount: How many threads to use.
  /// - Returns: The sums, each row counted with its weight.
  /// - Complexity: O(n · width · targets).
  package func residualSums(_ u: [[Twofold]], threadCount: Int) -> ResidualSums {
    let stride = stride
    let (groups, targetCount) = (groups, u.count)
    let padding = [Double](repeating: 0, count: stride - width)
    let high = u.map { $0.map(\.high) + padding }.flatMap(\.self)
    let low = u.map { $0.map(\.low) + padding }.flatMap(\.self)
    let parts = Parallel.map(groups.count, threadCount: threadCount) { index in
      var gradientHigh = [Double](repeating: 0, count: targetCount * stride)
      var gradientLow = gradientHigh
      var squares = [Double](repeating: 0, count: 2 * targetCount)
      forEachBlock(of: groups[index], shift: nil, weighting: .beside) { block in
        for target in 0..<targetCount {
          let offset = target * stride
          high.withUnsafeBufferPointer { high in
            low.withUnsafeBufferPointer { low in
              gradientHigh.withUnsafeMutableBufferPointer { gradientHigh in
                gradientLow.withUnsafeMutableBufferPointer { gradientLow in
                  squares.withUnsafeMutableBufferPointer { squares in
                    guard let high = high.baseAddress, let low = low.baseAddress,
                      let gHigh = gradientHigh.baseAddress, let gLow = gradientLow.baseAddress,
                      let squares = squares.baseAddress
                    else { return }
                    la_residual_f64(
                      block.rows, block.weights, block.count, stride, high + offset, low + offset,
                      gHigh + offset, gLow + offset, squares + 2 * target)
                  }
                }
              }
            }
          }
        }
      }
      return ResidualSums(
        gradient: (0..<targetCount).map { target in
          (target * stride..<target * stride + width).map {
            Twofold(gradientHigh[$0], plus: gradientLow[$0])
          }
        },
        squares: (0..<targetCount).map { Twofold(squares[2 * $0], plus: squares[2 * $0 + 1]) })
    }
    var sum = parts[0]
    for part in parts.dropFirst() {
      for target in 0..<targetCount {
        for column in 0..<width { sum.gradient[target][column] += part.gradient[target][column] }
        sum.squares[target] += part.squares[target]
      }
    }
    return sum
  }
}
