// Kernels over samples of type S and parameters of type P; included once for each pair.

LA_KERNEL P NAME(dot)(const S *x, const P *w, ptrdiff_t n) {
  LA_FAST
  P sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += (P)x[i] * w[i];
  return sum;
}

LA_KERNEL void NAME(add)(P a, const S *restrict x, P *restrict w, ptrdiff_t n) {
  LA_FAST
  for (ptrdiff_t i = 0; i < n; i++) w[i] += a * (P)x[i];
}

LA_KERNEL void NAME(dots)(const S *restrict x, const P *restrict w, ptrdiff_t rows, ptrdiff_t n,
                          P *restrict out) {
  LA_FAST
  for (ptrdiff_t k = 0; k < rows; k++) {
    P sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += (P)x[i] * w[k * n + i];
    out[k] = sum;
  }
}

LA_KERNEL void NAME(scale_add_rows)(P s, const P *restrict a, const S *restrict x, P *restrict w,
                                    ptrdiff_t rows, ptrdiff_t n) {
  LA_FAST
  for (ptrdiff_t k = 0; k < rows; k++) {
    P factor = a[k];
    for (ptrdiff_t i = 0; i < n; i++) w[k * n + i] = s * w[k * n + i] + factor * (P)x[i];
  }
}

P NAME(sparse_dot)(const S *v, const int32_t *j, ptrdiff_t n, const P *w) {
  LA_FAST
  P sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += (P)v[i] * w[j[i]];
  return sum;
}

void NAME(sparse_add)(P a, const S *restrict v, const int32_t *restrict j, ptrdiff_t n,
                      P *restrict w) {
  LA_FAST
  for (ptrdiff_t i = 0; i < n; i++) w[j[i]] += a * (P)v[i];
}

LA_KERNEL void NAME(convert)(const S *restrict x, P *restrict y, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n; i++) y[i] = (P)x[i];
}
