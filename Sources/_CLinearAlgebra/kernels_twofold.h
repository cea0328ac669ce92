// What least squares computes in twice the precision: sums, each a number and what was rounded off it. Nothing here may
// be reordered or fused.
//
// Source: T. Dekker, A floating-point technique for extending the available precision, 1971; D. Knuth, The art of
// computer programming, volume 2, 4.2.2.
typedef struct {
  la_vector_f64 high, low;
} la_vector_pair;

// x y + z, rounded once. Lane by lane, since vectors may not be passed to the built-in function of whole ones.
LA_INLINE la_vector_f64 fused(la_vector_f64 x, la_vector_f64 y, la_vector_f64 z) {
  for (int lane = 0; lane < 8; lane++) z[lane] = __builtin_fma(x[lane], y[lane], z[lane]);
  return z;
}

// sum += x (high + low)
LA_INLINE void add_product(la_vector_pair *sum, la_vector_f64 x, la_vector_f64 high, la_vector_f64 low) {
#pragma clang fp contract(off) reassociate(off)
  la_vector_f64 product = x * high;
  la_vector_f64 rest = fused(x, high, -product);
  rest = fused(x, low, rest);
  la_vector_f64 total = sum->high + product, part = total - sum->high;
  rest += (sum->high - (total - part)) + (product - part);
  sum->high = total;
  sum->low += rest;
}

// sum += (x_high + x_low) (y_high + y_low)
LA_INLINE void add_pair_product(la_vector_pair *sum, la_vector_pair x, la_vector_pair y) {
#pragma clang fp contract(off) reassociate(off)
  la_vector_f64 product = x.high * y.high;
  la_vector_f64 rest = fused(x.high, y.high, -product);
  rest = fused(x.low, y.high, fused(x.high, y.low, rest));
  la_vector_f64 total = sum->high + product, part = total - sum->high;
  rest += (sum->high - (total - part)) + (product - part);
  sum->high = total;
  sum->low += rest;
}

// The same number with all that fits into its first part.
LA_INLINE la_vector_pair normalized(la_vector_pair a) {
#pragma clang fp contract(off) reassociate(off)
  la_vector_f64 high = a.high + a.low;
  return (la_vector_pair){high, a.low - (high - a.high)};
}

LA_INLINE la_vector_pair sum_of_pairs(la_vector_pair a, la_vector_pair b) {
#pragma clang fp contract(off) reassociate(off)
  la_vector_f64 total = a.high + b.high, part = total - a.high;
  la_vector_f64 rest = (a.high - (total - part)) + (b.high - part);
  rest += a.low + b.low;
  la_vector_f64 high = total + rest;
  return (la_vector_pair){high, rest - (high - total)};
}

#define LA_SHUFFLED(a, b, ...)                                                                                         \
  ((la_vector_pair){__builtin_shufflevector((a).high, (b).high, __VA_ARGS__),                                          \
                    __builtin_shufflevector((a).low, (b).low, __VA_ARGS__)})

// The sums of the lanes of eight vectors: a transposition on the way to which sums are formed.
LA_INLINE la_vector_pair sums_of_lanes(const la_vector_pair *sums) {
  la_vector_pair twos[4], fours[2];
  for (int i = 0; i < 4; i++) {
    la_vector_pair a = sums[2 * i], b = sums[2 * i + 1];
    twos[i] = sum_of_pairs(LA_SHUFFLED(a, b, 0, 8, 2, 10, 4, 12, 6, 14), LA_SHUFFLED(a, b, 1, 9, 3, 11, 5, 13, 7, 15));
  }
  for (int i = 0; i < 2; i++) {
    la_vector_pair a = twos[2 * i], b = twos[2 * i + 1];
    fours[i] = sum_of_pairs(LA_SHUFFLED(a, b, 0, 1, 8, 9, 4, 5, 12, 13), LA_SHUFFLED(a, b, 2, 3, 10, 11, 6, 7, 14, 15));
  }
  la_vector_pair a = fours[0], b = fours[1];
  return sum_of_pairs(LA_SHUFFLED(a, b, 0, 1, 2, 3, 8, 9, 10, 11), LA_SHUFFLED(a, b, 4, 5, 6, 7, 12, 13, 14, 15));
}

LA_INLINE void residual_inline(const double *restrict z, const double *restrict weights, ptrdiff_t rows,
                               ptrdiff_t stride, const double *restrict u_high, const double *restrict u_low,
                               double *restrict g_high, double *restrict g_low, double *restrict squares) {
#pragma clang fp contract(off) reassociate(off)
  const la_vector_f64 zero = {0};
  la_vector_pair square_sum = {zero, zero};
  for (ptrdiff_t first = 0; first < rows; first += 8, z += 8 * stride) {
    la_vector_pair sums[8];
    for (int row = 0; row < 8; row++) {
      sums[row] = (la_vector_pair){zero, zero};
      for (ptrdiff_t j = 0; j < stride; j += 8) {
        add_product(&sums[row], *(const la_vector_f64 *)(z + row * stride + j), *(const la_vector_f64 *)(u_high + j),
                    *(const la_vector_f64 *)(u_low + j));
      }
    }
    la_vector_pair residual = sums_of_lanes(sums), weighted = residual;
    if (weights != NULL) {
      la_vector_f64 weight = *(const la_vector_f64 *)(weights + first);
      weighted = (la_vector_pair){zero, zero};
      add_product(&weighted, weight, residual.high, residual.low);
    }
    add_product(&square_sum, weighted.high, residual.high, residual.low);
    add_product(&square_sum, weighted.low, residual.high, residual.low);
    for (ptrdiff_t j = 0; j < stride; j += 8) {
      la_vector_pair sum = {*(const la_vector_f64 *)(g_high + j), *(const la_vector_f64 *)(g_low + j)};
      for (int row = 0; row < 8; row++) {
        add_product(&sum, *(const la_vector_f64 *)(z + row * stride + j), zero + weighted.high[row],
                    zero + weighted.low[row]);
      }
      *(la_vector_f64 *)(g_high + j) = sum.high;
      *(la_vector_f64 *)(g_low + j) = sum.low;
    }
  }
  la_vector_pair lanes[8] = {square_sum};
  la_vector_pair total = sums_of_lanes(lanes);
  double high = squares[0] + total.high[0], part = high - squares[0];
  squares[1] += (squares[0] - (high - part)) + (total.high[0] - part) + total.low[0];
  squares[0] = high;
}

LA_KERNEL void la_residual_f64(const double *z, const double *weights, ptrdiff_t rows, ptrdiff_t stride,
                               const double *u_high, const double *u_low, double *g_high, double *g_low,
                               double *squares) {
  residual_inline(z, weights, rows, stride, u_high, u_low, g_high, g_low, squares);
}

// x - shift, times the root of a weight, each rounded to twice the precision.
LA_KERNEL void la_stack_rows_twofold_f64(const la_stacking *stacking, const double *restrict x, const double *restrict y,
                                         const double *restrict weights, ptrdiff_t rows, double *restrict z_high,
                                         double *restrict z_low) {
#pragma clang fp contract(off) reassociate(off)
  const ptrdiff_t d = stacking->features, t = stacking->targets, stride = stacking->stride;
  const ptrdiff_t ones = stacking->has_ones ? 1 : 0;
  const double *restrict shift = stacking->shift;
  for (ptrdiff_t row = 0; row < rows; row++, x += d, y += t, z_high += stride, z_low += stride) {
    memset(z_high, 0, sizeof(double) * (size_t)stride);
    memset(z_low, 0, sizeof(double) * (size_t)stride);
    double *restrict high = z_high + ones, *restrict low = z_low + ones;
    for (ptrdiff_t j = 0; j < d + t; j++) {
      double value = j < d ? x[j] : y[j - d], from = shift == NULL ? 0 : shift[j];
      double difference = value - from, part = difference - value;
      high[j] = difference;
      low[j] = (value - (difference - part)) - (from + part);
    }
    if (ones) z_high[0] = 1;
    if (weights == NULL || weights[row] == 1) continue;
    double root = sqrt(weights[row]);
    double rest = root > 0 ? fma(-root, root, weights[row]) / (2 * root) : 0;
    for (ptrdiff_t j = 0; j < ones + d + t; j++) {
      double product = z_high[j] * root;
      z_low[j] = fma(z_high[j], root, -product) + (z_high[j] * rest + z_low[j] * root);
      z_high[j] = product;
    }
  }
}

typedef struct {
  double high, low;
} la_twofold;

LA_INLINE la_twofold twofold_sum(la_twofold a, la_twofold b) {
#pragma clang fp contract(off) reassociate(off)
  double total = a.high + b.high, part = total - a.high;
  double rest = (a.high - (total - part)) + (b.high - part) + (a.low + b.low);
  double high = total + rest;
  return (la_twofold){high, rest - (high - total)};
}

LA_INLINE la_twofold twofold_product(la_twofold a, la_twofold b) {
#pragma clang fp contract(off) reassociate(off)
  double product = a.high * b.high;
  double rest = fma(a.high, b.high, -product) + (a.high * b.low + a.low * b.high);
  double high = product + rest;
  return (la_twofold){high, rest - (high - product)};
}

LA_INLINE la_twofold twofold_quotient(la_twofold a, la_twofold b) {
#pragma clang fp contract(off) reassociate(off)
  double first = a.high / b.high;
  la_twofold left = twofold_sum(a, twofold_product((la_twofold){-first, 0}, b));
  return twofold_sum((la_twofold){first, 0}, (la_twofold){left.high / b.high, 0});
}

LA_INLINE la_twofold twofold_root(la_twofold a) {
#pragma clang fp contract(off) reassociate(off)
  if (a.high <= 0) return (la_twofold){0, 0};
  double first = sqrt(a.high);
  la_twofold left = twofold_sum(a, (la_twofold){-first * first, -fma(first, first, -(first * first))});
  return twofold_sum((la_twofold){first, 0}, (la_twofold){left.high / (2 * first), 0});
}

// The length of a vector, of numbers of any size.
LA_INLINE la_twofold twofold_length(const la_twofold *numbers, ptrdiff_t count) {
  double largest = 0;
  for (ptrdiff_t k = 0; k < count; k++) largest = fmax(largest, fabs(numbers[k].high));
  if (largest == 0) return (la_twofold){0, 0};
  // Squares beyond would lose their second part, or vanish.
  const bool is_tame = largest > 0x1p-400 && largest < 0x1p400;
  const double scale = is_tame ? 1 : scalbn(1, -(int)fmin(fmax(ilogb(largest), -1020), 1020));
  la_twofold sum = {0, 0};
  for (ptrdiff_t k = 0; k < count; k++) {
    la_twofold number = {numbers[k].high * scale, numbers[k].low * scale};
    sum = twofold_sum(sum, twofold_product(number, number));
  }
  la_twofold root = twofold_root(sum);
  return (la_twofold){root.high / scale, root.low / scale};
}

// Householder's reflection of a column p over v to (ν, 0), with p >= 0 and ν = √(p² + ‖v‖²), is told by the direction
// v / ‖v‖, the sine ‖v‖ / ν and the cosine p / ν: so that nothing is lost where v is far shorter than p.
//
//     w = direction · z - sine / (1 + cosine) · r,   r += sine w,   z -= (1 + cosine) direction w
LA_INLINE ptrdiff_t reflect_twofold_inline(double *restrict r_high, double *restrict r_low, ptrdiff_t top, ptrdiff_t q,
                                           double *restrict z_high, double *restrict z_low, ptrdiff_t rows,
                                           ptrdiff_t stride) {
  la_twofold direction[LA_TWOFOLD_ROWS], factors[LA_TWOFOLD_ROWS];
  ptrdiff_t first = 0;
  for (ptrdiff_t i = 0; i < q && first < rows; i++) {
    double *restrict high = r_high + i * stride, *restrict low = r_low + i * stride;
    if (i == top) {
      // R has no such row yet: it becomes the first of those that are left.
      const double *from_high = z_high + first * stride, *from_low = z_low + first * stride;
      const double sign = from_high[i] < 0 ? -1 : 1;
      for (ptrdiff_t j = 0; j < stride; j++) {
        high[j] = j < i ? 0 : sign * from_high[j];
        low[j] = j < i ? 0 : sign * from_low[j];
      }
      top++;
      first++;
    }
    const ptrdiff_t count = rows - first;
    double *restrict left_high = z_high + first * stride, *restrict left_low = z_low + first * stride;
    for (ptrdiff_t k = 0; k < count; k++)
      direction[k] = (la_twofold){left_high[k * stride + i], left_low[k * stride + i]};
    const la_twofold length = twofold_length(direction, count);
    if (length.high == 0) continue;
    const la_twofold sides[2] = {{high[i], low[i]}, length}, norm = twofold_length(sides, 2);
    const la_twofold sine = twofold_quotient(length, norm), cosine = twofold_quotient(sides[0], norm);
    const la_twofold both = twofold_sum((la_twofold){1, 0}, cosine), share = twofold_quotient(sine, both);
    for (ptrdiff_t k = 0; k < count; k++) {
      direction[k] = twofold_quotient(direction[k], length);
      factors[k] = twofold_product(both, direction[k]);
    }
    const la_vector_f64 zero = {0};
#define LA_SPREAD(a) ((la_vector_pair){zero + (a).high, zero + (a).low})
#define LA_PAIR(high, low, at) ((la_vector_pair){*(la_vector_f64 *)((high) + (at)), *(la_vector_f64 *)((low) + (at))})
    const la_vector_pair sines = LA_SPREAD(sine), shares = {zero - share.high, zero - share.low};
    for (ptrdiff_t j = i / 8 * 8; j < stride; j += 8) {
      la_vector_pair row = LA_PAIR(high, low, j), w = {zero, zero};
      add_pair_product(&w, row, shares);
      for (ptrdiff_t k = 0; k < count; k++)
        add_pair_product(&w, LA_PAIR(left_high, left_low, k * stride + j), LA_SPREAD(direction[k]));
      w = normalized(w);
      add_pair_product(&row, w, sines);
      row = normalized(row);
      *(la_vector_f64 *)(high + j) = row.high;
      *(la_vector_f64 *)(low + j) = row.low;
      for (ptrdiff_t k = 0; k < count; k++) {
        la_vector_pair z = LA_PAIR(left_high, left_low, k * stride + j);
        add_pair_product(&z, (la_vector_pair){-w.high, -w.low}, LA_SPREAD(factors[k]));
        z = normalized(z);
        *(la_vector_f64 *)(left_high + k * stride + j) = z.high;
        *(la_vector_f64 *)(left_low + k * stride + j) = z.low;
      }
    }
    high[i] = norm.high;
    low[i] = norm.low;
    for (ptrdiff_t j = i / 8 * 8; j < i; j++) high[j] = low[j] = 0;
    for (ptrdiff_t k = 0; k < count; k++) left_high[k * stride + i] = left_low[k * stride + i] = 0;
  }
  return top;
}

LA_KERNEL ptrdiff_t la_reflect_twofold_f64(double *r_high, double *r_low, ptrdiff_t top, ptrdiff_t q, double *z_high,
                                           double *z_low, ptrdiff_t rows, ptrdiff_t stride) {
  return reflect_twofold_inline(r_high, r_low, top, q, z_high, z_low, rows, stride);
}
