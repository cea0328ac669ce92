import Estimators
import LinearAlgebra
import Testing

/// Networks where numbers leave the range of their precision: a prediction is finite, or the call
/// throws and says where.
@Suite struct NetworkRangeTests {
  /// One input, two units that become infinite, one that becomes their difference, then as many
  /// outputs as wanted.
  private func layers(_ outputs: Int) throws -> InitialParameters {
    InitialParameters(layers: [
      (try Matrix(rows: [[10.0, 10]]), [0, 0]),
      (try Matrix(rows: [[1.0], [-1]]), [1]),
      (
        Matrix(
          unchecked: [Double](repeating: 1, count: outputs), rowCount: 1, columnCount: outputs),
        [Double](repeating: 0, count: outputs)
      ),
    ])
  }

  private func settings(_ activation: Activation, _ precision: Precision) -> NetworkSettings {
    MLPRegressor(
      hiddenLayerSizes: [2, 1], activation: activation, solver: .sgd, alpha: 0,
      initialLearningRate: 1e-300, momentum: 0, precision: precision
    ).hyperparameters.shared
  }

  private func regressor(
    _ activation: Activation, _ precision: Precision
  ) throws -> MLPRegressor {
    var regressor = MLPRegressor()
    regressor.hyperparameters.shared = settings(activation, precision)
    try regressor.setParameters(layers(1))
    return regressor
  }

  private func classifier(
    _ classCount: Int, _ activation: Activation, _ precision: Precision
  ) throws -> MLPClassifier<Int> {
    var classifier = MLPClassifier<Int>()
    classifier.hyperparameters.shared = settings(activation, precision)
    try classifier.setParameters(
      layers(classCount == 2 ? 1 : classCount), classes: Array(0..<classCount))
    return classifier
  }

  private func multilabelClassifier(
    _ activation: Activation, _ precision: Precision
  ) throws -> MLPMultilabelClassifier<Int> {
    var classifier = MLPMultilabelClassifier<Int>(classes: [0, 1])
    classifier.hyperparameters.shared = settings(activation, precision)
    var context = TrainingContext()
    context.initialParameters = try layers(2)
    try classifier.partialFit(Matrix(rows: [[1.0]]), to: [[0]], weights: nil, context: context)
    return classifier
  }

  /// Every way to ask for predictions throws the same.
  private func expectRefusal(
    _ error: EstimatorError, of features: some FeatureMatrix, _ activation: Activation,
    _ precision: Precision
  ) throws {
    let regressor = try regressor(activation, precision)
    #expect(throws: error) { try regressor.predict(features) }
    #expect(throws: error) { try regressor.score(features, to: [1, 2]) }
    #expect(throws: error) { try regressor.loss(features, to: [1, 2]) }
    #expect(throws: error) { try regressor.model?.predict(features) }
    for classCount in [2, 3] {
      let classifier = try classifier(classCount, activation, precision)
      #expect(throws: error) { try classifier.predict(features) }
      #expect(throws: error) { try classifier.predictProbabilities(features) }
      #expect(throws: error) { try classifier.decisionFunction(features) }
      #expect(throws: error) { try classifier.score(features, to: [0, 1]) }
      #expect(throws: error) { try classifier.loss(features, to: [0, 1]) }
    }
    let classifier = try multilabelClassifier(activation, precision)
    #expect(throws: error) { try classifier.predict(features) }
    #expect(throws: error) { try classifier.predictProbabilities(features) }
    #expect(throws: error) { try classifier.loss(features, to: [[0], [1]]) }
  }

  /// ∞ − ∞ in a hidden unit is no number, and stays none.
  @Test(arguments: [Activation.identity, .relu], Precision.allCases)
  func aPredictionBeyondTheRangeIsNamed(activation: Activation, precision: Precision) throws {
    let features = try Matrix(rows: [[1.0], [precision == .single ? 3e38 : 1.5e308]])
    let error = EstimatorError.nonFinitePrediction(row: 1, output: 0)
    try expectRefusal(error, of: features, activation, precision)
    try expectRefusal(error, of: CSRMatrix(features), activation, precision)
    let regressor = try regressor(activation, precision)
    #expect(try regressor.predict(features.selectingRows([0])).values == [1])
  }

  @Test(arguments: Activation.allCases)
  func featuresBeyondSinglePrecisionAreNamed(activation: Activation) throws {
    let features = try Matrix(rows: [[1.0], [-1e39]])
    let error = EstimatorError.beyondSinglePrecision(place: "Row 1, column 0", value: -1e39)
    try expectRefusal(error, of: features, activation, .single)
    try expectRefusal(error, of: CSRMatrix(features), activation, .single)
  }

  // MARK: Early stopping

  @Test(arguments: Precision.allCases)
  func aHeldOutRowWhosePredictionIsNoneIsNamed(precision: Precision) throws {
    let target = (0..<20).map { Double($0) }
    var regressor = MLPRegressor(
      hiddenLayerSizes: [], alpha: 0, earlyStopping: true, precision: precision)
    var context = TrainingContext()
    context.initialParameters = InitialParameters(layers: [(try Matrix(rows: [[10.0]]), [0])])
    let row = try #require(regressor.heldOutRows(of: RegressionTarget(target)).last)
    var features = try Matrix(rowCount: 20, columnCount: 1, elements: target)
    features[row, 0] = precision == .single ? 3e38 : 1.5e308
    #expect(throws: EstimatorError.nonFinitePrediction(row: row, output: 0)) {
      try regressor.fit(features, to: RegressionTarget(target), weights: nil, context: context)
    }
    #expect(regressor.model == nil)
  }

  @Test func validationDataOutOfRangeAreToldAsSuch() throws {
    let features = try Matrix(rowCount: 20, columnCount: 1, elements: (0..<20).map { Double($0) })
    let other = try Matrix(rows: [[1.0], [1e308]])
    for precision in Precision.allCases {
      var regressor = MLPRegressor(
        hiddenLayerSizes: [], alpha: 0, earlyStopping: true, precision: precision)
      var context = TrainingContext()
      context.initialParameters = InitialParameters(layers: [(try Matrix(rows: [[10.0]]), [0])])
      let error: EstimatorError =
        precision == .single
        ? .beyondSinglePrecision(place: "Row 1, column 0", value: 1e308)
        : .nonFinitePrediction(row: 1, output: 0)
      #expect(throws: EstimatorError.validationData(error)) {
        try regressor.fit(
          features, to: RegressionTarget(features), validation: (other, [1, 2]), context: context)
      }
      #expect(regressor.model == nil)
    }
  }
}
