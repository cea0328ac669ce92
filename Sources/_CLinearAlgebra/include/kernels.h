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

/// The losses of linear models. With y = ±1 the side of a sample, p its score, z = y p and r = p − y:
typedef enum {
  LA_HINGE = 0,                      // max(0, 1 - z)
  LA_SQUARED_HINGE = 1,              // max(0, 1 - z)^2
  LA_PERCEPTRON = 2,                 // max(0, -z)
  LA_LOGISTIC = 3,                   // log(1 + exp(-z))
  LA_MODIFIED_HUBER = 4,             // -4 z below -1, else max(0, 1 - z)^2
  LA_SQUARED_ERROR = 5,              // r^2 / 2
  LA_HUBER = 6,                      // r^2 / 2 within epsilon, else epsilon (|r| - epsilon / 2)
  LA_EPSILON_INSENSITIVE = 7,        // max(0, |r| - epsilon)
  LA_SQUARED_EPSILON_INSENSITIVE = 8 // max(0, |r| - epsilon)^2
} la_loss;

/// How far a step goes: against the slope, or as far as the two passive-aggressive rules allow.
typedef enum { LA_SLOPE = 0, LA_PASSIVE_AGGRESSIVE_1 = 1, LA_PASSIVE_AGGRESSIVE_2 = 2 } la_rule;

/// What stays the same while samples are visited by stochastic gradient descent.
typedef struct {
  la_loss loss;
  la_rule rule;
  /// The width of the regression losses, and the bound of the passive-aggressive rules.
  double epsilon, bound;
  /// The strengths of the squared and of the absolute penalty.
  double l2, l1;
  /// The first step whose iterate is averaged, counted from 1; 0 for none.
  int64_t first_averaged;
  /// What each class counts, or null.
  const double *_Nullable class_weights;
  /// Whether targets are sides ±1 told by `labels`, and whether there are intercepts.
  bool is_classification, fits_intercept;
  /// Whether the objective is wanted, with its penalties.
  bool tracks_objective;
} la_plan;

/// The samples to visit.
typedef struct {
  /// The rows in the order of the visits, or null for `first`, `first` + 1, …
  const int64_t *_Nullable order;
  int64_t first;
  ptrdiff_t count;
  /// The number of rows there are.
  int64_t row_count;
  /// For each row its class (with one problem, class 1 is the positive side) or its target, and what it counts (or null).
  const int32_t *_Nullable labels;
  const double *_Nullable targets;
  const double *_Nullable weights;
  /// For each visit the learning rate.
  const double *rates;
} la_visits;

/// What visits change beside the parameters.
typedef struct {
  /// The number of steps taken.
  int64_t clock;
  /// What sparse vectors are multiplied by to be coefficients.
  double scale;
  /// The number of iterates in the average, and what the vectors count in it beside `average`.
  int64_t averaged_count;
  double average_factor;
  /// What the absolute penalty has added up to.
  double cumulative_penalty;
  /// The sum of the losses, each before its step, but for `log_product`, whose logarithm is to be added.
  double loss, log_product;
  /// The sum of the objectives; squared and absolute norm of the coefficients, where they are followed.
  double objective, squared_norm, absolute_norm;
  /// Whether every coefficient that is not 0 has paid the absolute penalty in full.
  bool is_paid;
} la_progress;

/// Below this scale the vectors take it over, so that neither loses digits.
#define LA_SMALLEST_SCALE 1e-4

/// What the steps up to one have done to coefficients that they did not touch.
typedef struct {
  /// S, the product of the factors that shrink coefficients, and A, the sum of what the absolute penalty takes over S.
  double scale, level;
  /// What the absolute penalty has added up to.
  double penalty;
  /// The sums over the averaged steps of S, and of S times the A before.
  double factor, moment;
} la_step;

/// Sums over steps of S, S A, S^2, S^2 A and S^2 A^2.
typedef struct {
  double scale, level, square, square_level, square_squares;
} la_norms;

/// The steps since all coefficients were last caught up, the first of which is that state itself.
typedef struct {
  la_step *steps;
  ptrdiff_t count, capacity;
  /// For each column the step that last touched it.
  int32_t *touched;
  /// The sums from step `first_norm` on, or null if the objective is not wanted.
  la_norms *_Nullable norms;
  ptrdiff_t first_norm;
} la_steps;

/// The loss at a score.
double la_loss_value(la_loss loss, double epsilon, double score, double target);

/// Puts n values in random order (Fisher and Yates), with the words of a Philox4x32-10 stream from `word` on, where
/// `counter` is the stream's counter without its first word, which counts blocks of four. Returns the number of the next
/// word that is not used. n < 2^32.
uint64_t la_shuffle(int64_t *order, ptrdiff_t n, const uint32_t *key, const uint32_t *counter, uint64_t word);

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
  /* Visits dense rows of n columns: for each of `problems` vectors computes score, slope and       \
     factor, and moves w <- max(0, 1 - rate l2) w + factor x, b <- b + factor. Then adds to the     \
     averages, then lets the absolute penalty act; both may be null. `scratch` has room for `problems` values. */  \
  void la_visit_##name(const la_plan *plan, const la_visits *visits, la_progress *progress,        \
                       const S *x, ptrdiff_t n, P *w, P *b, ptrdiff_t problems,                    \
                       double *_Nullable average, double *_Nullable average_b,                     \
                       double *_Nullable penalty, P *scratch);                                     \
  /* The same for sparse rows, with coefficients scale * w; `steps` where there is a penalty. */    \
  void la_visit_sparse_##name(const la_plan *plan, const la_visits *visits, la_progress *progress, \
                              const S *v, const int32_t *j, const ptrdiff_t *offsets, ptrdiff_t n, \
                              P *w, P *b, ptrdiff_t problems, double *_Nullable average,           \
                              double *_Nullable average_b, double *_Nullable penalty,              \
                              la_steps *_Nullable steps, P *scratch);                              \
  /* Copies, changing the precision. */                                                            \
  void la_convert_##name(const S *x, P *y, ptrdiff_t n);

LA_MIXED_KERNELS(double, double, f64_f64)
LA_MIXED_KERNELS(double, float, f64_f32)
LA_MIXED_KERNELS(float, double, f32_f64)
LA_MIXED_KERNELS(float, float, f32_f32)

#undef LA_MIXED_KERNELS

#define LA_SINGLE_KERNELS(S, name)                                                                 \
  /* From the scores of one sample without intercept, the factors of its step, which replace them; \
     `length` is its rate times what it counts. Adds to the loss. */                               \
  void la_factors_##name(const la_plan *plan, double length, double squares, int32_t label,        \
                         double target, const S *b, ptrdiff_t problems, S *scores,                 \
                         la_progress *progress);                                                   \
  /* Before a step on sparse rows with an absolute penalty: brings what they touch, the columns j, to the latest step. */  \
  void la_begin_step_##name(const la_plan *plan, la_progress *progress, la_steps *steps, double shrink,                    \
                            const int32_t *j, ptrdiff_t count, ptrdiff_t n, S *w, ptrdiff_t problems,                      \
                            double *_Nullable average, double *taken);                                                     \
  /* After it: lets the penalty act on these columns, and notes the step. */                                               \
  void la_end_step_##name(const la_plan *plan, la_progress *progress, la_steps *steps, double rate, bool averages,         \
                          const int32_t *j, ptrdiff_t count, ptrdiff_t n, S *w, ptrdiff_t problems,                        \
                          double *_Nullable average, double *taken);                                                       \
  /* Brings all coefficients to the latest step, folds the scale, and forgets the steps. */                                \
  void la_catch_up_all_##name(la_progress *progress, la_steps *steps, ptrdiff_t n, S *w, ptrdiff_t problems,               \
                              double *_Nullable average, double *taken);                                                   \
  /* Adds to the objective what the penalties come to of all coefficients since they were touched; changes none. */        \
  void la_count_penalties_##name(const la_plan *plan, la_progress *progress, const la_steps *steps, ptrdiff_t n,           \
                                 const S *w, ptrdiff_t problems);                                                          \
  /* Moves coefficients scale * w towards zero by what is left of a cumulative penalty u, and no   \
     further: w > 0: w <- max(0, w - (u + q)), w < 0: w <- min(0, w + (u - q)); q gets the change. \
     Of the columns j, or of the first n if null. */                                               \
  void la_truncate_##name(double u, double scale, const int32_t *_Nullable j, ptrdiff_t n, S *w,   \
                          double *q);                                                              \
  /* The sum of absolute values, in double precision. */                                           \
  double la_sum_of_magnitudes_##name(const S *x, ptrdiff_t n);                                     \
  /* x <- s x. */                                                                                  \
  void la_scale_##name(S s, S *x, ptrdiff_t n);                                                    \
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
typedef enum { LA_UNIT_IDENTITY = 0, LA_UNIT_LOGISTIC = 1, LA_UNIT_TANH = 2, LA_UNIT_RELU = 3 } la_activation;

#define LA_NETWORK_KERNELS(S, name)                                                                \
  /* z <- activation(z + bias), for each of rows x n. */                                           \
  void la_activate_##name(la_activation activation, const S *bias, S *z, ptrdiff_t rows,           \
                          ptrdiff_t n);                                                            \
  /* delta <- delta * activation'(.), told from the activated values keep * a; n of them. */       \
  void la_differentiate_##name(la_activation activation, S keep, const S *a, S *delta,             \
                               ptrdiff_t n);                                                       \
  /* a <- 0 where a word of a Philox4x32-10 stream is below the threshold, otherwise scale * a; the \
     words are those from `word` on, `counter` the stream's without its first word. */             \
  void la_dropout_##name(S *a, ptrdiff_t n, uint32_t threshold, S scale, const uint32_t *key,      \
                         const uint32_t *counter, uint64_t word);                                  \
  /* out[j] <- scale * the sum of column j of rows x n. */                                         \
  void la_column_sums_##name(S scale, const S *x, ptrdiff_t rows, ptrdiff_t n, S *out);            \
  /* From scores z (rows x n; n = 1 for two classes) and class numbers: returns the sum of weight * \
     cross entropy over the rows, and puts weight * (p - truth), with the probabilities p, in the  \
     place of z. Weights are 1 if null. */                                                         \
  double la_cross_entropy_##name(S *z, const int32_t *label, const double *_Nullable weight,       \
                                 ptrdiff_t rows, ptrdiff_t n);                                     \
  /* The same for outputs that are 0 or 1 each by itself, summed over the outputs. */              \
  double la_binary_cross_entropy_##name(S *z, const S *truth, const double *_Nullable weight,      \
                                        ptrdiff_t rows, ptrdiff_t n);                              \
  /* The same for numbers, with half the squared error, summed over the outputs. */                \
  double la_squared_error_##name(S *p, const S *truth, const double *_Nullable weight,             \
                                 ptrdiff_t rows, ptrdiff_t n);                                     \
  /* One step of Adam with g <- g + l2 w first; returns the sum of squares of w before it. */      \
  double la_adam_##name(S *w, S *first, S *second, const S *g, ptrdiff_t n, S l2, S rate,           \
                        double beta1, double beta2, S epsilon);                                    \
  /* One step with momentum, Nesterov's if asked for, with g <- g + l2 w first; returns the sum of \
     squares of w before it. */                                                                    \
  double la_momentum_##name(S *w, S *velocity, const S *g, ptrdiff_t n, S l2, S rate,               \
                            double momentum, bool nesterov);

LA_NETWORK_KERNELS(double, f64)
LA_NETWORK_KERNELS(float, f32)

#undef LA_NETWORK_KERNELS

/// How samples are put into rows [1 x y 0 …] of least squares.
typedef struct {
  /// The lengths of x and y, and of a whole row: a multiple of 8.
  ptrdiff_t features, targets, stride;
  /// Whether rows begin with a one.
  bool has_ones;
  /// What is taken off x and y first, or null.
  const double *_Nullable shift;
} la_stacking;

/// Puts rows x and y into rows z, each multiplied by its root if there are any. Rows of zeros follow, up to a multiple
/// of 8.
void la_stack_rows_f64(const la_stacking *stacking, const double *x, const double *y, const double *_Nullable roots,
                       ptrdiff_t rows, double *z);

/// Adds the products of all columns of z with all columns: g += zᵀ z, of which whole blocks of 8 x 8 on and above the
/// diagonal are written; stride x stride.
void la_add_gram_f64(const double *z, ptrdiff_t rows, ptrdiff_t stride, double *g);

/// Copies rows z into panels of 8 columns, behind the `first` rows that are there: a panel holds its columns of all rows,
/// one row after another, and has room for `capacity` rows.
void la_pack_panels_f64(const double *z, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t first, ptrdiff_t capacity,
                        double *panels);

/// Adds the products of all columns with all columns as ``la_add_gram_f64`` does, of rows in panels.
void la_add_panels_gram_f64(const double *panels, ptrdiff_t rows, ptrdiff_t capacity, ptrdiff_t stride, double *g);

/// In twice the precision, for rows z up to a multiple of 8: the residuals r = z · u, the sum of their squares, and g += zᵀ r; where there are
/// weights, weight r² and zᵀ (weight r). Numbers of twice the precision are in two parts, high and low.
void la_residual_f64(const double *z, const double *_Nullable weights, ptrdiff_t rows, ptrdiff_t stride,
                     const double *u_high, const double *u_low, double *g_high, double *g_low, double *squares);

/// Puts rows x and y into rows z as ``la_stack_rows_f64`` does, but in twice the precision, and with the weights whose
/// roots they are multiplied by. No rows of zeros follow.
void la_stack_rows_twofold_f64(const la_stacking *stacking, const double *x, const double *y,
                               const double *_Nullable weights, ptrdiff_t rows, double *z_high, double *z_low);

/// The most rows that are reflected at once.
#define LA_TWOFOLD_ROWS 32

/// Folds rows z into the triangle r, in twice the precision: r has `top` rows of at most q and room for q, a diagonal that
/// is not negative and zeros below it. What the columns from q on leave over stands in z afterwards, in its columns from q
/// on, but for rows that r did not have before. Returns how many rows r has then.
ptrdiff_t la_reflect_twofold_f64(double *r_high, double *r_low, ptrdiff_t top, ptrdiff_t q, double *z_high,
                                 double *z_low, ptrdiff_t rows, ptrdiff_t stride);

/// Moments of columns, each a number and what was rounded off it: the means, and the sums of weight * squared difference
/// from the mean. There is room for whole vectors: as many numbers as columns, up to a multiple of 8.
typedef struct {
  double *mean, *mean_rest, *squares, *squares_rest;
} la_moments;

/// A number and what was rounded off it.
typedef struct {
  double high, low;
} la_parts;

/// The most numbers of rows that are put side by side if rows have at most half as many: so that few columns fill vectors
/// too.
#define LA_SIDE_BY_SIDE 32

/// The moments of dense rows x, of d columns each. `total` is the sum of the weights; `spread` the weight of
/// each number of x, which is read where d is below half of LA_SIDE_BY_SIDE and there are weights. 7 numbers behind x, and behind `spread`, may
/// be read. wild[j] becomes 1 where squares have left the range of numbers, so that the moments mean nothing, else 0.
void la_moments_f64(const double *x, const double *_Nullable weights, const double *_Nullable spread, ptrdiff_t rows,
                    ptrdiff_t d, la_parts total, const la_moments *moments, double *wild);

/// Merges the moments of others in, where `weight` is the sum of weights that there is, and `added` that of the others: each
/// at least 2^-800 and at most 2^800. Columns that are wild, or become it, stay as they are.
void la_merge_moments_f64(const la_moments *moments, const la_moments *others, ptrdiff_t d, la_parts weight,
                          la_parts added, double *wild);

/// The same where the others are zeros; a bit says that a column is wild. Returns whether none is.
bool la_merge_zeros_f64(const la_moments *moments, ptrdiff_t d, la_parts weight, la_parts added, uint8_t *wild);

/// The roots of n sums of squares divided by a weight; whole vectors are read. Returns whether all that are not zero are those of normal numbers.
bool la_deviations_f64(const double *squares, ptrdiff_t n, double weight, double *deviations);

/// What is known of a column while the stored elements of sparse rows go by; all zero before.
typedef struct {
  double from, high, low;
  int64_t count;
} la_sparse_column;

#define LA_SPARSE_MOMENTS(S, name)                                                                 \
  /* The moments of sparse rows of d columns, of which `counted` have a weight above 0; otherwise  \
     as those of dense ones. There is room for d columns, and with weights for 2 d zeros. */       \
  void la_sparse_moments_##name(const S *v, const int32_t *columns, const ptrdiff_t *offsets,      \
                                const double *_Nullable weights, ptrdiff_t rows,                   \
                                ptrdiff_t counted, ptrdiff_t d, la_parts total,                    \
                                la_sparse_column *known, double *_Nullable column_weights,         \
                                const la_moments *moments, double *wild);

LA_SPARSE_MOMENTS(double, f64)
LA_SPARSE_MOMENTS(float, f32)

#undef LA_SPARSE_MOMENTS

#pragma clang assume_nonnull end

#endif
