public import Estimators
internal import Foundation
public import LinearAlgebra

/// The laws of the refit contract, as checks that any estimator can be put through.
///
///     let checks = LawChecks(MyClassifier(), features: matrix, labels: labels, unknownLabel: "?")
///     try checks.checkAll()
///
/// Each check throws the first ``LawViolation`` it finds, and says whether the law applied. They
/// use only what `Estimator` and `IncrementalEstimator` promise, no test framework, and settings by
/// the names they declare: `maxEpochs`, `tolerance`, `earlyStopping`, `averaging`, `visitingOrder`,
/// `initialLearningRate`. Tensors of a history are those whose names contain `history.`, as in this
/// package.
///
/// A few dozen samples do: every check trains many times. Classifiers should have their classes
/// declared, so that parts of the data may lack some.
public struct LawChecks<Tested: Estimator> {
  /// How the samples are stored in the checks.
  public enum Storage: String, CaseIterable, Sendable {
    case dense
    case denseSingle
    case sparse
    case sparseSingle
  }

  /// The estimator to check, with its settings; it should have learned nothing.
  public let estimator: Tested

  /// The samples, n × d.
  public let features: Matrix<Double>

  /// What to learn, n values.
  public let target: Tested.Target

  /// Targets of n values with a label that is none of the classes, in one row or in place of a
  /// whole class; none where targets are no labels.
  public var targetsWithUnknownLabel: [Tested.Target] = []

  /// The label that is none of the classes, as errors name it.
  public var unknownLabel: String?

  /// Further values of settings to try as changes, as text.
  public var alternatives = ["tolerance": ["1e300"]]

  /// Rows that lack at least one class, to be used as a part of a stream; `nil` where targets are
  /// no labels.
  public var rowsThatLackAClass: [Int]?

  /// How the samples are stored.
  public var storage = Storage.dense

  /// Numbers that every part of the data in law 4 has a multiple of as its size; a network's batch
  /// size.
  public var chunkMultiple = 1

  /// Makes the checks of an estimator.
  ///
  /// - Parameters:
  ///   - estimator: The estimator with its settings. Epochs should be few and cheap.
  ///   - features: Samples it can learn from, at least 12 × d.
  ///   - target: What to learn.
  public init(_ estimator: Tested, features: Matrix<Double>, target: Tested.Target) {
    self.estimator = estimator
    self.features = features
    self.target = target
  }
}

extension LawChecks where Tested: Classifier {
  /// Makes the checks of a classifier.
  ///
  /// - Parameters:
  ///   - estimator: The estimator with its settings. Epochs should be few and cheap.
  ///   - features: Samples it can learn from, at least 12 × d.
  ///   - labels: The labels, of at least two classes.
  ///   - unknownLabel: A label that is none of the classes.
  public init(
    _ estimator: Tested, features: Matrix<Double>, labels: [Tested.Label],
    unknownLabel: Tested.Label
  ) {
    self.init(estimator, features: features, target: labels)
    var oneStrange = labels
    oneStrange[oneStrange.count / 2] = unknownLabel
    targetsWithUnknownLabel = [
      oneStrange, labels.map { $0 == labels[0] ? unknownLabel : $0 },
    ]
    self.unknownLabel = "\(unknownLabel)"
    if let classes = try? JSONEncoder().encode(Set(labels + [unknownLabel]).inLabelOrder()) {
      alternatives["classes"] = [String(decoding: classes, as: UTF8.self)]
    }
    rowsThatLackAClass = labels.indices.filter { labels[$0] != labels[0] }
  }
}

extension LawChecks {
  /// Checks all laws, in order.
  ///
  /// - Returns: For each law whether it holds or does not apply.
  /// - Throws: The first ``LawViolation``.
  @discardableResult
  public func checkAll() throws(LawViolation) -> [Law: LawOutcome] {
    [
      .overwrite: try checkOverwrite(), .oneGoOrInParts: try checkOneGoOrInParts(),
      .passes: try checkPasses(), .chunks: try checkChunks(), .encoding: try checkEncoding(),
      .allOrNothing: try checkAllOrNothing(), .noSilentSetting: try checkNoSilentSetting(),
      .classesAndFeatures: try checkClassesAndFeatures(),
      .honestEarlyStopping: try checkHonestEarlyStopping(), .values: try checkValues(),
      .averaging: try checkAveraging(), .copiesAndTasks: try checkCopiesAndTasks(),
    ]
  }
}
