import Estimators
import LinearAlgebra
import Testing

/// Labels that are equal are one class, however they are written.
@Suite struct LabelOrderTests {
  /// The same letters composed and in parts, among others that stand between them in bytes.
  private let forms = [
    "e\u{301}", "\u{e9}", "\u{e9}x", "e\u{301}x", "f", "e", "z", "\u{1e9b}\u{323}",
  ]

  @Test func textsInMixedFormsAreTheClassesTheyAre() throws {
    var labels: [String] = []
    for turn in 0..<6 {
      for index in forms.indices { labels.append(forms[(index * 5 + turn * 3) % forms.count]) }
    }
    let features = try Matrix(rows: labels.indices.map { [Double($0 % 7), Double($0 % 5)] })
    let classes = Set(labels)
    #expect(classes.count == 6)
    for end in labels.indices where end > 8 {
      let rows = Array(0..<end)
      let part = Array(labels[0..<end])
      let classifier = try SGDClassifier<String>(maxEpochs: 1)
        .fitted(features.selectingRows(rows), to: part)
      let found = try #require(classifier.model).classes
      #expect(Set(found) == Set(part))
      #expect(found.count == Set(part).count)
      // In the order of their scalars: e, f, z, then é, éx, and ẛ̣ last.
      let scalars = found.map {
        $0 == "e" ? 0 : $0 == "f" ? 1 : $0 == "z" ? 2 : $0 == "é" ? 3 : $0 == "éx" ? 4 : 5
      }
      #expect(scalars == scalars.sorted())
      let read = try SGDClassifier<String>(ModelFile.decode(ModelFile.encode(classifier)))
      #expect(try read.predict(features) == classifier.predict(features))
    }
    var stream = SGDClassifier<String>(maxEpochs: 1, classes: forms)
    for (row, label) in labels.enumerated() {
      try stream.partialFit(features.selectingRows([row]), to: [label])
    }
    #expect(stream.model?.classes.count == 6)
    var network = MLPMultilabelClassifier<String>(hiddenLayerSizes: [2], maxEpochs: 1)
    try network.fit(features, to: labels.map { [$0] })
    #expect(network.model?.classes.count == 6)
  }

  @Test func aLabelThatIsNotItselfIsRefused() throws {
    let features = try Matrix(rows: [[1.0], [2], [3]])
    #expect(throws: EstimatorError.self) {
      try SGDClassifier<Float>().fitted(features, to: [1, .nan, 2])
    }
    #expect(throws: EstimatorError.self) {
      try SGDClassifier<Double>(classes: [1, .nan]).fitted(features, to: [1, 1, 1])
    }
    #expect(throws: EstimatorError.self) {
      try MLPMultilabelClassifier<Double>(hiddenLayerSizes: [2])
        .fitted(features, to: [[1], [.nan], [2]])
    }
  }
}
