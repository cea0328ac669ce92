import Foundation
import LinearAlgebra
import Testing

/// Each test loads a library in a process of its own: a process has one library.
@Suite struct BLASLibraryTests {
  private static let variable = BLASLibrary.environmentVariable

  @Test func theLibraryInUseIsKnownAndSingleThreaded() throws {
    let library = try BLASLibrary.load()
    #expect(library.blasPath.hasPrefix("/"))
    #expect(library.lapackPath.hasPrefix("/"))
    #expect(library.threadCount == 1)
    if let named = ProcessInfo.processInfo.environment[Self.variable] {
      let first = try #require(named.split(separator: ":").first)
      #expect(library.blasPath == URL(filePath: String(first)).resolvingSymlinksInPath().path)
    }
  }

  #if os(Linux) && arch(x86_64)
    @Test func kernelsAreChosenByTheProcessor() async {
      await #expect(processExitsWith: .success) {
        unsetenv("OPENBLAS_CORETYPE")
        unsetenv(BLASLibrary.environmentVariable)
        setenv("OPENBLAS_NUM_THREADS", "7", 1)
        let library = try BLASLibrary.load()
        guard library.configuration?.contains("OpenBLAS") == true else { return }
        let flags = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        if flags.contains("avx512vl") && flags.contains("avx512dq") {
          #expect(library.core == "SkylakeX")
        } else if flags.contains("avx2") {
          #expect(library.core == "Haswell")
        }
        #expect(library.threadCount == 1)
        // The environment is as it was.
        #expect(getenv("OPENBLAS_CORETYPE") == nil)
        #expect(getenv("OPENBLAS_NUM_THREADS").map { String(cString: $0) } == "7")
      }
    }

    @Test func aChoiceMadeByTheUserIsKept() async {
      await #expect(processExitsWith: .success) {
        unsetenv(BLASLibrary.environmentVariable)
        setenv("OPENBLAS_CORETYPE", "Prescott", 1)
        let library = try BLASLibrary.load()
        guard library.configuration?.contains("OpenBLAS") == true else { return }
        #expect(library.core == "Prescott")
        #expect(getenv("OPENBLAS_CORETYPE").map { String(cString: $0) } == "Prescott")
      }
    }
  #endif

  @Test func aLibraryThatIsNotThereIsATypedErrorThatSaysWhatToInstall() async {
    await #expect(processExitsWith: .success) {
      setenv(BLASLibrary.environmentVariable, "/nowhere/libblas.so.3", 1)
      let matrix = Matrix<Double>.identity(3)
      let error = #expect(throws: LinearAlgebraError.self) { try matrix.multiplied(by: matrix) }
      guard case .libraryNotFound(let attempts) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(attempts.count == 1)
      let text = error?.description ?? ""
      #expect(text.contains("/nowhere/libblas.so.3"))
      #expect(text.contains("apt-get install libopenblas-dev liblapack-dev"))
      #expect(text.contains("\(BLASLibrary.environmentVariable) is \"/nowhere/libblas.so.3\""))
    }
  }

  @Test func namesThatAreEmptyAreRefused() async {
    await #expect(processExitsWith: .success) {
      setenv(BLASLibrary.environmentVariable, ":", 1)
      let error = #expect(throws: LinearAlgebraError.self) { try BLASLibrary.load() }
      #expect(error?.description.contains("ESTIMATORS_BLAS is \":\": a name is empty") == true)
    }
  }

  #if os(Linux)
    @Test func aLibraryIsNotReplacedByOneThatLAPACKBringsAlong() async {
      await #expect(processExitsWith: .success) {
        // Without a LAPACK of its own, the system's would be opened, and its BLAS with it.
        setenv(BLASLibrary.environmentVariable, "libm.so.6", 1)
        #expect(
          throws: LinearAlgebraError.libraryNotFound(
            attempts: ["ESTIMATORS_BLAS is \"libm.so.6\": it has no routine dgemm_"])
        ) { try BLASLibrary.load() }
      }
    }
  #endif

  @Test func aLibraryWithoutLAPACKIsRefusedByTheMissingRoutine() async {
    await #expect(processExitsWith: .success) {
      // The C library is a library, but not this one.
      setenv(BLASLibrary.environmentVariable, "libc.so.6:libm.so.6", 1)
      #expect(
        throws: LinearAlgebraError.libraryNotFound(
          attempts: ["ESTIMATORS_BLAS is \"libc.so.6:libm.so.6\": it has no routine dgemm_"])
      ) { try BLASLibrary.load() }
    }
  }

  /// A library whose `dgemm` is wrong as long as kernels are forced on it: each forced choice is
  /// given up in turn, and the library's own choice is taken.
  @Test(.enabled(if: WrongLibrary.canBeBuilt))
  func wrongKernelsAreGivenUpForSimplerOnes() async throws {
    let wrong = try WrongLibrary.build(condition: "getenv(\"OPENBLAS_CORETYPE\") != 0")
    setenv("TEST_WRONG_LIBRARY", wrong, 1)
    await #expect(processExitsWith: .success) {
      unsetenv("OPENBLAS_CORETYPE")
      let path = try #require(getenv("TEST_WRONG_LIBRARY").map { String(cString: $0) })
      setenv(BLASLibrary.environmentVariable, path, 1)
      let library = try BLASLibrary.load()
      #expect(library.blasPath == path)
      // It holds no LAPACK routines, but opens a library that does.
      #expect(library.lapackPath != path)
      #expect(!library.rejected.isEmpty)
      #expect(library.rejected.allSatisfy { $0.contains("dgemm gives wrong results") })
    }
  }

  @Test(.enabled(if: WrongLibrary.canBeBuilt))
  func aLibraryThatIsAlwaysWrongIsReported() async throws {
    let wrong = try WrongLibrary.build(condition: "1")
    setenv("TEST_ALWAYS_WRONG_LIBRARY", wrong, 1)
    await #expect(processExitsWith: .success) {
      unsetenv("OPENBLAS_CORETYPE")
      let path = try #require(getenv("TEST_ALWAYS_WRONG_LIBRARY").map { String(cString: $0) })
      setenv(BLASLibrary.environmentVariable, path, 1)
      let error = #expect(throws: LinearAlgebraError.self) { try BLASLibrary.load() }
      guard case .libraryNotFound(let attempts) = error else { return }
      #expect(attempts.allSatisfy { $0.contains("dgemm gives wrong results") })
    }
  }
}

/// A real BLAS library with one routine of its own in front that can be made wrong.
private enum WrongLibrary {
  private static let real = ["libblas.so.3", "liblapack.so.3"]

  static let canBeBuilt: Bool = {
    #if os(Linux)
      (try? build(condition: "0")) != nil
    #else
      false
    #endif
  }()

  static func build(condition: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "wrong-blas-\(ProcessInfo.processInfo.processIdentifier)-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let source = folder.appending(path: "wrong.c")
    try """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <stdlib.h>
    static int is_wrong;
    __attribute__((constructor)) static void look(void) { is_wrong = \(condition); }
    typedef void gemm(const char *, const char *, const int *, const int *, const int *,
                      const double *, const double *, const int *, const double *, const int *,
                      const double *, double *, const int *, size_t, size_t);
    void dgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k,
                const double *alpha, const double *a, const int *lda, const double *b,
                const int *ldb, const double *beta, double *c, const int *ldc, size_t x, size_t y) {
      gemm *real = (gemm *)dlsym(RTLD_NEXT, "dgemm_");
      real(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, x, y);
      if (is_wrong && *m > 1) c[1] += 0.001;
    }
    """.write(to: source, atomically: true, encoding: .utf8)
    let library = folder.appending(path: "libwrong.so")
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments =
      ["clang", "-shared", "-fPIC", "-O1", "-o", library.path, source.path]
      + real.map { "-l:\($0)" }
    compiler.standardError = FileHandle.nullDevice
    try compiler.run()
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return library.path
  }
}
