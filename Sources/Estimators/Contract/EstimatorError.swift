public import LinearAlgebra

/// Why an estimator could not be fitted, used, saved or read.
///
/// Whatever is thrown, the estimator is what it was before the call.
@nonexhaustive
public enum EstimatorError: Error, Equatable {
  /// A call that needs a model was made before the first `fit`.
  case notFitted(estimator: String)

  /// There are no samples, or no features.
  case emptyData(rowCount: Int, columnCount: Int)

  /// A feature is NaN or infinite; the first in row order.
  ///
  /// The name is that of the column, if it has one.
  case nonFiniteFeature(row: Int, column: Int, name: String?, value: Double)

  /// A target is NaN or infinite; the first in row order.
  case nonFiniteTarget(row: Int, column: Int, value: Double)

  /// There are not as many targets as samples.
  case mismatchedTargetCount(expected: Int, actual: Int)

  /// There are not as many weights as samples.
  case mismatchedWeightCount(expected: Int, actual: Int)

  /// A sample's weight is negative, NaN or infinite.
  case invalidWeight(row: Int, value: Double)

  /// No sample has a weight above zero.
  case noWeight

  /// The features have another number of columns than those learned from.
  case mismatchedFeatureCount(expected: Int, actual: Int)

  /// The features have other names than those learned from; the first that differs.
  case mismatchedFeatureName(column: Int, expected: String, actual: String)

  /// The targets have another number of columns than those learned from.
  case mismatchedTargetColumnCount(expected: Int, actual: Int)

  /// A label is not one of the classes.
  case unknownLabel(row: Int, label: String, classes: [String])

  /// A classifier was given one class only, and none were declared.
  case singleClass(label: String)

  /// A hyperparameter is outside its allowed range.
  case invalidHyperparameter(name: String, value: String, requirement: String)

  /// There is no hyperparameter of that name.
  case unknownHyperparameter(name: String, estimator: String, possible: [String])

  /// Several steps of a pipeline have a hyperparameter of that name.
  case ambiguousHyperparameter(name: String, estimator: String, possible: [String])

  /// A continuing call found a setting changed that cannot change while continuing.
  case changedHyperparameter(name: String, old: String, new: String, remedy: String)

  /// Given initial parameters do not fit the data and the settings.
  case mismatchedInitialParameters(name: String, reason: String)

  /// A part of the training state was to be reset that the estimator does not have.
  case missingTrainingPart(part: TrainingPart, estimator: String)

  /// The parameters became NaN or infinite in this epoch, counted from 1 in the call.
  case diverged(epoch: Int, remedy: String)

  /// The call was cancelled.
  case cancelled

  /// A prediction is beyond the range of numbers; the first in row order.
  case nonFinitePrediction(row: Int, output: Int)

  /// A number is beyond the range of single precision; the first in row order.
  case beyondSinglePrecision(place: String, value: Double)

  /// The model's loss gives no probabilities.
  case noProbabilities(estimator: String, setting: String)

  /// The data are stored in a way that this setting cannot work with.
  case unsupportedFeatures(reason: String)

  /// The settings ask for something that this call does not do.
  case unsupportedCall(call: String, setting: String, remedy: String)

  /// Saved bytes are no model, or not this one.
  case unreadableModel(reason: String)

  /// A file could not be read or written.
  case file(path: String, reason: String)

  /// Something is wrong with the samples that the caller holds out.
  indirect case validationData(EstimatorError)

  /// The linear algebra behind the call failed.
  case linearAlgebra(LinearAlgebraError)
}

extension EstimatorError: CustomStringConvertible {
  /// One sentence that says what is wrong and, where it can, what to do.
  public var description: String {
    switch self {
    case .notFitted(let estimator):
      "This \(estimator) is not fitted. Call fit before using it."
    case .emptyData(let rowCount, let columnCount):
      "There is nothing to learn from in \(rowCount) samples of \(columnCount) features."
    case .nonFiniteFeature(let row, let column, let name, let value):
      "Row \(row), column \(column)\(name.map { " (\($0))" } ?? "") is \(value); every feature must "
        + "be finite. Leave the row out or fill in a value."
    case .nonFiniteTarget(let row, let column, let value):
      "The target of row \(row)\(column == 0 ? "" : ", column \(column),") is \(value); it must be "
        + "finite."
    case .mismatchedTargetCount(let expected, let actual):
      "There are \(expected) samples, but \(actual) targets."
    case .mismatchedWeightCount(let expected, let actual):
      "There are \(expected) samples, but \(actual) weights."
    case .invalidWeight(let row, let value):
      "The weight of row \(row) is \(value); it must be at least 0 and finite."
    case .noWeight:
      "Every sample has weight 0; at least one must count."
    case .mismatchedFeatureCount(let expected, let actual):
      "The input has \(actual) features; the estimator was fitted to \(expected)."
    case .mismatchedFeatureName(let column, let expected, let actual):
      "Column \(column) is named \(actual); the estimator was fitted to one named \(expected)."
    case .mismatchedTargetColumnCount(let expected, let actual):
      "The targets have \(actual) columns; the estimator was fitted to \(expected)."
    case .unknownLabel(let row, let label, let classes):
      "The label of row \(row) is \(label), which is none of the classes "
        + "(\(classes.joined(separator: ", "))). Declare all classes at the first call."
    case .singleClass(let label):
      "Every label is \(label), but a classifier needs two classes. Declare them if others follow."
    case .invalidHyperparameter(let name, let value, let requirement):
      "\(name) is \(value) but must be \(requirement)."
    case .unknownHyperparameter(let name, let estimator, let possible):
      "\(estimator) has no hyperparameter \(name). It has \(possible.joined(separator: ", "))."
    case .ambiguousHyperparameter(let name, let estimator, let possible):
      "\(name) is a setting of several steps of \(estimator). Say which: "
        + "\(possible.joined(separator: ", "))."
    case .changedHyperparameter(let name, let old, let new, let remedy):
      "\(name) was \(old) and is now \(new), which cannot change while continuing. \(remedy)"
    case .mismatchedInitialParameters(let name, let reason):
      "The initial parameters do not fit: \(name) \(reason)."
    case .missingTrainingPart(let part, let estimator):
      "\(estimator) has no \(part.phrase) to reset."
    case .diverged(let epoch, let remedy):
      "Training diverged in epoch \(epoch) of this call: parameters became infinite. \(remedy)"
    case .nonFinitePrediction(let row, let output):
      "The prediction of row \(row)\(output == 0 ? "" : ", output \(output),") is beyond the range of "
        + "numbers. Features or coefficients are too large: scale the features, and fit again."
    case .beyondSinglePrecision(let place, let value):
      "\(place) is \(value), which single precision cannot hold. Scale it down, or set precision to "
        + "double and fit afresh."
    case .cancelled:
      "The call was cancelled; nothing of it was kept."
    case .noProbabilities(let estimator, let setting):
      "\(estimator) has no probabilities with \(setting)."
    case .unsupportedFeatures(let reason):
      reason
    case .unsupportedCall(let call, let setting, let remedy):
      "\(call) is not possible with \(setting). \(remedy)"
    case .unreadableModel(let reason):
      "This is no readable model: \(reason)."
    case .file(let path, let reason):
      "\(path): \(reason)"
    case .validationData(let error):
      "In the validation data: \(error.description)"
    case .linearAlgebra(let error):
      error.description
    }
  }
}
