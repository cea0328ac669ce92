internal import _CSampleData

/// The data sets that come with the package, built into the program itself.
///
/// Where each comes from and under which licence stands beside them in `SOURCES.txt`.
public enum SampleData: String, CaseIterable, Sendable {
  /// 150 flowers of three species, four measurements.
  case iris

  /// 1797 hand-written digits, 64 pixels.
  case digits

  /// 178 wines of three cultivars, 13 measurements.
  case wine

  /// 569 tumours, malignant or benign, 30 measurements.
  case breastCancer = "breast-cancer"

  /// 442 patients and the progression of their disease, 10 measurements.
  case diabetes

  /// Finds a data set by its name.
  ///
  /// - Throws: ``ReaderError/unknownSample(name:possible:)``.
  public init(named name: String) throws(ReaderError) {
    guard let sample = SampleData(rawValue: name) else {
      throw .unknownSample(name: name, possible: SampleData.allCases.map(\.rawValue))
    }
    self = sample
  }

  /// The text of the data set, as separated values with a header; the last column is the target.
  public var csv: [UInt8] {
    var count = 0
    guard let start = sample_data(rawValue, &count) else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// A reader of the data set.
  public func reader() -> CSVReader {
    var options = CSVOptions()
    options.header = .present
    options.target = .index(-1)
    return CSVReader(csv, path: "sample:\(rawValue)", options: options)
  }

  /// All rows of the data set.
  ///
  /// - Throws: ``ReaderError`` if the program was built from damaged files.
  public func read() throws(ReaderError) -> DataChunk {
    var reader = reader()
    return try reader.all()
  }
}
