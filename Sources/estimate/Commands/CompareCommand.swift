import ArgumentParser
import DataReaders
import Estimators
import Foundation
import LinearAlgebra
import TrainingReports

/// `estimate compare`: shows what a second call keeps, under each policy.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Show what every further call keeps, under each refit policy.",
    discussion: """
      Without DATA and --estimator: digits for SGDClassifier and MLPClassifier, diabetes for
      LinearRegression. A quarter of the samples is held out; the rest is given to the calls in
      parts, or with --same-data all of it to every call.
      """)

  @Argument(help: "A path, - for standard input, or sample:NAME.")
  var data: String?

  @Option(help: "An estimator; several may be given.")
  var estimator: [String] = []

  @Option(help: "A policy; several may be given, all that there are if none is.")
  var policy: [PolicyName] = []

  @Option(help: "How many calls each policy makes.")
  var calls = 5

  @Flag(help: "Give all training rows to every call.")
  var sameData = false

  @Option(help: "What the held-out draw and the order of the rest follow from.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("A transformer in front.", valueName: "name"))
  var preprocess: [String] = []

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting of every estimator compared.", valueName: "name=value"))
  var settings: [String] = []

  @OptionGroup var reading: ReadingOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard calls >= 1 else { throw ValidationError("--calls must be at least 1.") }
    guard data == nil || data?.hasPrefix("sample:") == true || !estimator.isEmpty else {
      throw ValidationError("Say which estimator is compared on this data: --estimator NAME.")
    }
    try EstimatorOptions.validate(settings)
    guard !settings.contains(where: EstimatorOptions.names("classes")) else {
      throw ValidationError("compare declares all classes of the data: leave out --set classes.")
    }
  }

  func run() throws {
    try reportingFailures {
      try CallFiles.check(reading.inputs(data))
      var comparisons: [ComparisonReport] = []
      // Each source once: standard input cannot be read again.
      var chunks: [String: DataChunk] = [:]
      for (name, source) in pairs() {
        let chunk = try chunks[source] ?? reading.readAll(source, for: .comparing)
        chunks[source] = chunk
        let made = try EstimatorCatalog.make(
          name, target: chunk.targetKind, preprocess: preprocess)
        let prepared = try EstimatorOptions.setting(settings, of: made)
        comparisons.append(try compare(prepared, chunk, source))
      }
      try output.print(
        comparisons, text: comparisons.map(\.text).joined(separator: "\n\n\n"))
    }
  }

  /// The estimators, each with its data.
  private func pairs() -> [(name: String, source: String)] {
    let names: [String]
    if estimator.isEmpty {
      names = EstimatorCatalog.names.filter {
        guard let data else { return true }
        return EstimatorCatalog.isRegressor($0) == (data == "sample:diabetes")
      }
    } else {
      names = estimator
    }
    return names.map {
      ($0, data ?? (EstimatorCatalog.isRegressor($0) ? "sample:diabetes" : "sample:digits"))
    }
  }

  private func compare<E: CommandEstimator>(
    _ estimator: E, _ chunk: DataChunk, _ source: String
  ) throws -> ComparisonReport {
    let target = try E.target(of: chunk)
    let rowCount = chunk.features.rowCount
    guard rowCount >= 8 else {
      throw CommandFailure(
        .badData, "\(chunk.origin.path): \(rowCount) rows are too few to compare on; 8 are needed.")
    }
    guard calls <= rowCount / 8 else {
      throw CommandFailure(
        .usage,
        "--calls is \(calls), but the \(rowCount) rows of \(chunk.origin.path) are enough for at "
          + "most \(rowCount / 8).")
    }
    // Now, while rows are those of the data and not those of one call.
    try located(chunk) { try chunk.checkFinite(E.numbers(target)) }
    var prepared = estimator
    if let classes = E.classesSetting(target) {
      try prepared.hyperparameters.set("classes", to: classes, of: E.name)
    }
    var comparison = RefitComparison(
      prepared, features: chunk.features, target: target, strata: E.strata(target),
      callCount: calls, givesAllRows: sameData, seed: seed)
    if !policy.isEmpty { comparison.policies = policy.map(\.policy) }
    let progress = Progress(quiet: output.quiet)
    let runs = try located(chunk) {
      try comparison.run { policy, call in
        progress.show("\(E.name): \(policy.rawValue), call \(call) of \(calls)")
      }
    }
    progress.clear()
    return ComparisonReport(
      estimator: E.name, data: source,
      isClassifier: E.strata(target) != nil,
      isOnePass: prepared.exemptions.contains(.onePass), seed: seed, givesAllRows: sameData,
      heldOutCount: comparison.heldOutRows.count,
      callRowCounts: comparison.rowsOfCalls.map(\.count),
      runs: runs.map { run in
        .init(
          policy: run.policy.rawValue,
          keeps: run.policy.explanation(for: prepared.exemptions),
          calls: run.calls.map {
            .init(
              score: $0.score, loss: $0.loss, distance: $0.distance,
              seconds: $0.duration / .seconds(1), epochCount: $0.epochCount)
          })
      })
  }
}

/// A policy by its name.
struct PolicyName: ExpressibleByArgument {
  var policy: RefitPolicy

  init?(argument: String) {
    guard let policy = RefitPolicy(rawValue: argument) else { return nil }
    self.policy = policy
  }

  static var allValueStrings: [String] { RefitPolicy.allCases.map(\.rawValue) }
}

/// What `estimate compare` found for one estimator.
private struct ComparisonReport: Encodable {
  struct Call: Encodable {
    var score: Double
    var loss: Double
    var distance: Double?
    var seconds: Double
    var epochCount: Int
  }

  struct Run: Encodable {
    var policy: String
    var keeps: String
    var calls: [Call]
  }

  var estimator: String
  var data: String
  var isClassifier: Bool
  var isOnePass: Bool
  var seed: UInt64
  var givesAllRows: Bool
  var heldOutCount: Int
  var callRowCounts: [Int]
  var runs: [Run]

  /// A table with the calls side by side, and below it what every policy keeps.
  var text: String {
    let rows = callRowCounts
    let sizes = Set(rows).sorted().map(String.init).joined(separator: " or ")
    var lines = [
      "\(estimator) on \(data)",
      "held out: \(heldOutCount) samples, a\(isClassifier ? " stratified" : "") quarter drawn with "
        + "seed \(seed); each of \(rows.count) calls is given "
        + (givesAllRows ? "all \(sizes) others" : "its own \(sizes) of the others, shuffled"),
      "",
    ]
    let measure = isClassifier ? "accuracy" : "R²"
    for (title, value) in [
      (measure, { (call: Call) in call.score.fixed(4) }),
      ("loss", { $0.loss.short }),
      ("moved", { $0.distance.map { $0.short } ?? "–" }),
      ("milliseconds", { ($0.seconds * 1000).short }),
    ] as [(String, (Call) -> String)] {
      lines.append(
        title.padded(to: 14, left: false)
          + rows.indices.map { "call \($0 + 1)".padded(to: 11) }.joined())
      for run in runs {
        lines.append(
          "  \(run.policy)".padded(to: 14, left: false)
            + run.calls.map { value($0).padded(to: 11) }.joined())
      }
      lines.append("")
    }
    lines +=
      ("\(measure) and loss are those on the held-out samples after each call; moved is how far the "
      + "parameters went since the call before (2-norm).")
      .wrapped(to: 100)
    for run in runs {
      lines += "\(run.policy) = \(run.keeps)".wrapped(to: 100, first: "  ", rest: "    ")
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  /// The text with spaces in front, or behind, up to a width.
  fileprivate func padded(to width: Int, left: Bool = true) -> String {
    let spaces = String(repeating: " ", count: max(0, width - count))
    return left ? spaces + self : self + spaces
  }
}

extension String {
  /// The text in lines of at most so many characters.
  fileprivate func wrapped(to width: Int, first: String = "", rest: String = "") -> [String] {
    var lines = [first]
    for word in split(separator: " ") {
      let line = lines[lines.count - 1]
      let isBare = line == first || line == rest
      if !isBare, line.count + 1 + word.count > width {
        lines.append(rest + word)
      } else {
        lines[lines.count - 1] += (isBare ? "" : " ") + word
      }
    }
    return lines
  }
}
