#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The natural logarithm.
package func logarithm(_ x: Double) -> Double { log(x) }
