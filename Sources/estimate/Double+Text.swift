import Foundation

extension Double {
  /// Four digits for people, with a power of ten where the number is very large or small; JSON has
  /// all digits.
  var short: String {
    guard isFinite else { return description }
    return abs(self) >= 1e6 || (abs(self) < 1e-3 && self != 0)
      ? formatted(.number.precision(.significantDigits(4)).notation(.scientific))
      : formatted(.number.precision(.significantDigits(4)).grouping(.never))
  }

  /// So many digits behind the point.
  func fixed(_ digits: Int) -> String {
    formatted(.number.precision(.fractionLength(digits)).grouping(.never))
  }
}
