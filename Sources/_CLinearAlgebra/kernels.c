#include "kernels.h"

#include <float.h>
#include <tgmath.h>
#include <string.h>

// Three versions of each kernel, one chosen when the program starts. Elsewhere (arm64, musl) the compiler's baseline.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define LA_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LA_KERNEL
#endif

// The order of a sum may change, and a product may be fused into it.
#define LA_FAST _Pragma("clang fp reassociate(on) contract(fast)")

// Spreads the bits of a value and its position over 64; every step is a bijection of the value's bits.
static inline uint64_t mixed(double value, uint64_t position) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits += (position + 1) * 0x9E3779B97F4A7C15u;
  bits = (bits ^ (bits >> 31)) * 0xBF58476D1CE4E5B9u;
  bits = (bits ^ (bits >> 29)) * 0x94D049BB133111EBu;
  return bits ^ (bits >> 32);
}

// 1 for a NaN or an infinity, else 0.
static inline uint64_t not_finite(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (bits & 0x7FF0000000000000u) == 0x7FF0000000000000u;
}

#define S double
#define P double
#define NAME(kernel) la_##kernel##_f64_f64
#include "kernels_mixed.h"
#undef S
#undef P
#undef NAME

#define S double
#define P float
#define NAME(kernel) la_##kernel##_f64_f32
#include "kernels_mixed.h"
#undef S
#undef P
#undef NAME

#define S float
#define P double
#define NAME(kernel) la_##kernel##_f32_f64
#include "kernels_mixed.h"
#undef S
#undef P
#undef NAME

#define S float
#define P float
#define NAME(kernel) la_##kernel##_f32_f32
#include "kernels_mixed.h"
#undef S
#undef P
#undef NAME

#define S double
#define SMALLEST_SHARE DBL_EPSILON
#define NAME(kernel) la_##kernel##_f64
#include "kernels_network.h"
#include "kernels_single.h"
#undef S
#undef SMALLEST_SHARE
#undef NAME

#define S float
#define SMALLEST_SHARE FLT_EPSILON
#define NAME(kernel) la_##kernel##_f32
#include "kernels_network.h"
#include "kernels_single.h"
#undef S
#undef NAME
