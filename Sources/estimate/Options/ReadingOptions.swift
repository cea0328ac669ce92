import ArgumentParser
import DataReaders
import Estimators
import Foundation
import LinearAlgebra

/// How samples are read, and what belongs to them.
struct ReadingOptions: ParsableArguments {
  /// The formats that samples can be in.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case csv
    case tsv
    case npy
  }

  /// What samples are read for.
  enum Purpose {
    case training
    case scoring
    case comparing
    case predicting
  }

  @Option(help: "The format, where it does not follow from the name: csv, tsv, npy.")
  var format: Format?

  @Option(
    parsing: .unconditional,
    help: "The column to learn: a name, or a number from 0; negative numbers from the end.")
  var target: String?

  @Option(help: "A file with the target of each row: .npy, or one value a line.")
  var targetFile: String?

  @Option(parsing: .unconditional, help: "The column of weights.")
  var weights: String?

  @Option(help: "A file with the weight of each row: .npy, or one value a line.")
  var weightsFile: String?

  @Flag(help: "The first line names the columns, also if it looks like numbers.")
  var header = false

  @Flag(help: "The first line is data, also if it looks like names.")
  var noHeader = false

  func validate() throws {
    guard target == nil || targetFile == nil else {
      throw ValidationError("Give --target or --target-file, not both.")
    }
    guard weights == nil || weightsFile == nil else {
      throw ValidationError("Give --weights or --weights-file, not both.")
    }
    guard !header || !noHeader else {
      throw ValidationError("Give --header or --no-header, not both.")
    }
  }

  /// The files that are read.
  ///
  /// - Parameter data: The path of the samples, if they are given.
  /// - Returns: An input for each option that can name one.
  func inputs(_ data: String?) -> [CallInput] {
    [
      CallInput(
        option: "DATA", path: data?.hasPrefix("sample:") == true ? nil : data, isData: true),
      CallInput(option: "--target-file", path: targetFile, isData: true),
      CallInput(option: "--weights-file", path: weightsFile, isData: true),
    ]
  }

  /// Opens the data.
  ///
  /// - Parameters:
  ///   - data: A path, `-` for standard input, or `sample:NAME`.
  ///   - purpose: What the rows are read for.
  /// - Returns: A reader of the rows.
  /// - Throws: ``ReaderError`` or ``CommandFailure``, also for an option that would do nothing.
  func open(_ data: String, for purpose: Purpose) throws -> any ChunkReader {
    switch purpose {
    case .training, .scoring: break
    case .comparing:
      try refuse(
        "A comparison counts every row the same",
        [("--weights", weights != nil), ("--weights-file", weightsFile != nil)])
    case .predicting:
      try refuse(
        "A prediction takes features alone",
        [("--target-file", targetFile != nil), ("--weights-file", weightsFile != nil)])
    }
    let reader = try openFeatures(data, needsTarget: purpose != .predicting)
    guard targetFile != nil || weightsFile != nil else { return reader }
    return JoinedReader(
      reader, targets: try targetFile.map(FileColumn.targets),
      weights: try weightsFile.map(FileColumn.weights))
  }

  /// Refuses options that would have no effect.
  private func refuse(_ reason: String, _ options: [(name: String, isGiven: Bool)]) throws {
    guard let option = options.first(where: \.isGiven) else { return }
    throw CommandFailure(.usage, "\(reason): leave out \(option.name).")
  }

  /// The options about columns of separated values.
  private var columnOptions: [(name: String, isGiven: Bool)] {
    [
      ("--target", target != nil), ("--weights", weights != nil), ("--header", header),
      ("--no-header", noHeader),
    ]
  }

  private func openFeatures(_ data: String, needsTarget: Bool) throws -> any ChunkReader {
    if data.hasPrefix("sample:") {
      let sample = try SampleData(named: String(data.dropFirst("sample:".count)))
      try refuse(
        "\(data) knows its format and its columns", [("--format", format != nil)] + columnOptions)
      return sample.reader()
    }
    let format = try resolvedFormat(data)
    if needsTarget, target == nil, targetFile == nil {
      throw CommandFailure(.usage, "Say what to learn: --target COLUMN or --target-file FILE.")
    }
    if format == .npy {
      try refuse(
        "A .npy file holds features alone, with --target-file and --weights-file beside it",
        columnOptions)
      return try NumpyReader(path: data)
    }
    var options = CSVOptions()
    options.separator = UInt8(ascii: format == .tsv ? "\t" : ",")
    options.header = header ? .present : noHeader ? .absent : .automatic
    options.target = target.map(CSVOptions.Column.init)
    options.weights = weights.map(CSVOptions.Column.init)
    return try CSVReader(path: data, options: options)
  }

  private func resolvedFormat(_ data: String) throws -> Format {
    if let format { return format }
    guard data != "-" else { throw CommandFailure(.usage, "Standard input needs --format.") }
    guard let format = Format(rawValue: URL(filePath: data).pathExtension.lowercased()) else {
      throw ReaderError.unknownFormat(
        path: data, possible: Format.allCases.map { "--format \($0.rawValue)" })
    }
    return format
  }
}

/// A column that lies in a file of its own.
private struct FileColumn<Values> {
  var values: Values
  var count: Int
  var origin: RowOrigin
}

extension FileColumn<TargetColumn> {
  /// Reads targets.
  static func targets(_ path: String) throws -> FileColumn {
    guard path.hasSuffix(".npy") else {
      let lines = try ValueLines(path: path)
      return FileColumn(
        values: .texts(lines.texts), count: lines.texts.count, origin: lines.origin)
    }
    let values = try NumpyArray(path: path).targets()
    return FileColumn(values: values, count: values.rowCount, origin: RowOrigin(path: path))
  }
}

extension FileColumn<[Double]> {
  /// Reads weights.
  static func weights(_ path: String) throws -> FileColumn {
    guard path.hasSuffix(".npy") else {
      let lines = try ValueLines(path: path)
      let weights = try lines.numbers("weight")
      return FileColumn(values: weights, count: weights.count, origin: lines.origin)
    }
    let array = try NumpyArray(path: path)
    guard array.doubles.count == array.shape.first else {
      throw ReaderError.data(
        path: path, line: nil, reason: "weights are one column, but this has shape \(array.shape)")
    }
    return FileColumn(
      values: array.doubles, count: array.doubles.count, origin: RowOrigin(path: path))
  }
}

/// Rows whose targets or weights come from another file.
private struct JoinedReader: ChunkReader {
  private var reader: any ChunkReader
  private let targets: FileColumn<TargetColumn>?
  private let weights: FileColumn<[Double]>?
  private var position = 0

  init(
    _ reader: any ChunkReader, targets: FileColumn<TargetColumn>?, weights: FileColumn<[Double]>?
  ) {
    self.reader = reader
    self.targets = targets
    self.weights = weights
  }

  mutating func next(_ maximumRowCount: Int) throws(ReaderError) -> DataChunk? {
    guard var chunk = try reader.next(maximumRowCount) else {
      try check(position, isEnd: true)
      return nil
    }
    let rows = position..<position + chunk.features.rowCount
    try check(rows.upperBound, isEnd: false)
    if let targets {
      chunk.target = targets.values.selectingRows(rows)
      chunk.targetOrigin = targets.origin.selectingRows(rows)
    }
    if let weights {
      chunk.weights = Array(weights.values[rows])
      chunk.weightsOrigin = weights.origin.selectingRows(rows)
    }
    position = rows.upperBound
    return chunk
  }

  private func check(_ count: Int, isEnd: Bool) throws(ReaderError) {
    for (name, column) in [
      ("targets", targets.map { ($0.count, $0.origin.path) }),
      ("weights", weights.map { ($0.count, $0.origin.path) }),
    ] {
      guard let (available, path) = column, isEnd ? available != count : available < count
      else { continue }
      throw .data(
        path: path, line: nil,
        reason: "there are \(available) \(name) for \(isEnd ? "" : "at least ")\(count) rows")
    }
  }
}
