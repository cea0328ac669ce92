import Estimators
import LinearAlgebra

/// Chunks of samples, taken in turn from a data set.
private func chunks<Features: FeatureMatrix>(
  of features: Features, _ labels: [Int], size: Int, count: Int
) -> [(Features, [Int])] {
  (0..<count).map { index in
    let rows = (0..<size).map { (index * size + $0) % features.rowCount }
    return (features.selectingRows(rows), rows.map { labels[$0] })
  }
}

/// Many calls of `partialFit` of a linear classifier.
func measurePartialFit(
  _ workload: Workload, _ features: some FeatureMatrix, _ data: DataFolder
) throws -> Measurement {
  try measureCalls(
    of: SGDClassifier<Int>(loss: .logistic, classes: [0, 1]), workload, features, data)
}

/// Many calls of `partialFit`, each with a chunk of samples.
func measureCalls<Tested: Classifier & IncrementalEstimator>(
  of classifier: Tested, _ workload: Workload, _ features: some FeatureMatrix, _ data: DataFolder
) throws -> Measurement where Tested.Label == Int {
  var classifier = classifier
  let size = workload.chunk ?? 1
  let parts = chunks(
    of: features, try data.labels(), size: size, count: size == 1 ? 20_000 : 200)
  try classifier.partialFit(parts[0].0, to: parts[0].1)
  return try Measurement(
    threads: 1, work: Double(parts.count), unit: "calls/s",
    check: { ["accuracy": try classifier.score(features, to: try data.labels())] }
  ) {
    for (features, labels) in parts { try classifier.partialFit(features, to: labels) }
  }
}

/// Many calls of `predict` of a linear classifier.
func measurePredict(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  try measurePredictions(
    of: SGDClassifier<Int>(loss: .logistic, maxEpochs: 1, tolerance: nil), workload, data)
}

/// Many calls of `predict`, each with a chunk of samples.
func measurePredictions<Tested: Classifier>(
  of classifier: Tested, _ workload: Workload, _ data: DataFolder
) throws -> Measurement where Tested.Label == Int {
  var classifier = classifier
  let features = try data.features()
  let labels = try data.labels()
  let parts = chunks(of: features, labels, size: workload.chunk ?? 1, count: 20_000)
  try classifier.fit(features, to: labels)
  var right = 0
  return try Measurement(
    threads: 1, work: Double(parts.count), unit: "calls/s",
    check: { ["accuracy": try classifier.score(features, to: labels)] }
  ) {
    right = 0
    for (features, labels) in parts where try classifier.predict(features) == labels { right += 1 }
  }
}

/// Ten million samples through `partialFit`: how much memory is added after the first million, and
/// whether every one was counted.
func measureStream(_ workload: Workload) throws -> Measurement {
  let size = workload.chunk ?? 1
  let total = 10_000_000
  var stream = RandomStream(seed: 1, purpose: .syntheticData)
  var classifier = SGDClassifier<Int>(loss: .logistic, averaging: true, classes: [0, 1])
  var early = 0.0
  let clock = ContinuousClock()
  var training = Duration.zero
  var seen = 0
  while seen < total {
    let elements = (0..<size * 20).map { _ in stream.uniform() - 0.5 }
    let features = try Matrix(rowCount: size, columnCount: 20, elements: elements)
    let labels = (0..<size).map { elements[$0 * 20] > 0 ? 1 : 0 }
    let began = clock.now
    try classifier.partialFit(features, to: labels)
    training += clock.now - began
    seen += size
    if seen == total / 10 { early = Measurement.residentMegabytes() }
  }
  let progress = classifier.trainingState?.progress
  return Measurement(
    seconds: [training / .seconds(1)], work: Double(total), unit: "rows/s",
    check: [
      "growth_mb": Measurement.residentMegabytes() - early,
      "rows": Double(progress?.sampleCount ?? 0), "steps": Double(progress?.schedule.clock ?? 0),
      "passes": Double(progress?.epochCount ?? 0),
    ])
}

/// Accuracy on a quarter of the samples, for ten seeds, each of which chooses quarter and order.
func measureAccuracy(
  _ workload: Workload, _ features: some FeatureMatrix, _ data: DataFolder
) throws -> Measurement {
  let labels = try data.labels()
  var accuracies: [Double] = []
  let clock = ContinuousClock()
  let began = clock.now
  for seed in 0..<10 {
    // The same rule as in peers.py.
    let isTested = (0..<labels.count).map {
      (($0 * 2_654_435_761 + seed * 40_503_001) >> 16) & 3 == 0
    }
    let training = labels.indices.filter { !isTested[$0] }
    let tested = labels.indices.filter { isTested[$0] }
    var classifier = SGDClassifier<Int>(loss: .logistic, seed: UInt64(seed))
    try classifier.fit(features.selectingRows(training), to: training.map { labels[$0] })
    accuracies.append(
      try classifier.score(features.selectingRows(tested), to: tested.map { labels[$0] }))
  }
  var result = Measurement(
    seconds: [(clock.now - began) / .seconds(1)], work: 10, unit: "fits/s",
    check: ["accuracy": accuracies.reduce(0, +) / 10])
  result.samples = accuracies
  return result
}
