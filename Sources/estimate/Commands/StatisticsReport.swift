import Estimators
import Foundation

/// What `estimate inspect` says of a linear regression beside its coefficients.
struct StatisticsReport: Encodable {
  /// What is known of one coefficient.
  struct Coefficient: Encodable {
    var name: String
    var estimate: Double
    var standardError: Double
    var tValue: Double?
    var pValue: Double?
    var confidenceInterval: [Double]
  }

  /// What is known of one target.
  struct TargetStatistics: Encodable {
    var residualSumOfSquares: Double
    var rSquared: Double?
    var coefficients: [Coefficient]
  }

  var rank: Int?
  var conditionEstimate: Double?
  var degreesOfFreedom: Int?
  var targets: [TargetStatistics]

  /// Why nothing is said of single coefficients, or `nil`.
  var undefined: String?

  /// Asks a regression; `nil` if its training state is not there.
  init?(_ regression: LinearRegression) {
    guard let model = regression.model, let summary = try? regression.summary() else { return nil }
    rank = model.rank
    conditionEstimate = model.conditionEstimate
    degreesOfFreedom = summary.degreesOfFreedom
    let features = model.featureNames ?? (0..<model.featureCount).map { "feature \($0)" }
    var inference: LinearRegressionSummary.Inference?
    switch summary.inference {
    case .success(let found): inference = found
    case .failure(let reason): undefined = reason.description
    }
    // As the rows were fitted, whatever the settings say by now.
    let hasIntercept = inference.map { $0.estimates[0].count > features.count } ?? false
    let names = (hasIntercept ? ["intercept"] : []) + features
    let intervals = inference?.confidenceIntervals()
    targets = summary.residualSumsOfSquares.indices.map { target in
      TargetStatistics(
        residualSumOfSquares: summary.residualSumsOfSquares[target],
        rSquared: summary.rSquared[target],
        coefficients: inference.map { inference in
          names.indices.map { index in
            let interval = intervals?[target][index]
            return Coefficient(
              name: names[index], estimate: inference.estimates[target][index],
              standardError: inference.standardErrors[target][index],
              tValue: inference.tValues[target][index], pValue: inference.pValues[target][index],
              confidenceInterval: interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
          }
        } ?? [])
    }
  }

  /// The same as lines of text.
  var lines: [String] {
    var lines: [String] = []
    if let rank, let degreesOfFreedom {
      let condition = conditionEstimate.map { short($0) } ?? "infinite: the rank is short"
      lines.append(
        "rank \(rank), condition \(condition), \(degreesOfFreedom) degrees of freedom")
    }
    for (number, target) in targets.enumerated() {
      let name = targets.count > 1 ? "target \(number): " : ""
      lines.append(
        name + "residual sum of squares \(short(target.residualSumOfSquares)), R2 "
          + (target.rSquared.map { short($0) } ?? "not defined: the target does not vary"))
      guard !target.coefficients.isEmpty else { continue }
      lines.append("  coefficient, estimate, standard error, t, p, 95 % interval")
      for one in target.coefficients {
        let figures =
          [one.estimate, one.standardError].map { short($0) }
          + [one.tValue, one.pValue].map { $0.map { short($0) } ?? "-" }
        lines.append(
          "  \(one.name)  \(figures.joined(separator: "  "))  "
            + one.confidenceInterval.map { short($0) }.joined(separator: " … "))
      }
    }
    if let undefined { lines.append("Standard errors are not defined: \(undefined)") }
    return lines
  }

  /// A number in six digits.
  private func short(_ value: Double) -> String { String(format: "%.6g", value) }
}
