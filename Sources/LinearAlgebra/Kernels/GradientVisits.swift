internal import _CLinearAlgebra

/// The losses of linear models, by the numbers the kernels have for them.
package enum LinearLossKernel: UInt32, Sendable {
  case hinge = 0
  case squaredHinge
  case perceptron
  case logistic
  case modifiedHuber
  case squaredError
  case huber
  case epsilonInsensitive
  case squaredEpsilonInsensitive

  /// Returns the loss at a score.
  ///
  /// - Parameters:
  ///   - score: The score p.
  ///   - target: The target y: ±1 of a classification.
  ///   - epsilon: The width of some regression losses.
  /// - Returns: L, at least 0.
  package func value(_ score: Double, target: Double, epsilon: Double) -> Double {
    la_loss_value(la_loss(rawValue), epsilon, score, target)
  }
}

/// What stays the same while samples are visited by stochastic gradient descent.
package struct GradientPlan: Sendable {
  /// How far a step goes: against the slope, or as far as the two passive-aggressive rules allow.
  package enum Rule: UInt32, Sendable {
    case slope = 0
    case passiveAggressive1
    case passiveAggressive2
  }

  package var loss = LinearLossKernel.hinge
  package var rule = Rule.slope
  /// The width of some regression losses.
  package var epsilon = 0.0
  /// The bound of the passive-aggressive rules.
  package var bound = 0.0
  /// The strengths of the squared and of the absolute penalty.
  package var squaredPenalty = 0.0
  package var absolutePenalty = 0.0
  /// The first step whose iterate is averaged, counted from 1; `nil` for none.
  package var firstAveragedStep: Int?
  /// What each class counts, or `nil`.
  package var classWeights: [Double]?
  package var fitsIntercept = true
  /// Whether the objective is wanted, with its penalties.
  package var tracksObjective = false

  package init() {}

  /// Calls a closure with the same in C.
  func withKernel<Result>(
    isClassification: Bool, _ body: (borrowing la_plan) -> Result
  ) -> Result {
    func call(_ weights: UnsafePointer<Double>?) -> Result {
      body(
        la_plan(
          loss: la_loss(loss.rawValue), rule: la_rule(rule.rawValue), epsilon: epsilon,
          bound: bound, l2: squaredPenalty, l1: absolutePenalty,
          first_averaged: Int64(firstAveragedStep ?? 0), class_weights: weights,
          is_classification: isClassification, fits_intercept: fitsIntercept,
          tracks_objective: tracksObjective))
    }
    return withAddress(classWeights, call)
  }
}

/// What the samples are to be: classes by their numbers, or numbers.
package enum GradientTargets: Sendable {
  /// The class of each row; with one problem, class 1 is its positive side.
  case labels([Int32])

  /// The target of each row.
  case numbers([Double])
}

/// What visits are made for: the plan, the samples' targets and weights, and their order.
///
/// In one place, so that a pass over one sample does not spend its time counting references.
package final class GradientTask: Sendable {
  package let plan: GradientPlan
  package let targets: GradientTargets
  /// What each row counts, or `nil`.
  package let weights: [Double]?
  /// The rows in the order of the visits, or `nil` for the order in which they stand.
  package let order: [Int]?

  package init(
    plan: GradientPlan, targets: GradientTargets, weights: [Double]?, order: [Int]?
  ) {
    self.plan = plan
    self.targets = targets
    self.weights = weights
    self.order = order
  }

  /// Whether targets are classes.
  var isClassification: Bool {
    if case .labels = targets { true } else { false }
  }

  /// Calls a closure with the same in C.
  ///
  /// - Parameters:
  ///   - range: Which of the visits in the order these are.
  ///   - rates: For each of these visits the learning rate.
  ///   - rowCount: The number of rows there are.
  ///   - body: The closure.
  fileprivate func withKernel(
    _ range: Range<Int>, rates: [Double], rowCount: Int,
    _ body: (borrowing la_plan, borrowing la_visits) -> Void
  ) {
    let (labels, numbers): ([Int32]?, [Double]?) =
      switch targets {
      case .labels(let labels): (labels, nil)
      case .numbers(let numbers): (nil, numbers)
      }
    plan.withKernel(isClassification: isClassification) { plan in
      withAddress(order) { order in
        withAddress(labels) { labels in
          withAddress(numbers) { numbers in
            withAddress(weights) { weights in
              rates.withUnsafeBufferPointer { rates in
                guard let rates = rates.baseAddress else { return }
                let start = order.map { UnsafeRawPointer($0 + range.lowerBound) }
                body(
                  plan,
                  la_visits(
                    order: start?.assumingMemoryBound(to: Int64.self),
                    first: Int64(range.lowerBound), count: range.count,
                    row_count: Int64(rowCount), labels: labels, targets: numbers,
                    weights: weights, rates: rates))
              }
            }
          }
        }
      }
    }
  }
}

/// What visits change beside the parameters.
package struct GradientProgress: Sendable {
  /// The number of steps taken.
  package var clock = 0
  /// What sparse vectors are multiplied by to be coefficients.
  package var scale = 1.0
  /// The number of iterates in the average, and what the vectors count in it beside its own array.
  package var averagedCount = 0
  package var averageFactor = 0.0
  /// What the absolute penalty has added up to.
  package var cumulativePenalty = 0.0
  /// The losses, each before its step, as a sum; a logarithm of a product is still to be added.
  fileprivate var lossWithoutLogarithm = 0.0
  fileprivate var logarithmOf = 1.0
  /// The sum of the objectives; squared and absolute norm of the coefficients.
  package var objective = 0.0
  package var squaredNorm = 0.0
  package var absoluteNorm = 0.0
  /// Whether every coefficient that is not 0 has paid the absolute penalty in full.
  package var isPaid = true

  package init() {}

  /// The scale below which the vectors take it over, so that neither loses digits.
  package static let smallestScale = LA_SMALLEST_SCALE

  /// The sum of the losses, each before its step.
  package var loss: Double { lossWithoutLogarithm + logarithm(logarithmOf) }

  var kernel: la_progress {
    get {
      la_progress(
        clock: Int64(clock), scale: scale, averaged_count: Int64(averagedCount),
        average_factor: averageFactor, cumulative_penalty: cumulativePenalty,
        loss: lossWithoutLogarithm, log_product: logarithmOf,
        objective: objective, squared_norm: squaredNorm, absolute_norm: absoluteNorm,
        is_paid: isPaid)
    }
    set {
      clock = Int(newValue.clock)
      scale = newValue.scale
      averagedCount = Int(newValue.averaged_count)
      averageFactor = newValue.average_factor
      cumulativePenalty = newValue.cumulative_penalty
      lossWithoutLogarithm = newValue.loss
      logarithmOf = newValue.log_product
      objective = newValue.objective
      squaredNorm = newValue.squared_norm
      absoluteNorm = newValue.absolute_norm
      isPaid = newValue.is_paid
    }
  }
}

/// The parameters that visits change: K problems of d columns.
package struct GradientParameters<Parameter: MatrixScalar>: Equatable, Sendable {
  /// The vectors, K × d in row order; coefficients when multiplied by the progress's scale.
  package var vectors: [Parameter]

  /// The intercepts, K.
  package var intercepts: [Parameter]

  /// The part of the sum of iterates that stands beside the vectors, K × d, and the sum of the
  /// intercepts, K; empty if nothing is averaged.
  package var averageRest: [Double] = []
  package var averageIntercepts: [Double] = []

  /// What the absolute penalty has taken from each coefficient, K × d; empty if there is none.
  package var takenPenalty: [Double] = []

  /// The steps since all coefficients were last brought up to date; `nil` where none can be behind.
  package var steps: GradientSteps?

  package init(vectors: [Parameter], intercepts: [Parameter]) {
    self.vectors = vectors
    self.intercepts = intercepts
  }
}

/// Visits samples and moves the parameters of all problems against the slopes of their losses.
///
/// For a sample x with weight ω, rate η and shrink s, for each problem with target y, score p = w ·
/// x + b and slope g = ∂L/∂p:
///
///     w ← s w − η g ω x          b ← b − η g ω
///     sum of iterates ← that + w, b            from the first averaged step on
///     w ← w moved towards 0 by what is left of the cumulative penalty, and no further
///
/// - Complexity: O(K · stored elements) a visit; O(K · d) with dense samples.
///
/// **Source:** the order of the operations is that of scikit-learn's `SGDClassifier`; the penalty
/// is Y. Tsuruoka's, J. Tsujii's and S. Ananiadou's: *Stochastic gradient descent training for
/// L1-regularized log-linear models with cumulative penalty*, 2009.
package struct GradientVisitor<Parameter: MatrixScalar>: _StorageVisitor {
  private let task: GradientTask
  /// Which of the visits in the task's order are made next, and their learning rates.
  package var range = 0..<0
  package var rates: [Double] = []
  package var progress: GradientProgress
  package var parameters: GradientParameters<Parameter>
  /// What the objective is computed from, with an absolute penalty on sparse samples.
  private var norms: GradientNorms?

  package init(
    task: GradientTask, progress: GradientProgress, parameters: GradientParameters<Parameter>
  ) {
    self.task = task
    self.progress = progress
    if task.plan.tracksObjective { norms = parameters.steps.map { GradientNorms($0) } }
    self.parameters = parameters
  }

  /// Adds to the objective the penalties of all coefficients since they were last touched, where
  /// they are counted late.
  ///
  /// - Complexity: O(K · d).
  package mutating func countPenalties() {
    guard var steps = parameters.steps, norms != nil else { return }
    var kernelProgress = progress.kernel
    let (count, problems, width) = (steps.count, parameters.intercepts.count, steps.touched.count)
    task.plan.withKernel(isClassification: task.isClassification) { kernelPlan in
      withUnsafePointer(to: kernelPlan) { plan in
        parameters.vectors.withUnsafeBufferPointer { w in
          guard let w = w.baseAddress else { return }
          steps.withKernel(count: count, norms: &norms) { kernel in
            Parameter._countPenalties(plan, &kernelProgress, kernel, width, w, problems)
          }
        }
      }
    }
    progress.kernel = kernelProgress
  }

  @_specialize(where Parameter == Double, Stored == Double)
  @_specialize(where Parameter == Float, Stored == Float)
  package mutating func _visit<Stored: MatrixScalar>(_ matrix: Matrix<Stored>) {
    let width = matrix.columnCount
    visit(rowCount: matrix.rowCount) { plan, visits, progress, parameters, _, scratch in
      matrix.elements.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress else { return }
        Stored._visitStored(
          plan, visits, progress, x, width, parameters.vectors, parameters.intercepts,
          parameters.problemCount, parameters.averageRest, parameters.averageIntercepts,
          parameters.takenPenalty, scratch)
      }
    }
  }

  @_specialize(where Parameter == Double, Stored == Double)
  @_specialize(where Parameter == Float, Stored == Float)
  package mutating func _visit<Stored: MatrixScalar>(_ matrix: CSRMatrix<Stored>) {
    let width = matrix.columnCount
    visit(rowCount: matrix.rowCount) { plan, visits, progress, parameters, steps, scratch in
      matrix.values.withUnsafeBufferPointer { v in
        matrix.columns.withUnsafeBufferPointer { j in
          matrix.rowOffsets.withUnsafeBufferPointer { offsets in
            guard let offsets = offsets.baseAddress else { return }
            // Addresses of nothing, if nothing is stored.
            withUnsafePointer(to: Stored.zero) { zero in
              withUnsafePointer(to: Int32.zero) { column in
                Stored._visitSparseStored(
                  plan, visits, progress, v.baseAddress ?? zero, j.baseAddress ?? column, offsets,
                  width, parameters.vectors, parameters.intercepts, parameters.problemCount,
                  parameters.averageRest, parameters.averageIntercepts, parameters.takenPenalty,
                  steps, scratch)
              }
            }
          }
        }
      }
    }
  }

  /// The addresses of the parameters.
  struct Addresses {
    var vectors: UnsafeMutablePointer<Parameter>
    var intercepts: UnsafeMutablePointer<Parameter>
    var problemCount: Int
    var averageRest: UnsafeMutablePointer<Double>?
    var averageIntercepts: UnsafeMutablePointer<Double>?
    var takenPenalty: UnsafeMutablePointer<Double>?
  }

  /// Calls a closure with everything as the kernels have it.
  private mutating func visit(
    rowCount: Int,
    _ body: (
      UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer, Addresses,
      UnsafeMutableRawPointer?, UnsafeMutablePointer<Parameter>
    ) -> Void
  ) {
    var kernelProgress = progress.kernel
    // Let go, so that the only copies are changed.
    var (steps, norms) = (parameters.steps.take(), self.norms.take())
    let stepCount = steps?.count ?? 0
    steps?.extend(by: range.count)
    func withSteps(_ body: (UnsafeMutableRawPointer?) -> Void) {
      if steps == nil { body(nil) }
      steps?.withKernel(count: stepCount, norms: &norms, body)
    }
    let problemCount = parameters.intercepts.count
    let (task, range, rates) = (task, range, rates)
    func withAddresses(_ body: (Addresses) -> Void) {
      parameters.vectors.withUnsafeMutableBufferPointer { w in
        parameters.intercepts.withUnsafeMutableBufferPointer { b in
          parameters.averageRest.withUnsafeMutableBufferPointer { rest in
            parameters.averageIntercepts.withUnsafeMutableBufferPointer { averageB in
              parameters.takenPenalty.withUnsafeMutableBufferPointer { taken in
                guard let w = w.baseAddress, let b = b.baseAddress else { return }
                body(
                  Addresses(
                    vectors: w, intercepts: b, problemCount: problemCount,
                    averageRest: rest.isEmpty ? nil : rest.baseAddress,
                    averageIntercepts: averageB.isEmpty ? nil : averageB.baseAddress,
                    // What is left of a penalty that is no longer set takes nothing more.
                    takenPenalty: task.plan.absolutePenalty > 0 ? taken.baseAddress : nil))
              }
            }
          }
        }
      }
    }
    task.withKernel(range, rates: rates, rowCount: rowCount) { kernelPlan, kernelVisits in
      withAddresses { addresses in
        withUnsafeTemporaryAllocation(of: Parameter.self, capacity: problemCount) { scratch in
          guard let scratch = scratch.baseAddress else { return }
          withUnsafePointer(to: kernelPlan) { plan in
            withUnsafePointer(to: kernelVisits) { visits in
              withUnsafeMutablePointer(to: &kernelProgress) { progress in
                withSteps { body(plan, visits, progress, addresses, $0, scratch) }
              }
            }
          }
        }
      }
    }
    progress.kernel = kernelProgress
    parameters.steps = steps
    self.norms = norms
  }
}

/// Calls a closure with the address of values, or without one if there are none.
///
/// In one way for both, so that nested calls do not double the code at each level.
@inline(__always)
private func withAddress<Value, Result>(
  _ values: [Value]?, _ body: (UnsafePointer<Value>?) -> Result
) -> Result {
  (values ?? []).withUnsafeBufferPointer { body($0.isEmpty ? nil : $0.baseAddress) }
}

/// One step on a batch, in the pieces that batches are made of.
package enum GradientBatch {
  /// Turns the scores of one sample, without intercepts, into the factors of its step.
  ///
  /// - Parameters:
  ///   - scores: The scores of all problems, which the factors replace.
  ///   - length: The learning rate times what the sample counts.
  ///   - squares: The sum of squares of the sample, for the passive-aggressive rules.
  ///   - row: The row of the sample.
  ///   - task: What all samples are to be, and how far steps go.
  ///   - intercepts: The intercepts of all problems.
  ///   - progress: What the losses are added to.
  package static func factors<Parameter: MatrixScalar>(
    _ scores: inout [Parameter], length: Double, squares: Double, row: Int,
    task: GradientTask, intercepts: [Parameter], progress: inout GradientProgress
  ) {
    var label: Int32 = 0
    var number = 0.0
    switch task.targets {
    case .labels(let labels): label = labels[row]
    case .numbers(let numbers): number = numbers[row]
    }
    var kernelProgress = progress.kernel
    task.plan.withKernel(isClassification: task.isClassification) { kernelPlan in
      withUnsafePointer(to: kernelPlan) { plan in
        withUnsafeMutablePointer(to: &kernelProgress) { progress in
          Parameter._factors(
            plan, length, squares, label, number, intercepts, intercepts.count, &scores, progress)
        }
      }
    }
    progress.kernel = kernelProgress
  }

  /// Moves coefficients, scale · vector, towards zero by what is left of a cumulative penalty.
  ///
  /// - Parameters:
  ///   - penalty: The cumulative penalty.
  ///   - scale: What vectors are multiplied by to be coefficients.
  ///   - problem: The problem whose vector it is.
  ///   - columnCount: The number of columns, d.
  ///   - parameters: The parameters, of which vectors and taken penalties change.
  package static func truncate<Parameter: MatrixScalar>(
    penalty: Double, scale: Double, problem: Int, columnCount: Int,
    _ parameters: inout GradientParameters<Parameter>
  ) {
    let start = problem * columnCount
    parameters.vectors.withUnsafeMutableBufferPointer { w in
      parameters.takenPenalty.withUnsafeMutableBufferPointer { taken in
        guard let w = w.baseAddress, let taken = taken.baseAddress else { return }
        Parameter._truncate(penalty, scale, nil, columnCount, w + start, taken + start)
      }
    }
  }
}
