internal import _CLinearAlgebra

/// Asks the processor to fetch memory that will be read soon.
///
/// Only the beginning of a long stretch: what follows, the processor fetches by itself once reading
/// has begun.
@usableFromInline
func prefetch(_ address: UnsafeRawPointer, byteCount: Int) {
  let lineSize = 64
  for offset in stride(from: 0, to: min(byteCount, 8 * lineSize), by: lineSize) {
    la_prefetch(address + offset)
  }
}
