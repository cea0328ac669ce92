// Kernels of networks over values of one type S; included once for each.

LA_KERNEL void NAME(activate)(la_activation activation, const S *restrict bias, S *restrict z,
                              ptrdiff_t rows, ptrdiff_t n) {
  for (ptrdiff_t row = 0; row < rows; row++, z += n) {
    switch (activation) {
    case LA_UNIT_IDENTITY:
      for (ptrdiff_t j = 0; j < n; j++) z[j] += bias[j];
      break;
    case LA_UNIT_LOGISTIC:
      for (ptrdiff_t j = 0; j < n; j++) {
        S x = z[j] + bias[j], e = NAME(exp_of_negative)(x > 0 ? -x : x);
        z[j] = (x > 0 ? 1 : e) / (1 + e);
      }
      break;
    case LA_UNIT_TANH:
      for (ptrdiff_t j = 0; j < n; j++) {
        S x = z[j] + bias[j], t = NAME(tanh_of_positive)(x > 0 ? x : -x);
        z[j] = x > 0 ? t : -t;
      }
      break;
    case LA_UNIT_RELU:
      for (ptrdiff_t j = 0; j < n; j++) {
        S sum = z[j] + bias[j];
        z[j] = sum > 0 ? sum : 0;
      }
      break;
    }
  }
}

LA_KERNEL void NAME(differentiate)(la_activation activation, S keep, const S *restrict a,
                                   S *restrict delta, ptrdiff_t n) {
  switch (activation) {
  case LA_UNIT_IDENTITY:
    break;
  case LA_UNIT_LOGISTIC:
    for (ptrdiff_t i = 0; i < n; i++) delta[i] *= keep * a[i] * (1 - keep * a[i]);
    break;
  case LA_UNIT_TANH:
    for (ptrdiff_t i = 0; i < n; i++) delta[i] *= 1 - keep * a[i] * (keep * a[i]);
    break;
  case LA_UNIT_RELU:
    for (ptrdiff_t i = 0; i < n; i++) delta[i] = a[i] == 0 ? 0 : delta[i];
    break;
  }
}

LA_KERNEL void NAME(dropout)(S *restrict a, ptrdiff_t n, uint32_t threshold, S scale, const uint32_t *key,
                             const uint32_t *counter, uint64_t word) {
  uint32_t words[64];
  for (ptrdiff_t i = 0; i < n;) {
    philox_blocks(key, counter, (uint32_t)(word / 64 * 16), words);
    ptrdiff_t first = (ptrdiff_t)(word % 64), count = 64 - first < n - i ? 64 - first : n - i;
    for (ptrdiff_t j = 0; j < count; j++) a[i + j] = words[first + j] < threshold ? 0 : a[i + j] * scale;
    i += count;
    word += (uint64_t)count;
  }
}

LA_KERNEL void NAME(column_sums)(S scale, const S *restrict x, ptrdiff_t rows, ptrdiff_t n,
                                 S *restrict out) {
  for (ptrdiff_t j = 0; j < n; j++) out[j] = 0;
  for (ptrdiff_t row = 0; row < rows; row++, x += n) {
    for (ptrdiff_t j = 0; j < n; j++) out[j] += x[j];
  }
  for (ptrdiff_t j = 0; j < n; j++) out[j] *= scale;
}

LA_KERNEL void NAME(softmax)(const S *restrict bias, S *restrict z, ptrdiff_t rows, ptrdiff_t n) {
  for (ptrdiff_t row = 0; row < rows; row++, z += n) {
    S largest = z[0] + bias[0];
    for (ptrdiff_t j = 0; j < n; j++) {
      z[j] += bias[j];
      largest = z[j] > largest ? z[j] : largest;
    }
    S sum = 0;
    for (ptrdiff_t j = 0; j < n; j++) {
      z[j] = NAME(exp_of_negative)(z[j] - largest);
    }
    for (ptrdiff_t j = 0; j < n; j++) sum += z[j];
    S share = 1 / sum;
    for (ptrdiff_t j = 0; j < n; j++) z[j] *= share;
  }
}

// A probability, kept away from 0 and 1.
LA_INLINE double NAME(kept)(S p) {
  S kept = p < SMALLEST_SHARE ? SMALLEST_SHARE : p;
  return kept > 1 - SMALLEST_SHARE ? 1 - SMALLEST_SHARE : kept;
}

// Minus the logarithms of shares, times what each counts. Those that count 1 are multiplied first, sixteen at a time, of
// which each is at least 2^-52.
typedef struct {
  double sum, product;
  ptrdiff_t count;
} NAME(information);

LA_INLINE void NAME(learn)(NAME(information) *total, double share, const double *weight) {
  if (weight != NULL) {
    total->sum -= *weight * log(share);
    return;
  }
  total->product *= share;
  if (++total->count % 16 == 0) {
    total->sum -= log(total->product);
    total->product = 1;
  }
}

double NAME(cross_entropy)(S *restrict p, const int32_t *restrict label,
                           const double *restrict weight, ptrdiff_t rows, ptrdiff_t n) {
  NAME(information) total = {0, 1, 0};
  for (ptrdiff_t row = 0; row < rows; row++, p += n) {
    const double *w = weight == NULL ? NULL : weight + row;
    if (n == 1) {
      NAME(learn)(&total, NAME(kept)(label[row] == 1 ? p[0] : 1 - p[0]), w);
      p[0] -= (S)label[row];
    } else {
      NAME(learn)(&total, NAME(kept)(p[label[row]]), w);
      p[label[row]] -= 1;
    }
    for (ptrdiff_t j = 0; w != NULL && j < n; j++) p[j] *= (S)*w;
  }
  return total.sum - log(total.product);
}

double NAME(binary_cross_entropy)(S *restrict p, const S *restrict truth, const double *restrict weight,
                                  ptrdiff_t rows, ptrdiff_t n) {
  NAME(information) total = {0, 1, 0};
  for (ptrdiff_t row = 0; row < rows; row++, p += n, truth += n) {
    const double *w = weight == NULL ? NULL : weight + row;
    for (ptrdiff_t j = 0; j < n; j++) {
      NAME(learn)(&total, NAME(kept)(truth[j] > 0 ? p[j] : 1 - p[j]), w);
      p[j] -= truth[j];
      if (w != NULL) p[j] *= (S)*w;
    }
  }
  return total.sum - log(total.product);
}

LA_KERNEL double NAME(squared_error)(S *restrict p, const S *restrict truth, const double *restrict weight,
                                     ptrdiff_t rows, ptrdiff_t n) {
  double sum = 0;
  for (ptrdiff_t row = 0; row < rows; row++, p += n, truth += n) {
    double w = weight == NULL ? 1 : weight[row], squares = 0;
    for (ptrdiff_t j = 0; j < n; j++) {
      p[j] -= truth[j];
      squares += (double)p[j] * (double)p[j];
      p[j] *= (S)w;
    }
    sum += w * squares / 2;
  }
  return sum;
}

// The root of x >= 0, to two units of the last digit, in a third of the time that processors take for it: x times the
// inverse root, which Newton's iteration finds from a first guess by the exponent. Source: C. Lomont, Fast inverse square
// root, 2003.
LA_INLINE S NAME(root)(S x) {
  UNSIGNED_BITS bits;
  memcpy(&bits, &x, sizeof bits);
  bits = INVERSE_ROOT_GUESS - (bits >> 1);
  S half = x / 2, inverse;
  memcpy(&inverse, &bits, sizeof inverse);
  for (int step = 0; step < INVERSE_ROOT_STEPS; step++) inverse *= (S)1.5 - half * inverse * inverse;
  return x * inverse;
}

// factor x + y, of a factor in two parts: near 1, what it takes from x is not told by a single float.
LA_INLINE S NAME(decayed)(S x, S factor, S rest, S y) {
#pragma clang fp contract(fast) reassociate(off)
  return sizeof(S) == sizeof(double) ? factor * x + y : factor * x + (rest * x + y);
}

LA_KERNEL double NAME(adam)(S *restrict w, S *restrict first, S *restrict second, const S *restrict g, ptrdiff_t n,
                            S l2, S rate, double beta1, double beta2, S epsilon) {
  LA_FAST
  const S factor1 = (S)beta1, rest1 = (S)(beta1 - (double)factor1), share1 = (S)(1 - beta1);
  const S factor2 = (S)beta2, rest2 = (S)(beta2 - (double)factor2), share2 = (S)(1 - beta2);
  double squares = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    squares += (double)w[i] * (double)w[i];
    S slope = g[i] + l2 * w[i];
    first[i] = NAME(decayed)(first[i], factor1, rest1, share1 * slope);
    second[i] = NAME(decayed)(second[i], factor2, rest2, share2 * slope * slope);
    w[i] -= rate * first[i] / (NAME(root)(second[i]) + epsilon);
  }
  return squares;
}

LA_KERNEL double NAME(momentum)(S *restrict w, S *restrict velocity, const S *restrict g, ptrdiff_t n, S l2, S rate,
                                double momentum, bool nesterov) {
  LA_FAST
  const S factor = (S)momentum, rest = (S)(momentum - (double)factor);
  double squares = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    squares += (double)w[i] * (double)w[i];
    S step = rate * (g[i] + l2 * w[i]);
    velocity[i] = NAME(decayed)(velocity[i], factor, rest, -step);
    w[i] += nesterov ? NAME(decayed)(velocity[i], factor, rest, -step) : velocity[i];
  }
  return squares;
}
