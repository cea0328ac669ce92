// Moments of columns: the mean, and the sum of weight * squared difference from it, each a number and what was rounded
// off it. Nothing here may be reordered or fused.
//
// Two passes: sums relative to the first row give the mean in twice the precision, of which only the first part is taken
// off; what that leaves of the mean is taken off the squares afterwards. So no digit is lost to a large mean, and what
// does not vary leaves exactly zero. Results of which squares may have left the range of numbers are marked as wild: they
// mean nothing.
//
// Source: T. Chan, G. Golub, R. LeVeque, Algorithms for computing the sample variance, 1983; E. Schubert, M. Gertz,
// Numerically stable parallel computation of (co-)variance, 2018.

// Squares outside have lost digits, or may have.
#define LA_LEAST_SQUARES_SUM 0x1p-900
#define LA_GREATEST_SQUARES_SUM 0x1p900

#define LA_AT(address) (*(la_vector_f64 *)(address))
#define LA_READ(address) (*(const la_vector_f64 *)(address))

LA_INLINE la_vector_pair pair_of(la_twofold number) {
  const la_vector_f64 zero = {0};
  return (la_vector_pair){zero + number.high, zero + number.low};
}

LA_INLINE la_vector_pair pair_product(la_vector_pair x, la_vector_pair y) {
#pragma clang fp contract(off) reassociate(off)
  la_vector_f64 product = x.high * y.high;
  la_vector_f64 rest = fused(x.high, y.high, -product);
  rest = fused(x.low, y.high, fused(x.high, y.low, rest));
  return normalized((la_vector_pair){product, rest});
}

LA_INLINE la_vector_pair pair_quotient(la_vector_pair x, la_vector_pair y) {
#pragma clang fp contract(off) reassociate(off)
  la_vector_f64 first = x.high / y.high;
  la_vector_f64 left = fused(-first, y.low, fused(-first, y.high, x.high) + x.low);
  return normalized((la_vector_pair){first, left / y.high});
}

// The weight of a row, for eight columns; or, where rows stand side by side, the weights beside their numbers.
LA_INLINE la_vector_f64 weight_at(const double *weights, bool is_spread, ptrdiff_t row, ptrdiff_t stride) {
  const la_vector_f64 zero = {0};
  return is_spread ? LA_READ(weights + row * stride) : zero + weights[row];
}

// sum[j] = the sum of weight * (x[j] - shift[j]) over rows.
LA_INLINE void sum_columns(const double *x, const double *weights, bool is_spread, ptrdiff_t rows, ptrdiff_t stride,
                           ptrdiff_t columns, const double *shift, double *high, double *low) {
#pragma clang fp contract(off) reassociate(off)
  for (ptrdiff_t j = 0; j < columns; j += 8) {
    const la_vector_f64 from = LA_READ(shift + j), zero = {0};
    la_vector_pair sum = {zero, zero};
    for (ptrdiff_t row = 0; row < rows; row++) {
      la_vector_f64 value = LA_READ(x + row * stride + j);
      la_vector_f64 difference = value - from, part = difference - value;
      la_vector_f64 rest = (value - (difference - part)) - (from + part);
      if (weights != NULL) {
        add_product(&sum, weight_at(weights + (is_spread ? j : 0), is_spread, row, stride), difference, rest);
        continue;
      }
      la_vector_f64 total = sum.high + difference, added = total - sum.high;
      sum.low += rest + ((sum.high - (total - added)) + (difference - added));
      sum.high = total;
    }
    LA_AT(high + j) = sum.high;
    LA_AT(low + j) = sum.low;
  }
}

// sum[j] = the sum of weight * (x[j] - mean[j])^2 over rows; varied[j] = -1 if any difference is not zero, else 0.
LA_INLINE void square_columns(const double *x, const double *weights, bool is_spread, ptrdiff_t rows, ptrdiff_t stride,
                              ptrdiff_t columns, const double *mean, double *high, double *low, double *varied) {
#pragma clang fp contract(off) reassociate(off)
  for (ptrdiff_t j = 0; j < columns; j += 8) {
    const la_vector_f64 from = LA_READ(mean + j), zero = {0};
    la_vector_pair sum = {zero, zero};
    la_mask_f64 mask = {0};
    for (ptrdiff_t row = 0; row < rows; row++) {
      la_vector_f64 difference = LA_READ(x + row * stride + j) - from, square;
      mask |= difference != zero;
      if (weights != NULL) {
        square = weight_at(weights + (is_spread ? j : 0), is_spread, row, stride) * difference * difference;
      } else {
        square = difference * difference;
      }
      la_vector_f64 total = sum.high + square, added = total - sum.high;
      sum.low += (sum.high - (total - added)) + (square - added);
      sum.high = total;
    }
    LA_AT(high + j) = sum.high;
    LA_AT(low + j) = sum.low;
    LA_AT(varied + j) = __builtin_convertvector(mask, la_vector_f64);
  }
}

LA_INLINE void add_side_by_side(double *high, double *low, ptrdiff_t j, ptrdiff_t d, ptrdiff_t width,
                                const double *other_high, const double *other_low) {
  la_twofold sum = {high[j], low[j]};
  for (ptrdiff_t k = j; k < width; k += d) sum = twofold_sum(sum, (la_twofold){other_high[k], other_low[k]});
  high[j] = sum.high;
  low[j] = sum.low;
}

LA_KERNEL void la_moments_f64(const double *x, const double *weights, const double *spread, ptrdiff_t rows, ptrdiff_t d,
                              la_parts total, const la_moments *moments, double *wild) {
#pragma clang fp contract(off) reassociate(off)
  double shift[LA_SIDE_BY_SIDE], high[LA_SIDE_BY_SIDE], low[LA_SIDE_BY_SIDE], varied[LA_SIDE_BY_SIDE];
  const ptrdiff_t together = d < LA_SIDE_BY_SIDE / 2 ? LA_SIDE_BY_SIDE / d : 1;
  const ptrdiff_t width = together * d, rounds = together > 1 ? rows / together : 0, first = rounds * together;
  const double *rest = x + first * d, *rest_weights = weights == NULL ? NULL : weights + first;
  const la_vector_pair whole = pair_of((la_twofold){total.high, total.low});
  double *mean = moments->mean, *mean_rest = moments->mean_rest, *square = moments->squares,
         *square_rest = moments->squares_rest;
  sum_columns(rest, rest_weights, false, rows - first, d, d, x, mean, mean_rest);
  if (rounds > 0) {
    for (ptrdiff_t k = 0; k < LA_SIDE_BY_SIDE; k++) shift[k] = x[k % d];
    sum_columns(x, spread, true, rounds, width, width, shift, high, low);
    for (ptrdiff_t j = 0; j < d; j++) add_side_by_side(mean, mean_rest, j, d, width, high, low);
  }
  for (ptrdiff_t j = 0; j < d; j += 8) {
    la_vector_pair sum = normalized((la_vector_pair){LA_READ(mean + j), LA_READ(mean_rest + j)});
    const la_vector_f64 zero = {0};
    sum = sum_of_pairs((la_vector_pair){LA_READ(x + j), zero}, pair_quotient(sum, whole));
    LA_AT(mean + j) = sum.high;
    LA_AT(mean_rest + j) = sum.low;
  }
  square_columns(rest, rest_weights, false, rows - first, d, d, mean, square, square_rest, wild);
  if (rounds > 0) {
    for (ptrdiff_t k = 0; k < LA_SIDE_BY_SIDE; k++) shift[k] = mean[k % d];
    square_columns(x, spread, true, rounds, width, width, shift, high, low, varied);
    for (ptrdiff_t j = 0; j < d; j++) {
      add_side_by_side(square, square_rest, j, d, width, high, low);
      for (ptrdiff_t k = j; k < width; k += d) wild[j] = wild[j] != 0 || varied[k] != 0 ? -1 : 0;
    }
  }
  for (ptrdiff_t j = 0; j < d; j += 8) {
    const la_vector_f64 zero = {0}, one = zero + 1;
    la_vector_pair low_part = {LA_READ(mean_rest + j), zero};
    la_vector_pair excess = pair_product(pair_product(whole, low_part), low_part);
    la_vector_pair sum = {LA_READ(square + j), LA_READ(square_rest + j)};
    sum = sum_of_pairs(sum, (la_vector_pair){-excess.high, -excess.low});
    la_mask_f64 is_tame = (sum.high >= zero + LA_LEAST_SQUARES_SUM) & (sum.high <= zero + LA_GREATEST_SQUARES_SUM);
    is_tame |= (sum.high == zero) & (LA_READ(wild + j) == zero);
    LA_AT(square + j) = sum.high;
    LA_AT(square_rest + j) = sum.low;
    LA_AT(wild + j) = one + __builtin_convertvector(is_tame, la_vector_f64);
  }
  // What was read beyond the last column.
  for (ptrdiff_t j = d; j % 8 != 0; j++) mean[j] = mean_rest[j] = square[j] = square_rest[j] = wild[j] = 0;
}

LA_INLINE la_vector_f64 chosen(la_mask_f64 mask, la_vector_f64 a, la_vector_f64 b) {
  return (la_vector_f64)(((la_mask_f64)a & mask) | ((la_mask_f64)b & ~mask));
}

// Merges the moments of others, in twice the precision; lanes that are not tame, or leave the range of numbers, stay as
// they are.
LA_INLINE void merge_lanes(const la_moments *moments, ptrdiff_t j, la_vector_pair other, la_vector_pair squares,
                           la_vector_pair shares, la_vector_pair factors, la_mask_f64 *are_tame) {
#pragma clang fp contract(off) reassociate(off)
  const la_vector_f64 zero = {0};
  const la_vector_pair mean = {LA_READ(moments->mean + j), LA_READ(moments->mean_rest + j)};
  const la_vector_pair old = {LA_READ(moments->squares + j), LA_READ(moments->squares_rest + j)};
  const la_vector_pair difference = sum_of_pairs(other, (la_vector_pair){-mean.high, -mean.low});
  const la_vector_pair joined = sum_of_pairs(mean, pair_product(difference, shares));
  // In this order neither product leaves the range where the sum does not.
  const la_vector_pair moved = pair_product(pair_product(factors, difference), difference);
  const la_vector_pair sum = sum_of_pairs(sum_of_pairs(old, squares), moved);
  la_mask_f64 is_tame = (sum.high >= zero + LA_LEAST_SQUARES_SUM) & (sum.high <= zero + LA_GREATEST_SQUARES_SUM);
  is_tame |= (sum.high == zero) & (difference.high == zero);
  is_tame &= *are_tame;
  LA_AT(moments->mean + j) = chosen(is_tame, joined.high, mean.high);
  LA_AT(moments->mean_rest + j) = chosen(is_tame, joined.low, mean.low);
  LA_AT(moments->squares + j) = chosen(is_tame, sum.high, old.high);
  LA_AT(moments->squares_rest + j) = chosen(is_tame, sum.low, old.low);
  *are_tame = is_tame;
}

LA_KERNEL void la_merge_moments_f64(const la_moments *moments, const la_moments *others, ptrdiff_t d, la_parts weight,
                                    la_parts added, double *wild) {
#pragma clang fp contract(off) reassociate(off)
  const la_twofold own = {weight.high, weight.low}, theirs = {added.high, added.low};
  const la_twofold share = twofold_quotient(theirs, twofold_sum(own, theirs));
  const la_vector_pair shares = pair_of(share), factors = pair_of(twofold_product(own, share));
  const la_vector_f64 zero = {0}, one = zero + 1;
  for (ptrdiff_t j = 0; j < d; j += 8) {
    const la_vector_pair mean = {LA_READ(others->mean + j), LA_READ(others->mean_rest + j)};
    const la_vector_pair squares = {LA_READ(others->squares + j), LA_READ(others->squares_rest + j)};
    la_mask_f64 is_tame = LA_READ(wild + j) == zero;
    merge_lanes(moments, j, mean, squares, shares, factors, &is_tame);
    LA_AT(wild + j) = one + __builtin_convertvector(is_tame, la_vector_f64);
  }
}

LA_KERNEL bool la_merge_zeros_f64(const la_moments *moments, ptrdiff_t d, la_parts weight, la_parts added,
                                  uint8_t *wild) {
#pragma clang fp contract(off) reassociate(off)
  const la_twofold own = {weight.high, weight.low}, theirs = {added.high, added.low};
  const la_twofold share = twofold_quotient(theirs, twofold_sum(own, theirs));
  const la_vector_pair shares = pair_of(share), factors = pair_of(twofold_product(own, share));
  const la_vector_f64 zero = {0};
  const la_mask_f64 bits = {1, 2, 4, 8, 16, 32, 64, 128};
  bool is_tame = true;
  for (ptrdiff_t j = 0; j < d; j += 8) {
    const la_mask_f64 marks = ((la_mask_f64){0} + wild[j / 8]) & bits;
    const la_vector_pair none = {zero, zero};
    la_mask_f64 found = marks == 0;
    merge_lanes(moments, j, none, none, shares, factors, &found);
    for (int lane = 0; lane < 8; lane++) wild[j / 8] |= found[lane] == 0 ? (uint8_t)(1 << lane) : 0;
    is_tame &= wild[j / 8] == 0;
  }
  return is_tame;
}

LA_KERNEL bool la_deviations_f64(const double *squares, ptrdiff_t n, double weight, double *deviations) {
#pragma clang fp contract(off) reassociate(off)
  const la_vector_f64 zero = {0};
  la_mask_f64 are_normal = zero == zero;
  for (ptrdiff_t j = 0; j < n; j += 8) {
    const la_vector_f64 square = LA_READ(squares + j), variance = square / (zero + weight);
    are_normal &= (square == zero) | ((variance >= zero + DBL_MIN) & (variance <= zero + DBL_MAX));
    const la_vector_f64 root = __builtin_elementwise_sqrt(variance);
    if (j + 8 <= n) {
      LA_AT(deviations + j) = root;
    } else {
      for (ptrdiff_t k = j; k < n; k++) deviations[k] = root[k - j];
    }
  }
  bool is_normal = true;
  for (int lane = 0; lane < 8; lane++) is_normal &= are_normal[lane] != 0;
  return is_normal;
}

// Beside the number of the stored elements of a column: whether they differ.
#define LA_HAS_VARIED ((int64_t)1 << 62)

LA_INLINE la_twofold weight_of_column(const la_sparse_column *column, const double *weights, ptrdiff_t j) {
  if (weights != NULL) return (la_twofold){weights[2 * j], weights[2 * j + 1]};
  return (la_twofold){(double)(column->count & ~LA_HAS_VARIED), 0};
}

// Goes from the sum of the stored elements of a column to their mean, of which the second part is put aside.
LA_INLINE double finish_sparse_mean(la_sparse_column *column, la_twofold weight) {
#pragma clang fp contract(off) reassociate(off)
  la_twofold mean = twofold_quotient(twofold_sum((la_twofold){column->high, 0}, (la_twofold){column->low, 0}), weight);
  mean = twofold_sum((la_twofold){column->from, 0}, mean);
  *column = (la_sparse_column){.from = mean.high, .count = column->count};
  return mean.low;
}

// Joins the stored elements of a column with the zeros that are not stored.
LA_INLINE void finish_sparse_column(const la_sparse_column *column, la_twofold weight, la_twofold total, ptrdiff_t rows,
                                    bool is_weighted, const la_moments *moments, ptrdiff_t j, double *wild) {
#pragma clang fp contract(off) reassociate(off)
  const la_twofold mean = {column->from, moments->mean_rest[j]}, rest = {mean.low, 0};
  const la_twofold excess = twofold_product(twofold_product(weight, rest), rest);
  const ptrdiff_t others = rows - (ptrdiff_t)(column->count & ~LA_HAS_VARIED);
  la_twofold zeros = {(double)others, 0};
  if (is_weighted && others > 0) zeros = twofold_sum(total, (la_twofold){-weight.high, -weight.low});
  // So little is left that the difference of two sums has lost digits of it.
  const bool is_doubtful = others > 0 && is_weighted && !(zeros.high > total.high * 0x1p-40);
  la_twofold sum = twofold_sum((la_twofold){column->high, 0}, (la_twofold){column->low, 0});
  sum = twofold_sum(sum, (la_twofold){-excess.high, -excess.low});
  const la_twofold share = twofold_quotient(weight, total);
  const la_twofold moved = twofold_product(twofold_product(twofold_product(share, zeros), mean), mean);
  sum = twofold_sum(sum, moved);
  const la_twofold joined = others > 0 ? twofold_product(mean, share) : mean;
  const bool has_varied = (column->count & LA_HAS_VARIED) != 0 || (others > 0 && mean.high != 0);
  const bool is_tame = has_varied ? sum.high >= LA_LEAST_SQUARES_SUM && sum.high <= LA_GREATEST_SQUARES_SUM
                                  : sum.high == 0;
  moments->mean[j] = joined.high;
  moments->mean_rest[j] = joined.low;
  moments->squares[j] = sum.high;
  moments->squares_rest[j] = sum.low;
  wild[j] = is_tame && !is_doubtful ? 0 : 1;
}

#define LA_SPARSE_MOMENTS(S, name)                                                                                     \
  LA_KERNEL void la_sparse_moments_##name(const S *v, const int32_t *columns, const ptrdiff_t *offsets,                \
                                          const double *weights, ptrdiff_t rows, ptrdiff_t counted, ptrdiff_t d,       \
                                          la_parts total, la_sparse_column *known, double *column_weights,             \
                                          const la_moments *moments, double *wild) {                                   \
    _Pragma("clang fp contract(off) reassociate(off)")                                                                 \
    for (ptrdiff_t row = 0; row < rows; row++) {                                                                       \
      const double weight = weights == NULL ? 1 : weights[row];                                                        \
      if (weight == 0) continue;                                                                                       \
      for (ptrdiff_t i = offsets[row]; i < offsets[row + 1]; i++) {                                                    \
        la_sparse_column *column = &known[columns[i]];                                                                 \
        const double value = (double)v[i];                                                                             \
        if (column->count++ == 0) column->from = value;                                                                \
        const double difference = value - column->from, part = difference - value;                                     \
        double number = difference, rest = (value - (difference - part)) - (column->from + part);                      \
        if (weights != NULL) {                                                                                         \
          double *parts = column_weights + 2 * (ptrdiff_t)columns[i];                                                  \
          const la_twofold sum = twofold_sum((la_twofold){parts[0], parts[1]}, (la_twofold){weight, 0});               \
          parts[0] = sum.high;                                                                                         \
          parts[1] = sum.low;                                                                                          \
          number = weight * difference;                                                                                \
          rest = fma(weight, difference, -number) + weight * rest;                                                     \
        }                                                                                                              \
        const double sum = column->high + number, added = sum - column->high;                                          \
        column->low += rest + ((column->high - (sum - added)) + (number - added));                                     \
        column->high = sum;                                                                                            \
      }                                                                                                                \
    }                                                                                                                  \
    const double *found = weights == NULL ? NULL : column_weights;                                                     \
    for (ptrdiff_t j = 0; j < d; j++) {                                                                                \
      moments->mean_rest[j] = 0;                                                                                       \
      if (known[j].count > 0) moments->mean_rest[j] = finish_sparse_mean(&known[j], weight_of_column(&known[j], found, j));\
    }                                                                                                                  \
    for (ptrdiff_t row = 0; row < rows; row++) {                                                                       \
      const double weight = weights == NULL ? 1 : weights[row];                                                        \
      if (weight == 0) continue;                                                                                       \
      for (ptrdiff_t i = offsets[row]; i < offsets[row + 1]; i++) {                                                    \
        la_sparse_column *column = &known[columns[i]];                                                                 \
        const double difference = (double)v[i] - column->from, square = weight * difference * difference;              \
        if (difference != 0) column->count |= LA_HAS_VARIED;                                                           \
        const double sum = column->high + square, added = sum - column->high;                                          \
        column->low += (column->high - (sum - added)) + (square - added);                                              \
        column->high = sum;                                                                                            \
      }                                                                                                                \
    }                                                                                                                  \
    const la_twofold whole = {total.high, total.low};                                                                  \
    for (ptrdiff_t j = 0; j < d; j++) {                                                                                \
      moments->mean[j] = moments->squares[j] = moments->squares_rest[j] = wild[j] = 0;                                 \
      if (known[j].count == 0) continue;                                                                               \
      finish_sparse_column(&known[j], weight_of_column(&known[j], found, j), whole, counted, weights != NULL, moments, \
                           j, wild);                                                                                   \
    }                                                                                                                  \
  }

LA_SPARSE_MOMENTS(double, f64)
LA_SPARSE_MOMENTS(float, f32)

#undef LA_SPARSE_MOMENTS
#undef LA_AT
#undef LA_READ
