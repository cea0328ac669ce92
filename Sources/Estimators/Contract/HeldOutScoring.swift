/// A predictor that can hold samples out of training to know when to stop.
public protocol HeldOutScoring: Predictor {
  /// Returns the rows that `fit` holds out of data of this target, ascending; the same for the same
  /// data.
  ///
  /// - Parameter target: What is to be learned, a value for each sample.
  /// - Returns: The rows, ascending; none if nothing is held out.
  /// - Throws: ``EstimatorError/unsupportedCall(call:setting:remedy:)`` if there are too few samples.
  func heldOutRows(of target: Target) throws(EstimatorError) -> [Int]

  /// The best score on them, which is that of the model; `nil` if none were held out.
  var bestHeldOutScore: Double? { get }
}
