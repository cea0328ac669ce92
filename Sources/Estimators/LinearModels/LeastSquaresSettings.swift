internal import Foundation

/// The settings that ``LinearRegression`` and ``Ridge`` share.
///
/// Each is also a property of the estimators themselves.
public struct LeastSquaresSettings: Equatable, Sendable {
  /// Whether the model has intercepts; a change needs `reset(.trainingState)`.
  public var fitsIntercept = true

  /// How the coefficients are computed; a change needs `reset(.trainingState)`.
  public var solver = LeastSquaresSolver.automatic

  /// Whether coefficients below 0 are excluded, those of each target by themselves; takes effect at
  /// the next call.
  public var positive = false

  /// How much of its weight a row keeps when the next one comes; greater than 0 and at most 1;
  /// takes effect at the next call.
  ///
  /// Below 1 the last row of all counts its weight, the one before it this share of that, and so
  /// on, in `fit` too: so the order of rows matters, the size of chunks does not, and `merge` is
  /// refused. A penalty stays as it is.
  ///
  /// **Source:** recursive least squares with exponential forgetting; S. Haykin: *Adaptive filter
  /// theory*.
  public var forgettingFactor = 1.0

  /// The number of iterations that one call of `fit` may take for each target, with solver `lsmr`;
  /// at least 1; takes effect at the next call.
  public var maxEpochs = Self.defaultMaxEpochs

  /// How close iterations must come, with solver `lsmr`; at least 0, or none to use all of them;
  /// takes effect at the next call.
  ///
  /// They end when ‖Aᵀr‖ is at most this share of ‖A‖ · ‖r‖, where r is what the rows A leave over,
  /// or when ‖r‖ itself is next to nothing: coefficients are then off by about this number times the
  /// condition number of the features.
  public var tolerance: Double? = Self.defaultTolerance

  static let defaultMaxEpochs = 1000
  static let defaultTolerance = 1e-12

  private static let statistics = "any solver but lsmr"
  private static let iterations = "solver lsmr, or automatic where it iterates"

  private var mayIterate: Bool { solver == .lsmr || solver == .automatic }

  static var declarations: [Hyperparameter<Self>] {
    [
      Hyperparameter("fitsIntercept", \.fitsIntercept, whenChanged: .needsTrainingStateReset),
      Hyperparameter("solver", \.solver, whenChanged: .needsTrainingStateReset),
      Hyperparameter("positive", \.positive).used(with: Self.statistics) { $0.solver != .lsmr },
      Hyperparameter(
        "forgettingFactor", \.forgettingFactor,
        AllowedRange("greater than 0 and at most 1") { $0 > 0 && $0 <= 1 }
      ).used(with: Self.statistics) { $0.solver != .lsmr },
      Hyperparameter("maxEpochs", \.maxEpochs, .atLeast(1))
        .used(with: Self.iterations) { $0.mayIterate },
      Hyperparameter("tolerance", \.tolerance, .noneOrAtLeast(0))
        .used(with: Self.iterations) { $0.mayIterate },
    ]
  }

  /// Checks what concerns several settings together.
  ///
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)``.
  func checkCombinations() throws(EstimatorError) {
    switch solver {
    case .automatic: return
    case .lsmr: try checkIterations(reason: "with solver lsmr")
    case .cholesky, .qr, .svd:
      let reason = "with solver \(solver.rawValue), which does not iterate"
      try check("maxEpochs", maxEpochs, is: Self.defaultMaxEpochs, reason)
      try check("tolerance", tolerance, is: Self.defaultTolerance, reason)
    }
  }

  /// Checks that nothing is asked for that needs statistics of the rows.
  ///
  /// - Parameter reason: Why they are not there, as the end of a sentence.
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)``.
  func checkIterations(reason: String) throws(EstimatorError) {
    try check("positive", positive, is: false, reason)
    try check("forgettingFactor", forgettingFactor, is: 1, reason)
  }

  private func check<Value: HyperparameterValue>(
    _ name: String, _ value: Value, is only: Value, _ reason: String
  ) throws(EstimatorError) {
    guard value != only else { return }
    throw .invalidHyperparameter(
      name: name, value: value.hyperparameterText,
      requirement: "\(only.hyperparameterText) \(reason)")
  }
}

/// All settings of a ``LeastSquaresEstimator``.
@dynamicMemberLookup
public protocol LeastSquaresHyperparameters: HyperparameterSet {
  /// The settings that all of them have; each is a property here too.
  var shared: LeastSquaresSettings { get set }

  /// What the squares of the coefficients cost, at least 0: one for all targets or one for each;
  /// none for nothing.
  var penalties: [Double] { get }
}

extension LeastSquaresHyperparameters {
  /// A shared setting.
  public subscript<Value>(
    dynamicMember keyPath: WritableKeyPath<LeastSquaresSettings, Value>
  ) -> Value {
    get { shared[keyPath: keyPath] }
    set { shared[keyPath: keyPath] = newValue }
  }

  public func checkCombinations() throws(EstimatorError) { try shared.checkCombinations() }

  /// The declarations of the shared settings.
  static var sharedDeclarations: [Hyperparameter<Self>] {
    LeastSquaresSettings.declarations.map { $0.inside(\Self.shared, named: $0.name) }
  }

  /// The penalty of a target.
  func penalty(_ target: Int) -> Double {
    penalties.count > 1 ? penalties[target] : penalties.first ?? 0
  }

  /// Whether rows count less the older they are.
  var forgets: Bool { shared.forgettingFactor < 1 }

  /// What each of a number of rows counts after the last of them.
  ///
  ///     weight · forgettingFactor^(count − row)     for rows from 1 on
  ///
  /// - Parameters:
  ///   - weights: What each row counts by itself, or `nil`.
  ///   - count: The number of rows.
  /// - Returns: A number for each row; `nil` for 1 each.
  /// - Throws: ``EstimatorError/noWeight`` if the rows that count are so old that nothing is left.
  func remainingWeights(_ weights: [Double]?, count: Int) throws(EstimatorError) -> [Double]? {
    guard forgets else { return weights }
    let remaining = (0..<count).map { row in
      (weights?[row] ?? 1) * pow(shared.forgettingFactor, Double(count - 1 - row))
    }
    guard remaining.contains(where: { $0 > 0 }) else { throw .noWeight }
    return remaining
  }

  /// What is left of the roots of the weights of all rows before, after a number of rows.
  func remainingRoot(count: Int) -> Double { pow(shared.forgettingFactor, Double(count) / 2) }

  /// Checks that there is one penalty, or one for each target.
  ///
  /// - Throws: ``EstimatorError/invalidHyperparameter(name:value:requirement:)``.
  func checkPenalties(targetCount: Int) throws(EstimatorError) {
    guard penalties.count <= 1 || penalties.count == targetCount else {
      throw .invalidHyperparameter(
        name: "alpha", value: penalties.hyperparameterText,
        requirement: "one number, or one for each of the \(targetCount) targets")
    }
  }
}
