internal import Foundation
internal import _CLinearAlgebra

/// The BLAS and LAPACK library this process computes with.
///
/// It is opened when first needed, not linked, because the best one is not known before: the
/// kernels of OpenBLAS are chosen while it is being opened, and a build older than the processor
/// then chooses kernels without AVX (24 instead of 113 GFLOP/s were measured with the OpenBLAS
/// 0.3.21 of Debian 12). So:
///
/// 1. the processor is looked at, and `OPENBLAS_CORETYPE` is set while the library is opened,
///    unless it is set already;
/// 2. the library named by ``environmentVariable`` is opened, or else the system's;
/// 3. it computes in the calling thread alone: parallelism is this package's own, at the outside;
/// 4. small products and factorizations are compared with plain Swift; if one is wrong, the next
///    simpler kernels are tried, then the next library.
///
/// Calling ``load()`` does this at a moment of your choice, such as the start of a server: the
/// environment is changed for its duration and then put back.
public struct BLASLibrary: Sendable {
  /// The environment variable that names the library: a file, or several separated by colons, BLAS
  /// first.
  public static let environmentVariable = "ESTIMATORS_BLAS"

  /// The file that holds the BLAS routines.
  public let blasPath: String

  /// The file that holds the LAPACK routines; often the same.
  public let lapackPath: String

  /// The kernels the library says it runs, such as `SkylakeX`, or `nil` where it does not say.
  public let core: String?

  /// What the library says of its version and build, or `nil` where it does not say.
  public let configuration: String?

  /// The number of threads the library uses for one call: 1, or what it says where it cannot be
  /// told.
  public let threadCount: Int

  /// What was tried before this and given up, and why.
  public let rejected: [String]

  /// Opens the library unless that has been done, and returns what is known about it.
  ///
  /// - Throws: ``LinearAlgebraError/libraryNotFound(attempts:)``; later calls then throw the same.
  /// - Complexity: A few milliseconds the first time, then O(1).
  @discardableResult
  public static func load() throws(LinearAlgebraError) -> BLASLibrary {
    try opened.get()
  }

  private static let opened: Result<BLASLibrary, LinearAlgebraError> = open()

  private static func open() -> Result<BLASLibrary, LinearAlgebraError> {
    var rejected: [String] = []
    for candidate in candidates() {
      for core in cores() {
        switch attempt(candidate.files, core: core) {
        case .success(let library):
          return .success(
            BLASLibrary(
              blasPath: library.blasPath, lapackPath: library.lapackPath, core: library.core,
              configuration: library.configuration, threadCount: library.threadCount,
              rejected: rejected))
        case .failure(let reason):
          rejected.append("\(candidate.name): \(reason.text)")
          // Other kernels can mend a wrong result, but not a library that is not there.
          guard reason.mayDependOnCore else { break }
          continue
        }
        break
      }
    }
    return .failure(.libraryNotFound(attempts: rejected))
  }

  /// Why one attempt failed.
  private struct Rejection: Error {
    var text: String
    var mayDependOnCore = false
  }

  /// The libraries to try, in order: what messages call each, and its files, BLAS first and then,
  /// where known, LAPACK.
  private static func candidates() -> [(name: String, files: [String])] {
    if let named = ProcessInfo.processInfo.environment[environmentVariable], !named.isEmpty {
      let files = named.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      return [("\(environmentVariable) is \"\(named)\"", files)]
    }
    #if canImport(Darwin)
      let names = ["/System/Library/Frameworks/Accelerate.framework/Accelerate"]
    #else
      let names = [
        "libblas.so.3", "libopenblas.so.0", "libopenblas.so", "libmkl_rt.so.2", "libblas.so",
      ]
    #endif
    return names.map { ($0, [$0]) }
  }

  /// The values of `OPENBLAS_CORETYPE` to try, in order; `nil` leaves the choice to the library.
  private static func cores() -> [String?] {
    guard ProcessInfo.processInfo.environment[coreVariable] == nil else { return [nil] }
    return switch la_processor_level() {
    case LA_AVX512: ["SkylakeX", "Haswell", nil]
    case LA_AVX2: ["Haswell", nil]
    default: [nil]
    }
  }

  private static let coreVariable = "OPENBLAS_CORETYPE"
  private static let threadsVariable = "OPENBLAS_NUM_THREADS"

  private static func attempt(
    _ names: [String], core: String?
  ) -> Result<BLASLibrary, Rejection> {
    // Read by OpenBLAS while it is opened, and only then.
    let threadsBefore = ProcessInfo.processInfo.environment[threadsVariable]
    if let core { setenv(coreVariable, core, 1) }
    setenv(threadsVariable, "1", 1)
    defer {
      if core != nil { unsetenv(coreVariable) }
      if let threadsBefore {
        setenv(threadsVariable, threadsBefore, 1)
      } else {
        unsetenv(threadsVariable)
      }
    }
    do {
      try openAndBind(names)
    } catch {
      la_close()
      return .failure(error)
    }
    la_use_one_thread()
    if let wrong = SelfCheck.firstWrongRoutine() {
      let kernels = la_core_name().map { " with kernels \(String(cString: $0))" } ?? ""
      la_close()
      return .failure(
        Rejection(text: "\(wrong) gives wrong results\(kernels)", mayDependOnCore: true))
    }
    return .success(
      BLASLibrary(
        blasPath: path(la_blas_path), lapackPath: path(la_lapack_path),
        core: la_core_name().map { String(cString: $0) },
        configuration: la_configuration().map {
          String(cString: $0).trimmingCharacters(in: .whitespaces)
        },
        threadCount: Int(la_thread_count()), rejected: []))
  }

  private static func openAndBind(_ names: [String]) throws(Rejection) {
    // The dynamic linker would take an empty name for the program itself.
    guard !names.contains("") else {
      throw Rejection(text: "a name is empty; write one file, or several with colons between")
    }
    try call { la_open_blas(names[0], $0) }
    if !la_has_lapack() {
      try openLAPACK(
        names.count > 1 ? Array(names.dropFirst()) : lapackNames(beside: path(la_blas_path)))
    }
    try call(la_bind)
  }

  private static func openLAPACK(_ names: [String]) throws(Rejection) {
    var lastFailure = Rejection(text: "it has no LAPACK routines")
    for name in names {
      do {
        try call { la_open_lapack(name, $0) }
        return
      } catch {
        lastFailure = error
      }
    }
    throw lastFailure
  }

  /// Where the LAPACK library of a BLAS library is looked for: the same folder, then (Debian's
  /// reference library) the folder `lapack` beside it, then wherever the system has one.
  private static func lapackNames(beside blas: String) -> [String] {
    let folder = (blas as NSString).deletingLastPathComponent as NSString
    let neighbour = (folder.deletingLastPathComponent as NSString).appendingPathComponent("lapack")
    return [folder as String, neighbour].map {
      ($0 as NSString).appendingPathComponent("liblapack.so.3")
    } + ["liblapack.so.3", "liblapack.so"]
  }

  private static func call(
    _ function: (UnsafeMutablePointer<CChar>) -> Bool
  ) throws(Rejection) {
    var message = [CChar](repeating: 0, count: Int(LA_MESSAGE_LENGTH))
    guard function(&message) else { throw Rejection(text: text(message)) }
  }

  private static func path(_ function: (UnsafeMutablePointer<CChar>) -> Void) -> String {
    var characters = [CChar](repeating: 0, count: Int(LA_PATH_LENGTH))
    function(&characters)
    return text(characters)
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
