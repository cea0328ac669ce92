internal import LinearAlgebra

/// What a linear model by stochastic gradient descent continues from, beyond its model.
public struct SGDTrainingState<Settings: HyperparameterSet>: TensorArchivable {
  /// Counters, clock, visiting order, stopping rule and history.
  public let progress: TrainingProgress

  /// The current iterate, where it is not the model: with averaging, and with a lazy scale.
  let iterate: SGDIterate?

  /// The settings of the latest call.
  let settings: SettingsRecord<Settings>

  init(progress: TrainingProgress, iterate: SGDIterate?, settings: SettingsRecord<Settings>) {
    self.progress = progress
    self.iterate = iterate
    self.settings = settings
  }

  public func write(to archive: inout TensorArchive) {
    progress.write(to: &archive)
    settings.write(to: &archive)
    guard let iterate else { return }
    let count = iterate.intercepts.count
    archive.append("iterate.vectors", matrix(iterate.vectors, count))
    archive.append("iterate.scale", iterate.scale)
    archive.append("iterate.intercepts", iterate.intercepts)
    guard let average = iterate.average else { return }
    archive.append("average.rest", matrix(average.rest, count))
    archive.append("average.factor", average.factor)
    archive.append("average.intercepts", average.intercepts)
    archive.append("average.count", average.count)
  }

  private func matrix(_ elements: [Double], _ rowCount: Int) -> Matrix<Double> {
    Matrix(unchecked: elements, rowCount: rowCount, columnCount: elements.count / rowCount)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    progress = try TrainingProgress(from: archive)
    settings = try SettingsRecord(from: archive)
    guard archive.contains("iterate.vectors") else {
      iterate = nil
      return
    }
    let vectors = try archive.matrix("iterate.vectors")
    let (rows, columns) = (vectors.rowCount, vectors.columnCount)
    var iterate = SGDIterate(
      vectors: vectors.elements, scale: try archive.number("iterate.scale"),
      intercepts: try archive.numbers("iterate.intercepts", count: rows))
    if archive.contains("average.rest") {
      var average = SGDAverage(problemCount: rows, featureCount: columns)
      average.rest = try archive.matrix("average.rest", rows: rows, columns: columns).elements
      average.factor = try archive.number("average.factor")
      average.intercepts = try archive.numbers("average.intercepts", count: rows)
      average.count = try archive.count("average.count")
      iterate.average = average
    }
    self.iterate = iterate
  }
}
