import ArgumentParser
import DataReaders
import LinearAlgebra

/// Where samples come from, and how they are read.
struct DataOptions: ParsableArguments {
  @Argument(help: "A path, - for standard input, or sample:NAME.")
  var data: String

  @OptionGroup var reading: ReadingOptions

  /// The files that are read.
  var inputs: [CallInput] { reading.inputs(data) }

  /// Opens the data; see ``ReadingOptions/open(_:for:)``.
  func open(for purpose: ReadingOptions.Purpose) throws -> any ChunkReader {
    try reading.open(data, for: purpose)
  }

  /// Reads everything; see ``ReadingOptions/readAll(_:for:)``.
  func readAll(for purpose: ReadingOptions.Purpose) throws -> DataChunk {
    try reading.readAll(data, for: purpose)
  }
}
