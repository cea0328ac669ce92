#include "kernels.h"
#include "exp_table.h"

#include <float.h>
#include <tgmath.h>
#include <string.h>

// What chooses a version runs before a sanitizer has begun, and crashes if it is instrumented.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define LA_PLAIN_KERNELS
#endif
#endif

// Three versions of each kernel, one chosen when the program starts. Elsewhere (arm64, musl, sanitizers), and where
// LA_PLAIN_KERNELS is defined, the compiler's baseline.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(LA_PLAIN_KERNELS)
#define LA_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LA_KERNEL
#endif

// Vectors of 64 bytes are passed between these functions, which are always inlined, so that no calling convention is
// concerned.
#pragma clang diagnostic ignored "-Wpsabi"
#define LA_INLINE static inline __attribute__((always_inline))

// How many samples ahead memory is asked for: more if they are short, for they go by quickly; and how many lines of it,
// after which the processor fetches what follows by itself.
#define AHEAD(bytes) ((bytes) <= 512 ? 6 : 2)
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

// The series of first - 1 + e^r for |r| <= log 2 / 2, in pairs of terms that can be computed side by side.
LA_INLINE double exp_series_f64(double first, double r) {
  double r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
  double low = (first + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
  double middle = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
  double high = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800));
  double highest = 1.0 / 479001600 + r * (1.0 / 6227020800);
  return (low + r4 * middle) + r8 * (high + r4 * highest);
}

#define EXP_SMALLEST_F64 -600.0
#define EXP_OF_SMALLEST_F64 0x1.4dd4d0d12c071p-866

// e^x for x <= 0, of one number for which everything waits: k / 128 powers of two from a table, so that few terms remain.
// Below -600 it stays what it is there; of a NaN it is one.
//
// Source: P. Tang, Table-driven implementation of the exponential function in IEEE floating-point arithmetic, 1989.
LA_INLINE double exp_soon_f64(double x) {
#pragma clang fp contract(fast) reassociate(off)
  double shifted = x * 0x1.71547652b82fep+7 + 0x1.8p52, k = shifted - 0x1.8p52;
  // The lowest bits of the shifted number are k.
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = exp_table[bits % 128] + (bits << 45);
  double power, r = x - k * 0x1.62e42fefa39efp-8;
  memcpy(&power, &bits, sizeof power);
  double r2 = r * r;
  double rest = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
  double result = (power + power * r) + (power * r2) * rest;
  return x < EXP_SMALLEST_F64 ? EXP_OF_SMALLEST_F64 : result;
}

#define EXP_SMALLEST_F32 -60.0f
#define EXP_OF_SMALLEST_F32 0x1.5ae192p-87f

LA_INLINE float exp_soon_f32(float x) {
#pragma clang fp contract(fast) reassociate(off)
  float shifted = x * 0x1.715476p+7f + 0x1.8p23f, k = shifted - 0x1.8p23f;
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = exp_table_f32[bits % 128] + (bits << 16);
  float power, r = x - k * 0x1.62e43p-8f;
  memcpy(&power, &bits, sizeof power);
  float result = power + (power * r) * (1 + r * 0.5f);
  return x < EXP_SMALLEST_F32 ? EXP_OF_SMALLEST_F32 : result;
}

LA_INLINE float exp_series_f32(float first, float r) {
  float r2 = r * r, r4 = r2 * r2;
  float low = (first + r) + r2 * (1.0f / 2 + r * (1.0f / 6));
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
#define KEEPS_SCALE 0
#define LANES 8
#define MASK int64_t
#define VECTOR la_vector_f64
#define HALF la_half_f64
#define MASK_VECTOR la_mask_f64
#define PNAME(kernel) la_##kernel##_f64
#define EXP_SMALLEST EXP_SMALLEST_F64
#define EXP_OF_SMALLEST EXP_OF_SMALLEST_F64
#define EXP_SHIFT 0x1.8p52
#define LOG2 0x1.62e42fefa39efp-1
#define SIGN_BIT INT64_MIN
#define UNSIGNED_MASK uint64_t
#define MANTISSA_BITS 52
#define EXP_SERIES exp_series_f64
#define EXP_SOON exp_soon_f64
#include "kernels_vector.h"
#include "kernels_penalty.h"

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
#undef KEEPS_SCALE
#undef LANES
#undef MASK
#undef VECTOR
#undef HALF
#undef MASK_VECTOR
#undef PNAME
#undef EXP_SMALLEST
#undef EXP_OF_SMALLEST
#undef EXP_SHIFT
#undef LOG2
#undef SIGN_BIT
#undef UNSIGNED_MASK
#undef MANTISSA_BITS
#undef EXP_SERIES
#undef EXP_SOON

#define P float
// Of what a float is shrunk by in a step, little is left.
#define KEEPS_SCALE 1
#define LANES 16
#define MASK int32_t
#define VECTOR la_vector_f32
#define HALF la_half_f32
#define MASK_VECTOR la_mask_f32
#define PNAME(kernel) la_##kernel##_f32
#define EXP_SMALLEST EXP_SMALLEST_F32
#define EXP_OF_SMALLEST EXP_OF_SMALLEST_F32
#define EXP_SHIFT 0x1.8p23f
#define LOG2 0x1.62e43p-1f
#define SIGN_BIT INT32_MIN
#define UNSIGNED_MASK uint32_t
#define MANTISSA_BITS 23
#define EXP_SERIES exp_series_f32
#define EXP_SOON exp_soon_f32
#include "kernels_vector.h"
#include "kernels_penalty.h"

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

// Sixteen blocks of Philox4x32-10 from a block number on, one after another.
LA_INLINE void philox_blocks(const uint32_t *key, const uint32_t *counter, uint32_t first, uint32_t *words) {
  typedef uint64_t lanes __attribute__((vector_size(128)));
  lanes a, b = a = (lanes){0}, c = a, d = a;
  for (int lane = 0; lane < 16; lane++) a[lane] = (uint32_t)(first + (uint32_t)lane);
  b += counter[0];
  c += counter[1];
  d += counter[2];
  uint32_t low_key = key[0], high_key = key[1];
  for (int round = 0; round < 10; round++) {
    lanes p = a * 0xD2511F53u, q = c * 0xCD9E8D57u;
    a = (q >> 32) ^ b ^ low_key;
    b = q & UINT32_MAX;
    c = (p >> 32) ^ d ^ high_key;
    d = p & UINT32_MAX;
    low_key += 0x9E3779B9;
    high_key += 0xBB67AE85;
  }
  for (int lane = 0; lane < 16; lane++) {
    words[4 * lane] = (uint32_t)a[lane];
    words[4 * lane + 1] = (uint32_t)b[lane];
    words[4 * lane + 2] = (uint32_t)c[lane];
    words[4 * lane + 3] = (uint32_t)d[lane];
  }
}

#define S double
#define UNSIGNED_BITS uint64_t
#define INVERSE_ROOT_GUESS 0x5FE6EB50C7B537A9u
#define INVERSE_ROOT_STEPS 4
#define NAME(kernel) la_##kernel##_f64
#include "kernels_network.h"
#include "kernels_single.h"
#undef S
#undef UNSIGNED_BITS
#undef INVERSE_ROOT_GUESS
#undef INVERSE_ROOT_STEPS
#undef NAME

#define S float
#define UNSIGNED_BITS uint32_t
#define INVERSE_ROOT_GUESS 0x5F375A86u
#define INVERSE_ROOT_STEPS 3
#define NAME(kernel) la_##kernel##_f32
#include "kernels_network.h"
#include "kernels_single.h"
#undef S
#undef NAME

#include "kernels_squares.h"
#include "kernels_twofold.h"
#include "kernels_moments.h"

double la_loss_value(la_loss loss, double epsilon, double score, double target) {
  double slope, product = 1;
  // To the last digit also where it is small.
  if (loss == LA_LOGISTIC) return (score * target < 0 ? fabs(score) : 0) + log1p(exp(-fabs(score)));
  return la_loss_f64(loss, epsilon, score, target, &product, &slope);
}

LA_KERNEL uint64_t la_shuffle(int64_t *order, ptrdiff_t n, const uint32_t *key, const uint32_t *counter,
                              uint64_t word) {
  uint32_t words[64];
  uint64_t start = UINT64_MAX;
  for (ptrdiff_t last = n - 1; last > 0; last--) {
    const uint32_t bound = (uint32_t)(last + 1);
    uint64_t product;
    uint32_t threshold = bound;
    do {
      if (word / 64 != start) {
        start = word / 64;
        philox_blocks(key, counter, (uint32_t)(start * 16), words);
      }
      product = (uint64_t)words[word++ % 64] * bound;
      // The exact bound of what must be refused is rarely needed.
      if ((uint32_t)product < threshold && threshold == bound) threshold = -bound % bound;
    } while ((uint32_t)product < threshold);
    const ptrdiff_t other = (ptrdiff_t)(product >> 32);
    const int64_t kept = order[last];
    order[last] = order[other];
    order[other] = kept;
  }
  return word;
}
