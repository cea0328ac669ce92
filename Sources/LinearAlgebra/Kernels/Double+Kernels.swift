internal import _CLinearAlgebra

/// The kernels for `Double`: each a call of its C namesake.
extension Double: _KernelScalar {
  @inlinable
  public static func _dotStored<Parameter: MatrixScalar>(
    _ x: UnsafePointer<Double>, _ w: UnsafePointer<Parameter>, _ count: Int
  ) -> Parameter {
    Parameter._dot(x, w, count)
  }

  @inlinable
  public static func _dotsStored<Parameter: MatrixScalar>(
    _ x: UnsafePointer<Double>, _ w: UnsafePointer<Parameter>, _ rows: Int, _ count: Int,
    _ out: UnsafeMutablePointer<Parameter>
  ) {
    Parameter._dots(x, w, rows, count, out)
  }

  @inlinable
  public static func _addStored<Parameter: MatrixScalar>(
    _ a: Parameter, _ x: UnsafePointer<Double>, _ w: UnsafeMutablePointer<Parameter>, _ count: Int
  ) {
    Parameter._add(a, x, w, count)
  }

  @inlinable
  public static func _scaleAddRowsStored<Parameter: MatrixScalar>(
    _ s: Parameter, _ a: UnsafePointer<Parameter>, _ x: UnsafePointer<Double>,
    _ w: UnsafeMutablePointer<Parameter>, _ rows: Int, _ count: Int
  ) {
    Parameter._scaleAddRows(s, a, x, w, rows, count)
  }

  @inlinable
  public static func _sparseDotStored<Parameter: MatrixScalar>(
    _ v: UnsafePointer<Double>, _ j: UnsafePointer<Int32>, _ count: Int,
    _ w: UnsafePointer<Parameter>
  ) -> Parameter {
    Parameter._sparseDot(v, j, count, w)
  }

  @inlinable
  public static func _sparseAddStored<Parameter: MatrixScalar>(
    _ a: Parameter, _ v: UnsafePointer<Double>, _ j: UnsafePointer<Int32>, _ count: Int,
    _ w: UnsafeMutablePointer<Parameter>
  ) {
    Parameter._sparseAdd(a, v, j, count, w)
  }

  @inlinable
  public static func _convertStored<Parameter: MatrixScalar>(
    _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Parameter>, _ count: Int
  ) {
    Parameter._convert(x, y, count)
  }

  public static func _visitStored<Parameter: MatrixScalar>(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ x: UnsafePointer<Double>, _ count: Int, _ w: UnsafeMutablePointer<Parameter>,
    _ b: UnsafeMutablePointer<Parameter>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ scratch: UnsafeMutablePointer<Parameter>
  ) {
    Parameter._visit(
      plan, visits, progress, x, count, w, b, problems, average, averageB, penalty, scratch)
  }

  public static func _visitSparseStored<Parameter: MatrixScalar>(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ v: UnsafePointer<Double>, _ j: UnsafePointer<Int32>, _ offsets: UnsafePointer<Int>,
    _ count: Int, _ w: UnsafeMutablePointer<Parameter>, _ b: UnsafeMutablePointer<Parameter>,
    _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ steps: UnsafeMutableRawPointer?,
    _ scratch: UnsafeMutablePointer<Parameter>
  ) {
    Parameter._visitSparse(
      plan, visits, progress, v, j, offsets, count, w, b, problems, average, averageB, penalty,
      steps, scratch)
  }

  public static func _visit(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ x: UnsafePointer<Double>, _ count: Int, _ w: UnsafeMutablePointer<Double>,
    _ b: UnsafeMutablePointer<Double>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ scratch: UnsafeMutablePointer<Double>
  ) {
    la_visit_f64_f64(
      plan.assumingMemoryBound(to: la_plan.self), visits.assumingMemoryBound(to: la_visits.self),
      progress.assumingMemoryBound(to: la_progress.self), x, count, w, b, problems, average,
      averageB, penalty, scratch)
  }

  public static func _visitSparse(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ v: UnsafePointer<Double>, _ j: UnsafePointer<Int32>, _ offsets: UnsafePointer<Int>,
    _ count: Int, _ w: UnsafeMutablePointer<Double>, _ b: UnsafeMutablePointer<Double>,
    _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ steps: UnsafeMutableRawPointer?,
    _ scratch: UnsafeMutablePointer<Double>
  ) {
    la_visit_sparse_f64_f64(
      plan.assumingMemoryBound(to: la_plan.self), visits.assumingMemoryBound(to: la_visits.self),
      progress.assumingMemoryBound(to: la_progress.self), v, j, offsets, count, w, b, problems,
      average, averageB, penalty, steps?.assumingMemoryBound(to: la_steps.self), scratch)
  }

  public static func _visit(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ x: UnsafePointer<Float>, _ count: Int, _ w: UnsafeMutablePointer<Double>,
    _ b: UnsafeMutablePointer<Double>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ scratch: UnsafeMutablePointer<Double>
  ) {
    la_visit_f32_f64(
      plan.assumingMemoryBound(to: la_plan.self), visits.assumingMemoryBound(to: la_visits.self),
      progress.assumingMemoryBound(to: la_progress.self), x, count, w, b, problems, average,
      averageB, penalty, scratch)
  }

  public static func _visitSparse(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ v: UnsafePointer<Float>, _ j: UnsafePointer<Int32>, _ offsets: UnsafePointer<Int>,
    _ count: Int, _ w: UnsafeMutablePointer<Double>, _ b: UnsafeMutablePointer<Double>,
    _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ steps: UnsafeMutableRawPointer?,
    _ scratch: UnsafeMutablePointer<Double>
  ) {
    la_visit_sparse_f32_f64(
      plan.assumingMemoryBound(to: la_plan.self), visits.assumingMemoryBound(to: la_visits.self),
      progress.assumingMemoryBound(to: la_progress.self), v, j, offsets, count, w, b, problems,
      average, averageB, penalty, steps?.assumingMemoryBound(to: la_steps.self), scratch)
  }

  public static func _factors(
    _ plan: UnsafeRawPointer, _ length: Double, _ squares: Double, _ label: Int32,
    _ target: Double, _ b: UnsafePointer<Double>, _ problems: Int,
    _ scores: UnsafeMutablePointer<Double>, _ progress: UnsafeMutableRawPointer
  ) {
    la_factors_f64(
      plan.assumingMemoryBound(to: la_plan.self), length, squares, label, target, b, problems,
      scores, progress.assumingMemoryBound(to: la_progress.self))
  }

  public static func _beginStep(
    _ plan: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer, _ steps: UnsafeMutableRawPointer,
    _ shrink: Double, _ j: UnsafePointer<Int32>, _ count: Int, _ width: Int,
    _ w: UnsafeMutablePointer<Double>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ penalty: UnsafeMutablePointer<Double>
  ) {
    la_begin_step_f64(
      plan.assumingMemoryBound(to: la_plan.self),
      progress.assumingMemoryBound(to: la_progress.self),
      steps.assumingMemoryBound(to: la_steps.self), shrink, j, count, width, w, problems, average,
      penalty)
  }

  public static func _endStep(
    _ plan: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer, _ steps: UnsafeMutableRawPointer,
    _ rate: Double, _ averages: Bool, _ j: UnsafePointer<Int32>, _ count: Int, _ width: Int,
    _ w: UnsafeMutablePointer<Double>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ penalty: UnsafeMutablePointer<Double>
  ) {
    la_end_step_f64(
      plan.assumingMemoryBound(to: la_plan.self),
      progress.assumingMemoryBound(to: la_progress.self),
      steps.assumingMemoryBound(to: la_steps.self), rate, averages, j, count, width, w, problems,
      average, penalty)
  }

  public static func _catchUpAll(
    _ progress: UnsafeMutableRawPointer, _ steps: UnsafeMutableRawPointer, _ width: Int,
    _ w: UnsafeMutablePointer<Double>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ penalty: UnsafeMutablePointer<Double>
  ) {
    la_catch_up_all_f64(
      progress.assumingMemoryBound(to: la_progress.self),
      steps.assumingMemoryBound(to: la_steps.self), width, w, problems, average, penalty)
  }

  public static func _countPenalties(
    _ plan: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer, _ steps: UnsafeMutableRawPointer,
    _ width: Int, _ w: UnsafePointer<Double>, _ problems: Int
  ) {
    la_count_penalties_f64(
      plan.assumingMemoryBound(to: la_plan.self),
      progress.assumingMemoryBound(to: la_progress.self),
      steps.assumingMemoryBound(to: la_steps.self), width, w, problems)
  }

  public static func _truncate(
    _ u: Double, _ scale: Double, _ j: UnsafePointer<Int32>?, _ count: Int,
    _ w: UnsafeMutablePointer<Double>, _ q: UnsafeMutablePointer<Double>
  ) {
    la_truncate_f64(u, scale, j, count, w, q)
  }

  public static func _sumOfMagnitudes(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    la_sum_of_magnitudes_f64(x, count)
  }

  public static func _dot(
    _ x: UnsafePointer<Double>, _ w: UnsafePointer<Double>, _ count: Int
  ) -> Double {
    la_dot_f64_f64(x, w, count)
  }

  public static func _dots(
    _ x: UnsafePointer<Double>, _ w: UnsafePointer<Double>, _ rows: Int, _ count: Int,
    _ out: UnsafeMutablePointer<Double>
  ) {
    la_dots_f64_f64(x, w, rows, count, out)
  }

  public static func _add(
    _ a: Double, _ x: UnsafePointer<Double>, _ w: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    la_add_f64_f64(a, x, w, count)
  }

  public static func _scaleAddRows(
    _ s: Double, _ a: UnsafePointer<Double>, _ x: UnsafePointer<Double>,
    _ w: UnsafeMutablePointer<Double>, _ rows: Int, _ count: Int
  ) {
    la_scale_add_rows_f64_f64(s, a, x, w, rows, count)
  }

  public static func _sparseDot(
    _ v: UnsafePointer<Double>, _ j: UnsafePointer<Int32>, _ count: Int, _ w: UnsafePointer<Double>
  ) -> Double {
    la_sparse_dot_f64_f64(v, j, count, w)
  }

  public static func _sparseAdd(
    _ a: Double, _ v: UnsafePointer<Double>, _ j: UnsafePointer<Int32>, _ count: Int,
    _ w: UnsafeMutablePointer<Double>
  ) {
    la_sparse_add_f64_f64(a, v, j, count, w)
  }

  public static func _convert(
    _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    la_convert_f64_f64(x, y, count)
  }

  public static func _dot(
    _ x: UnsafePointer<Float>, _ w: UnsafePointer<Double>, _ count: Int
  ) -> Double {
    la_dot_f32_f64(x, w, count)
  }

  public static func _dots(
    _ x: UnsafePointer<Float>, _ w: UnsafePointer<Double>, _ rows: Int, _ count: Int,
    _ out: UnsafeMutablePointer<Double>
  ) {
    la_dots_f32_f64(x, w, rows, count, out)
  }

  public static func _add(
    _ a: Double, _ x: UnsafePointer<Float>, _ w: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    la_add_f32_f64(a, x, w, count)
  }

  public static func _scaleAddRows(
    _ s: Double, _ a: UnsafePointer<Double>, _ x: UnsafePointer<Float>,
    _ w: UnsafeMutablePointer<Double>, _ rows: Int, _ count: Int
  ) {
    la_scale_add_rows_f32_f64(s, a, x, w, rows, count)
  }

  public static func _sparseDot(
    _ v: UnsafePointer<Float>, _ j: UnsafePointer<Int32>, _ count: Int, _ w: UnsafePointer<Double>
  ) -> Double {
    la_sparse_dot_f32_f64(v, j, count, w)
  }

  public static func _sparseAdd(
    _ a: Double, _ v: UnsafePointer<Float>, _ j: UnsafePointer<Int32>, _ count: Int,
    _ w: UnsafeMutablePointer<Double>
  ) {
    la_sparse_add_f32_f64(a, v, j, count, w)
  }

  public static func _convert(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    la_convert_f32_f64(x, y, count)
  }

  public static func _scale(_ s: Double, _ x: UnsafeMutablePointer<Double>, _ count: Int) {
    la_scale_f64(s, x, count)
  }

  public static func _sumOfSquares(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    la_sum_of_squares_f64(x, count)
  }

  public static func _isFinite(_ x: UnsafePointer<Double>, _ count: Int) -> Bool {
    la_is_finite_f64(x, count)
  }

  public static func _fingerprint(
    _ x: UnsafePointer<Double>, _ count: Int, _ start: UInt64
  ) -> (hash: UInt64, isFinite: Bool) {
    let found = la_fingerprint_f64(x, count, start)
    return (found.hash, found.is_finite)
  }

  public static func _sparseFingerprint(
    _ v: UnsafePointer<Double>, _ j: UnsafePointer<Int32>, _ count: Int, _ start: UInt64
  ) -> (hash: UInt64, isFinite: Bool) {
    let found = la_sparse_fingerprint_f64(v, j, count, start)
    return (found.hash, found.is_finite)
  }

  public static func _activate(
    _ activation: _Activation, _ bias: UnsafePointer<Double>, _ z: UnsafeMutablePointer<Double>,
    _ rows: Int, _ count: Int
  ) {
    la_activate_f64(la_activation(activation.rawValue), bias, z, rows, count)
  }

  public static func _differentiate(
    _ activation: _Activation, _ keep: Double, _ a: UnsafePointer<Double>,
    _ delta: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    la_differentiate_f64(la_activation(activation.rawValue), keep, a, delta, count)
  }

  public static func _dropOut(
    _ a: UnsafeMutablePointer<Double>, _ count: Int, _ rate: Double, _ seed: UInt64,
    _ number: UInt64,
    _ firstWord: Int
  ) {
    let stream = RandomStream.words(seed: seed, purpose: .dropout, number: number)
    la_dropout_f64(
      a, count, UInt32(rate * 0x1p32), Double(1 / (1 - rate)), stream.key, stream.counter,
      UInt64(firstWord))
  }

  public static func _columnSums(
    _ scale: Double, _ x: UnsafePointer<Double>, _ rows: Int, _ count: Int,
    _ out: UnsafeMutablePointer<Double>
  ) {
    la_column_sums_f64(scale, x, rows, count, out)
  }

  public static func _crossEntropy(
    _ z: UnsafeMutablePointer<Double>, _ labels: UnsafePointer<Int32>,
    _ weights: UnsafePointer<Double>?, _ rows: Int, _ count: Int
  ) -> Double {
    la_cross_entropy_f64(z, labels, weights, rows, count)
  }

  public static func _binaryCrossEntropy(
    _ z: UnsafeMutablePointer<Double>, _ truth: UnsafePointer<Double>,
    _ weights: UnsafePointer<Double>?, _ rows: Int, _ count: Int
  ) -> Double {
    la_binary_cross_entropy_f64(z, truth, weights, rows, count)
  }

  public static func _squaredError(
    _ p: UnsafeMutablePointer<Double>, _ truth: UnsafePointer<Double>,
    _ weights: UnsafePointer<Double>?, _ rows: Int, _ count: Int
  ) -> Double {
    la_squared_error_f64(p, truth, weights, rows, count)
  }

  public static func _adam(
    _ w: UnsafeMutablePointer<Double>, _ first: UnsafeMutablePointer<Double>,
    _ second: UnsafeMutablePointer<Double>, _ g: UnsafePointer<Double>, _ count: Int, _ l2: Double,
    _ rate: Double, _ beta1: Double, _ beta2: Double, _ epsilon: Double
  ) -> Double {
    la_adam_f64(w, first, second, g, count, l2, rate, beta1, beta2, epsilon)
  }

  public static func _momentum(
    _ w: UnsafeMutablePointer<Double>, _ velocity: UnsafeMutablePointer<Double>,
    _ g: UnsafePointer<Double>, _ count: Int, _ l2: Double, _ rate: Double, _ momentum: Double,
    _ nesterov: Bool
  ) -> Double {
    la_momentum_f64(w, velocity, g, count, l2, rate, momentum, nesterov)
  }

  public static func _gemm(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int, _ alpha: Double,
    _ a: UnsafePointer<Double>, _ lda: Int, _ b: UnsafePointer<Double>, _ ldb: Int, _ beta: Double,
    _ c: UnsafeMutablePointer<Double>, _ ldc: Int
  ) {
    la_gemm_f64(
      LAPACK.transpose(transposeA), LAPACK.transpose(transposeB), la_int(m), la_int(n), la_int(k),
      alpha, a, la_int(lda), b, la_int(ldb), beta, c, la_int(ldc))
  }

  public static func _gemv(
    _ transpose: Bool, _ m: Int, _ n: Int, _ alpha: Double, _ a: UnsafePointer<Double>, _ lda: Int,
    _ x: UnsafePointer<Double>, _ beta: Double, _ y: UnsafeMutablePointer<Double>
  ) {
    la_gemv_f64(
      LAPACK.transpose(transpose), la_int(m), la_int(n), alpha, a, la_int(lda), x, 1, beta, y, 1)
  }

  public static func _syrk(
    _ upper: Bool, _ transpose: Bool, _ n: Int, _ k: Int, _ alpha: Double,
    _ a: UnsafePointer<Double>,
    _ lda: Int, _ beta: Double, _ c: UnsafeMutablePointer<Double>, _ ldc: Int
  ) {
    la_syrk_f64(
      LAPACK.triangle(upper: upper), LAPACK.transpose(transpose), la_int(n), la_int(k), alpha, a,
      la_int(lda), beta, c, la_int(ldc))
  }

  public static func _trsm(
    _ left: Bool, _ upper: Bool, _ transpose: Bool, _ unitDiagonal: Bool, _ m: Int, _ n: Int,
    _ alpha: Double, _ a: UnsafePointer<Double>, _ lda: Int, _ b: UnsafeMutablePointer<Double>,
    _ ldb: Int
  ) {
    la_trsm_f64(
      LAPACK.side(left: left), LAPACK.triangle(upper: upper), LAPACK.transpose(transpose),
      LAPACK.diagonal(unit: unitDiagonal), la_int(m), la_int(n), alpha, a, la_int(lda), b,
      la_int(ldb))
  }

  public static func _potrf(
    _ upper: Bool, _ n: Int, _ a: UnsafeMutablePointer<Double>, _ lda: Int
  ) -> Int {
    Int(la_potrf_f64(LAPACK.triangle(upper: upper), la_int(n), a, la_int(lda)))
  }

  public static func _pocon(
    _ upper: Bool, _ n: Int, _ a: UnsafePointer<Double>, _ lda: Int, _ norm: Double
  ) -> Double {
    var reciprocal: Double = 0
    var work = [Double](repeating: 0, count: max(1, 3 * n))
    var integers = [la_int](repeating: 0, count: max(1, n))
    _ = la_pocon_f64(
      LAPACK.triangle(upper: upper), la_int(n), a, la_int(lda), norm, &reciprocal, &work, &integers)
    return reciprocal
  }

  public static func _geqrf(
    _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Double>, _ lda: Int,
    _ tau: UnsafeMutablePointer<Double>
  ) {
    LAPACK.withWorkspace { (work: UnsafeMutablePointer<Double>, count: la_int) in
      _ = la_geqrf_f64(la_int(m), la_int(n), a, la_int(lda), tau, work, count)
    }
  }

  public static func _ormqr(
    _ left: Bool, _ transpose: Bool, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Double>,
    _ lda: Int, _ tau: UnsafePointer<Double>, _ c: UnsafeMutablePointer<Double>, _ ldc: Int
  ) {
    LAPACK.withWorkspace { (work: UnsafeMutablePointer<Double>, count: la_int) in
      _ = la_ormqr_f64(
        LAPACK.side(left: left), LAPACK.transpose(transpose), la_int(m), la_int(n), la_int(k), a,
        la_int(lda), tau, c, la_int(ldc), work, count)
    }
  }

  public static func _orgqr(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<Double>, _ lda: Int,
    _ tau: UnsafePointer<Double>
  ) {
    LAPACK.withWorkspace { (work: UnsafeMutablePointer<Double>, count: la_int) in
      _ = la_orgqr_f64(la_int(m), la_int(n), la_int(k), a, la_int(lda), tau, work, count)
    }
  }

  public static func _gesdd(
    _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Double>, _ lda: Int,
    _ s: UnsafeMutablePointer<Double>, _ u: UnsafeMutablePointer<Double>, _ ldu: Int,
    _ vt: UnsafeMutablePointer<Double>, _ ldvt: Int
  ) -> Int {
    var integers = [la_int](repeating: 0, count: max(1, 8 * min(m, n)))
    var information: la_int = 0
    LAPACK.withWorkspace { (work: UnsafeMutablePointer<Double>, count: la_int) in
      information = la_gesdd_f64(
        LAPACK.thinFactors, la_int(m), la_int(n), a, la_int(lda), s, u, la_int(ldu), vt,
        la_int(ldvt), work, count, &integers)
    }
    return Int(information)
  }
}
