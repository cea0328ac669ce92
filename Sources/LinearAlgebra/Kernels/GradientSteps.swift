internal import _CLinearAlgebra

/// The steps since all coefficients were last brought up to date, with an absolute penalty on sparse
/// samples: what a row does not touch is caught up when it is next touched, or read.
///
/// Without a gradient in between, shrinking and truncating are one affine map and one clip, whose
/// factors follow from the records of two steps.
package struct GradientSteps: Equatable, Sendable {
  /// Five numbers for each step, one step after another.
  ///
  /// They are the product of shrinking factors S, the penalty over S so far, the penalty so far, and
  /// the sums over averaged steps of S and of S times the penalty over S before. The first step is the
  /// state that all coefficients were brought to.
  package var records: [Double]

  /// For each column the number of the step that last touched it.
  package var touched: [Int32]

  /// The numbers that stand for a step.
  package static let recordSize = 5

  /// The number of steps, the first state included.
  package var count: Int { records.count / Self.recordSize }

  /// Makes the first state.
  ///
  /// - Parameters:
  ///   - columnCount: The number of columns, d.
  ///   - penalty: What the absolute penalty has added up to.
  package init(columnCount: Int, penalty: Double) {
    records = [1, 0, penalty, 0, 0]
    touched = [Int32](repeating: 0, count: columnCount)
  }

  /// The most steps that are noted before all coefficients are brought up to date: so many that it
  /// costs a step little, and so few that they take less room than the coefficients.
  package static func capacity(columnCount: Int) -> Int { max(1024, columnCount / 8) }

  /// Makes room for further steps, as far as they are noted.
  mutating func extend(by further: Int) {
    let wanted = min(count + further, Self.capacity(columnCount: touched.count))
    let missing = (wanted - count) * Self.recordSize
    if missing > 0 { records.append(contentsOf: repeatElement(0, count: missing)) }
  }

  /// Calls a closure with the same in C, of which `count` steps are there, and takes over how many
  /// there are then.
  ///
  /// - Parameters:
  ///   - count: The number of steps that are there.
  ///   - norms: The sums that the objective is computed from, or `nil`.
  ///   - body: The closure.
  mutating func withKernel(
    count: Int, norms: inout GradientNorms?, _ body: (UnsafeMutableRawPointer) -> Void
  ) {
    let columnCount = touched.count
    var left = count
    let first = norms?.first ?? 0
    records.withUnsafeMutableBytes { records in
      touched.withUnsafeMutableBufferPointer { touched in
        withAddress(&norms) { sums in
          guard let steps = records.bindMemory(to: la_step.self).baseAddress,
            let touched = touched.baseAddress
          else { return nil }
          var kernel = la_steps(
            steps: steps, count: count, capacity: Self.capacity(columnCount: columnCount),
            touched: touched, norms: sums, first_norm: first)
          withUnsafeMutablePointer(to: &kernel) { body($0) }
          left = kernel.count
          return kernel.first_norm
        }
      }
    }
    records.removeLast(records.count - left * Self.recordSize)
  }
}

/// Sums over the steps of one epoch, from which the penalties of coefficients follow that are
/// counted when they are caught up.
struct GradientNorms {
  fileprivate var sums: [la_norms]
  fileprivate var first: Int

  /// Begins at the latest of some steps.
  init(_ steps: GradientSteps) {
    first = steps.count - 1
    sums = [la_norms](
      repeating: la_norms(), count: GradientSteps.capacity(columnCount: steps.touched.count))
    let start = first * GradientSteps.recordSize
    let (scale, level) = (steps.records[start], steps.records[start + 1])
    sums[first] = la_norms(
      scale: scale, level: scale * level, square: scale * scale,
      square_level: scale * scale * level, square_squares: scale * scale * level * level)
  }
}

/// Calls a closure with the address of the sums, or without one; it returns the first that counts.
private func withAddress(
  _ norms: inout GradientNorms?, _ body: (UnsafeMutablePointer<la_norms>?) -> Int?
) {
  guard var changed = norms.take() else {
    _ = body(nil)
    return
  }
  let first = changed.sums.withUnsafeMutableBufferPointer { body($0.baseAddress) }
  changed.first = first ?? changed.first
  norms = changed
}

// MARK: - The parameters with their steps

extension GradientParameters {
  /// Brings all coefficients up to date and makes them free of the scale, and the average free of the
  /// vectors.
  ///
  /// - Complexity: O(K · d).
  package mutating func catchUp(_ progress: inout GradientProgress) {
    guard var steps else { return }
    var kernelProgress = progress.kernel
    let (problems, count) = (intercepts.count, steps.count)
    let width = steps.touched.count
    var norms: GradientNorms?
    withPenalizedAddresses { w, average, taken in
      steps.withKernel(count: count, norms: &norms) { kernel in
        Parameter._catchUpAll(&kernelProgress, kernel, width, w, problems, average, taken)
      }
    }
    progress.kernel = kernelProgress
    self.steps = steps
  }

  /// Calls a closure with the addresses of vectors, average and taken penalty.
  mutating func withPenalizedAddresses(
    _ body: (
      UnsafeMutablePointer<Parameter>, UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Double>
    ) -> Void
  ) {
    vectors.withUnsafeMutableBufferPointer { w in
      averageRest.withUnsafeMutableBufferPointer { average in
        takenPenalty.withUnsafeMutableBufferPointer { taken in
          guard let w = w.baseAddress, let taken = taken.baseAddress else { return }
          body(w, average.isEmpty ? nil : average.baseAddress, taken)
        }
      }
    }
  }
}

extension GradientBatch {
  /// Brings the coefficients of columns up to date before a step with an absolute penalty on sparse
  /// samples.
  ///
  /// - Parameters:
  ///   - columns: The columns that the step will touch, each once.
  ///   - shrink: What the step will multiply all coefficients by.
  ///   - task: The task.
  ///   - progress: The progress.
  ///   - parameters: The parameters.
  package static func beginStep<Parameter: MatrixScalar>(
    _ columns: [Int32], shrink: Double, task: GradientTask, _ progress: inout GradientProgress,
    _ parameters: inout GradientParameters<Parameter>
  ) {
    changeStep(task, &progress, &parameters) { plan, progress, steps, width, w, k, average, taken in
      Parameter._beginStep(
        plan, progress, steps, shrink, columns, columns.count, width, w, k, average, taken)
    }
  }

  /// Lets the absolute penalty act on columns after a step on sparse samples.
  ///
  /// - Parameters:
  ///   - columns: The columns that the step has touched, each once.
  ///   - rate: The learning rate.
  ///   - averages: Whether the step's iterate counts in the average.
  ///   - task: The task.
  ///   - progress: The progress.
  ///   - parameters: The parameters.
  package static func endStep<Parameter: MatrixScalar>(
    _ columns: [Int32], rate: Double, averages: Bool, task: GradientTask,
    _ progress: inout GradientProgress, _ parameters: inout GradientParameters<Parameter>
  ) {
    changeStep(task, &progress, &parameters) { plan, progress, steps, width, w, k, average, taken in
      Parameter._endStep(
        plan, progress, steps, rate, averages, columns, columns.count, width, w, k, average, taken)
    }
  }

  private static func changeStep<Parameter: MatrixScalar>(
    _ task: GradientTask, _ progress: inout GradientProgress,
    _ parameters: inout GradientParameters<Parameter>,
    _ body: (
      UnsafeRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int,
      UnsafeMutablePointer<Parameter>, Int, UnsafeMutablePointer<Double>?,
      UnsafeMutablePointer<Double>
    ) -> Void
  ) {
    // Let go, so that the only copy is changed.
    guard var steps = parameters.steps.take() else { return }
    let (count, problems, width) = (steps.count, parameters.intercepts.count, steps.touched.count)
    var norms: GradientNorms?
    steps.extend(by: 1)
    var kernelProgress = progress.kernel
    task.plan.withKernel(isClassification: task.isClassification) { kernelPlan in
      withUnsafePointer(to: kernelPlan) { plan in
        parameters.withPenalizedAddresses { w, average, taken in
          steps.withKernel(count: count, norms: &norms) { kernel in
            body(plan, &kernelProgress, kernel, width, w, problems, average, taken)
          }
        }
      }
    }
    progress.kernel = kernelProgress
    parameters.steps = steps
  }
}
