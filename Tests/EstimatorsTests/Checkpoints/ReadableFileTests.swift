import Estimators
import LinearAlgebra
import Testing

/// What is written is read, and what cannot be read is not written.
@Suite struct ReadableFileTests {
  private let data = SmallData.clouds(classCount: 2)

  @Test func aSettingThatNobodyCouldReadIsRefusedByName() throws {
    var classifier = try SGDClassifier<Int>(maxEpochs: 1).fitted(data.features, to: data.labels)
    classifier.alpha = -1
    let error = EstimatorError.invalidHyperparameter(
      name: "alpha", value: "-1", requirement: "at least 0")
    #expect(throws: error) { try ModelFile.encode(classifier) }
    #expect(throws: error) { try classifier.write(toFile: "/nowhere/model") }
    let pipeline = StandardScaler().appending(classifier)
    #expect(throws: EstimatorError.self) { try ModelFile.encode(pipeline) }
  }

  @Test func weightsOfNoClassAreAValue() throws {
    let classifier = SGDClassifier<String>(classWeight: .given([:]))
    let read = try SGDClassifier<String>(ModelFile.decode(ModelFile.encode(classifier)))
    #expect(read.classWeight == .given([:]))
  }

  @Test func theSmallestWholeNumberHasAText() throws {
    for value in [-0x1p63, 0x1p63, -0x1p53, 1e300, -1e-300, 0, -0.0, 999_999, -1_000_000] {
      let text = value.hyperparameterText
      #expect(Double(hyperparameterText: text) == value, "\(text)")
    }
    #expect(Int.min.alternatives.count == 2)
    #expect(Int.max.alternatives.count == 2)
    var regressor = SGDRegressor()
    regressor.powerT = -0x1p63
    #expect(try SGDRegressor(ModelFile.decode(ModelFile.encode(regressor))).powerT == -0x1p63)
  }

  @Test func parametersBeyondSinglePrecisionAreRefused() throws {
    let huge = Matrix<Double>(rowCount: 5, columnCount: 1, repeating: 1e39)
    let start = InitialParameters(layers: [(weights: huge, biases: [0])])
    var network = MLPRegressor(hiddenLayerSizes: [], precision: .single)
    #expect(throws: EstimatorError.self) { try network.setParameters(start) }
    #expect(network.model == nil)
    network.precision = .double
    try network.setParameters(start)
    var context = TrainingContext()
    context.initialParameters = InitialParameters(
      coefficients: Matrix(rowCount: 1, columnCount: 5, repeating: 1e39))
    var linear = SGDClassifier<Int>(precision: .single)
    #expect(throws: EstimatorError.self) {
      try linear.fit(data.features, to: data.labels, weights: nil, context: context)
    }
  }

  @Test func givenParametersThatSettingsContradictAreRefused() throws {
    var context = TrainingContext()
    context.initialParameters = InitialParameters(
      coefficients: Matrix(rowCount: 1, columnCount: 5), intercepts: [0.5])
    var linear = SGDRegressor(fitsIntercept: false)
    let error = EstimatorError.mismatchedInitialParameters(
      name: "intercepts", reason: "are not all 0, but fitsIntercept is false")
    #expect(throws: error) {
      try linear.fit(
        data.features, to: data.labels.map(Double.init), weights: nil, context: context)
    }
    var network = MLPClassifier<Int>(hiddenLayerSizes: [], classes: [1, 2])
    let start = InitialParameters(
      layers: [(weights: Matrix(rowCount: 5, columnCount: 1), biases: [0])])
    #expect(
      throws: EstimatorError.mismatchedInitialParameters(
        name: "classes", reason: "are others than the setting classes declares")
    ) { try network.setParameters(start, classes: [1, 3]) }
    try network.setParameters(start, classes: [1, 2])
  }

  /// A right checksum does not make a tensor one that the estimator has.
  @Test func tensorsThatAreNotUnderstoodAreRefused() throws {
    let network = try MLPClassifier<Int>(hiddenLayerSizes: [2], solver: .sgd, maxEpochs: 1)
      .fitted(data.features, to: data.labels)
    let linear = try SGDClassifier<Int>(maxEpochs: 1).fitted(data.features, to: data.labels)
    func refuse<Saved: Estimator>(_ saved: Saved, _ change: (inout TensorArchive) -> Void) throws {
      var archive = try ModelFile.decode(ModelFile.encode(saved)).archive
      change(&archive)
      let error = #expect(throws: EstimatorError.self) {
        try Saved(ModelFile.decode(ModelFile.sealed(archive)))
      }
      #expect(error?.description.hasPrefix("This is no readable model") == true)
    }
    try refuse(network) { archive in
      archive = archive.removing { $0 == "training.optimizer.second" }
      archive.append("training.optimizer.second", [Float]())
    }
    try refuse(network) { archive in
      let first = archive["training.optimizer.first"]?.numbers ?? []
      archive = archive.removing { $0 == "training.optimizer.first" }
      archive.append("training.optimizer.first", first.map { Float($0) })
    }
    try refuse(network) { $0.append("layers.7.weights", [1.0]) }
    try refuse(linear) { $0.append("training.penalty.taken.extra", [1.0]) }
    try refuse(linear) { archive in
      let intercepts = archive["intercepts"]?.numbers ?? []
      archive = archive.removing { $0 == "intercepts" }
      archive.append("intercepts", intercepts.map { Float($0) })
    }
  }

  @Test func countsAtTheirBoundAreWrittenAndRead() throws {
    var linear = try SGDClassifier<Int>(averaging: true, maxEpochs: 1)
      .fitted(data.features, to: data.labels)
    var network = try MLPClassifier<Int>(hiddenLayerSizes: [2], dropout: [0.5], maxEpochs: 1)
      .fitted(data.features, to: data.labels)
    var scaler = try StandardScaler().fitted(data.features, to: NoTarget())
    var regression = LinearRegression()
    try regression.fit(data.features, to: data.labels.map(Double.init))
    try atTheBound(&linear) { try $0.partialFit(data.features, to: data.labels) }
    try atTheBound(&network) { try $0.partialFit(data.features, to: data.labels) }
    try atTheBound(&scaler) { try $0.partialFit(data.features) }
    try atTheBound(&regression) {
      try $0.partialFit(data.features, to: data.labels.map(Double.init))
    }
  }

  private func atTheBound<Saved: Estimator>(
    _ saved: inout Saved, goOn: (inout Saved) throws -> Void
  ) throws {
    let model = try #require(saved.model)
    var archive = try #require(saved.trainingState).archive
    for tensor in archive.tensors where tensor.integers != nil && tensor.shape.isEmpty {
      // Everything that is counted; of the others, what there is is fixed.
      let isCounted = !["stopping.data", "feature_count", "target_count"].contains(tensor.name)
      guard isCounted, tensor.integers != [0], tensor.integers != [1] else { continue }
      archive = archive.removing { $0 == tensor.name }
      archive.append(tensor.name, 1 << 53)
    }
    archive[text: "counters"] = #"{"epochCount":9007199254740992,"sampleCount":9007199254740992}"#
    try saved.restore(model: model, trainingState: Saved.TrainingState(from: archive))
    try goOn(&saved)
    let read = try Saved(ModelFile.decode(ModelFile.encode(saved)))
    #expect(read.trainingState == saved.trainingState)
  }
}
