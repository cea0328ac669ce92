import Estimators
import LinearAlgebra

/// A standard scaler fitted to all samples, or to chunks of them in turn.
func measureScaler(
  _ workload: Workload, _ features: some FeatureMatrix
) throws -> Measurement {
  var scaler = StandardScaler(withMean: !features.isSparse)
  let weights =
    workload.weighted == true
    ? (0..<features.rowCount).map { 0.5 + Double($0 % 4) } : nil
  func check() -> [String: Double] {
    let scales = scaler.model?.scales ?? []
    return ["scale": scales.reduce(0, +) / Double(scales.count)]
  }
  guard let size = workload.chunk else {
    return try Measurement(
      threads: 1, work: Double(features.rowCount), unit: "rows/s", check: check
    ) {
      try scaler.fit(features, to: NoTarget(), weights: weights, context: TrainingContext())
    }
  }
  let chunks = (0..<(size == 1 ? 2_000 : 200)).map { index in
    features.selectingRows((0..<size).map { (index * size + $0) % features.rowCount })
  }
  return try Measurement(threads: 1, work: Double(chunks.count), unit: "calls/s", check: check) {
    scaler.reset()
    for chunk in chunks { try scaler.partialFit(chunk, to: NoTarget()) }
  }
}
