public import LinearAlgebra

extension TrainableEstimator where TrainingState == MLPTrainingState {
  /// Learns from all of the data, and stops early by the score on other samples.
  ///
  /// The setting `earlyStopping` must be on. None of the data are held out then: after every epoch
  /// the samples of `validation` are scored, and the best parameters are what `fit` leaves. They
  /// are never trained on. A continuing call goes on with the stopping rule if they are the same.
  ///
  /// - Parameters:
  ///   - features: The samples, n × d, finite.
  ///   - target: What to learn for each sample; n values.
  ///   - validation: Other samples, m × d, and their m targets; m at least 1.
  ///   - weights: How much each sample to learn from counts, n values at least 0; `nil` for 1 each.
  ///   - context: Who watches, whether to go on, what to start from.
  /// - Returns: What the call did.
  /// - Throws: ``EstimatorError``, also for what is wrong with the other samples. Model and
  ///   training state are then what they were before.
  @discardableResult
  public mutating func fit(
    _ features: some FeatureMatrix, to target: Target,
    validation: (features: some FeatureMatrix, target: Target), weights: [Double]? = nil,
    context: TrainingContext = TrainingContext()
  ) throws(EstimatorError) -> TrainingSummary {
    do {
      try Validation.checkColumns(
        validation.features, expectedCount: features.columnCount,
        expectedNames: features.featureNames)
      try Validation.check(
        validation.features, validation.target, nil, fingerprints: false)
    } catch {
      throw .validationData(error)
    }
    var context = context
    context.validation = ValidationData(
      features: validation.features, target: validation.target)
    return try fit(features, to: target, weights: weights, context: context)
  }
}

/// What a network is scored on after every epoch.
struct ScoredSamples<Target: TrainingTarget> {
  /// The rows that are held out of the data, ascending; none if the caller holds samples out.
  let rows: [Int]

  let features: any FeatureMatrix
  let target: Target

  /// What each counts, or `nil`.
  let weights: [Double]?

  /// Takes the samples that the caller holds out, or else rows of the data.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - earlyStopping: Whether anything is to be scored.
  ///   - features: The data.
  ///   - target: What is to be learned.
  ///   - weights: What each sample counts.
  ///   - rows: The rows to hold out.
  /// - Returns: The samples, or `nil` if none are to be scored.
  /// - Throws: ``EstimatorError/unsupportedCall(call:setting:remedy:)`` where samples are given and
  ///   none are to be scored; what `rows` throws.
  static func of(
    _ call: TrainingCall, earlyStopping: Bool, _ features: some FeatureMatrix, _ target: Target,
    _ weights: [Double]?, rows: () throws(EstimatorError) -> [Int]
  ) throws(EstimatorError) -> ScoredSamples? {
    if let given = call.context.validation {
      guard earlyStopping, let target = given.target as? Target else {
        throw .unsupportedCall(
          call: "Scoring validation data", setting: "earlyStopping false",
          remedy: "Switch earlyStopping on.")
      }
      return ScoredSamples(rows: [], features: given.features, target: target, weights: nil)
    }
    guard earlyStopping, call.kind == .fit else { return nil }
    let rows = try rows()
    return ScoredSamples(
      rows: rows, features: features.selectingRows(rows), target: target.selectingRows(rows),
      weights: weights.map { weights in rows.map { weights[$0] } })
  }

  /// Calls something that looks at the samples; what is wrong with those of the caller is told as
  /// such.
  func telling<Result>(
    _ look: () throws(EstimatorError) -> Result
  ) throws(EstimatorError) -> Result {
    do {
      return try look()
    } catch {
      throw rows.isEmpty ? .validationData(error) : error
    }
  }

  /// Returns a network's scores for the samples.
  ///
  /// - Throws: As `Network.scores`, of a row of the data as the caller counts it.
  func scores(of network: Network) throws(EstimatorError) -> Matrix<Double> {
    do {
      return try network.scores(features)
    } catch {
      guard !rows.isEmpty else { throw .validationData(error) }
      guard case .nonFinitePrediction(let row, let output) = error else { throw error }
      throw .nonFinitePrediction(row: rows[row], output: output)
    }
  }

  /// A hash of the samples that the caller holds out; 0 if they are rows of the data.
  func fingerprint(_ targets: NetworkTargets) throws(EstimatorError) -> UInt64 {
    guard rows.isEmpty else { return 0 }
    do {
      return targets.combined(with: try features.checkedFingerprint())
    } catch {
      throw .linearAlgebra(error)
    }
  }
}
