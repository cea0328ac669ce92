internal import LinearAlgebra

/// One pass of stochastic gradient descent over samples.
struct EpochPass<Features: FeatureMatrix>: IterateChange {
  let features: Features
  let task: GradientTask
  /// The number of visits.
  let count: Int
  let batchSize: Int
  /// Whether the objective has the penalties in it.
  let penalizesInObjective: Bool
  let schedule: LinearSchedule

  /// The number of steps taken.
  var clock: Int

  /// The losses of all samples, each before its step, as a sum of means over the problems.
  private(set) var loss = 0.0

  /// The same with the penalties, if they are tracked.
  private(set) var objective = 0.0

  /// The rate of the last step.
  private(set) var lastRate = 0.0

  init(
    features: Features, task: GradientTask, count: Int, batchSize: Int,
    penalizesInObjective: Bool, schedule: LinearSchedule, clock: Int
  ) {
    self.features = features
    self.task = task
    self.count = count
    self.batchSize = batchSize
    self.penalizesInObjective = penalizesInObjective
    self.schedule = schedule
    self.clock = clock
  }

  mutating func apply<Parameter: MatrixScalar>(to iterate: inout LinearIterate<Parameter>) {
    iterate.makeRoom(
      forAverage: task.plan.firstAveragedStep != nil,
      forPenalty: task.plan.absolutePenalty > 0)
    if !features.isSparse { iterate.makeExplicit() }
    var progress = GradientProgress()
    progress.clock = clock
    progress.scale = iterate.scale
    progress.averageFactor = iterate.averageFactor
    progress.averagedCount = iterate.averagedCount
    progress.cumulativePenalty = iterate.cumulativePenalty
    if task.plan.tracksObjective { iterate.measureNorms(&progress) }
    if batchSize == 1 {
      visitEach(&iterate, &progress)
    } else {
      visitBatches(&iterate, &progress)
    }
    let problemCount = Double(iterate.problemCount)
    loss = progress.loss / problemCount
    objective = penalizesInObjective ? progress.objective : loss
    clock = progress.clock
    iterate.scale = progress.scale
    iterate.averageFactor = progress.averageFactor
    iterate.averagedCount = progress.averagedCount
    iterate.cumulativePenalty = progress.cumulativePenalty
  }

  /// One step a sample, in the kernels.
  private mutating func visitEach<Parameter: MatrixScalar>(
    _ iterate: inout LinearIterate<Parameter>, _ progress: inout GradientProgress
  ) {
    // Let go, so that the kernels change the only copy.
    var parameters = GradientParameters<Parameter>(vectors: [], intercepts: [])
    swap(&parameters, &iterate.parameters)
    var visitor = GradientVisitor(
      task: task, progress: progress, parameters: consume parameters)
    // Rates are made in advance, a few thousand at a time.
    for start in stride(from: 0, to: count, by: 4096) {
      let range = start..<min(start + 4096, count)
      let rates = schedule.rates(from: visitor.progress.clock + 1, count: range.count)
      lastRate = rates[rates.count - 1]
      visitor.range = range
      visitor.rates = rates
      features._accept(&visitor)
    }
    progress = visitor.progress
    iterate.parameters = visitor.parameters
  }

  /// One step a batch: all scores first, then the mean of the slopes.
  private mutating func visitBatches<Parameter: MatrixScalar>(
    _ iterate: inout LinearIterate<Parameter>, _ progress: inout GradientProgress
  ) {
    for start in stride(from: 0, to: count, by: batchSize) {
      let range = start..<min(start + batchSize, count)
      let rows = range.map { task.order?[$0] ?? $0 }
      lastRate = schedule.rates(from: progress.clock + 1, count: 1)[0]
      iterate.takeStep(
        on: rows, of: features, task: task, rate: lastRate, progress: &progress)
    }
  }
}

extension LinearIterate {
  /// Measures the norms of the coefficients.
  func measureNorms(_ progress: inout GradientProgress) {
    parameters.vectors.withUnsafeBufferPointer { buffer in
      guard let w = buffer.baseAddress else { return }
      progress.squaredNorm =
        Parameter._sumOfSquares(w, buffer.count) * progress.scale * progress.scale
      progress.absoluteNorm = Parameter._sumOfMagnitudes(w, buffer.count) * progress.scale
    }
  }

  /// Takes one step against the mean slope of a batch.
  fileprivate mutating func takeStep(
    on rows: [Int], of features: some FeatureMatrix, task: GradientTask, rate: Double,
    progress: inout GradientProgress
  ) {
    let plan = task.plan
    let (width, problems) = (featureCount, problemCount)
    if plan.tracksObjective {
      // Before the step, and for each of its samples.
      measureNorms(&progress)
      let penalty =
        plan.squaredPenalty * 0.5 * progress.squaredNorm
        + plan.absolutePenalty * progress.absoluteNorm
      progress.objective += penalty / Double(problems) * Double(rows.count)
    }
    let lossBefore = progress.loss
    var factors: [Parameter] = []
    factors.reserveCapacity(rows.count * problems)
    for row in rows {
      var scores = [Parameter](repeating: 0, count: problems)
      scores.withMutableSpan { scores in
        features.dotProducts(ofRow: row, with: parameters.vectors.span, into: &scores)
      }
      if progress.scale != 1 {
        for index in scores.indices {
          scores[index] = Parameter(Double(scores[index]) * progress.scale)
        }
      }
      let squares = plan.rule == .slope ? 0 : features.sumOfSquares(ofRow: row)
      GradientBatch.factors(
        &scores, length: (plan.rule == .slope ? rate : 1) * (task.weights?[row] ?? 1),
        squares: squares, row: row, task: task, intercepts: parameters.intercepts,
        progress: &progress)
      // A sample of zeros cannot be passed by any step.
      let counts = plan.rule != .passiveAggressive1 || squares > 0
      factors += counts ? scores : [Parameter](repeating: 0, count: problems)
    }
    if plan.tracksObjective {
      progress.objective += (progress.loss - lossBefore) / Double(problems)
    }
    progress.clock += 1
    shrink(by: max(0, 1 - rate * plan.squaredPenalty), isSparse: features.isSparse, &progress)
    let share = 1 / (Double(rows.count) * progress.scale)
    for (index, row) in rows.enumerated() {
      var own = factors[index * problems..<(index + 1) * problems].map {
        Parameter(Double($0) * share)
      }
      if plan.fitsIntercept {
        for problem in own.indices {
          parameters.intercepts[problem] += Parameter(Double(own[problem]) * progress.scale)
        }
      }
      parameters.vectors.withMutableSpan { vectors in
        features.addRow(row, times: own.span, toScaled: &vectors, scale: 1)
      }
      guard progress.averageFactor != 0 else { continue }
      // What has just been added to the vectors must not count in the sum of past iterates.
      for problem in own.indices { own[problem] *= -1 }
      let back = own.map { Double($0) * progress.averageFactor }
      parameters.averageRest.withMutableSpan { rest in
        features.addRow(row, times: back.span, toScaled: &rest, scale: 1)
      }
    }
    if let first = plan.firstAveragedStep, progress.clock >= first {
      addToAverage(isSparse: features.isSparse, &progress)
    }
    guard plan.absolutePenalty > 0 else { return }
    progress.cumulativePenalty += plan.absolutePenalty * rate
    var columns: [Int32] = []
    for row in rows { features.appendStoredColumns(ofRow: row, to: &columns) }
    truncate(columns: features.isSparse ? columns : nil, width, &progress)
  }

  private mutating func shrink(
    by factor: Double, isSparse: Bool, _ progress: inout GradientProgress
  ) {
    guard factor != 1 else { return }
    progress.scale *= factor
    if !isSparse || progress.scale < 1e-4 { fold(&progress) }
  }

  /// The vectors take the scale over, after what they count in the average has been added to it.
  private mutating func fold(_ progress: inout GradientProgress) {
    scale = progress.scale
    averageFactor = progress.averageFactor
    makeExplicit()
    progress.scale = 1
    progress.averageFactor = 0
  }

  private mutating func addToAverage(isSparse: Bool, _ progress: inout GradientProgress) {
    if isSparse {
      progress.averageFactor += progress.scale
    } else {
      for index in parameters.averageRest.indices {
        parameters.averageRest[index] += Double(parameters.vectors[index])
      }
    }
    for problem in parameters.intercepts.indices {
      parameters.averageIntercepts[problem] += Double(parameters.intercepts[problem])
    }
    progress.averagedCount += 1
  }

  private mutating func truncate(
    columns: [Int32]?, _ width: Int, _ progress: inout GradientProgress
  ) {
    // The average keeps what it has of coefficients that are moved.
    if progress.averageFactor != 0 { fold(&progress) }
    for problem in 0..<problemCount {
      GradientBatch.truncate(
        penalty: progress.cumulativePenalty, scale: progress.scale, columns: columns,
        problem: problem, columnCount: width, &parameters)
    }
  }
}
