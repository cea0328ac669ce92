import Estimators

/// What the targets of a data set are.
enum TargetKind {
  /// Labels that are whole numbers.
  case integers

  /// Labels that are texts.
  case texts

  /// What labels are: numbers if all of them are whole numbers.
  init(of labels: [String?]) {
    self = labels.allSatisfy { $0.flatMap(Int.init(labelText:)) != nil } ? .integers : .texts
  }
}

/// The estimators and transformers that the command knows, by their names in kebab case.
enum EstimatorCatalog {
  /// The names of the estimators.
  static let names = [
    "sgd-classifier", "sgd-regressor", "mlp-classifier", "mlp-regressor", "linear-regression",
    "ridge",
  ]

  /// The names of the transformers.
  static let transformerNames = ["standard-scaler"]

  /// Makes an estimator with transformers in front.
  static func make(
    _ name: String, target: TargetKind, preprocess: [String] = []
  ) throws -> any CommandEstimator {
    let estimator: any CommandEstimator
    switch (name, target) {
    case ("sgd-classifier", .integers): estimator = SGDClassifier<Int>()
    case ("sgd-classifier", .texts): estimator = SGDClassifier<String>()
    case ("mlp-classifier", .integers): estimator = MLPClassifier<Int>()
    case ("mlp-classifier", .texts): estimator = MLPClassifier<String>()
    case ("sgd-regressor", _): estimator = SGDRegressor()
    case ("mlp-regressor", _): estimator = MLPRegressor()
    case ("linear-regression", _): estimator = LinearRegression()
    case ("ridge", _): estimator = Ridge()
    default:
      throw CommandFailure(
        .usage, "There is no estimator \(name). There are \(names.joined(separator: ", ")).")
    }
    guard let first = preprocess.first else { return estimator }
    // Each is a type inside another type, which a damaged file must not make endless.
    guard preprocess.count <= 16 else {
      throw CommandFailure(
        .usage, "There are \(preprocess.count) transformers, but the command chains at most 16.")
    }
    var transformer = try makeTransformer(first)
    for name in preprocess.dropFirst() {
      transformer = chain(transformer, try makeTransformer(name))
    }
    return append(estimator, to: transformer)
  }

  /// Whether an estimator learns numbers rather than labels.
  static func isRegressor(_ name: String) -> Bool {
    name.hasSuffix("regressor") || name.hasSuffix("regression") || name == "ridge"
  }

  private static func makeTransformer(_ name: String) throws -> any IncrementalTransformer {
    guard name == "standard-scaler" else {
      throw CommandFailure(
        .usage,
        "There is no transformer \(name). There are \(transformerNames.joined(separator: ", ")).")
    }
    return StandardScaler()
  }

  private static func chain<First: IncrementalTransformer, Next: IncrementalTransformer>(
    _ first: First, _ next: Next
  ) -> any IncrementalTransformer {
    first.appending(next)
  }

  private static func append<First: IncrementalTransformer, Last: CommandEstimator>(
    _ last: Last, to first: First
  ) -> any CommandEstimator {
    first.appending(last)
  }

  /// The name in kebab case of a type: `SGDClassifier` is `sgd-classifier`.
  static func kebabCase(_ typeName: String) -> String {
    (names + transformerNames).first {
      $0.replacing("-", with: "") == typeName.lowercased()
    } ?? typeName
  }
}

/// A transformer that can learn from parts.
typealias IncrementalTransformer = Transformer & IncrementalEstimator
