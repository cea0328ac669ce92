import DataReaders
import Estimators
import LinearAlgebra
import Testing

@Suite struct StandardScalerTests {
  @Test func twoNumbersBecomeMinusOneAndOne() throws {
    var scaler = StandardScaler()
    let features = try Matrix(rows: [[1.0, 5], [3, 5]])
    try scaler.fit(features)
    // The second column does not vary: its mean is taken off, and its scale stays.
    #expect(try scaler.transform(features).elements == [-1, 0, 1, 0])
    #expect(scaler.model?.means == [2, 5])
    #expect(scaler.model?.scales == [1, 1])
  }

  private struct Reference: Decodable {
    var weighted: Bool
    var means: [Double]
    var scales: [Double]
  }

  @Test func meansAndScalesAgreeWithScikitLearn() throws {
    let wine = try Samples.labelled(.wine).features
    for reference in try References.cases("standard-scaler", of: Reference.self) {
      var scaler = StandardScaler()
      try scaler.fit(
        wine, to: NoTarget(), weights: reference.weighted ? Samples.weights(wine.rowCount) : nil,
        context: TrainingContext())
      let model = try #require(scaler.model)
      #expect(relativeDistance(try #require(model.means), reference.means) < 1e-14)
      #expect(relativeDistance(try #require(model.scales), reference.scales) < 1e-13)
    }
  }

  @Test func partsGiveTheMomentsOfTheWhole() throws {
    let wine = try Samples.labelled(.wine).features
    var whole = StandardScaler()
    try whole.fit(wine)
    var parts = StandardScaler()
    for start in stride(from: 0, to: wine.rowCount, by: 17) {
      try parts.partialFit(wine.selectingRows(start..<min(start + 17, wine.rowCount)))
    }
    let (left, right) = (try #require(parts.model), try #require(whole.model))
    #expect(relativeDistance(try #require(left.means), try #require(right.means)) < 1e-14)
    #expect(relativeDistance(try #require(left.scales), try #require(right.scales)) < 1e-13)
    #expect(parts.trainingState?.sampleCount == 178)
  }

  @Test func aLargeMeanCostsNoDigitsOfTheDeviation() throws {
    let features = try Matrix(rows: (0..<100).map { [1e9 + Double($0 % 2)] })
    var scaler = StandardScaler()
    try scaler.fit(features)
    #expect(abs(try #require(scaler.model?.scales?[0]) - 0.5) < 1e-12)
  }

  @Test func sparseSamplesHaveTheSameScales() throws {
    var features = try Samples.labelled(.wine).features
    for row in 0..<features.rowCount where row % 3 == 0 { features[row, row % 13] = 0 }
    let weights = Samples.weights(features.rowCount)
    for weights in [nil, weights] {
      var dense = StandardScaler(withMean: false)
      var sparse = StandardScaler(withMean: false)
      try dense.fit(features, to: NoTarget(), weights: weights, context: TrainingContext())
      try sparse.fit(
        CSRMatrix(features), to: NoTarget(), weights: weights, context: TrainingContext())
      #expect(
        relativeDistance(
          try #require(sparse.model?.scales), try #require(dense.model?.scales)) < 1e-14)
    }
  }

  @Test func theKindOfTheSamplesIsKept() throws {
    let features = SmallData.clouds(classCount: 2).features
    var scaler = StandardScaler(withMean: false)
    try scaler.fit(features)
    let dense = try scaler.transform(features)
    let single = try scaler.transform(features.converted(to: Float.self))
    #expect(relativeDistance(single.elements.map(Double.init), dense.elements) < 1e-6)
    let sparse: any FeatureMatrix = try scaler.transform(CSRMatrix(features))
    let stored = try #require(sparse as? CSRMatrix<Double>)
    #expect(relativeDistance(stored.dense().elements, dense.elements) < 1e-15)
  }

  @Test func theMeanOfSparseSamplesIsNotTakenOff() throws {
    var scaler = StandardScaler()
    let features = SmallData.clouds(classCount: 2).features
    let error = #expect(throws: EstimatorError.self) { try scaler.fit(CSRMatrix(features)) }
    #expect(error?.description.contains("withMean") == true)
    #expect(scaler.model == nil)
    try scaler.fit(features)
    #expect(throws: EstimatorError.self) { try scaler.transform(CSRMatrix(features)) }
  }

  @Test func otherColumnsAreRefused() throws {
    var scaler = StandardScaler()
    try scaler.fit(Matrix(rows: [[1.0, 2], [3, 4]], featureNames: ["a", "b"]))
    #expect(throws: EstimatorError.mismatchedFeatureCount(expected: 2, actual: 1)) {
      try scaler.transform(Matrix(rows: [[1.0]]))
    }
    #expect(
      throws: EstimatorError.mismatchedFeatureName(column: 1, expected: "b", actual: "c")
    ) { try scaler.transform(Matrix(rows: [[1.0, 2]], featureNames: ["a", "c"])) }
  }
}
