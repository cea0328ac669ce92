/// A predictor that can hold samples out of training to know when to stop.
public protocol HeldOutScoring: Predictor {
  /// The rows that the latest `fit` held out, ascending; `nil` if it held none.
  var heldOutRows: [Int]? { get }

  /// The best score on them, which is that of the model; `nil` if none were held out.
  var bestHeldOutScore: Double? { get }
}
