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
      forPenalty: task.plan.absolutePenalty > 0, isSparse: features.isSparse)
    var progress = iterate.progress
    progress.clock = clock
    // With an absolute penalty on sparse samples, coefficients are counted when they are caught up.
    if task.plan.tracksObjective, iterate.parameters.steps == nil {
      iterate.measureNorms(&progress)
    }
    if batchSize == 1 {
      visitEach(&iterate, &progress)
    } else {
      visitBatches(&iterate, &progress)
    }
    let problemCount = Double(iterate.problemCount)
    loss = progress.loss / problemCount
    objective = penalizesInObjective ? progress.objective : loss
    clock = progress.clock
    iterate.take(progress)
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
    visitor.countPenalties()
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
  /// Measures the norms of the coefficients, of which none is behind.
  func measureNorms(_ progress: inout GradientProgress) {
    parameters.vectors.withUnsafeBufferPointer { buffer in
      guard let w = buffer.baseAddress else { return }
      progress.squaredNorm = Parameter._sumOfSquares(w, buffer.count) * scale * scale
      progress.absoluteNorm = Parameter._sumOfMagnitudes(w, buffer.count) * scale
    }
  }

  /// Takes one step against the mean slope of a batch.
  fileprivate mutating func takeStep(
    on rows: [Int], of features: some FeatureMatrix, task: GradientTask, rate: Double,
    progress: inout GradientProgress
  ) {
    let plan = task.plan
    let problems = problemCount
    let shrink = max(0, 1 - rate * plan.squaredPenalty)
    let isLate = parameters.steps != nil
    var columns: [Int32] = []
    if isLate {
      for row in rows { features.appendStoredColumns(ofRow: row, to: &columns) }
      columns = Array(Set(columns)).sorted()
    }
    if plan.tracksObjective {
      // Before the step, and for each of its samples.
      take(progress)
      upToDate.measureNorms(&progress)
      let penalty =
        plan.squaredPenalty * 0.5 * progress.squaredNorm
        + plan.absolutePenalty * progress.absoluteNorm
      progress.objective += penalty / Double(problems) * Double(rows.count)
    }
    if isLate {
      GradientBatch.beginStep(columns, shrink: shrink, task: task, &progress, &parameters)
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
    self.shrink(by: shrink, isSparse: features.isSparse, &progress)
    let share = 1 / (Double(rows.count) * progress.scale)
    for (index, row) in rows.enumerated() {
      let own = factors[index * problems..<(index + 1) * problems].map {
        Parameter(Double($0) * share)
      }
      if plan.fitsIntercept {
        // Without a way through the scale, so that sparse samples give what dense ones do.
        for problem in own.indices {
          parameters.intercepts[problem] += Parameter(
            Double(factors[index * problems + problem]) / Double(rows.count))
        }
      }
      add(row, of: features, times: own, progress.averageFactor)
    }
    let averages = plan.firstAveragedStep.map { progress.clock >= $0 } ?? false
    if averages { addToAverage(isSparse: features.isSparse, &progress) }
    guard plan.absolutePenalty > 0 else { return }
    guard !isLate else {
      GradientBatch.endStep(
        columns, rate: rate, averages: averages, task: task, &progress, &parameters)
      return
    }
    progress.cumulativePenalty += plan.absolutePenalty * rate
    progress.isPaid = true
    for problem in 0..<problems {
      GradientBatch.truncate(
        penalty: progress.cumulativePenalty, scale: progress.scale, problem: problem,
        columnCount: featureCount, &parameters)
    }
  }

  /// Adds multiples of a row to the vectors, which must not count in the sum of past iterates.
  private mutating func add(
    _ row: Int, of features: some FeatureMatrix, times factors: [Parameter], _ averageFactor: Double
  ) {
    func addRow() {
      parameters.vectors.withMutableSpan { vectors in
        features.addRow(row, times: factors.span, toScaled: &vectors, scale: 1)
      }
    }
    guard averageFactor != 0 else { return addRow() }
    var columns: [Int32] = []
    features.appendStoredColumns(ofRow: row, to: &columns)
    let width = featureCount
    let places = (0..<problemCount).flatMap { problem in
      columns.map { problem * width + Int($0) }
    }
    let before = places.map { parameters.vectors[$0] }
    addRow()
    for (place, before) in zip(places, before) {
      parameters.averageRest[place] -=
        averageFactor * (Double(parameters.vectors[place]) - Double(before))
    }
  }

  private mutating func shrink(
    by factor: Double, isSparse: Bool, _ progress: inout GradientProgress
  ) {
    guard factor != 1 else { return }
    progress.scale *= factor
    guard
      progress.scale < GradientProgress.smallestScale
        || (!isSparse && Parameter.self == Double.self)
    else { return }
    // The vectors take the scale over, after what they count in the average has been added to it;
    // none is behind, or the step would not have begun.
    let steps = parameters.steps.take()
    (scale, averageFactor) = (progress.scale, progress.averageFactor)
    makeExplicit()
    (progress.scale, progress.averageFactor) = (scale, averageFactor)
    parameters.steps = steps
  }

  private mutating func addToAverage(isSparse: Bool, _ progress: inout GradientProgress) {
    if isSparse {
      progress.averageFactor += progress.scale
    } else {
      for index in parameters.averageRest.indices {
        parameters.averageRest[index] += progress.scale * Double(parameters.vectors[index])
      }
    }
    for problem in parameters.intercepts.indices {
      parameters.averageIntercepts[problem] += Double(parameters.intercepts[problem])
    }
    progress.averagedCount += 1
  }
}
