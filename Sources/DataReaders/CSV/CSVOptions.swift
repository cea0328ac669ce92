/// What a reader of separated values has to be told.
public struct CSVOptions: Sendable {
  /// Whether the first line names the columns.
  public enum Header: String, CaseIterable, Sendable {
    /// It does if none of its fields is a number, or one is the name of a column asked for.
    case automatic

    /// It does.
    case present

    /// It does not.
    case absent
  }

  /// A column, by its name or its number.
  public enum Column: Equatable, Sendable {
    /// The name in the header.
    case name(String)

    /// The number from 0; negative numbers count from the end.
    case index(Int)

    /// Reads a name or a number; a header that has the number as a name goes before.
    public init(_ text: String) {
      self = Int(text).map(Column.index) ?? .name(text)
    }
  }

  /// What separates fields.
  public var separator: UInt8 = UInt8(ascii: ",")

  /// Whether the first line names the columns.
  public var header = Header.automatic

  /// The column to learn, or `nil` if there is none.
  public var target: Column?

  /// The column of weights, or `nil` if there is none.
  public var weights: Column?

  /// Makes the default options: commas, a header if there is one, neither target nor weights.
  public init() {}
}
