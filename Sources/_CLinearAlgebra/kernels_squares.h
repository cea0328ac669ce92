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
