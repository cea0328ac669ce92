import ArgumentParser
import Estimators

/// Which estimator is trained, and with which settings.
struct EstimatorOptions: ParsableArguments {
  @Option(help: "The estimator: \(EstimatorCatalog.names.joined(separator: ", ")).")
  var estimator: String?

  @Option(
    name: [.customShort("i"), .customLong("input-model")],
    help: "A model file whose estimator and settings are taken.")
  var inputModel: String?

  @Option(
    help: ArgumentHelp(
      "A transformer in front: \(EstimatorCatalog.transformerNames.joined(separator: ", ")).",
      valueName: "name"))
  var preprocess: [String] = []

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting by its Swift name, such as alpha=0.001.", valueName: "name=value")
  )
  var settings: [String] = []

  func validate() throws {
    guard (estimator == nil) != (inputModel == nil) else {
      throw ValidationError("Give --estimator NAME or -i MODEL.")
    }
    guard preprocess.isEmpty || inputModel == nil else {
      throw ValidationError("A model file brings its own transformers: leave out --preprocess.")
    }
    try Self.validate(settings)
  }

  /// Checks that settings look like settings.
  static func validate(_ settings: [String]) throws {
    for setting in settings where !setting.contains("=") {
      throw ValidationError("--set takes NAME=VALUE, not \(setting).")
    }
  }

  /// Whether a setting is that of this name, also behind the number of a step.
  static func names(_ name: String) -> (_ setting: String) -> Bool {
    { setting in
      setting.prefix { $0 != "=" }.split(separator: ".").last == name[...]
    }
  }

  /// The estimator, with what it has learned if it comes from a file, and with its settings.
  ///
  /// - Parameter target: What will be learned, which decides whether labels are numbers.
  /// - Returns: The estimator.
  /// - Throws: ``CommandFailure`` or ``EstimatorError``.
  func make(for target: TargetKind) throws -> any CommandEstimator {
    let base: any CommandEstimator
    if let inputModel {
      base = try ModelLoader.load(inputModel, target: target)
    } else {
      base = try EstimatorCatalog.make(estimator ?? "", target: target, preprocess: preprocess)
    }
    return try Self.setting(settings, of: base)
  }

  /// The estimator with settings changed.
  static func setting(
    _ settings: [String], of estimator: any CommandEstimator
  ) throws -> any CommandEstimator {
    func changed<E: CommandEstimator>(_ estimator: E) throws -> any CommandEstimator {
      var estimator = estimator
      for setting in settings {
        let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        try estimator.hyperparameters.set(String(parts[0]), to: String(parts[1]), of: E.name)
      }
      return estimator
    }
    return try changed(estimator)
  }
}
