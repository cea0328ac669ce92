import Foundation

/// What was measured.
struct Measurement: Encodable {
  /// The seconds of each repetition.
  var seconds: [Double]

  /// The work of one repetition, in units without "a second".
  var work: Double

  /// What `work` divided by seconds is called.
  var unit: String

  /// What shows that the same was done.
  var check: [String: Double]

  /// Results of repetitions that differ by their seed, or `nil`.
  var samples: [Double]?

  /// The most memory the process has had since the data were read, in MiB.
  var peakMegabytes = 0.0

  private enum CodingKeys: String, CodingKey {
    case seconds, work, unit, check, samples
    case peakMegabytes = "peak_mb"
  }

  /// Repeats a call at least three times, until a second has passed.
  init(
    threads: Int, work: Double, unit: String, check: () throws -> [String: Double],
    _ call: () throws -> Void
  ) throws {
    Self.forgetPeak()
    try call()
    var seconds: [Double] = []
    let clock = ContinuousClock()
    let began = clock.now
    while seconds.count < 3 || (clock.now - began < .seconds(1) && seconds.count < 1000) {
      let (wall, processor) = (clock.now, Self.processorSeconds())
      try call()
      let wallSeconds = (clock.now - wall) / .seconds(1)
      let processorSeconds = Self.processorSeconds() - processor
      // With one thread, time in which others held the processor does not count.
      seconds.append(threads == 1 ? min(wallSeconds, processorSeconds) : wallSeconds)
    }
    self.seconds = seconds
    self.work = work
    self.unit = unit
    self.check = try check()
    peakMegabytes = Self.peakMegabytes()
  }

  /// Takes what was measured in another way.
  init(seconds: [Double], work: Double, unit: String, check: [String: Double]) {
    self.seconds = seconds
    self.work = work
    self.unit = unit
    self.check = check
    peakMegabytes = Self.peakMegabytes()
  }

  /// The memory that the process has at this moment, in MiB; only Linux says.
  static func residentMegabytes() -> Double {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
    return pages * Double(getpagesize()) / 1_048_576
  }

  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Lets the peak begin anew, where the system can.
  private static func forgetPeak() {
    try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
  }

  private static func peakMegabytes() -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    if let match = status.firstMatch(of: #/VmHWM:\s*(\d+) kB/#), let kilobytes = Double(match.1) {
      return kilobytes / 1024
    }
    var usage = rusage()
    #if canImport(Darwin)
      getrusage(RUSAGE_SELF, &usage)
      return Double(usage.ru_maxrss) / 1_048_576
    #else
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return Double(usage.ru_maxrss) / 1024
    #endif
  }
}
