internal import LinearAlgebra

/// Reads samples from a `.npy` file, a part at a time.
public struct NumpyReader: ChunkReader {
  private let features: any FeatureMatrix
  private let path: String
  private var nextRow = 0

  /// Reads a file of two dimensions, samples × features.
  ///
  /// - Throws: ``ReaderError``.
  public init(path: String) throws(ReaderError) {
    features = try NumpyArray(path: path).features()
    self.path = path
  }

  public mutating func next(_ maximumRowCount: Int) throws(ReaderError) -> DataChunk? {
    guard nextRow < features.rowCount else { return nil }
    let end = nextRow + min(maximumRowCount, features.rowCount - nextRow)
    let rows = nextRow..<end
    nextRow = end
    let selected: any FeatureMatrix =
      rows.count == features.rowCount ? features : features.selectingRows(rows)
    return DataChunk(features: selected, origin: RowOrigin(path: path, firstRow: rows.lowerBound))
  }
}
