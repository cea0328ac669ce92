import ArgumentParser
import LinearAlgebra

/// `estimate doctor`: says which linear-algebra library is used, and how fast it is.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say which BLAS and LAPACK library is used, its kernels, and how fast it is.")

  @OptionGroup var output: OutputOptions

  func run() throws {
    try reportingFailures {
      let library = try BLASLibrary.load()
      let report = DoctorReport(
        library: library.blasPath, lapack: library.lapackPath, core: library.core,
        configuration: library.configuration, threads: library.threadCount,
        dgemm: try BLASLibrary.measuredSpeed(of: Double.self),
        sgemm: try BLASLibrary.measuredSpeed(of: Float.self), rejected: library.rejected)
      var lines = [
        "BLAS     \(report.library)", "LAPACK   \(report.lapack)",
        "kernels  \(report.core ?? "the library does not say")",
        "build    \(report.configuration ?? "the library does not say")",
        "threads  \(report.threads) inside the library; parallelism is this program's own",
        "dgemm    \(report.dgemm.short) GFLOP/s, n = 1024",
        "sgemm    \(report.sgemm.short) GFLOP/s, n = 1024",
      ]
      for reason in report.rejected { lines.append("given up: \(reason)") }
      try output.print(report, text: lines.joined(separator: "\n"))
    }
  }
}

/// What `estimate doctor` found.
private struct DoctorReport: Encodable {
  var library: String
  var lapack: String
  var core: String?
  var configuration: String?
  var threads: Int
  /// 10⁹ floating-point operations a second.
  var dgemm: Double
  var sgemm: Double
  var rejected: [String]
}
