internal import LinearAlgebra

/// An iterate in either precision.
enum AnyLinearIterate: Equatable, Sendable {
  case double(LinearIterate<Double>)
  case single(LinearIterate<Float>)

  /// Starts from given parameters.
  init(_ start: LinearParameters, precision: Precision) {
    switch precision {
    case .double: self = .double(LinearIterate(start))
    case .single: self = .single(LinearIterate(start))
    }
  }

  /// The precision.
  var precision: Precision {
    switch self {
    case .double: .double
    case .single: .single
    }
  }

  /// Calls something with the iterate, which it may change in place.
  mutating func change<Change: IterateChange>(_ change: inout Change) {
    switch self {
    case .double(var iterate):
      // Let go, so that the only copy is changed.
      self = .double(.nothing)
      change.apply(to: &iterate)
      self = .double(iterate)
    case .single(var iterate):
      self = .single(.nothing)
      change.apply(to: &iterate)
      self = .single(iterate)
    }
  }

  var featureCount: Int {
    switch self {
    case .double(let iterate): iterate.featureCount
    case .single(let iterate): iterate.featureCount
    }
  }

  var problemCount: Int {
    switch self {
    case .double(let iterate): iterate.problemCount
    case .single(let iterate): iterate.problemCount
    }
  }

  var scale: Double {
    switch self {
    case .double(let iterate): iterate.scale
    case .single(let iterate): iterate.scale
    }
  }

  /// The number of steps that coefficients may be behind.
  var notedStepCount: Int {
    switch self {
    case .double(let iterate): iterate.parameters.steps?.count ?? 0
    case .single(let iterate): iterate.parameters.steps?.count ?? 0
    }
  }

  /// Whether a pass on sparse samples would make room first that touches every column.
  func needsRoom(forAverage: Bool, forPenalty: Bool) -> Bool {
    switch self {
    case .double(let iterate): iterate.needsRoom(forAverage: forAverage, forPenalty: forPenalty)
    case .single(let iterate): iterate.needsRoom(forAverage: forAverage, forPenalty: forPenalty)
    }
  }

  var current: LinearParameters {
    switch self {
    case .double(let iterate): iterate.current
    case .single(let iterate): iterate.current
    }
  }

  var presented: LinearParameters {
    switch self {
    case .double(let iterate): iterate.presented
    case .single(let iterate): iterate.presented
    }
  }

  var isPlain: Bool {
    switch self {
    case .double(let iterate): iterate.isPlain
    case .single(let iterate): iterate.isPlain
    }
  }

  var isFinite: Bool {
    switch self {
    case .double(let iterate): iterate.isFinite
    case .single(let iterate): iterate.isFinite
    }
  }

  func write(to archive: inout TensorArchive) {
    switch self {
    case .double(let iterate): iterate.write(to: &archive)
    case .single(let iterate): iterate.write(to: &archive)
    }
  }

  /// Reads what was written.
  ///
  /// - Throws: ``EstimatorError/unreadableModel(reason:)``.
  init(from archive: TensorArchive) throws(EstimatorError) {
    if archive["iterate.vectors"]?.elementType == .float32 {
      self = .single(try LinearIterate(from: archive))
    } else {
      self = .double(try LinearIterate(from: archive))
    }
  }
}

/// Something done to an iterate of either precision.
protocol IterateChange {
  mutating func apply<Parameter: MatrixScalar>(to iterate: inout LinearIterate<Parameter>)
}

extension LinearIterate {
  /// What stands in the place of an iterate that was taken out for a moment.
  static var nothing: LinearIterate {
    LinearIterate(parameters: GradientParameters(vectors: [], intercepts: []))
  }
}
