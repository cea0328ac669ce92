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

// Vectors of 64 bytes are passed between these functions, which are always inlined, so that no calling convention is
// concerned.
#pragma clang diagnostic ignored "-Wpsabi"
#define LA_INLINE static inline __attribute__((always_inline))

// How many samples ahead memory is asked for, and how many lines of it; the processor fetches what follows by itself.
#define AHEAD 4
#define LINES_AHEAD 32

// The order of a sum may change, and a product may be fused into it.
#define LA_FAST _Pragma("clang fp reassociate(on) contract(fast)")

// Spreads the bits of a value and its position over 64; every step is a bijection of the value's bits.
LA_INLINE uint64_t mixed(double value, uint64_t position) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits += (position + 1) * 0x9E3779B97F4A7C15u;
  bits = (bits ^ (bits >> 31)) * 0xBF58476D1CE4E5B9u;
  bits = (bits ^ (bits >> 29)) * 0x94D049BB133111EBu;
  return bits ^ (bits >> 32);
}

// 1 for a NaN or an infinity, else 0.
LA_INLINE uint64_t not_finite(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (bits & 0x7FF0000000000000u) == 0x7FF0000000000000u;
}

// The series of e^r for |r| <= log 2 / 2, in pairs of terms that can be computed side by side.
LA_INLINE double exp_series_f64(double r) {
  double r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
  double low = (1 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
  double middle = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
  double high = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800));
  double highest = 1.0 / 479001600 + r * (1.0 / 6227020800);
  return (low + r4 * middle) + r8 * (high + r4 * highest);
}

LA_INLINE float exp_series_f32(float r) {
  float r2 = r * r, r4 = r2 * r2;
  float low = (1 + r) + r2 * (1.0f / 2 + r * (1.0f / 6));
  float high = (1.0f / 24 + r * (1.0f / 120)) + r2 * (1.0f / 720 + r * (1.0f / 5040));
  return low + r4 * high;
}

// Sums in halves: the order is the same on every processor.
typedef double doubles_4 __attribute__((vector_size(32)));
typedef double doubles_2 __attribute__((vector_size(16)));
typedef float floats_8 __attribute__((vector_size(32)));
typedef float floats_4 __attribute__((vector_size(16)));

LA_INLINE double la_sum_half_f64(doubles_4 a) {
  doubles_2 b = __builtin_shufflevector(a, a, 0, 1) + __builtin_shufflevector(a, a, 2, 3);
  return b[0] + b[1];
}

LA_INLINE float la_sum_half_f32(floats_8 a) {
  floats_4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}

// 64 bytes a vector, in lanes that are the same on every processor.
#define P double
#define LANES 8
#define MASK int64_t
#define VECTOR la_vector_f64
#define HALF la_half_f64
#define MASK_VECTOR la_mask_f64
#define PNAME(kernel) la_##kernel##_f64
#define EXP_SMALLEST -600.0
#define EXP_SHIFT 0x1.8p52
#define LOG2 0x1.62e42fefa39efp-1
#define SIGN_BIT INT64_MIN
#define UNSIGNED_MASK uint64_t
#define MANTISSA_BITS 52
#define EXP_SERIES exp_series_f64
#include "kernels_vector.h"

#define S double
#define NAME(kernel) la_##kernel##_f64_f64
#include "kernels_mixed.h"
#undef S
#undef NAME

#define S float
#define NAME(kernel) la_##kernel##_f32_f64
#include "kernels_mixed.h"
#undef S
#undef NAME

#undef P
#undef LANES
#undef MASK
#undef VECTOR
#undef HALF
#undef MASK_VECTOR
#undef PNAME
#undef EXP_SMALLEST
#undef EXP_SHIFT
#undef LOG2
#undef SIGN_BIT
#undef UNSIGNED_MASK
#undef MANTISSA_BITS
#undef EXP_SERIES

#define P float
#define LANES 16
#define MASK int32_t
#define VECTOR la_vector_f32
#define HALF la_half_f32
#define MASK_VECTOR la_mask_f32
#define PNAME(kernel) la_##kernel##_f32
#define EXP_SMALLEST -60.0f
#define EXP_SHIFT 0x1.8p23f
#define LOG2 0x1.62e43p-1f
#define SIGN_BIT INT32_MIN
#define UNSIGNED_MASK uint32_t
#define MANTISSA_BITS 23
#define EXP_SERIES exp_series_f32
#include "kernels_vector.h"

#define S double
#define NAME(kernel) la_##kernel##_f64_f32
#include "kernels_mixed.h"
#undef S
#undef NAME

#define S float
#define NAME(kernel) la_##kernel##_f32_f32
#include "kernels_mixed.h"
#undef S
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

double la_loss_value(la_loss loss, double epsilon, double score, double target) {
  double slope, product = 1;
  double value = la_loss_f64(loss, epsilon, score, target, &product, &slope);
  return loss == LA_LOGISTIC ? value + log1p(product - 1) : value;
}

double la_loss_slope(la_loss loss, double epsilon, double score, double target) {
  double slope, product = 1;
  la_loss_f64(loss, epsilon, score, target, &product, &slope);
  return slope;
}
