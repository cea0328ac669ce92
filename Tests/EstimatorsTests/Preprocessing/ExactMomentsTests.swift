import Estimators
import Foundation
import LinearAlgebra
import Testing

/// Columns of all kinds against their exact means and deviations
/// (`Scripts/generate-scaler-fixture.py`).
@Suite struct ExactMomentsTests {
  struct Document: Decodable {
    var cases: [Case]
    var long: [String: [String]]
  }

  struct Case: Decodable, CustomTestStringConvertible {
    var weighting: String
    var names: [String]
    var rows: [[String]]
    var weights: [String]?
    var means: [String]
    var scales: [String]

    var testDescription: String { "\(rows.count) rows, weights \(weighting)" }

    func features() throws -> Matrix<Double> {
      try Matrix(rows: rows.map { try $0.map(number) }, featureNames: names)
    }
  }

  static let document: Document? = {
    let path = References.folder.appending(path: "standard-scaler-exact.json")
    return try? JSONDecoder().decode(Document.self, from: Data(contentsOf: path))
  }()

  static let cases = document?.cases ?? []

  @Test func allAreThere() {
    #expect(Self.cases.count == 24)
    #expect(Self.cases.allSatisfy { $0.names.count >= 25 })
    #expect(Self.document?.long.count == 2)
  }

  /// Checks what a scaler has learned.
  ///
  /// Half a unit of the last digit for the mean, and what twice the precision leaves of the
  /// deviation where values cancel; two units and a half for the deviation.
  private func check(
    _ scaler: StandardScaler, _ reference: Case, columns: [String]? = nil, _ comment: Comment
  ) throws {
    let model = try #require(scaler.model)
    let names = columns ?? reference.names
    try #require(model.scales?.count == names.count && !names.isEmpty)
    for (place, name) in names.enumerated() {
      let column = try #require(reference.names.firstIndex(of: name))
      let (mean, scale) = (
        try number(reference.means[column]), try number(reference.scales[column])
      )
      let found = try #require(model.scales?[place])
      #expect(abs(found / scale - 1) <= 5e-16, "\(name): scale \(found), not \(scale); \(comment)")
      guard let means = model.means else { continue }
      let error = abs(means[place] / 2 - mean / 2)
      #expect(
        error <= 0x1p-54 * abs(mean) + 0x1p-90 * scale,
        "\(name): mean \(means[place]), not \(mean); \(comment)")
    }
  }

  @Test(arguments: cases)
  func momentsAreExactWholeAndInParts(reference: Case) throws {
    let features = try reference.features()
    let weights = try reference.weights?.map(number)
    for size in [reference.rows.count, 1, 2, 3, 16] {
      var scaler = StandardScaler()
      for start in stride(from: 0, to: features.rowCount, by: size) {
        let rows = start..<min(start + size, features.rowCount)
        let part = weights.map { Array($0[rows]) }
        // A part without weight is refused, and says nothing.
        if part?.allSatisfy({ $0 == 0 }) == true { continue }
        try scaler.partialFit(
          features.selectingRows(rows), to: NoTarget(), weights: part, context: TrainingContext())
      }
      try check(scaler, reference, "parts of \(size)")
    }
  }

  /// One column at a time too, where rows stand side by side.
  @Test(arguments: cases)
  func momentsOfFewColumnsAreExact(reference: Case) throws {
    let features = try reference.features()
    let weights = try reference.weights?.map(number)
    for width in [1, 3, 15, 16] {
      for first in stride(from: 0, to: features.columnCount - width + 1, by: width) {
        let names = Array(reference.names[first..<first + width])
        let part = try Matrix(
          rows: (0..<features.rowCount).map {
            Array(Array(features.row($0))[first..<first + width])
          },
          featureNames: names)
        var scaler = StandardScaler()
        try scaler.fit(part, to: NoTarget(), weights: weights, context: TrainingContext())
        try check(scaler, reference, columns: names, "\(width) columns")
      }
    }
  }

  @Test(arguments: cases)
  func momentsOfSparseSamplesAreExact(reference: Case) throws {
    let features = try reference.features()
    let weights = try reference.weights?.map(number)
    for size in [reference.rows.count, 1, 3] {
      for storesZeros in [false, true] {
        var scaler = StandardScaler(withMean: false)
        for start in stride(from: 0, to: features.rowCount, by: size) {
          let rows = start..<min(start + size, features.rowCount)
          let part = weights.map { Array($0[rows]) }
          if part?.allSatisfy({ $0 == 0 }) == true { continue }
          let dense = features.selectingRows(rows)
          try scaler.partialFit(
            storesZeros ? try storingZeros(dense) : CSRMatrix(dense), to: NoTarget(),
            weights: part, context: TrainingContext())
        }
        try check(scaler, reference, "parts of \(size), zeros stored: \(storesZeros)")
      }
    }
  }

  /// Where a row stores elements of few columns, the others are taken as zeros without being looked at.
  @Test(arguments: [false, true])
  func fewStoredElementsInManyColumnsAreTheSameAsAllOfThem(isWeighted: Bool) throws {
    var stream = RandomStream(seed: 3, purpose: .syntheticData)
    var features = Matrix<Double>(rowCount: 120, columnCount: 203)
    for row in 0..<120 {
      for _ in 0..<9 {
        let column = stream.index(below: 200)
        let size = [1, 1e-160, 1e160, 1e6][column % 4]
        features[row, column] = column % 5 == 0 ? size : size * (1 + stream.normal())
      }
    }
    let weights = isWeighted ? (0..<120).map { [1, 0, 2.5, 1e-9][$0 % 4] } : nil
    var whole = StandardScaler(withMean: false)
    try whole.fit(features, to: NoTarget(), weights: weights, context: TrainingContext())
    var parts = StandardScaler(withMean: false)
    for row in 0..<120 where weights?[row] != 0 {
      try parts.partialFit(
        CSRMatrix(features.selectingRows([row])), to: NoTarget(),
        weights: weights.map { [$0[row]] },
        context: TrainingContext())
      guard row == 60 else { continue }
      parts = try StandardScaler(ModelFile.decode(ModelFile.encode(parts)))
    }
    let (found, expected) = (
      try #require(parts.model?.scales), try #require(whole.model?.scales)
    )
    #expect(expected[201] == 1 && expected[2] > 1e150)
    for column in 0..<203 {
      #expect(abs(found[column] / expected[column] - 1) <= 1e-15, "\(column)")
    }
  }

  @Test(arguments: cases)
  func momentsOfSinglePrecisionAreExact(reference: Case) throws {
    let weights = try reference.weights?.map(number)
    let columns = reference.names.indices.filter {
      reference.names[$0].hasPrefix("single") || reference.names[$0] == "zeros"
    }
    let all = try reference.features()
    let names = columns.map { reference.names[$0] }
    let features = try Matrix(
      rows: (0..<all.rowCount).map { row in columns.map { Float(all[row, $0]) } },
      featureNames: names)
    var (dense, sparse) = (StandardScaler(), StandardScaler(withMean: false))
    try dense.fit(features, to: NoTarget(), weights: weights, context: TrainingContext())
    try sparse.fit(
      CSRMatrix(features), to: NoTarget(), weights: weights, context: TrainingContext())
    try check(dense, reference, columns: names, "dense")
    try check(sparse, reference, columns: names, "sparse")
  }

  /// Also by numbers that are no powers of two, so that products are rounded.
  @Test(arguments: cases.filter { ["none", "varied", "stored"].contains($0.weighting) })
  func theUnitOfTheWeightsIsOfNoConcern(reference: Case) throws {
    let features = try reference.features()
    let weights = try reference.weights?.map(number) ?? features.column(0).map { _ in 1 }
    for factor in [1e-12, 1e-3, 0.3, 1e3, 1e15, 1e18, 1e100, 1e-100] {
      let scaled = weights.map { $0 * factor }
      var scaler = StandardScaler(withMean: false)
      for features in [features, CSRMatrix(features)] as [any FeatureMatrix] {
        try scaler.fit(features, to: NoTarget(), weights: scaled, context: TrainingContext())
        let scales = try #require(scaler.model?.scales)
        for (column, scale) in try reference.scales.map(number).enumerated() {
          // Each weight is rounded by itself.
          #expect(abs(scales[column] / scale - 1) <= 2e-15, "\(reference.names[column])")
        }
      }
    }
  }

  @Test(arguments: ["steps", "spread"], [100_000, 4096, 100, 1])
  func longColumnsFarFromZeroLoseNoDigits(name: String, size: Int) throws {
    let expected = try #require(Self.document?.long[name]).map(number)
    let numbers: [Double] =
      if name == "steps" {
        (0..<100_000).map { (j: Int) -> Double in 1.7e9 + Double(j) * 6e-7 }
      } else {
        (0..<60_000).map { (j: Int) -> Double in
          let step = (j * 7919) % 10_007 - 5003
          return 1.7e9 + Double(step) * 5e-7
        }
      }
    for isSparse in [false, true] {
      var scaler = StandardScaler(withMean: !isSparse)
      for start in stride(from: 0, to: numbers.count, by: size) {
        let part = numbers[start..<min(start + size, numbers.count)]
        let features = try Matrix(rowCount: part.count, columnCount: 1, elements: Array(part))
        if isSparse {
          try scaler.partialFit(CSRMatrix(features), to: NoTarget())
        } else {
          try scaler.partialFit(features, to: NoTarget())
        }
      }
      let model = try #require(scaler.model)
      #expect(abs(try #require(model.scales?[0]) / expected[1] - 1) <= 5e-16)
      if !isSparse { #expect(model.means == [expected[0]]) }
    }
  }

  @Test func whatContinuesFromBytesIsTheSame() throws {
    for reference in Self.cases where reference.rows.count == 40 {
      let features = try reference.features()
      let weights = try reference.weights?.map(number)
      var scaler = StandardScaler()
      func goOn(_ scaler: inout StandardScaler, _ rows: Range<Int>) throws {
        try scaler.partialFit(
          features.selectingRows(rows), to: NoTarget(), weights: weights.map { Array($0[rows]) },
          context: TrainingContext())
      }
      try goOn(&scaler, 0..<17)
      var copy = try StandardScaler(ModelFile.decode(ModelFile.encode(scaler)))
      #expect(copy.trainingState == scaler.trainingState)
      try goOn(&scaler, 17..<40)
      try goOn(&copy, 17..<40)
      #expect(try ModelFile.encode(copy) == ModelFile.encode(scaler))
    }
  }
}

/// Reads a number in hexadecimal digits, which is exact.
private func number(_ text: String) throws -> Double { try #require(Double(text)) }

private func storingZeros(_ matrix: Matrix<Double>) throws -> CSRMatrix<Double> {
  let (n, d) = (matrix.rowCount, matrix.columnCount)
  return try CSRMatrix(
    rowCount: n, columnCount: d, rowOffsets: (0...n).map { $0 * d },
    columns: (0..<n).flatMap { _ in (0..<d).map(Int32.init) }, values: matrix.elements)
}
