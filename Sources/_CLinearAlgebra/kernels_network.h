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
        z[j] = sum < 0 ? 0 : sum;
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

// A sum of losses. The arguments of logarithms are multiplied first where a loss counts 1.
typedef struct {
  double sum, product;
} NAME(losses);

// Adds a loss, distance + log(own + others), times what it counts. A distance that is not 0 has others of at least 1.
LA_INLINE void NAME(add_loss)(NAME(losses) *total, double distance, double own, double others, const double *weight) {
  // Of few units of the last digit in 1 + others little would be left.
  bool is_small = others < 0x1p-10;
  double x = others, series = x * (1 - x * (1.0 / 2 - x * (1.0 / 3 - x * (1.0 / 4 - x * (1.0 / 5)))));
  if (weight != NULL) {
    total->sum += *weight * (distance + (is_small ? series : log(own + others)));
    return;
  }
  total->sum += distance + (is_small ? series : 0);
  total->product *= is_small ? 1 : own + others;
  // One factor more, the number of outputs at most, and it might overflow.
  if (total->product > 0x1p900) {
    total->sum += log(total->product);
    total->product = 1;
  }
}

// What an output that is there, or is not, by itself should have been otherwise, with its distance from the right side and
// e to the power of minus its magnitude, for the loss.
LA_INLINE S NAME(side)(S z, bool is_there, S *distance, S *e) {
  S inside = is_there ? z : -z;
  *e = NAME(exp_of_negative)(NAME(minus_magnitude)(z));
  *distance = inside < 0 ? -inside : 0;
  // From the side on which it is small: p - 1 would keep few digits of it.
  S slope = (inside > 0 ? *e : 1) / (1 + *e);
  return is_there ? -slope : slope;
}

LA_KERNEL double NAME(cross_entropy)(S *restrict z, const int32_t *restrict label, const double *restrict weight,
                                     ptrdiff_t rows, ptrdiff_t n) {
  NAME(losses) total = {0, 1};
  for (ptrdiff_t row = 0; row < rows; row++, z += n) {
    const double *w = weight == NULL ? NULL : weight + row;
    if (n == 1) {
      S distance, e, slope = NAME(side)(z[0], label[row] == 1, &distance, &e);
      NAME(add_loss)(&total, (double)distance, 1, (double)e, w);
      z[0] = w == NULL ? slope : slope * (S)*w;
      continue;
    }
    S largest = z[0];
    for (ptrdiff_t j = 0; j < n; j++) largest = z[j] > largest ? z[j] : largest;
    const int32_t at = label[row];
    S distance = largest - z[at];
    for (ptrdiff_t j = 0; j < n; j++) z[j] = NAME(exp_of_negative)(z[j] - largest);
    // Its own class is left out of the sum, for p - 1 would keep few digits of what the others have.
    S own = z[at], others = 0;
    z[at] = 0;
    for (ptrdiff_t j = 0; j < n; j++) others += z[j];
    NAME(add_loss)(&total, (double)distance, (double)own, (double)others, w);
    S share = (w == NULL ? 1 : (S)*w) / (own + others);
    for (ptrdiff_t j = 0; j < n; j++) z[j] *= share;
    z[at] = -others * share;
  }
  return total.sum + log(total.product);
}

LA_KERNEL double NAME(binary_cross_entropy)(S *restrict z, const S *restrict truth, const double *restrict weight,
                                            ptrdiff_t rows, ptrdiff_t n) {
  NAME(losses) total = {0, 1};
  for (ptrdiff_t row = 0; row < rows; row++, z += n, truth += n) {
    const double *w = weight == NULL ? NULL : weight + row;
    S share = w == NULL ? 1 : (S)*w, distances[64], e[64];
    for (ptrdiff_t first = 0; first < n; first += 64) {
      ptrdiff_t count = n - first < 64 ? n - first : 64;
      for (ptrdiff_t j = 0; j < count; j++) {
        z[first + j] = share * NAME(side)(z[first + j], truth[first + j] > 0, distances + j, e + j);
      }
      for (ptrdiff_t j = 0; j < count; j++) NAME(add_loss)(&total, (double)distances[j], 1, (double)e[j], w);
    }
  }
  return total.sum + log(total.product);
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
