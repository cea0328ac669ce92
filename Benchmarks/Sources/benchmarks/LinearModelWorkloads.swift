import Estimators
import LinearAlgebra

/// Stochastic gradient descent in either precision.
func measureSGD(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  workload.precision == .single
    ? try measureSGD(workload, try data.singleFeatures(), data)
    : try measureSGD(workload, try data.features(), data)
}

/// Stochastic gradient descent: a fresh `fit` of so many epochs, without stopping rule.
func measureSGD(
  _ workload: Workload, _ features: some FeatureMatrix, _ data: DataFolder
) throws -> Measurement {
  let labels = try data.labels()
  let epochs = workload.epochs ?? 5
  var classifier = SGDClassifier<Int>(
    loss: LinearLoss(rawValue: workload.loss ?? "hinge") ?? .hinge, maxEpochs: epochs,
    tolerance: nil, precision: workload.precision == .single ? .single : .double)
  return try Measurement(
    threads: workload.threads ?? 1, work: Double(labels.count * epochs), unit: "rows*epochs/s",
    check: { ["accuracy": try classifier.score(features, to: labels)] }
  ) { try classifier.fit(features, to: labels) }
}

/// Linear regression with intercept, with a penalty if one is named.
func measureLeastSquares(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  let features = try data.features()
  let numbers = try data.numbers()
  let target = RegressionTarget(numbers)
  if let alpha = workload.alpha {
    return try measure(
      Ridge(alpha: alpha, solver: try workload.leastSquaresSolver()), workload, features, target)
  }
  return try measure(
    LinearRegression(solver: try workload.leastSquaresSolver()), workload, features, target)
}

private func measure<Regression: LeastSquaresEstimator>(
  _ regression: Regression, _ workload: Workload, _ features: Matrix<Double>,
  _ target: RegressionTarget
) throws -> Measurement {
  var regression = regression
  var context = TrainingContext()
  context.threadCount = workload.threads ?? 1
  return try Measurement(
    threads: workload.threads ?? 1, work: Double(features.rowCount), unit: "rows/s",
    check: {
      let meanSquare = try regression.loss(features, to: target)
      return [
        "residual": (meanSquare * Double(features.rowCount)).squareRoot(),
        "intercept": regression.model?.intercepts[0] ?? 0,
      ]
    }
  ) { try regression.fit(features, to: target, weights: nil, context: context) }
}

/// Linear regression with intercept, with a penalty if one is named, of sparse samples: by
/// iterations.
func measureSparseLeastSquares(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  let features = try data.sparseFeatures()
  let numbers = try data.numbers()
  let target = RegressionTarget(numbers)
  var ridge = Ridge(
    alpha: workload.alpha ?? 0, solver: .lsmr, maxEpochs: 10_000, tolerance: workload.tolerance)
  var context = TrainingContext()
  context.threadCount = workload.threads ?? 1
  return try Measurement(
    threads: workload.threads ?? 1, work: Double(numbers.count), unit: "rows/s",
    check: {
      let meanSquare = try ridge.loss(features, to: target)
      let coefficients = ridge.model?.coefficients.elements ?? []
      return [
        "residual": (meanSquare * Double(numbers.count)).squareRoot(),
        "norm": coefficients.reduce(0) { $0 + $1 * $1 }.squareRoot(),
        "iterations": Double(ridge.trainingState?.epochCount ?? 0),
      ]
    }
  ) { try ridge.fit(features, to: target, weights: nil, context: context) }
}

/// Linear regression, rows given in chunks that are made beforehand.
func measureLeastSquaresStream(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  let features = try data.features()
  let numbers = try data.numbers()
  let size = workload.chunk ?? 1000
  let chunks = stride(from: 0, to: numbers.count, by: size).map { start in
    let rows = start..<min(start + size, numbers.count)
    return (features.selectingRows(rows), Array(numbers[rows]))
  }
  var regression = LinearRegression(solver: try workload.leastSquaresSolver())
  return try Measurement(
    threads: 1, work: Double(numbers.count), unit: "rows/s",
    check: { ["intercept": regression.model?.intercepts[0] ?? 0] }
  ) {
    regression.reset()
    for (features, target) in chunks { try regression.partialFit(features, to: target) }
  }
}

extension Workload {
  /// The solver named, or the one that is chosen if none is.
  func leastSquaresSolver() throws -> LeastSquaresSolver {
    var settings = LinearRegression.Hyperparameters()
    if let solver { try settings.set("solver", to: solver, of: LinearRegression.name) }
    return settings.solver
  }
}
