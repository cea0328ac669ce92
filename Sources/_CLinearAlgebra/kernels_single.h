// Kernels over values of one type S; included once for each.

LA_KERNEL void NAME(scale)(S s, S *x, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n; i++) x[i] *= s;
}

LA_KERNEL double NAME(sum_of_squares)(const S *x, ptrdiff_t n) {
  LA_FAST
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

LA_KERNEL bool NAME(is_finite)(const S *x, ptrdiff_t n) {
  uint64_t bad = 0;
  for (ptrdiff_t i = 0; i < n; i++) bad |= not_finite((double)x[i]);
  return bad == 0;
}

LA_KERNEL la_fingerprint NAME(fingerprint)(const S *x, ptrdiff_t n, uint64_t start) {
  uint64_t bad = 0, hash = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    double value = (double)x[i];
    bad |= not_finite(value);
    hash += value == 0 ? 0 : mixed(value, start + (uint64_t)i);
  }
  return (la_fingerprint){.hash = hash, .is_finite = bad == 0};
}

la_fingerprint NAME(sparse_fingerprint)(const S *v, const int32_t *j, ptrdiff_t n, uint64_t start) {
  uint64_t bad = 0, hash = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    double value = (double)v[i];
    bad |= not_finite(value);
    hash += value == 0 ? 0 : mixed(value, start + (uint64_t)j[i]);
  }
  return (la_fingerprint){.hash = hash, .is_finite = bad == 0};
}

LA_KERNEL void NAME(factors)(const la_plan *plan, double length, double squares, int32_t label, double target,
                             const S *b, ptrdiff_t problems, S *scores, la_progress *progress) {
  double inner, factor_squares;
  NAME(factors_inline)(plan, length, squares, label, target, b, problems, scores, progress, &inner, &factor_squares);
}

LA_KERNEL void NAME(truncate)(double u, double scale, const int32_t *j, ptrdiff_t n, S *w, double *q) {
  NAME(truncate_inline)(u, scale, j, n, w, q);
}

LA_KERNEL double NAME(sum_of_magnitudes)(const S *x, ptrdiff_t n) {
  LA_FAST
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += x[i] < 0 ? -(double)x[i] : (double)x[i];
  return sum;
}
