/// A precision in which matrices are stored and computed with: `Float` or `Double`, and no other
/// type.
public protocol MatrixScalar: _KernelScalar, BinaryFloatingPoint, BitwiseCopyable, Codable,
  LosslessStringConvertible,
  Sendable
{}

extension Double: MatrixScalar {}
extension Float: MatrixScalar {}

/// What becomes of the sums that arrive at a layer of a network.
///
/// Not for use outside this package.
public enum _Activation: UInt32, Sendable {
  case identity = 0
  case logistic = 1
  case tanh = 2
  case relu = 3
}

/// The kernels behind ``MatrixScalar``.
///
/// Not for use outside this package.
///
/// Requirements named `…Stored` take samples stored as `Self` and parameters of either precision;
/// the others take parameters of precision `Self`.
public protocol _KernelScalar {
  static func _dotStored<Parameter: MatrixScalar>(
    _ x: UnsafePointer<Self>, _ w: UnsafePointer<Parameter>, _ count: Int
  ) -> Parameter
  static func _dotsStored<Parameter: MatrixScalar>(
    _ x: UnsafePointer<Self>, _ w: UnsafePointer<Parameter>, _ rows: Int, _ count: Int,
    _ out: UnsafeMutablePointer<Parameter>
  )
  static func _addStored<Parameter: MatrixScalar>(
    _ a: Parameter, _ x: UnsafePointer<Self>, _ w: UnsafeMutablePointer<Parameter>, _ count: Int
  )
  static func _scaleAddRowsStored<Parameter: MatrixScalar>(
    _ s: Parameter, _ a: UnsafePointer<Parameter>, _ x: UnsafePointer<Self>,
    _ w: UnsafeMutablePointer<Parameter>, _ rows: Int, _ count: Int
  )
  static func _sparseDotStored<Parameter: MatrixScalar>(
    _ v: UnsafePointer<Self>, _ j: UnsafePointer<Int32>, _ count: Int, _ w: UnsafePointer<Parameter>
  ) -> Parameter
  static func _sparseAddStored<Parameter: MatrixScalar>(
    _ a: Parameter, _ v: UnsafePointer<Self>, _ j: UnsafePointer<Int32>, _ count: Int,
    _ w: UnsafeMutablePointer<Parameter>
  )
  static func _convertStored<Parameter: MatrixScalar>(
    _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Parameter>, _ count: Int
  )

  static func _visitStored<Parameter: MatrixScalar>(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ x: UnsafePointer<Self>, _ count: Int, _ w: UnsafeMutablePointer<Parameter>,
    _ b: UnsafeMutablePointer<Parameter>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ scratch: UnsafeMutablePointer<Parameter>)
  static func _visitSparseStored<Parameter: MatrixScalar>(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ v: UnsafePointer<Self>, _ j: UnsafePointer<Int32>, _ offsets: UnsafePointer<Int>,
    _ count: Int, _ w: UnsafeMutablePointer<Parameter>, _ b: UnsafeMutablePointer<Parameter>,
    _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ steps: UnsafeMutableRawPointer?,
    _ scratch: UnsafeMutablePointer<Parameter>)

  static func _visit(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ x: UnsafePointer<Double>, _ count: Int, _ w: UnsafeMutablePointer<Self>,
    _ b: UnsafeMutablePointer<Self>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ scratch: UnsafeMutablePointer<Self>)
  static func _visit(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ x: UnsafePointer<Float>, _ count: Int, _ w: UnsafeMutablePointer<Self>,
    _ b: UnsafeMutablePointer<Self>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ scratch: UnsafeMutablePointer<Self>)
  static func _visitSparse(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ v: UnsafePointer<Double>, _ j: UnsafePointer<Int32>, _ offsets: UnsafePointer<Int>,
    _ count: Int, _ w: UnsafeMutablePointer<Self>, _ b: UnsafeMutablePointer<Self>,
    _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ steps: UnsafeMutableRawPointer?,
    _ scratch: UnsafeMutablePointer<Self>)
  static func _visitSparse(
    _ plan: UnsafeRawPointer, _ visits: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer,
    _ v: UnsafePointer<Float>, _ j: UnsafePointer<Int32>, _ offsets: UnsafePointer<Int>,
    _ count: Int, _ w: UnsafeMutablePointer<Self>, _ b: UnsafeMutablePointer<Self>,
    _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ averageB: UnsafeMutablePointer<Double>?, _ penalty: UnsafeMutablePointer<Double>?,
    _ steps: UnsafeMutableRawPointer?,
    _ scratch: UnsafeMutablePointer<Self>)
  static func _factors(
    _ plan: UnsafeRawPointer, _ length: Double, _ squares: Double, _ label: Int32,
    _ target: Double, _ b: UnsafePointer<Self>, _ problems: Int,
    _ scores: UnsafeMutablePointer<Self>, _ progress: UnsafeMutableRawPointer)
  static func _beginStep(
    _ plan: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer, _ steps: UnsafeMutableRawPointer,
    _ shrink: Double, _ j: UnsafePointer<Int32>, _ count: Int, _ width: Int,
    _ w: UnsafeMutablePointer<Self>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ penalty: UnsafeMutablePointer<Double>)
  static func _endStep(
    _ plan: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer, _ steps: UnsafeMutableRawPointer,
    _ rate: Double, _ averages: Bool, _ j: UnsafePointer<Int32>, _ count: Int, _ width: Int,
    _ w: UnsafeMutablePointer<Self>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ penalty: UnsafeMutablePointer<Double>)
  static func _catchUpAll(
    _ progress: UnsafeMutableRawPointer, _ steps: UnsafeMutableRawPointer, _ width: Int,
    _ w: UnsafeMutablePointer<Self>, _ problems: Int, _ average: UnsafeMutablePointer<Double>?,
    _ penalty: UnsafeMutablePointer<Double>)
  static func _countPenalties(
    _ plan: UnsafeRawPointer, _ progress: UnsafeMutableRawPointer, _ steps: UnsafeMutableRawPointer,
    _ width: Int, _ w: UnsafePointer<Self>, _ problems: Int)
  static func _truncate(
    _ u: Double, _ scale: Double, _ j: UnsafePointer<Int32>?, _ count: Int,
    _ w: UnsafeMutablePointer<Self>, _ q: UnsafeMutablePointer<Double>)
  static func _sumOfMagnitudes(_ x: UnsafePointer<Self>, _ count: Int) -> Double

  static func _dot(_ x: UnsafePointer<Double>, _ w: UnsafePointer<Self>, _ count: Int) -> Self
  static func _dot(_ x: UnsafePointer<Float>, _ w: UnsafePointer<Self>, _ count: Int) -> Self
  static func _dots(
    _ x: UnsafePointer<Double>, _ w: UnsafePointer<Self>, _ rows: Int, _ count: Int,
    _ out: UnsafeMutablePointer<Self>)
  static func _dots(
    _ x: UnsafePointer<Float>, _ w: UnsafePointer<Self>, _ rows: Int, _ count: Int,
    _ out: UnsafeMutablePointer<Self>)
  static func _add(
    _ a: Self, _ x: UnsafePointer<Double>, _ w: UnsafeMutablePointer<Self>, _ count: Int)
  static func _add(
    _ a: Self, _ x: UnsafePointer<Float>, _ w: UnsafeMutablePointer<Self>, _ count: Int)
  static func _scaleAddRows(
    _ s: Self, _ a: UnsafePointer<Self>, _ x: UnsafePointer<Double>,
    _ w: UnsafeMutablePointer<Self>, _ rows: Int, _ count: Int)
  static func _scaleAddRows(
    _ s: Self, _ a: UnsafePointer<Self>, _ x: UnsafePointer<Float>,
    _ w: UnsafeMutablePointer<Self>, _ rows: Int, _ count: Int)
  static func _sparseDot(
    _ v: UnsafePointer<Double>, _ j: UnsafePointer<Int32>, _ count: Int, _ w: UnsafePointer<Self>
  ) -> Self
  static func _sparseDot(
    _ v: UnsafePointer<Float>, _ j: UnsafePointer<Int32>, _ count: Int, _ w: UnsafePointer<Self>
  ) -> Self
  static func _sparseAdd(
    _ a: Self, _ v: UnsafePointer<Double>, _ j: UnsafePointer<Int32>, _ count: Int,
    _ w: UnsafeMutablePointer<Self>)
  static func _sparseAdd(
    _ a: Self, _ v: UnsafePointer<Float>, _ j: UnsafePointer<Int32>, _ count: Int,
    _ w: UnsafeMutablePointer<Self>)
  static func _convert(
    _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Self>, _ count: Int)
  static func _convert(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Self>, _ count: Int)

  static func _scale(_ s: Self, _ x: UnsafeMutablePointer<Self>, _ count: Int)
  static func _sumOfSquares(_ x: UnsafePointer<Self>, _ count: Int) -> Double
  static func _isFinite(_ x: UnsafePointer<Self>, _ count: Int) -> Bool
  static func _fingerprint(
    _ x: UnsafePointer<Self>, _ count: Int, _ start: UInt64
  ) -> (hash: UInt64, isFinite: Bool)
  static func _sparseFingerprint(
    _ v: UnsafePointer<Self>, _ j: UnsafePointer<Int32>, _ count: Int, _ start: UInt64
  ) -> (hash: UInt64, isFinite: Bool)

  static func _activate(
    _ activation: _Activation, _ bias: UnsafePointer<Self>, _ z: UnsafeMutablePointer<Self>,
    _ rows: Int, _ count: Int)
  static func _differentiate(
    _ activation: _Activation, _ keep: Self, _ a: UnsafePointer<Self>,
    _ delta: UnsafeMutablePointer<Self>, _ count: Int)
  static func _dropOut(
    _ a: UnsafeMutablePointer<Self>, _ count: Int, _ rate: Double, _ seed: UInt64, _ number: UInt64,
    _ firstWord: Int)
  static func _columnSums(
    _ scale: Self, _ x: UnsafePointer<Self>, _ rows: Int, _ count: Int,
    _ out: UnsafeMutablePointer<Self>)
  static func _crossEntropy(
    _ z: UnsafeMutablePointer<Self>, _ labels: UnsafePointer<Int32>,
    _ weights: UnsafePointer<Double>?, _ rows: Int, _ count: Int
  ) -> Double
  static func _binaryCrossEntropy(
    _ z: UnsafeMutablePointer<Self>, _ truth: UnsafePointer<Self>,
    _ weights: UnsafePointer<Double>?, _ rows: Int, _ count: Int
  ) -> Double
  static func _squaredError(
    _ p: UnsafeMutablePointer<Self>, _ truth: UnsafePointer<Self>,
    _ weights: UnsafePointer<Double>?, _ rows: Int, _ count: Int
  ) -> Double
  static func _adam(
    _ w: UnsafeMutablePointer<Self>, _ first: UnsafeMutablePointer<Self>,
    _ second: UnsafeMutablePointer<Self>, _ g: UnsafePointer<Self>, _ count: Int, _ l2: Self,
    _ rate: Self, _ beta1: Double, _ beta2: Double, _ epsilon: Self
  ) -> Double
  static func _momentum(
    _ w: UnsafeMutablePointer<Self>, _ velocity: UnsafeMutablePointer<Self>,
    _ g: UnsafePointer<Self>, _ count: Int, _ l2: Self, _ rate: Self, _ momentum: Double,
    _ nesterov: Bool
  ) -> Double

  static func _gemm(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int, _ alpha: Self,
    _ a: UnsafePointer<Self>, _ lda: Int, _ b: UnsafePointer<Self>, _ ldb: Int, _ beta: Self,
    _ c: UnsafeMutablePointer<Self>, _ ldc: Int)
  static func _gemv(
    _ transpose: Bool, _ m: Int, _ n: Int, _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int,
    _ x: UnsafePointer<Self>, _ beta: Self, _ y: UnsafeMutablePointer<Self>)
  static func _syrk(
    _ upper: Bool, _ transpose: Bool, _ n: Int, _ k: Int, _ alpha: Self, _ a: UnsafePointer<Self>,
    _ lda: Int, _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int)
  static func _trsm(
    _ left: Bool, _ upper: Bool, _ transpose: Bool, _ unitDiagonal: Bool, _ m: Int, _ n: Int,
    _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int, _ b: UnsafeMutablePointer<Self>,
    _ ldb: Int)
  static func _potrf(_ upper: Bool, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int) -> Int
  static func _pocon(
    _ upper: Bool, _ n: Int, _ a: UnsafePointer<Self>, _ lda: Int, _ norm: Self
  ) -> Self
  static func _geqrf(
    _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int,
    _ tau: UnsafeMutablePointer<Self>)
  static func _ormqr(
    _ left: Bool, _ transpose: Bool, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Self>,
    _ lda: Int, _ tau: UnsafePointer<Self>, _ c: UnsafeMutablePointer<Self>, _ ldc: Int)
  static func _orgqr(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int,
    _ tau: UnsafePointer<Self>)
  static func _gesdd(
    _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int,
    _ s: UnsafeMutablePointer<Self>, _ u: UnsafeMutablePointer<Self>, _ ldu: Int,
    _ vt: UnsafeMutablePointer<Self>, _ ldvt: Int
  ) -> Int
}
