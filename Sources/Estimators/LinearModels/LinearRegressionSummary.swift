/// What a statistician asks of a linear regression: how much is left over, and how sure each
/// coefficient is.
///
/// It follows from the training state, without the samples. It supposes that residuals are
/// independent, of equal variance divided by the weight, and for p values and intervals that they
/// are normal.
///
/// **Source:** N. Draper, H. Smith, Applied regression analysis, 1998.
public struct LinearRegressionSummary: Equatable, Sendable {
  /// The sum of weight · residual², for each target.
  public let residualSumsOfSquares: [Double]

  /// The share of the variation that is explained, for each target; around the mean with an
  /// intercept, around zero without.
  ///
  /// `nil` where the target does not vary.
  public let rSquared: [Double?]

  /// The number of samples that count, less that of coefficients: what the residuals are free in if
  /// coefficients may have any sign; `nil` if the rank is not known.
  public let degreesOfFreedom: Int?

  /// How sure coefficients are; or why that is not defined.
  public let inference: Result<Inference, Undefined>

  /// Why nothing is said of single coefficients.
  public enum Undefined: Error, Equatable, Sendable, CustomStringConvertible {
    /// The features depend on each other, so that coefficients may be exchanged.
    case shortRank(rank: Int, featureCount: Int)

    /// There are not more samples than coefficients: nothing is left to judge by.
    case noFreedom(sampleCount: Int, coefficientCount: Int)

    /// Coefficients below 0 were excluded, so that those left are not distributed as without.
    case nonNegative

    /// Rows count less the older they are, which says nothing of how far they are from the truth.
    case forgetting

    /// Standard errors are too large to be numbers.
    case outOfRange

    /// Iterations have found the coefficients, which keep no statistics of the rows.
    case iterated

    /// One sentence that says why.
    public var description: String {
      switch self {
      case .shortRank(let rank, let featureCount):
        "The \(featureCount) features have rank \(rank), so single coefficients are not determined."
      case .noFreedom(let sampleCount, let coefficientCount):
        "\(sampleCount) samples that count leave \(coefficientCount) coefficients no residual to "
          + "be judged by."
      case .nonNegative:
        "Coefficients below 0 are excluded, so the usual distributions do not hold."
      case .forgetting:
        "Old rows are forgotten, so weights do not say how sure a row is."
      case .outOfRange:
        "They are too large to be numbers. Scale the features up, or the target down."
      case .iterated:
        "Solver lsmr keeps no statistics of the rows. Fit with solver qr."
      }
    }
  }

  /// How sure the coefficients of a full rank are.
  ///
  /// Each list is for one target: the intercept first, if there is one, then the coefficients.
  public struct Inference: Equatable, Sendable {
    /// The coefficients.
    public let estimates: [[Double]]

    /// Their standard errors.
    public let standardErrors: [[Double]]

    /// Each estimate divided by its standard error; `nil` where that is zero.
    public let tValues: [[Double?]]

    /// How likely an estimate so far from zero is if the truth is zero; `nil` as above.
    public let pValues: [[Double?]]

    let degreesOfFreedom: Int

    init(_ estimates: [[Double]], _ standardErrors: [[Double]], degreesOfFreedom: Int) {
      self.estimates = estimates
      self.standardErrors = standardErrors
      self.degreesOfFreedom = degreesOfFreedom
      tValues = zip(estimates, standardErrors).map { estimates, errors in
        zip(estimates, errors).map { $1 > 0 ? $0 / $1 : nil }
      }
      let distribution = StudentDistribution(degreesOfFreedom: degreesOfFreedom)
      pValues = tValues.map { $0.map { $0.map { distribution.probabilityBeyond($0) } } }
    }

    /// Returns the intervals that hold the true coefficients with a probability.
    ///
    /// - Parameter level: The probability, above 0 and below 1.
    /// - Returns: The intervals, in the order of the estimates.
    /// - Precondition: The level is inside its range.
    public func confidenceIntervals(level: Double = 0.95) -> [[ClosedRange<Double>]] {
      precondition(level > 0 && level < 1, "A level is above 0 and below 1.")
      let distribution = StudentDistribution(degreesOfFreedom: degreesOfFreedom)
      let width = distribution.quantile(beyond: 1 - level)
      return zip(estimates, standardErrors).map { estimates, errors in
        zip(estimates, errors).map { $0 - width * $1...$0 + width * $1 }
      }
    }
  }
}

extension LinearRegression {
  /// Returns what a statistician asks, for all rows seen; with solver `lsmr`, for those of the latest
  /// call.
  ///
  /// - Returns: The figures.
  /// - Throws: ``EstimatorError/notFitted(estimator:)``;
  ///   ``EstimatorError/unsupportedCall(call:setting:remedy:)`` if there is no training state.
  /// - Complexity: O(d³).
  public func summary() throws(EstimatorError) -> LinearRegressionSummary {
    let learned = try learnedFromRows(for: "summary")
    if let iterated = learned.iterated { return LinearRegressionSummary(iterated) }
    return LinearRegressionSummary(learned.factor, learned.model)
  }
}
