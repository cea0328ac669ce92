internal import LinearAlgebra

/// Numbers in either precision.
enum NumberArray: Equatable, Sendable {
  case double([Double])
  case single([Float])

  /// Takes numbers in a precision, rounding them if it is the single one.
  init(_ numbers: [Double], precision: Precision) {
    switch precision {
    case .double: self = .double(numbers)
    case .single: self = .single(numbers.map { Float($0) })
    }
  }

  /// Makes so many zeros.
  init(zeros count: Int, precision: Precision) {
    switch precision {
    case .double: self = .double([Double](repeating: 0, count: count))
    case .single: self = .single([Float](repeating: 0, count: count))
    }
  }

  /// Takes numbers in the precision they have.
  init<Scalar: MatrixScalar>(_ numbers: [Scalar]) {
    // The same type by another name; a cast with `as` would look at every element.
    if Scalar.self == Float.self {
      self = .single(unsafeBitCast(numbers, to: [Float].self))
    } else {
      self = .double(unsafeBitCast(numbers, to: [Double].self))
    }
  }

  var precision: Precision {
    switch self {
    case .double: .double
    case .single: .single
    }
  }

  var count: Int {
    switch self {
    case .double(let numbers): numbers.count
    case .single(let numbers): numbers.count
    }
  }

  /// The numbers in double precision, which all fit in.
  var doubles: [Double] {
    switch self {
    case .double(let numbers): numbers
    case .single(let numbers): numbers.map { Double($0) }
    }
  }

  /// Whether every number is finite.
  var isFinite: Bool {
    switch self {
    case .double(let numbers): numbers.isFinite
    case .single(let numbers): numbers.isFinite
    }
  }

  /// Gives the numbers away, so that the only copy can be changed in place; none are left.
  ///
  /// - Precondition: `Scalar` is of the same precision.
  mutating func take<Scalar: MatrixScalar>(as type: Scalar.Type) -> [Scalar] {
    switch self {
    case .double(let numbers) where Scalar.self == Double.self:
      self = .double([])
      return unsafeBitCast(numbers, to: [Scalar].self)
    case .single(let numbers) where Scalar.self == Float.self:
      self = .single([])
      return unsafeBitCast(numbers, to: [Scalar].self)
    default:
      preconditionFailure("The numbers are of the other precision.")
    }
  }

  /// Returns numbers made from runs of these, and zeros.
  ///
  /// - Parameter runs: Where each run comes from, or how many zeros it has.
  /// - Returns: The runs, one after another.
  func assembled(_ runs: [NumberRun]) -> NumberArray {
    func assemble<Scalar: MatrixScalar>(_ numbers: [Scalar]) -> [Scalar] {
      var result: [Scalar] = []
      result.reserveCapacity(runs.reduce(0) { $0 + $1.count })
      for run in runs {
        switch run {
        case .copied(let range): result.append(contentsOf: numbers[range])
        case .zeros(let count): result.append(contentsOf: repeatElement(0, count: count))
        }
      }
      return result
    }
    switch self {
    case .double(let numbers): return .double(assemble(numbers))
    case .single(let numbers): return .single(assemble(numbers))
    }
  }
}

/// A run of numbers in an array that is made from another.
enum NumberRun {
  case copied(Range<Int>)
  case zeros(Int)

  var count: Int {
    switch self {
    case .copied(let range): range.count
    case .zeros(let count): count
    }
  }
}

extension TensorArchive {
  /// Appends numbers in their precision, with one dimension unless a shape is given.
  mutating func append(_ name: String, _ numbers: NumberArray, shape: [Int]? = nil) {
    switch numbers {
    case .double(let numbers): append(Tensor(name, numbers, shape: shape))
    case .single(let numbers): append(Tensor(name, numbers, shape: shape))
    }
  }

  /// Returns a tensor as numbers in the precision in which it is stored.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``, as `numbers(_:count:)`.
  func numberArray(_ name: String, count: Int? = nil) throws(EstimatorError) -> NumberArray {
    let numbers = try numbers(name, count: count)
    return NumberArray(
      numbers, precision: self[name]?.elementType == .float32 ? .single : .double)
  }
}
