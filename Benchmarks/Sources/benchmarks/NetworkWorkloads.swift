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

/// Many calls of `partialFit` of a network.
func measureNetworkPartialFit(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  try measureCalls(
    of: MLPClassifier<Int>(hiddenLayerSizes: workload.hidden ?? [100], classes: [0, 1]), workload,
    data.features(), data)
}

/// Many calls of `predict` of a network.
func measureNetworkPredict(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  try measurePredictions(
    of: MLPClassifier<Int>(
      hiddenLayerSizes: workload.hidden ?? [100], batchSize: workload.batch, maxEpochs: 20,
      tolerance: nil), workload, data)
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
