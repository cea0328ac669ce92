// Kernels over samples of type S and parameters of type P; included once for each pair.

// `width` samples from x on as parameters.
#define TAKE(width, x)                                                                             \
  ({                                                                                               \
    typedef S samples __attribute__((vector_size(width * sizeof(S)), aligned(sizeof(S))));         \
    typedef P parameters __attribute__((vector_size(width * sizeof(P)), aligned(sizeof(P))));      \
    __builtin_convertvector(*(const samples *)(x), parameters);                                    \
  })

// `width` parameters from w on, to be read or written.
#define AT(width, w)                                                                               \
  (*({                                                                                             \
    typedef P parameters __attribute__((vector_size(width * sizeof(P)), aligned(sizeof(P))));      \
    (parameters *)(w);                                                                             \
  }))

LA_INLINE P NAME(dot_inline)(const S *x, const P *w, ptrdiff_t n) {
  LA_FAST
  ptrdiff_t i = 0;
  VECTOR a = {0}, b = a, c = a, d = a;
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    a += TAKE(LANES, x + i) * AT(LANES, w + i);
    b += TAKE(LANES, x + i + LANES) * AT(LANES, w + i + LANES);
    c += TAKE(LANES, x + i + 2 * LANES) * AT(LANES, w + i + 2 * LANES);
    d += TAKE(LANES, x + i + 3 * LANES) * AT(LANES, w + i + 3 * LANES);
  }
  if (i + 2 * LANES <= n) {
    a += TAKE(LANES, x + i) * AT(LANES, w + i);
    b += TAKE(LANES, x + i + LANES) * AT(LANES, w + i + LANES);
    i += 2 * LANES;
  }
  if (i + LANES <= n) {
    c += TAKE(LANES, x + i) * AT(LANES, w + i);
    i += LANES;
  }
  // What is left over at the end of a row goes in halves, so that no value is written by one vector and read by another.
  HALF half = PNAME(fold)((a + b) + (c + d));
  if (i + LANES / 2 <= n) {
    half += TAKE(LANES / 2, x + i) * AT(LANES / 2, w + i);
    i += LANES / 2;
  }
  P sum = PNAME(sum_half)(half);
  for (; i < n; i++) sum += (P)x[i] * w[i];
  return sum;
}

LA_INLINE double NAME(squares_inline)(const S *x, ptrdiff_t n) {
  LA_FAST
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

// w <- s w + a x.
LA_INLINE void NAME(scale_add_inline)(P s, P a, const S *restrict x, P *restrict w, ptrdiff_t n) {
  LA_FAST
  ptrdiff_t i = 0;
  for (; i + LANES <= n; i += LANES) AT(LANES, w + i) = PNAME(shrunk)(s, AT(LANES, w + i)) + a * TAKE(LANES, x + i);
  if (i + LANES / 2 <= n) {
    AT(LANES / 2, w + i) = s * AT(LANES / 2, w + i) + a * TAKE(LANES / 2, x + i);
    i += LANES / 2;
  }
  for (; i < n; i++) w[i] = s * w[i] + a * (P)x[i];
}

LA_KERNEL P NAME(dot)(const S *x, const P *w, ptrdiff_t n) { return NAME(dot_inline)(x, w, n); }

LA_KERNEL void NAME(add)(P a, const S *restrict x, P *restrict w, ptrdiff_t n) {
  NAME(scale_add_inline)(1, a, x, w, n);
}

LA_KERNEL void NAME(dots)(const S *restrict x, const P *restrict w, ptrdiff_t rows, ptrdiff_t n, P *restrict out) {
  for (ptrdiff_t k = 0; k < rows; k++) out[k] = NAME(dot_inline)(x, w + k * n, n);
}

LA_KERNEL void NAME(scale_add_rows)(P s, const P *restrict a, const S *restrict x, P *restrict w, ptrdiff_t rows,
                                    ptrdiff_t n) {
  for (ptrdiff_t k = 0; k < rows; k++) NAME(scale_add_inline)(s, a[k], x, w + k * n, n);
}

P NAME(sparse_dot)(const S *v, const int32_t *j, ptrdiff_t n, const P *w) {
  LA_FAST
  P sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += (P)v[i] * w[j[i]];
  return sum;
}

void NAME(sparse_add)(P a, const S *restrict v, const int32_t *restrict j, ptrdiff_t n, P *restrict w) {
  LA_FAST
  for (ptrdiff_t i = 0; i < n; i++) w[j[i]] += a * (P)v[i];
}

LA_KERNEL void NAME(convert)(const S *restrict x, P *restrict y, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n; i++) y[i] = (P)x[i];
}

// Adds the loss of a sample to the objective with the penalties as they were before its step.
LA_INLINE void NAME(add_objective)(const la_plan *plan, la_progress *progress, double loss_before, double product_before,
                                   ptrdiff_t problems) {
  double loss = progress->loss - loss_before;
  if (progress->log_product != product_before) loss += log(progress->log_product / product_before);
  progress->objective += loss / (double)problems + (plan->l2 * 0.5 * progress->squared_norm +
                                                    plan->l1 * progress->absolute_norm) / (double)problems;
}

// The samples `ahead` of a visit, asked for so that they have come when they are needed.
LA_INLINE void NAME(fetch_ahead)(const la_visits *visits, ptrdiff_t i, const S *x, ptrdiff_t n) {
  const ptrdiff_t ahead = i + AHEAD(n * (ptrdiff_t)sizeof(S));
  if (ahead >= visits->count) return;
  const S *next = x + (visits->order != NULL ? visits->order[ahead] : visits->first + ahead) * n;
  for (ptrdiff_t at = 0; at < n && at * (ptrdiff_t)sizeof(S) < LINES_AHEAD * 64; at += 64 / (ptrdiff_t)sizeof(S)) {
    la_prefetch(next + at);
  }
}

// Visits for one problem whose columns fill `vectors` vectors, the last one perhaps in part: a number that is known when this is inlined, as the loss may be:
// coefficients stay in registers from visit to visit, which saves the way through memory that every step would wait for.
LA_INLINE void NAME(visit_few)(const la_plan *plan, const la_visits *visits, la_progress *all_progress,
                               const S *restrict x, ptrdiff_t n, P *restrict w, P *restrict b, double *restrict average,
                               double *restrict average_b, const la_loss loss, const int vectors) {
  LA_FAST
  la_progress progress = *all_progress;
  const int64_t *order = visits->order;
  const ptrdiff_t count = visits->count;
  P padded[4 * LANES] = {0};
  memcpy(padded, w, (size_t)n * sizeof(P));
  VECTOR vector[4];
  memcpy(vector, padded, sizeof vector);
  const int last = vectors - 1;
  MASK masks[LANES];
  for (int lane = 0; lane < LANES; lane++) masks[lane] = last * LANES + lane < n ? -1 : 0;
  MASK_VECTOR inside;
  memcpy(&inside, masks, sizeof inside);
  // The last row from which `vectors` vectors can be read without leaving the matrix.
  const int64_t last_whole = visits->row_count - (vectors * LANES + n - 1) / n;
  P intercept = *b;
  P scale = KEEPS_SCALE ? (P)progress.scale : 1;
  for (ptrdiff_t i = 0; i < count; i++) {
    int64_t row = order != NULL ? order[i] : visits->first + i;
    NAME(fetch_ahead)(visits, i, x, n);
    const S *sample = x + row * n;
    VECTOR values[4];
    if (row <= last_whole) {
      // Reaches into the rows behind, whose values are masked out.
      for (int v = 0; v < last; v++) values[v] = TAKE(LANES, sample + v * LANES);
      values[last] = (VECTOR)((MASK_VECTOR)TAKE(LANES, sample + last * LANES) & inside);
    } else {
      P rest[4 * LANES] = {0};
      for (ptrdiff_t c = 0; c < n; c++) rest[c] = (P)sample[c];
      memcpy(values, rest, sizeof values);
    }
    // The intercept goes in first, where nothing has to wait for it.
    VECTOR sum = {KEEPS_SCALE ? 0 : intercept};
    sum = PNAME(added)(sum, values[0], vector[0]);
    if (vectors > 1) sum = PNAME(added)(sum, values[1], vector[1]);
    if (vectors == 3) sum += values[2] * vector[2];
    if (vectors == 4) sum += PNAME(added)(values[2] * vector[2], values[3], vector[3]);
    P score = PNAME(sum_half)(PNAME(fold)(sum));
    if (KEEPS_SCALE) score = score * scale + intercept;

    double length = plan->rule == LA_SLOPE ? visits->rates[i] : 1, squares = 0;
    if (visits->weights != NULL) length *= visits->weights[row];
    if (plan->rule != LA_SLOPE || plan->tracks_objective) squares = NAME(squares_inline)(sample, n);
    P target;
    if (plan->is_classification) {
      int32_t label = visits->labels[row];
      target = label == 1 ? 1 : -1;
      if (plan->class_weights != NULL) length *= plan->class_weights[label];
    } else {
      target = (P)visits->targets[row];
    }
    double shrink = 1 - visits->rates[i] * plan->l2 > 0 ? 1 - visits->rates[i] * plan->l2 : 0;
    double loss_before = progress.loss, product_before = progress.log_product;
    P factor = PNAME(factor)(plan, loss, (P)length, squares, score, target, &progress);
    if (plan->tracks_objective) {
      NAME(add_objective)(plan, &progress, loss_before, product_before, 1);
      progress.squared_norm = shrink * shrink * progress.squared_norm +
                              2 * shrink * (double)(factor * (score - intercept)) + (double)(factor * factor) * squares;
    }
    if (plan->rule == LA_PASSIVE_AGGRESSIVE_1 && squares == 0) continue;
    progress.clock++;
    if (KEEPS_SCALE) {
      progress.scale *= shrink;
      if (progress.scale < LA_SMALLEST_SCALE) {
        for (int v = 0; v < vectors; v++) vector[v] *= (P)progress.scale;
        progress.scale = 1;
      }
      scale = (P)progress.scale;
      P share = (P)((double)factor / progress.scale);
      for (int v = 0; v < vectors; v++) vector[v] += share * values[v];
    } else {
      for (int v = 0; v < vectors; v++) vector[v] = PNAME(shrunk)((P)shrink, vector[v]) + factor * values[v];
    }
    if (plan->fits_intercept) intercept += factor;
    if (average == NULL || progress.clock < plan->first_averaged) continue;
    memcpy(padded, vector, sizeof vector);
    for (ptrdiff_t c = 0; c < n; c++) average[c] += (KEEPS_SCALE ? progress.scale : 1) * (double)padded[c];
    *average_b += (double)intercept;
    progress.averaged_count++;
  }
  memcpy(padded, vector, sizeof vector);
  memcpy(w, padded, (size_t)n * sizeof(P));
  *b = intercept;
  *all_progress = progress;
}

// The same with the loss known when this is inlined, where it is the one that takes longest.
LA_INLINE void NAME(visit_few_by_loss)(const la_plan *plan, const la_visits *visits, la_progress *progress,
                                       const S *restrict x, ptrdiff_t n, P *restrict w, P *restrict b,
                                       double *restrict average, double *restrict average_b, const int vectors) {
  switch (plan->loss) {
  case LA_LOGISTIC:
    NAME(visit_few)(plan, visits, progress, x, n, w, b, average, average_b, LA_LOGISTIC, vectors);
    break;
  default:
    NAME(visit_few)(plan, visits, progress, x, n, w, b, average, average_b, plan->loss, vectors);
  }
}

LA_KERNEL void NAME(visit)(const la_plan *plan, const la_visits *visits, la_progress *progress, const S *restrict x,
                           ptrdiff_t n, P *restrict w, P *restrict b, ptrdiff_t problems, double *restrict average,
                           double *restrict average_b, double *restrict penalty, P *restrict scratch) {
  if (problems == 1 && penalty == NULL && n <= 4 * LANES) {
    switch ((n + LANES - 1) / LANES) {
    case 1: NAME(visit_few_by_loss)(plan, visits, progress, x, n, w, b, average, average_b, 1); break;
    case 2: NAME(visit_few_by_loss)(plan, visits, progress, x, n, w, b, average, average_b, 2); break;
    case 3: NAME(visit_few_by_loss)(plan, visits, progress, x, n, w, b, average, average_b, 3); break;
    default: NAME(visit_few_by_loss)(plan, visits, progress, x, n, w, b, average, average_b, 4);
    }
    return;
  }
  for (ptrdiff_t i = 0; i < visits->count; i++) {
    int64_t row = visits->order != NULL ? visits->order[i] : visits->first + i;
    NAME(fetch_ahead)(visits, i, x, n);
    const S *sample = x + row * n;
    double length = plan->rule == LA_SLOPE ? visits->rates[i] : 1, squares = 0;
    if (visits->weights != NULL) length *= visits->weights[row];
    if (plan->rule != LA_SLOPE || plan->tracks_objective) {
      squares = NAME(squares_inline)(sample, n);
    }
    int32_t label = visits->labels != NULL ? visits->labels[row] : 0;
    double target = visits->targets != NULL ? visits->targets[row] : 0;
    double shrink = 1 - visits->rates[i] * plan->l2 > 0 ? 1 - visits->rates[i] * plan->l2 : 0;
    double loss_before = progress->loss, product_before = progress->log_product, inner, factor_squares;
    for (ptrdiff_t k = 0; k < problems; k++) {
      P product = NAME(dot_inline)(sample, w + k * n, n);
      scratch[k] = KEEPS_SCALE ? (P)((double)product * progress->scale) : product;
    }
    PNAME(factors_inline)(plan, length, squares, label, target, b, problems, scratch, progress, &inner, &factor_squares);
    if (plan->tracks_objective) {
      NAME(add_objective)(plan, progress, loss_before, product_before, problems);
      progress->squared_norm =
          shrink * shrink * progress->squared_norm + 2 * shrink * inner + factor_squares * squares;
    }
    // A sample of zeros cannot be passed by any step.
    if (plan->rule == LA_PASSIVE_AGGRESSIVE_1 && squares == 0) continue;
    progress->clock++;
    bool averages = average != NULL && progress->clock >= plan->first_averaged;
    if (KEEPS_SCALE) {
      progress->scale *= shrink;
      if (progress->scale < LA_SMALLEST_SCALE) PNAME(fold_scale)(progress, problems * n, w, average);
    }
    for (ptrdiff_t k = 0; k < problems; k++) {
      P factor = scratch[k], share = KEEPS_SCALE ? (P)((double)factor / progress->scale) : factor;
      if (factor != 0 || (shrink != 1 && !KEEPS_SCALE)) {
        NAME(scale_add_inline)(KEEPS_SCALE ? 1 : (P)shrink, share, sample, w + k * n, n);
      }
      if (plan->fits_intercept) b[k] += factor;
      if (averages) {
        const double scale = KEEPS_SCALE ? progress->scale : 1;
        for (ptrdiff_t c = 0; c < n; c++) average[k * n + c] += scale * (double)w[k * n + c];
        average_b[k] += (double)b[k];
      }
    }
    if (averages) progress->averaged_count++;
    if (penalty == NULL) continue;
    progress->cumulative_penalty += plan->l1 * visits->rates[i];
    PNAME(truncate_inline)(progress->cumulative_penalty, KEEPS_SCALE ? progress->scale : 1, NULL, problems * n, w, penalty);
    progress->is_paid = true;
    if (!plan->tracks_objective) continue;
    double squared = 0, absolute = 0;
    for (ptrdiff_t c = 0; c < problems * n; c++) {
      squared += (double)w[c] * (double)w[c];
      absolute += w[c] < 0 ? -(double)w[c] : (double)w[c];
    }
    progress->squared_norm = squared * progress->scale * progress->scale;
    progress->absolute_norm = absolute * progress->scale;
  }
}

LA_KERNEL void NAME(visit_sparse)(const la_plan *plan, const la_visits *visits, la_progress *progress,
                                  const S *restrict v, const int32_t *restrict j, const ptrdiff_t *restrict offsets,
                                  ptrdiff_t n, P *restrict w, P *restrict b, ptrdiff_t problems,
                                  double *restrict average, double *restrict average_b, double *restrict penalty,
                                  la_steps *steps, P *restrict scratch) {
  LA_FAST
  const int64_t *order = visits->order;
  for (ptrdiff_t i = 0; i < visits->count; i++) {
    int64_t row = order != NULL ? order[i] : visits->first + i;
    const ptrdiff_t ahead = i + AHEAD(0);
    if (ahead < visits->count) {
      int64_t next = order != NULL ? order[ahead] : visits->first + ahead;
      ptrdiff_t start = offsets[next], stop = offsets[next + 1];
      for (ptrdiff_t at = start; at < stop; at += 64 / (ptrdiff_t)sizeof(S)) la_prefetch(v + at);
      for (ptrdiff_t at = start; at < stop; at += 16) la_prefetch(j + at);
    }
    const S *value = v + offsets[row];
    const int32_t *column = j + offsets[row];
    ptrdiff_t count = offsets[row + 1] - offsets[row];
    double length = plan->rule == LA_SLOPE ? visits->rates[i] : 1, squares = 0;
    if (visits->weights != NULL) length *= visits->weights[row];
    if (plan->rule != LA_SLOPE || plan->tracks_objective) {
      for (ptrdiff_t c = 0; c < count; c++) squares += (double)value[c] * (double)value[c];
    }
    int32_t label = visits->labels != NULL ? visits->labels[row] : 0;
    double target = visits->targets != NULL ? visits->targets[row] : 0;
    double shrink = 1 - visits->rates[i] * plan->l2 > 0 ? 1 - visits->rates[i] * plan->l2 : 0;
    if (penalty != NULL) {
      PNAME(begin_step_inline)(plan, progress, steps, shrink, column, count, n, w, problems, average, penalty);
    }
    double loss_before = progress->loss, product_before = progress->log_product, inner, factor_squares;
    for (ptrdiff_t k = 0; k < problems; k++) {
      const P *vector = w + k * n;
      P even = 0, odd = 0;
      ptrdiff_t c = 0;
      for (; c + 2 <= count; c += 2) {
        even += (P)value[c] * vector[column[c]];
        odd += (P)value[c + 1] * vector[column[c + 1]];
      }
      if (c < count) even += (P)value[c] * vector[column[c]];
      scratch[k] = (P)((double)(even + odd) * progress->scale);
    }
    PNAME(factors_inline)(plan, length, squares, label, target, b, problems, scratch, progress, &inner, &factor_squares);
    if (plan->tracks_objective) {
      // Norms are followed without an absolute penalty only; with one, coefficients are counted when they are caught up.
      NAME(add_objective)(plan, progress, loss_before, product_before, problems);
      if (penalty == NULL) {
        progress->squared_norm =
            shrink * shrink * progress->squared_norm + 2 * shrink * inner + factor_squares * squares;
      }
    }
    // A sample of zeros cannot be passed by any step.
    if (plan->rule == LA_PASSIVE_AGGRESSIVE_1 && squares == 0) continue;
    progress->clock++;
    progress->scale *= shrink;
    if (progress->scale < LA_SMALLEST_SCALE) PNAME(fold_scale)(progress, problems * n, w, average);
    bool averages = average != NULL && progress->clock >= plan->first_averaged;
    double inverse = 1 / progress->scale;
    for (ptrdiff_t k = 0; k < problems; k++) {
      P factor = scratch[k];
      if (plan->fits_intercept) b[k] += factor;
      if (averages) average_b[k] += (double)b[k];
      if (factor == 0) continue;
      P a = (P)((double)factor * inverse);
      P *vector = w + k * n;
      if (average == NULL || progress->average_factor == 0) {
        for (ptrdiff_t c = 0; c < count; c++) vector[column[c]] += a * (P)value[c];
        continue;
      }
      for (ptrdiff_t c = 0; c < count; c++) {
        // What is added to the vectors must not count in the sum of past iterates: to the last digit, for it counts often.
        P before = vector[column[c]], after = before + a * (P)value[c];
        vector[column[c]] = after;
        average[k * n + column[c]] -= progress->average_factor * PNAME(change)(after, before);
      }
    }
    if (averages) {
      progress->average_factor += progress->scale;
      progress->averaged_count++;
    }
    if (penalty == NULL) continue;
    PNAME(end_step_inline)(plan, progress, steps, visits->rates[i], averages, column, count, n, w, problems, average,
                           penalty);
  }
}

#undef TAKE
#undef AT
