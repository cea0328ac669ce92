import DataReaders
import Estimators
import Foundation
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

  /// Column 0.1, whose mean was rounded, column 1e6 + i / 8 and column i², with a Ridge behind: written
  /// before sums were formed in twice the precision.
  @Test func filesOfEarlierVersionsGoOn() throws {
    typealias Tested = Pipeline<StandardScaler, Ridge>
    let path = References.folder.appending(path: "standard-scaler-format-1.safetensors").path
    var pipeline = try Tested(contentsOfFile: path)
    func rows(_ range: Range<Int>) throws -> (features: Matrix<Double>, target: [Double]) {
      let numbers = range.map(Double.init)
      return (
        try Matrix(
          rows: numbers.map { [0.1, 1e6 + $0 / 8, $0 * $0] }, featureNames: ["a", "b", "c"]),
        numbers
      )
    }
    let model = try #require(pipeline.model)
    #expect(model.first.means == [0.10000000000000003, 1_000_000.5625, 28.5])
    #expect(model.first.scales == [1, 0.3590351654086268, 26.852374196707448])
    for part in [10..<20, 20..<21] {
      let (features, target) = try rows(part)
      try pipeline.partialFit(features, to: RegressionTarget(target))
      let copy = try Tested(ModelFile.decode(ModelFile.encode(pipeline)))
      #expect(copy.trainingState == pipeline.trainingState)
    }
    let scales = try #require(pipeline.model?.first.scales)
    // The variance of 0 … 20 is (21² − 1) / 12.
    let squares = (0...20).map { Double($0 * $0) }
    let mean = squares.reduce(0, +) / 21
    let variance = squares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 21
    #expect(
      relativeDistance(scales, [1, (110.0 / 3).squareRoot() / 8, variance.squareRoot()]) < 1e-14)
    #expect(pipeline.trainingState?.first?.sampleCount == 21)
  }

  @Test func whatVariesByNextToNothingIsRefused() throws {
    let features = try Matrix(
      rows: [[1, 3 * 0x1p-1030], [2, 4 * 0x1p-1030]], featureNames: ["a", "b"])
    for matrix in [features, CSRMatrix(features)] as [any FeatureMatrix] {
      var scaler = StandardScaler(withMean: false)
      let error = #expect(throws: EstimatorError.self) {
        try scaler.fit(matrix, to: NoTarget(), weights: nil, context: TrainingContext())
      }
      #expect(error?.description.hasPrefix("Column 1 (b) varies by less than 2.2") == true)
      #expect(scaler.model == nil)
      scaler.withStd = false
      try scaler.fit(matrix, to: NoTarget(), weights: nil, context: TrainingContext())
    }
  }

  @Test func weightsWithoutASumAreRefused() throws {
    var scaler = StandardScaler()
    let error = #expect(throws: EstimatorError.self) {
      try scaler.fit(
        Matrix(rows: [[1.0], [2]]), to: NoTarget(), weights: [1.5e308, 1.5e308],
        context: TrainingContext())
    }
    #expect(error?.description.contains("weights are too large") == true)
    // Each part has a sum, but both together have none.
    let rows = try Matrix(rows: [[1.0], [2]])
    for matrix in [rows, CSRMatrix(rows)] as [any FeatureMatrix] {
      scaler = StandardScaler(withMean: false)
      try scaler.partialFit(
        matrix, to: NoTarget(), weights: [1e308, 1], context: TrainingContext())
      let before = scaler.trainingState
      #expect(throws: EstimatorError.self) {
        try scaler.partialFit(
          matrix, to: NoTarget(), weights: [1e308, 1], context: TrainingContext())
      }
      #expect(scaler.trainingState == before)
    }
  }

  @Test func whatWouldBeNoNumberIsRefused() throws {
    let small = try Matrix(rows: [[0, 0], [2, 2e-300]], featureNames: ["a", "b"])
    let large = try Matrix(rows: [[0, 0], [1, 1e300]], featureNames: ["a", "b"])
    var scaler = StandardScaler(withMean: false)
    try scaler.fit(small)
    #expect(relativeDistance(try scaler.transform(small).elements, [0, 0, 2, 2]) < 1e-15)
    for matrix in [large, CSRMatrix(large)] as [any FeatureMatrix] {
      let error = #expect(throws: EstimatorError.self) { _ = try scaler.transform(matrix) }
      #expect(
        error?.description.hasPrefix("Row 1, column 1 (b) is 1e+300, which is too large") == true)
    }
    // Beyond single precision alone.
    let single = try Matrix(rows: [[Float(0), 0], [1, 1e-20]], featureNames: ["a", "b"])
    try scaler.fit(Matrix(rows: [[0, 0], [2, 2e-60]], featureNames: ["a", "b"]))
    for matrix in [single, CSRMatrix(single)] as [any FeatureMatrix] {
      let error = #expect(throws: EstimatorError.self) { _ = try scaler.transform(matrix) }
      #expect(error?.description.hasPrefix("Row 1, column 1 (b) is 9.99999968") == true)
    }
    // A difference that is no number, of a quotient that is one.
    let ends = try Matrix(rows: [[-1.5e308], [-1.5e308], [-1.5e308], [1.5e308]])
    scaler = StandardScaler()
    try scaler.fit(ends)
    let expected = [-1, -1, -1, 3].map { $0 / 3.0.squareRoot() }
    #expect(relativeDistance(try scaler.transform(ends).elements, expected) < 1e-15)
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
