extension MLPClassifier {
  /// Starts the last layer anew for other classes, and keeps the layers before it.
  ///
  /// The new layer's parameters are drawn from the seed. What training remembers is forgotten,
  /// since it was about the old classes. With ``warmStart`` on, `fit` goes on from here; with
  /// ``Hyperparameters/frozenLayers`` it changes the new layer alone.
  ///
  ///     classifier.replaceOutputLayer(classes: ["cat", "dog", "horse"])
  ///     classifier.frozenLayers = [0]
  ///     classifier.warmStart = true
  ///     try classifier.fit(features, to: animals)
  ///
  /// - Parameter classes: The new classes, at least two different ones, in any order.
  /// - Throws: ``EstimatorError/notFitted(estimator:)`` before the first call;
  ///   ``EstimatorError/singleClass(label:)``.
  /// - Complexity: O(parameters).
  public mutating func replaceOutputLayer(classes: [Label]) throws(EstimatorError) {
    guard let learned else { throw .notFitted(estimator: Self.name) }
    let list = try ClassList(declared: classes, occurring: [])
    let network = learned.state.network
    let old = network.form
    let form = NetworkForm(
      shape: NetworkShape(sizes: old.shape.sizes.dropLast() + [list.problemCount]),
      activation: old.activation, output: NetworkForm.output(forProblems: list.problemCount))
    let last = form.shape.layerCount - 1
    let bodyCount = form.shape.weights(of: last).lowerBound
    let fresh = form.shape.initialParameters(
      activation: form.activation, seed: hyperparameters.seed)
    let parameters = NumberArray(
      Array(network.parameters.doubles[..<bodyCount] + Array(fresh[bodyCount...])),
      precision: network.parameters.precision)
    var replaced = MLPClassifierLearned(
      classes: list,
      state: NetworkState(
        form: form, parameters: parameters, featureNames: learned.featureNames))
    var settings = learned.settings.form
    settings.remove(["classes"])
    replaced.settings = SettingsRecord(form: settings, memory: nil)
    if hyperparameters.classes != nil { hyperparameters.classes = list.labels }
    self.learned = replaced
  }

  /// Takes over parameters that were trained elsewhere, as a model that predicts at once.
  ///
  /// What was learned here before is forgotten. With ``warmStart`` on, `fit` goes on from them.
  ///
  /// - Parameters:
  ///   - parameters: For each layer its weights and biases; the hidden layers must be as
  ///     ``Hyperparameters/hiddenLayerSizes`` says, and the last have one unit for each class, or
  ///     one in all for two.
  ///   - classes: What the units of the last layer stand for, in ascending order.
  /// - Throws: ``EstimatorError/mismatchedInitialParameters(name:reason:)``,
  ///   ``EstimatorError/invalidHyperparameter(name:value:requirement:)`` or
  ///   ``EstimatorError/singleClass(label:)``; nothing is then changed.
  /// - Complexity: O(parameters).
  public mutating func setParameters(
    _ parameters: InitialParameters, classes: [Label]
  ) throws(EstimatorError) {
    try hyperparameters.check()
    let list = try ClassList(declared: classes, occurring: [])
    guard list.labels == classes else {
      throw .mismatchedInitialParameters(
        name: "classes", reason: "are not in ascending order, each once")
    }
    if let declared = hyperparameters.classes {
      guard try ClassList(declared: declared, occurring: []) == list else {
        throw .mismatchedInitialParameters(
          name: "classes", reason: "are others than the setting classes declares")
      }
    }
    let state = try NetworkState(
      hyperparameters.shared, parameters,
      output: NetworkForm.output(forProblems: list.problemCount), outputCount: list.problemCount)
    var learned = MLPClassifierLearned(classes: list, state: state)
    var settings = RecordedSettings(hyperparameters) { $0 == .needsFreshFit }
    settings.remove(["classes"])
    learned.settings = SettingsRecord(form: settings, memory: nil)
    self.learned = learned
  }
}

extension MLPRegressor {
  /// Takes over parameters that were trained elsewhere, as a model that predicts at once.
  ///
  /// What was learned here before is forgotten. With ``warmStart`` on, `fit` goes on from them.
  ///
  /// - Parameters:
  ///   - parameters: For each layer its weights and biases; the hidden layers must be as
  ///     ``Hyperparameters/hiddenLayerSizes`` says.
  ///   - targetCount: The number of units of the last layer, one for each target; at least 1.
  /// - Throws: ``EstimatorError/mismatchedInitialParameters(name:reason:)`` or
  ///   ``EstimatorError/invalidHyperparameter(name:value:requirement:)``; nothing is then changed.
  /// - Complexity: O(parameters).
  public mutating func setParameters(
    _ parameters: InitialParameters, targetCount: Int = 1
  ) throws(EstimatorError) {
    try hyperparameters.check()
    guard targetCount > 0 else {
      throw .mismatchedTargetColumnCount(expected: 1, actual: targetCount)
    }
    var learned = MLPRegressorLearned(
      state: try NetworkState(
        hyperparameters.shared, parameters, output: .identity, outputCount: targetCount))
    learned.settings = SettingsRecord(
      form: RecordedSettings(hyperparameters) { $0 == .needsFreshFit }, memory: nil)
    self.learned = learned
  }
}

extension NetworkState {
  /// Takes over parameters that were trained elsewhere.
  fileprivate init(
    _ settings: NetworkSettings, _ parameters: InitialParameters, output: NetworkOutput,
    outputCount: Int
  ) throws(EstimatorError) {
    let first = "layers.0.weights"
    guard let shape = parameters.tensors[first]?.shape, shape.count == 2, shape[0] > 0 else {
      throw .mismatchedInitialParameters(
        name: first, reason: "is missing, or no matrix of features × units")
    }
    let form = NetworkForm(
      shape: NetworkShape(sizes: [shape[0]] + settings.hiddenLayerSizes + [outputCount]),
      activation: settings.activation, output: output)
    self.init(
      form: form, parameters: try form.start(settings, parameters), featureNames: nil)
  }
}
