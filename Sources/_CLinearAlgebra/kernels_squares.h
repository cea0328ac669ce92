// What least squares needs of rows z = [1 x y 0 …]: `stride` doubles each, a multiple of 8, so that whole vectors of
// them are read. The last numbers of a row are zeros, and so are rows up to the next multiple of 8.

LA_KERNEL void la_stack_rows_f64(const la_stacking *stacking, const double *restrict x, const double *restrict y,
                                 const double *restrict roots, ptrdiff_t rows, double *restrict z) {
  const ptrdiff_t d = stacking->features, t = stacking->targets, stride = stacking->stride;
  const ptrdiff_t ones = stacking->has_ones ? 1 : 0;
  const double *restrict shift = stacking->shift;
  for (ptrdiff_t row = 0; row < rows; row++, x += d, y += t, z += stride) {
    double root = roots == NULL ? 1 : roots[row];
    if (ones) z[0] = root;
    double *restrict to = z + ones;
    if (shift == NULL) {
      for (ptrdiff_t j = 0; j < d; j++) to[j] = root * x[j];
      for (ptrdiff_t j = 0; j < t; j++) to[d + j] = root * y[j];
    } else {
      for (ptrdiff_t j = 0; j < d; j++) to[j] = root * (x[j] - shift[j]);
      for (ptrdiff_t j = 0; j < t; j++) to[d + j] = root * (y[j] - shift[d + j]);
    }
    for (ptrdiff_t j = ones + d + t; j < stride; j++) z[j] = 0;
  }
  memset(z, 0, sizeof(double) * (size_t)(-rows & 7) * (size_t)stride);
}

// g += zᵀ z for 8 rows and 8 `vectors` columns of g: as much as registers hold. The sum of these rows is formed first, so
// that over many calls rounding grows only slowly.
#define LA_GRAM_TILE(vectors)                                                                                          \
  LA_INLINE void gram_tile_##vectors(const double *restrict z, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t i,          \
                                     ptrdiff_t j, double *restrict g) {                                                \
    LA_FAST                                                                                                            \
    la_vector_f64 sums[8][vectors] = {0};                                                                              \
    for (ptrdiff_t row = 0; row < rows; row++, z += stride) {                                                          \
      la_vector_f64 right[vectors];                                                                                    \
      for (int b = 0; b < vectors; b++) right[b] = *(const la_vector_f64 *)(z + j + 8 * b);                            \
      for (int a = 0; a < 8; a++)                                                                                      \
        for (int b = 0; b < vectors; b++) sums[a][b] += z[i + a] * right[b];                                           \
    }                                                                                                                  \
    for (int a = 0; a < 8; a++)                                                                                        \
      for (int b = 0; b < vectors; b++) *(la_vector_f64 *)(g + (i + a) * stride + j + 8 * b) += sums[a][b];            \
  }

LA_GRAM_TILE(1)
LA_GRAM_TILE(2)
LA_GRAM_TILE(3)

LA_KERNEL void la_add_gram_f64(const double *restrict z, ptrdiff_t rows, ptrdiff_t stride, double *restrict g) {
  for (ptrdiff_t i = 0; i < stride; i += 8) {
    ptrdiff_t j = i;
    for (; j + 24 <= stride; j += 24) gram_tile_3(z, rows, stride, i, j, g);
    if (j + 16 <= stride) {
      gram_tile_2(z, rows, stride, i, j, g);
    } else if (j + 8 <= stride) {
      gram_tile_1(z, rows, stride, i, j, g);
    }
  }
}

// Sums in twice the precision, each a number and what was rounded off it. Nothing here may be reordered or fused.
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
