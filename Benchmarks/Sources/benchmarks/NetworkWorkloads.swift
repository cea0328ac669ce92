import Estimators
import LinearAlgebra

/// A network trained by Adam, in either precision.
func measureNetwork(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  workload.precision == .single
    ? try measureNetwork(workload, try data.singleFeatures(), data)
    : try measureNetwork(workload, try data.features(), data)
}

/// A network trained by Adam: a fresh `fit` of so many epochs, without stopping rule.
private func measureNetwork(
  _ workload: Workload, _ features: some FeatureMatrix, _ data: DataFolder
) throws -> Measurement {
  let labels = try data.labels()
  let epochs = workload.epochs ?? 20
  let threads = workload.threads ?? 1
  var context = TrainingContext()
  context.threadCount = threads
  var classifier = MLPClassifier<Int>(
    hiddenLayerSizes: workload.hidden ?? [100], batchSize: workload.batch, maxEpochs: epochs,
    tolerance: nil, precision: workload.precision == .single ? .single : .double)
  return try Measurement(
    threads: threads, work: Double(labels.count * epochs), unit: "rows*epochs/s",
    check: {
      ["loss": classifier.trainingState?.progress.history.losses.last ?? .nan]
    }
  ) { try classifier.fit(features, to: labels, weights: nil, context: context) }
}

/// Many calls of `partialFit`, each with a chunk of samples.
func measureNetworkPartialFit(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  let features = try data.features()
  let size = workload.chunk ?? 1
  let parts = chunks(
    of: features, try data.labels(), size: size, count: size == 1 ? 20_000 : 200)
  var classifier = MLPClassifier<Int>(
    hiddenLayerSizes: workload.hidden ?? [100], classes: [0, 1])
  try classifier.partialFit(parts[0].0, to: parts[0].1)
  return try Measurement(
    threads: 1, work: Double(parts.count), unit: "calls/s",
    check: { ["accuracy": try classifier.score(features, to: try data.labels())] }
  ) {
    for (features, labels) in parts { try classifier.partialFit(features, to: labels) }
  }
}

/// Many calls of `predict`, each with a chunk of samples.
func measureNetworkPredict(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  let features = try data.features()
  let labels = try data.labels()
  let parts = chunks(of: features, labels, size: workload.chunk ?? 1, count: 20_000)
  var classifier = MLPClassifier<Int>(
    hiddenLayerSizes: workload.hidden ?? [100], batchSize: workload.batch, maxEpochs: 20,
    tolerance: nil)
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

/// A `fit` in single precision for each of eight seeds, and the accuracy on samples not seen.
func measureNetworkTest(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  let features = try data.singleFeatures()
  let labels = try data.labels()
  let test = try data.test()
  let epochs = workload.epochs ?? 10
  var (seconds, accuracies, loss) = ([Double](), [Double](), Double.nan)
  let clock = ContinuousClock()
  for seed in 0..<8 {
    var classifier = MLPClassifier<Int>(
      hiddenLayerSizes: workload.hidden ?? [100], batchSize: workload.batch, maxEpochs: epochs,
      tolerance: nil, precision: .single, seed: UInt64(seed))
    let began = clock.now
    try classifier.fit(features, to: labels)
    seconds.append((clock.now - began) / .seconds(1))
    accuracies.append(try classifier.score(test.features, to: test.labels))
    loss = classifier.trainingState?.progress.history.losses.last ?? .nan
  }
  var result = Measurement(
    seconds: seconds, work: Double(labels.count * epochs), unit: "rows*epochs/s",
    check: ["test accuracy": accuracies.reduce(0, +) / 8, "loss": loss])
  result.samples = accuracies
  return result
}
