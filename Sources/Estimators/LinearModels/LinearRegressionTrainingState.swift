internal import LinearAlgebra

/// What a linear regression continues from: the triangular factor of all rows seen, or, if it was
/// solved by iterations, that it was.
public struct LinearRegressionTrainingState: SettingsRecording {
  /// What is kept of the rows.
  enum Memory: Equatable, Sendable {
    case factor(TriangularFactor)
    case iterated(IteratedRows)
  }

  /// The number of passes over rows, or of iterations, since the last fresh start.
  public let epochCount: Int

  let memory: Memory

  public var settings = RecordedSettings()

  /// The number of rows seen since the last fresh start.
  public var sampleCount: Int {
    switch memory {
    case .factor(let factor): factor.sampleCount
    case .iterated(let rows): rows.sampleCount
    }
  }

  /// Whether the solver was `lsmr`, which keeps no statistics of the rows.
  public var isIterated: Bool {
    if case .iterated = memory { true } else { false }
  }

  init(epochCount: Int, memory: Memory) {
    self.epochCount = epochCount
    self.memory = memory
  }

  public func write(to archive: inout TensorArchive) {
    Counters(epochCount: epochCount, sampleCount: sampleCount).write(to: &archive)
    switch memory {
    case .factor(let factor): factor.write(to: &archive)
    case .iterated(let rows): rows.write(to: &archive)
    }
    settings.write(to: &archive)
  }

  public init(from archive: TensorArchive) throws(EstimatorError) {
    epochCount = try Counters(from: archive).epochCount
    memory =
      if let rows = try IteratedRows(from: archive) {
        .iterated(rows)
      } else {
        .factor(try TriangularFactor(from: archive))
      }
    settings = try RecordedSettings(from: archive)
  }
}

/// Everything that a ``LeastSquaresEstimator`` has learned.
public struct LeastSquaresLearned<Hyperparameters: LeastSquaresHyperparameters>: LearnedState {
  public let featureNames: [String]?
  public var model: LinearRegressionModel
  var factor: TriangularFactor
  var iterated: IteratedRows?
  var epochCount = 0
  public var settings = SettingsRecord<Hyperparameters>()

  public var featureCount: Int { model.featureCount }

  var targetCount: Int { model.intercepts.count }

  init(featureCount: Int, targetCount: Int, featureNames: [String]?, fitsIntercept: Bool) {
    self.featureNames = featureNames
    factor = TriangularFactor(
      featureCount: featureCount, targetCount: targetCount, hasIntercept: fitsIntercept)
    model = LinearRegressionModel(
      coefficients: Matrix(rowCount: targetCount, columnCount: featureCount),
      intercepts: [Double](repeating: 0, count: targetCount), featureNames: featureNames, rank: nil,
      conditionEstimate: nil)
  }

  public init(
    model: LinearRegressionModel, trainingState: LinearRegressionTrainingState?
  ) throws(EstimatorError) {
    self.init(
      featureCount: model.featureCount, targetCount: model.intercepts.count,
      featureNames: model.featureNames, fitsIntercept: true)
    self.model = model
    guard let trainingState else { return }
    let shape: (Int, Int)
    switch trainingState.memory {
    case .factor(let known):
      shape = (known.featureCount, known.targetCount)
      factor = known
    case .iterated(let rows):
      shape = (rows.featureCount, rows.targetCount)
      iterated = rows
    }
    guard shape == (featureCount, targetCount) else {
      throw .unreadableModel(reason: "model and training state have different shapes")
    }
    epochCount = trainingState.epochCount
  }

  public var trainingState: LinearRegressionTrainingState? {
    guard factor.sampleCount > 0 || iterated != nil else { return nil }
    return LinearRegressionTrainingState(
      epochCount: epochCount, memory: iterated.map { .iterated($0) } ?? .factor(factor))
  }

  public mutating func reset(_ part: TrainingPart) -> Bool { false }
}
