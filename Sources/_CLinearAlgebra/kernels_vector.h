// Vectors of LANES parameters of type P, and what a step needs of one; included once for each precision.

typedef P VECTOR __attribute__((vector_size(LANES * sizeof(P)), aligned(sizeof(P))));
typedef MASK MASK_VECTOR __attribute__((vector_size(LANES * sizeof(P))));
typedef P HALF __attribute__((vector_size(LANES / 2 * sizeof(P)), aligned(sizeof(P))));

// The sums of the two halves.
LA_INLINE HALF PNAME(fold)(VECTOR v) {
  HALF halves[2];
  memcpy(halves, &v, sizeof v);
  return halves[0] + halves[1];
}

// s w, rounded by itself: so that what is added to it last can be fused in, and nothing waits for this product.
LA_INLINE VECTOR PNAME(shrunk)(P s, VECTOR w) {
#pragma clang fp contract(off)
  return s * w;
}

// sum + a b, in this order.
LA_INLINE VECTOR PNAME(added)(VECTOR sum, VECTOR a, VECTOR b) {
#pragma clang fp contract(fast) reassociate(off)
  return a * b + sum;
}

// x with the sign of a number that is not zero multiplied to it, and minus the magnitude of x: both without waiting for a
// multiplication.
LA_INLINE P PNAME(signed_as)(P x, P sign) {
  MASK bits, other;
  memcpy(&bits, &x, sizeof bits);
  memcpy(&other, &sign, sizeof other);
  bits ^= other & SIGN_BIT;
  memcpy(&x, &bits, sizeof bits);
  return x;
}

LA_INLINE P PNAME(minus_magnitude)(P x) {
  MASK bits;
  memcpy(&bits, &x, sizeof bits);
  bits |= SIGN_BIT;
  memcpy(&x, &bits, sizeof bits);
  return x;
}

// e to the power x, for x <= 0, with a relative error of at most (|x| + 2) units of the last digit. Below EXP_SMALLEST it
// stays what it is there: so small that it changes no sum, and not so small that products with it underflow, on which
// processors spend a hundred times as long. Of a NaN it is one.
//
// x = k log 2 + r with |r| <= log 2 / 2; the series of e^r; k goes into the exponent. Source: the method is W. Cody's and
// W. Waite's, Software manual for the elementary functions, 1980.
LA_INLINE P PNAME(exp_of_negative)(P x) {
  P shifted = x * (P)1.4426950408889634 + EXP_SHIFT;
  P k = shifted - EXP_SHIFT;
  P series = EXP_SERIES(1, x - k * LOG2);
  // The lowest bits of the shifted number are k.
  MASK exponent, bits;
  memcpy(&exponent, &shifted, sizeof exponent);
  memcpy(&bits, &series, sizeof bits);
  bits += (MASK)((UNSIGNED_MASK)exponent << MANTISSA_BITS);
  memcpy(&series, &bits, sizeof series);
  // Last, so that nothing waits for it.
  return x < EXP_SMALLEST ? EXP_OF_SMALLEST : series;
}

// tanh x for x >= 0, to a few units of the last digit also where it is small; of a NaN it is one.
//
// With y = -2 x and m = e^y - 1 it is -m / (2 + m), and m = 2^k (e^r - 1) + (2^k - 1) with y = k log 2 + r.
LA_INLINE P PNAME(tanh_of_positive)(P x) {
  // Beyond it the result is 1 to the last digit, and 2^k stays a number.
  P y = x > 30 ? -60 : -2 * x;
  P shifted = y * (P)1.4426950408889634 + EXP_SHIFT;
  P k = shifted - EXP_SHIFT;
  P series = EXP_SERIES(0, y - k * LOG2);
  P power = 1;
  MASK exponent, bits;
  memcpy(&exponent, &shifted, sizeof exponent);
  memcpy(&bits, &power, sizeof bits);
  bits += (MASK)((UNSIGNED_MASK)exponent << MANTISSA_BITS);
  memcpy(&power, &bits, sizeof power);
  P m = power * series + (power - 1);
  return -m / (2 + m);
}

// Below it, the logarithm of 1 + e is e - e^2 / 2 to the last digit, of which 1 + e would keep few or none.
#define SMALL_SHARE ((P)0x1p-26)

// The loss at a score; of the logistic loss the part without its logarithm, whose argument is multiplied into `product`.
LA_INLINE P PNAME(loss)(la_loss loss, P epsilon, P score, P target, double *product, P *slope) {
  const P largest = (P)1e12;
  P z = score * target, r = score - target, beyond;
  switch (loss) {
  case LA_HINGE:
    *slope = z <= 1 ? -target : 0;
    return z <= 1 ? 1 - z : 0;
  case LA_SQUARED_HINGE:
    beyond = z < 1 ? 1 - z : 0;
    *slope = -2 * target * beyond;
    break;
  case LA_PERCEPTRON:
    *slope = z <= 0 ? -target : 0;
    return z <= 0 ? -z : 0;
  case LA_LOGISTIC: {
    // One exponential serves value and slope.
    P e = PNAME(exp_of_negative)(PNAME(minus_magnitude)(score));
    z = PNAME(signed_as)(score, target);
    *slope = (z > 0 ? -target * e : -target) / (1 + e);
    // Of few units of the last digit in 1 + e little would be left.
    *product *= e < SMALL_SHARE ? 1 : 1 + (double)e;
    return (z < 0 ? -z : 0) + (e < SMALL_SHARE ? e * (1 - e / 2) : 0);
  }
  case LA_MODIFIED_HUBER:
    *slope = z >= 1 ? 0 : z >= -1 ? -2 * target * (1 - z) : -4 * target;
    return z >= 1 ? 0 : z >= -1 ? (1 - z) * (1 - z) : -4 * z;
  case LA_SQUARED_ERROR:
    beyond = r;
    *slope = r;
    break;
  case LA_HUBER:
    if (r <= epsilon && r >= -epsilon) {
      *slope = r;
      return r * r / 2;
    }
    *slope = r > 0 ? epsilon : -epsilon;
    return epsilon * ((r > 0 ? r : -r) - epsilon / 2);
  case LA_EPSILON_INSENSITIVE:
    *slope = r > epsilon ? 1 : r < -epsilon ? -1 : 0;
    beyond = (r > 0 ? r : -r) - epsilon;
    return beyond > 0 ? beyond : 0;
  case LA_SQUARED_EPSILON_INSENSITIVE:
    beyond = (r > 0 ? r : -r) - epsilon;
    beyond = beyond > 0 ? beyond : 0;
    *slope = r > 0 ? 2 * beyond : -2 * beyond;
    break;
  default:
    return 0;
  }
  // The squared losses, whose slopes have no bound of their own.
  *slope = *slope > largest ? largest : *slope < -largest ? -largest : *slope;
  return loss == LA_SQUARED_ERROR ? beyond * beyond / 2 : beyond * beyond;
}

// Takes the logarithm of the product before it overflows, which 2^256 times as much may not.
LA_INLINE void PNAME(settle)(la_progress *progress) {
  if (progress->log_product < 1e230) return;
  progress->loss += log(progress->log_product);
  progress->log_product = 1;
}

// How far one problem moves.
LA_INLINE P PNAME(factor)(const la_plan *plan, const la_loss loss, P length, double squares, P score, P target,
                          la_progress *progress) {
  if (loss == LA_LOGISTIC && plan->rule == LA_SLOPE) {
    // As below, with the length multiplied in before the division, which everything waits for.
    P e = EXP_SOON(PNAME(minus_magnitude)(score));
    P z = PNAME(signed_as)(score, target), push = PNAME(signed_as)(length, target);
    progress->loss += (z < 0 ? -(double)z : 0) + (e < SMALL_SHARE ? (double)(e * (1 - e / 2)) : 0);
    progress->log_product *= e < SMALL_SHARE ? 1 : 1 + (double)e;
    PNAME(settle)(progress);
    return (z > 0 ? push * e : push) / (1 + e);
  }
  P slope;
  P value = PNAME(loss)(loss, (P)plan->epsilon, score, target, &progress->log_product, &slope);
  progress->loss += (double)value;
  if (plan->rule == LA_SLOPE) return -length * slope;
  P bound = (P)plan->bound;
  P way = plan->rule == LA_PASSIVE_AGGRESSIVE_1 ? value / (P)squares : value / ((P)squares + 1 / (2 * bound));
  if (plan->rule == LA_PASSIVE_AGGRESSIVE_1 && way > bound) way = bound;
  P side = loss == LA_HINGE ? target : target < score ? -1 : 1;
  return way * side * length;
}

// The factors of all problems at once for the logistic loss, when classes count the same: first as if the sample were in
// none of the classes, then its own.
LA_INLINE void PNAME(logistic_factors)(P length, int32_t label, const P *restrict b, ptrdiff_t problems,
                                       P *restrict scores, la_progress *progress, double *inner,
                                       double *factor_squares) {
  LA_FAST
  P product_of_label = scores[label], score_of_label = product_of_label + b[label];
  P loss = 0, small = 0, sum = 0, square_sum = 0;
  for (ptrdiff_t first = 0; first < problems; first += 256) {
    ptrdiff_t last = first + 256 < problems ? first + 256 : problems;
    // Of at most 256 factors up to 2.
    double product = 1;
    for (ptrdiff_t k = first; k < last; k++) {
      P score = scores[k] + b[k];
      P e = PNAME(exp_of_negative)(PNAME(minus_magnitude)(score));
      P factor = -length * (score < 0 ? e : 1) / (1 + e);
      loss += score > 0 ? score : 0;
      product *= e < SMALL_SHARE ? 1 : 1 + (double)e;
      small += e < SMALL_SHARE ? e * (1 - e / 2) : 0;
      sum += factor * scores[k];
      square_sum += factor * factor;
      scores[k] = factor;
    }
    progress->log_product *= product;
    PNAME(settle)(progress);
  }
  P before = scores[label];
  P e = PNAME(exp_of_negative)(PNAME(minus_magnitude)(score_of_label));
  P factor = length * (score_of_label > 0 ? e : 1) / (1 + e);
  scores[label] = factor;
  progress->loss += (double)(loss - score_of_label) + (double)small;
  *inner = (double)(sum + (factor - before) * product_of_label);
  *factor_squares = (double)(square_sum + (factor * factor - before * before));
}

// Turns the scores of all problems, without intercept, into factors.
LA_INLINE void PNAME(factors_inline)(const la_plan *plan, double length, double squares, int32_t label, double target,
                                     const P *b, ptrdiff_t problems, P *scores, la_progress *progress, double *inner,
                                     double *factor_squares) {
  if (problems > 1 && plan->loss == LA_LOGISTIC && plan->rule == LA_SLOPE && plan->class_weights == NULL) {
    PNAME(logistic_factors)((P)length, label, b, problems, scores, progress, inner, factor_squares);
    return;
  }
  double sum = 0, square_sum = 0;
  for (ptrdiff_t k = 0; k < problems; k++) {
    P side = (P)target;
    double own = length;
    if (plan->is_classification) {
      bool is_positive = label == (problems == 1 ? 1 : k);
      side = is_positive ? 1 : -1;
      if (plan->class_weights != NULL && (problems == 1 || is_positive)) own *= plan->class_weights[label];
    }
    P product = scores[k];
    P factor = PNAME(factor)(plan, plan->loss, (P)own, squares, product + b[k], side, progress);
    sum += (double)(factor * product);
    square_sum += (double)(factor * factor);
    scores[k] = factor;
  }
  *inner = sum;
  *factor_squares = square_sum;
}

LA_INLINE void PNAME(truncate_inline)(double u, double scale, const int32_t *j, ptrdiff_t n, P *w, double *q) {
  for (ptrdiff_t i = 0; i < n; i++) {
    ptrdiff_t column = j == NULL ? i : j[i];
    double before = (double)w[column] * scale;
    double down = before - (u + q[column]), up = before + (u - q[column]);
    double after = before > 0 ? (down > 0 ? down : 0) : before < 0 ? (up < 0 ? up : 0) : 0;
    q[column] += after - before;
    w[column] = (P)(after / scale);
  }
}

#undef SMALL_SHARE
