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
        S x = z[j] + bias[j], e = NAME(exp_of_negative)(-2 * (x > 0 ? x : -x)), t = (1 - e) / (1 + e);
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

// Minus the logarithm of a probability that is kept away from 0 and 1.
LA_INLINE S NAME(information)(S p) {
  S kept = p < SMALLEST_SHARE ? SMALLEST_SHARE : p;
  return -log(kept > 1 - SMALLEST_SHARE ? 1 - SMALLEST_SHARE : kept);
}

double NAME(cross_entropy)(S *restrict p, const int32_t *restrict label,
                           const double *restrict weight, ptrdiff_t rows, ptrdiff_t n) {
  double sum = 0;
  for (ptrdiff_t row = 0; row < rows; row++, p += n) {
    double w = weight == NULL ? 1 : weight[row];
    if (n == 1) {
      sum += w * (double)NAME(information)(label[row] == 1 ? p[0] : 1 - p[0]);
      p[0] -= (S)label[row];
    } else {
      sum += w * (double)NAME(information)(p[label[row]]);
      p[label[row]] -= 1;
    }
    if (weight != NULL) {
      for (ptrdiff_t j = 0; j < n; j++) p[j] *= (S)w;
    }
  }
  return sum;
}

double NAME(binary_cross_entropy)(S *restrict p, const S *restrict truth, const double *restrict weight,
                                  ptrdiff_t rows, ptrdiff_t n) {
  double sum = 0;
  for (ptrdiff_t row = 0; row < rows; row++, p += n, truth += n) {
    double w = weight == NULL ? 1 : weight[row];
    for (ptrdiff_t j = 0; j < n; j++) {
      sum += w * (double)NAME(information)(truth[j] > 0 ? p[j] : 1 - p[j]);
      p[j] = (S)w * (p[j] - truth[j]);
    }
  }
  return sum;
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

LA_KERNEL double NAME(adam)(S *restrict w, S *restrict first, S *restrict second,
                            const S *restrict g, ptrdiff_t n, S l2, S rate, S beta1, S beta2,
                            S epsilon) {
  LA_FAST
  double squares = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    squares += (double)w[i] * (double)w[i];
    S slope = g[i] + l2 * w[i];
    first[i] = beta1 * first[i] + (1 - beta1) * slope;
    second[i] = beta2 * second[i] + (1 - beta2) * slope * slope;
    w[i] -= rate * first[i] / (sqrt(second[i]) + epsilon);
  }
  return squares;
}

LA_KERNEL double NAME(momentum)(S *restrict w, S *restrict velocity, const S *restrict g,
                                ptrdiff_t n, S l2, S rate, S momentum, bool nesterov) {
  LA_FAST
  double squares = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    squares += (double)w[i] * (double)w[i];
    S step = rate * (g[i] + l2 * w[i]);
    velocity[i] = momentum * velocity[i] - step;
    w[i] += nesterov ? momentum * velocity[i] - step : velocity[i];
  }
  return squares;
}
