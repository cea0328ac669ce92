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

// g += aᵀ b for 8 columns a and 8 `vectors` columns b: as much as registers hold. A row is `step` numbers behind the one
// before, and a vector of b `gap` behind the one before. The sum of these rows is formed first, so that over many calls
// rounding grows only slowly.
#define LA_GRAM_TILE(vectors)                                                                                          \
  LA_INLINE void gram_tile_##vectors(const double *restrict a, const double *restrict b, ptrdiff_t rows,               \
                                     ptrdiff_t step, ptrdiff_t gap, ptrdiff_t stride, double *restrict g) {            \
    LA_FAST                                                                                                            \
    la_vector_f64 sums[8][vectors] = {0};                                                                              \
    for (ptrdiff_t row = 0; row < rows; row++, a += step, b += step) {                                                 \
      la_vector_f64 right[vectors];                                                                                    \
      for (int k = 0; k < vectors; k++) right[k] = *(const la_vector_f64 *)(b + k * gap);                              \
      for (int i = 0; i < 8; i++)                                                                                      \
        for (int k = 0; k < vectors; k++) sums[i][k] += a[i] * right[k];                                               \
    }                                                                                                                  \
    for (int i = 0; i < 8; i++)                                                                                        \
      for (int k = 0; k < vectors; k++) *(la_vector_f64 *)(g + i * stride + 8 * k) += sums[i][k];                      \
  }

LA_GRAM_TILE(1)
LA_GRAM_TILE(2)
LA_GRAM_TILE(3)

// The tiles of columns i and of those from j on, at most 24 of them.
LA_INLINE void gram_tiles(const double *restrict a, const double *restrict b, ptrdiff_t rows, ptrdiff_t step,
                          ptrdiff_t gap, ptrdiff_t i, ptrdiff_t j, ptrdiff_t stride, double *restrict g) {
  double *restrict corner = g + i * stride + j;
  if (j + 24 <= stride) {
    gram_tile_3(a, b, rows, step, gap, stride, corner);
  } else if (j + 16 <= stride) {
    gram_tile_2(a, b, rows, step, gap, stride, corner);
  } else {
    gram_tile_1(a, b, rows, step, gap, stride, corner);
  }
}

LA_KERNEL void la_add_gram_f64(const double *restrict z, ptrdiff_t rows, ptrdiff_t stride, double *restrict g) {
  for (ptrdiff_t i = 0; i < stride; i += 8)
    for (ptrdiff_t j = i; j < stride; j += 24) gram_tiles(z + i, z + j, rows, stride, 8, i, j, stride, g);
}

LA_KERNEL void la_pack_panels_f64(const double *restrict z, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t first,
                                  ptrdiff_t capacity, double *restrict panels) {
  for (ptrdiff_t row = 0; row < rows; row++, z += stride)
    for (ptrdiff_t j = 0; j < stride; j += 8)
      *(la_vector_f64 *)(panels + j * capacity + 8 * (first + row)) = *(const la_vector_f64 *)(z + j);
}

// So many columns of panels stay in the second cache while others go by.
#define COLUMNS_KEPT 256

LA_KERNEL void la_add_panels_gram_f64(const double *restrict panels, ptrdiff_t rows, ptrdiff_t capacity,
                                      ptrdiff_t stride, double *restrict g) {
  for (ptrdiff_t kept = 0; kept < stride; kept += COLUMNS_KEPT)
    for (ptrdiff_t j = kept; j < stride; j += 24)
      for (ptrdiff_t i = kept; i < kept + COLUMNS_KEPT && i < j + 24 && i < stride; i += 8)
        gram_tiles(panels + i * capacity, panels + j * capacity, rows, 8, 8 * capacity, i, j, stride, g);
}
