// The inner loops that decide speed, each a few lines of plain C.
//
// A name ends in the precision of the stored samples, then that of the parameters: `_f32_f64` reads Float samples and
// computes in Double. Where only one is named, there is only one.
//
// The order in which a sum is formed depends on the processor, never on the number of threads.

#ifndef SWIFT_ESTIMATORS_KERNELS_H
#define SWIFT_ESTIMATORS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Asks for the cache line at `address`, which will be read soon.
static inline void la_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// What one pass over values found: whether all are finite, and a hash of them and their positions.
typedef struct {
  uint64_t hash;
  bool is_finite;
} la_fingerprint;

// S: how a sample is stored. P: parameters and arithmetic.
#define LA_MIXED_KERNELS(S, P, name)                                                               \
  /* The dot product of a row with weights. */                                                     \
  P la_dot_##name(const S *x, const P *w, ptrdiff_t n);                                            \
  /* w <- w + a x. */                                                                              \
  void la_add_##name(P a, const S *x, P *w, ptrdiff_t n);                                          \
  /* out[k] <- the dot product of a row with row k of the weights, rows x n. */                    \
  void la_dots_##name(const S *x, const P *w, ptrdiff_t rows, ptrdiff_t n, P *out);                \
  /* w[k] <- s w[k] + a[k] x, for each row k of the weights. */                                    \
  void la_scale_add_rows_##name(P s, const P *a, const S *x, P *w, ptrdiff_t rows, ptrdiff_t n);   \
  /* The same for a sparse row: n values at columns j. */                                          \
  P la_sparse_dot_##name(const S *v, const int32_t *j, ptrdiff_t n, const P *w);                   \
  void la_sparse_add_##name(P a, const S *v, const int32_t *j, ptrdiff_t n, P *w);                 \
  /* Copies, changing the precision. */                                                            \
  void la_convert_##name(const S *x, P *y, ptrdiff_t n);

LA_MIXED_KERNELS(double, double, f64_f64)
LA_MIXED_KERNELS(double, float, f64_f32)
LA_MIXED_KERNELS(float, double, f32_f64)
LA_MIXED_KERNELS(float, float, f32_f32)

#undef LA_MIXED_KERNELS

#define LA_SINGLE_KERNELS(S, name)                                                                 \
  /* x <- s x. */                                                                                  \
  void la_scale_##name(S s, S *x, ptrdiff_t n);                                                    \
  /* mean <- mean + (w - mean) f: one more value in a running mean. */                             \
  void la_running_mean_##name(S f, const S *w, S *mean, ptrdiff_t n);                              \
  /* The sum of squares, in double precision. */                                                   \
  double la_sum_of_squares_##name(const S *x, ptrdiff_t n);                                        \
  /* Whether every value is finite. */                                                             \
  bool la_is_finite_##name(const S *x, ptrdiff_t n);                                               \
  /* Whether all are finite, and a hash in which value i counts as standing at position            \
     start + i. Equal values at equal positions give equal hashes however they are stored; zeros   \
     count for nothing; hashes of disjoint positions add up. */                                    \
  la_fingerprint la_fingerprint_##name(const S *x, ptrdiff_t n, uint64_t start);                   \
  /* The same for a sparse row: value i stands at position start + j[i]. */                        \
  la_fingerprint la_sparse_fingerprint_##name(const S *v, const int32_t *j, ptrdiff_t n,           \
                                              uint64_t start);

LA_SINGLE_KERNELS(double, f64)
LA_SINGLE_KERNELS(float, f32)

#undef LA_SINGLE_KERNELS

// What becomes of the sums that arrive at a layer.
typedef enum { LA_IDENTITY = 0, LA_LOGISTIC = 1, LA_TANH = 2, LA_RELU = 3 } la_activation;

#define LA_NETWORK_KERNELS(S, name)                                                                \
  /* z <- activation(z + bias), for each of rows x n. */                                           \
  void la_activate_##name(la_activation activation, const S *bias, S *z, ptrdiff_t rows,           \
                          ptrdiff_t n);                                                            \
  /* delta <- delta * activation'(.), told from the activated values a; n of them. */              \
  void la_differentiate_##name(la_activation activation, const S *a, S *delta, ptrdiff_t n);       \
  /* out[j] <- scale * the sum of column j of rows x n. */                                         \
  void la_column_sums_##name(S scale, const S *x, ptrdiff_t rows, ptrdiff_t n, S *out);            \
  /* z <- softmax(z + bias), for each of rows x n. */                                              \
  void la_softmax_##name(const S *bias, S *z, ptrdiff_t rows, ptrdiff_t n);                        \
  /* From probabilities p (rows x n; n = 1 for two classes) and class numbers: returns the sum of  \
     weight * cross entropy over the rows, and puts weight * (p - truth) in the place of p.        \
     Weights are 1 if null. */                                                                     \
  double la_cross_entropy_##name(S *p, const int32_t *label, const double *_Nullable weight,       \
                                 ptrdiff_t rows, ptrdiff_t n);                                     \
  /* One step of Adam with g <- g + l2 w first; returns the sum of squares of w before it. */      \
  double la_adam_##name(S *w, S *first, S *second, const S *g, ptrdiff_t n, S l2, S rate, S beta1, \
                        S beta2, S epsilon);                                                       \
  /* One step with momentum, Nesterov's if asked for, with g <- g + l2 w first; returns the sum of \
     squares of w before it. */                                                                    \
  double la_momentum_##name(S *w, S *velocity, const S *g, ptrdiff_t n, S l2, S rate, S momentum,  \
                            bool nesterov);

LA_NETWORK_KERNELS(double, f64)
LA_NETWORK_KERNELS(float, f32)

#undef LA_NETWORK_KERNELS

#pragma clang assume_nonnull end

#endif
