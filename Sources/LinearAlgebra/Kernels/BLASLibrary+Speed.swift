extension BLASLibrary {
  /// Measures the product of two square matrices.
  ///
  /// - Parameters:
  ///   - scalar: The precision.
  ///   - size: Rows and columns of the matrices.
  ///   - repetitions: How many products are timed; the fastest counts.
  /// - Returns: The speed in 10⁹ floating-point operations a second, 2 · size³ to a product.
  /// - Throws: ``LinearAlgebraError/libraryNotFound(attempts:)``.
  public static func measuredSpeed<Scalar: MatrixScalar>(
    of scalar: Scalar.Type, size: Int = 1024, repetitions: Int = 5
  ) throws(LinearAlgebraError) -> Double {
    let a = Matrix<Scalar>(rowCount: size, columnCount: size, repeating: 0.5)
    let b = Matrix<Scalar>(rowCount: size, columnCount: size, repeating: 0.25)
    var fastest = Duration.seconds(1_000_000)
    for _ in 0...repetitions {
      let clock = ContinuousClock()
      let start = clock.now
      _ = try a.multiplied(by: b)
      fastest = min(fastest, clock.now - start)
    }
    let seconds = fastest / .seconds(1)
    return 2 * Double(size) * Double(size) * Double(size) / seconds / 1e9
  }
}
