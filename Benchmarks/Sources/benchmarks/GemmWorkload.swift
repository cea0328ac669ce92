import LinearAlgebra

/// The product of two square matrices.
func measureGemm(_ workload: Workload) throws -> Measurement {
  workload.precision == .single
    ? try measureGemm(workload, Float.self) : try measureGemm(workload, Double.self)
}

private func measureGemm<Scalar: MatrixScalar>(
  _ workload: Workload, _ scalar: Scalar.Type
) throws -> Measurement {
  let n = workload.size ?? 1024
  let a = Matrix<Scalar>(rowCount: n, columnCount: n, repeating: 0.5)
  let b = Matrix<Scalar>(rowCount: n, columnCount: n, repeating: 0.25)
  var product = a
  return try Measurement(
    threads: workload.threads ?? 1, work: 2e-9 * Double(n) * Double(n) * Double(n),
    unit: "GFLOP/s", check: { ["element": Double(product[0, 0])] }
  ) { product = try a.multiplied(by: b) }
}
