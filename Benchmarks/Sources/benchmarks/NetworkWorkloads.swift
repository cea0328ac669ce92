import Estimators
import LinearAlgebra

/// A network trained by Adam: a fresh `fit` of so many epochs, without stopping rule.
func measureNetwork(_ workload: Workload, _ data: DataFolder) throws -> Measurement {
  let features = try data.features()
  let labels = try data.labels()
  let epochs = workload.epochs ?? 20
  var classifier = MLPClassifier<Int>(
    hiddenLayerSizes: workload.hidden ?? [100], batchSize: workload.batch, maxEpochs: epochs,
    tolerance: nil)
  return try Measurement(
    threads: workload.threads ?? 1, work: Double(labels.count * epochs), unit: "rows*epochs/s",
    check: {
      ["loss": classifier.trainingState?.progress.history.losses.last ?? .nan]
    }
  ) { try classifier.fit(features, to: labels) }
}
