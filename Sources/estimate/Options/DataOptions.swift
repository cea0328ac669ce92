import ArgumentParser
import DataReaders
import Foundation
import LinearAlgebra

/// Where samples come from, and what belongs to them.
struct DataOptions: ParsableArguments {
  /// The formats that samples can be in.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case csv
    case tsv
    case npy
  }

  @Argument(help: "A path, - for standard input, or sample:NAME.")
  var data: String

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
    guard data != "-" || format != nil || targetFile != nil && format != nil else {
      throw ValidationError("Standard input needs --format.")
    }
  }

  /// Opens the data.
  ///
  /// - Parameter needsTarget: Whether there must be something to learn.
  /// - Returns: A reader of the rows.
  /// - Throws: ``ReaderError`` or ``CommandFailure``.
  func open(needsTarget: Bool) throws -> any ChunkReader {
    let reader = try openWithoutFiles(needsTarget: needsTarget)
    guard targetFile != nil || weightsFile != nil else { return reader }
    return JoinedReader(
      reader, targets: try targetFile.map(ColumnFile.target),
      weights: try weightsFile.map(ColumnFile.weights))
  }

  private func openWithoutFiles(needsTarget: Bool) throws -> any ChunkReader {
    if data.hasPrefix("sample:") {
      let sample = try SampleData(named: String(data.dropFirst("sample:".count)))
      return sample.reader()
    }
    let format = try resolvedFormat()
    if needsTarget, target == nil, targetFile == nil {
      throw CommandFailure(.usage, "Say what to learn: --target COLUMN or --target-file FILE.")
    }
    if format == .npy {
      guard target == nil, weights == nil else {
        throw CommandFailure(
          .usage, "A .npy file holds features alone; give --target-file and --weights-file.")
      }
      return try NumpyReader(path: data)
    }
    var options = CSVOptions()
    options.separator = UInt8(ascii: format == .tsv ? "\t" : ",")
    options.header = header ? .present : noHeader ? .absent : .automatic
    options.target = target.map(CSVOptions.Column.init)
    options.weights = weights.map(CSVOptions.Column.init)
    return try CSVReader(path: data, options: options)
  }

  private func resolvedFormat() throws -> Format {
    if let format { return format }
    guard let format = Format(rawValue: URL(filePath: data).pathExtension.lowercased()) else {
      throw ReaderError.unknownFormat(
        path: data, possible: Format.allCases.map { "--format \($0.rawValue)" })
    }
    return format
  }
}

/// Columns that lie in files of their own.
private enum ColumnFile {
  static func target(_ path: String) throws -> TargetColumn {
    guard path.hasSuffix(".npy") else { return .texts(try lines(path)) }
    return .numbers(try NumpyArray(path: path).targets())
  }

  static func weights(_ path: String) throws -> [Double] {
    if path.hasSuffix(".npy") { return try NumpyArray(path: path).doubles }
    return try lines(path).enumerated().map { index, text in
      guard let weight = Double(text) else {
        throw ReaderError.data(
          path: path, line: index + 1, reason: "the weight \"\(text)\" is no number")
      }
      return weight
    }
  }

  private static func lines(_ path: String) throws -> [String] {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw ReaderError.file(path: path, reason: "it cannot be read as text")
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.hasSuffix("\r") ? String($0.dropLast()) : String($0)
    }
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

/// Rows whose targets or weights come from another file.
private struct JoinedReader: ChunkReader {
  private var reader: any ChunkReader
  private let targets: TargetColumn?
  private let weights: [Double]?
  private var position = 0

  init(_ reader: any ChunkReader, targets: TargetColumn?, weights: [Double]?) {
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
    switch targets {
    case .texts(let texts): chunk.target = .texts(Array(texts[rows]))
    case .numbers(let matrix): chunk.target = .numbers(matrix.selectingRows(rows))
    case nil: break
    }
    if let weights { chunk.weights = Array(weights[rows]) }
    position = rows.upperBound
    return chunk
  }

  private func check(_ count: Int, isEnd: Bool) throws(ReaderError) {
    for (name, available) in [("targets", targets?.rowCount), ("weights", weights?.count)] {
      guard let available, isEnd ? available != count : available < count else { continue }
      throw .data(
        path: name, line: nil,
        reason: "there are \(available) \(name) for \(isEnd ? "" : "at least ")\(count) rows")
    }
  }
}
