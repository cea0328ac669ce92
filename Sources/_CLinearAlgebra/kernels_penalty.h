// The absolute penalty of coefficients that sparse rows do not touch, caught up when they are touched; included once for
// each precision.
//
// Without a gradient in between, shrinking by s_i and taking l1 rate_i in each step is one affine map and one clip: with
// S_t = s_1 … s_t and A_t = the sum of l1 rate_i / S_i, a coefficient S_u v > 0 of step u is, after step t,
//
//     S_t max(0, v - (A_t - A_u))
//
// The sum of its iterates in between, before each step's penalty is taken, is (v + A_u) (B_t - B_u) - (C_t - C_u), with
// B_t the sum of S_i and C_t that of S_i A_(i-1).
//
// Source: the penalty is Y. Tsuruoka's, J. Tsujii's and S. Ananiadou's (2009); catching up in closed form follows J.
// Duchi and Y. Singer, Efficient online and batch learning using forward backward splitting, 2009.

// After less before, of which nothing is simplified away.
LA_INLINE double PNAME(change)(P after, P before) {
#pragma clang fp reassociate(off) contract(off)
  return (double)after - (double)before;
}

// Adds what the penalties of the coefficient's iterates come to, after the steps from `first` to `last`.
LA_INLINE void PNAME(add_penalties)(const la_plan *plan, la_progress *progress, const la_steps *steps, double reach,
                                    ptrdiff_t first, ptrdiff_t last, ptrdiff_t problems) {
  if (first < steps->first_norm) first = steps->first_norm;
  if (first > last) return;
  la_norms sums = steps->norms[last];
  if (first > steps->first_norm) {
    const la_norms *before = steps->norms + first - 1;
    sums.scale -= before->scale;
    sums.level -= before->level;
    sums.square -= before->square;
    sums.square_level -= before->square_level;
    sums.square_squares -= before->square_squares;
  }
  double magnitudes = reach * sums.scale - sums.level;
  double squares = reach * (reach * sums.square - 2 * sums.square_level) + sums.square_squares;
  progress->objective += (plan->l1 * magnitudes + plan->l2 * 0.5 * squares) / (double)problems;
}

// Brings one coefficient, last touched in step `from`, to where the latest step has left it. `counted` is the last step after
// which its penalty is added to the objective, where that is wanted.
LA_INLINE void PNAME(catch_up)(const la_plan *plan, la_progress *progress, const la_steps *steps, ptrdiff_t from,
                               ptrdiff_t counted, P *w, double *average, double *taken, ptrdiff_t problems) {
  if (*w == 0) return;
  const double v = (double)*w, sign = v < 0 ? -1 : 1, magnitude = v < 0 ? -v : v;
  const la_step *then = steps->steps + from, *now = steps->steps + steps->count - 1, *end = now;
  double left = magnitude - (now->level - then->level);
  if (then == now) {
    if (steps->norms != NULL) PNAME(add_penalties)(plan, progress, steps, magnitude + then->level, from, counted, problems);
    return;
  }
  if (left > 0) {
    *taken = -sign * now->penalty;
  } else {
    // The first step that leaves nothing.
    ptrdiff_t low = from, high = steps->count - 1;
    while (high - low > 1) {
      ptrdiff_t middle = low + (high - low) / 2;
      if (magnitude - (steps->steps[middle].level - then->level) > 0) low = middle;
      else high = middle;
    }
    end = steps->steps + high;
    *taken = -sign * (end[-1].penalty + end->scale * (magnitude - (end[-1].level - then->level)));
    left = 0;
    if (counted > high - 1) counted = high - 1;
  }
  P after = (P)(sign * left);
  if (average != NULL) {
    double sum = *average + then->factor * v + sign * ((magnitude + then->level) * (end->factor - then->factor) -
                                                       (end->moment - then->moment));
    *average = sum - now->factor * (double)after;
  }
  if (steps->norms != NULL) PNAME(add_penalties)(plan, progress, steps, magnitude + then->level, from, counted, problems);
  *w = after;
}

// The same for all coefficients of a column.
LA_INLINE void PNAME(catch_up_column)(const la_plan *plan, la_progress *progress, la_steps *steps, ptrdiff_t counted,
                                      ptrdiff_t column, ptrdiff_t n, P *w, ptrdiff_t problems, double *average,
                                      double *taken) {
  for (ptrdiff_t k = 0; k < problems; k++) {
    PNAME(catch_up)(plan, progress, steps, steps->touched[column], counted, w + k * n + column,
                    average == NULL ? NULL : average + k * n + column, taken + k * n + column, problems);
  }
  steps->touched[column] = (int32_t)(steps->count - 1);
}

// The vectors take the scale over, after what they count in the average has been added to it.
LA_INLINE void PNAME(fold_scale)(la_progress *progress, ptrdiff_t count, P *w, double *average) {
  if (average != NULL && progress->average_factor != 0) {
    for (ptrdiff_t c = 0; c < count; c++) average[c] += progress->average_factor * (double)w[c];
  }
  progress->average_factor = 0;
  for (ptrdiff_t c = 0; c < count; c++) w[c] = (P)((double)w[c] * progress->scale);
  progress->scale = 1;
}

// Catches all coefficients up, folds the scale and forgets the steps.
LA_INLINE void PNAME(begin_anew)(const la_plan *plan, la_progress *progress, la_steps *steps, bool counts_latest,
                                 ptrdiff_t n, P *w, ptrdiff_t problems, double *average, double *taken) {
  ptrdiff_t counted = steps->count - (counts_latest ? 1 : 2);
  for (ptrdiff_t c = 0; c < n; c++) {
    PNAME(catch_up_column)(plan, progress, steps, counted, c, n, w, problems, average, taken);
    steps->touched[c] = 0;
  }
  PNAME(fold_scale)(progress, problems * n, w, average);
  steps->steps[0] = (la_step){.scale = 1, .penalty = progress->cumulative_penalty};
  steps->count = 1;
  if (steps->norms == NULL) return;
  steps->first_norm = 0;
  // What has been counted is not counted again.
  steps->norms[0] = counts_latest ? (la_norms){0} : (la_norms){.scale = 1, .square = 1};
}

// Before a step: what the row, or batch, is about to touch is caught up.
LA_INLINE void PNAME(begin_step_inline)(const la_plan *plan, la_progress *progress, la_steps *steps, double shrink,
                                        const int32_t *columns, ptrdiff_t count, ptrdiff_t n, P *w, ptrdiff_t problems,
                                        double *average, double *taken) {
  if (steps->count == steps->capacity || progress->scale * shrink < LA_SMALLEST_SCALE) {
    // A factor that is too small by itself is folded at once, where the iterate before it is no longer to be seen.
    PNAME(begin_anew)(plan, progress, steps, shrink < LA_SMALLEST_SCALE, n, w, problems, average, taken);
  }
  if (!progress->is_paid) columns = NULL, count = n;
  for (ptrdiff_t c = 0; c < count; c++) {
    PNAME(catch_up_column)(plan, progress, steps, steps->count - 1, columns == NULL ? c : columns[c], n, w, problems,
                           average, taken);
  }
}

// After a step: the penalty takes its share of what was touched, and the step is noted.
LA_INLINE void PNAME(end_step_inline)(const la_plan *plan, la_progress *progress, la_steps *steps, double rate,
                                      bool averages, const int32_t *columns, ptrdiff_t count, ptrdiff_t n, P *w,
                                      ptrdiff_t problems, double *average, double *taken) {
  progress->cumulative_penalty += plan->l1 * rate;
  const la_step *before = steps->steps + steps->count - 1;
  la_step step = {.scale = progress->scale, .level = before->level + plan->l1 * rate / progress->scale,
                  .penalty = progress->cumulative_penalty, .factor = progress->average_factor,
                  .moment = before->moment + (averages ? progress->scale * before->level : 0)};
  steps->steps[steps->count] = step;
  if (steps->norms != NULL) {
    la_norms sums = steps->norms[steps->count - 1];
    double square = step.scale * step.scale;
    sums.scale += step.scale;
    sums.level += step.scale * step.level;
    sums.square += square;
    sums.square_level += square * step.level;
    sums.square_squares += square * step.level * step.level;
    steps->norms[steps->count] = sums;
  }
  // Where coefficients may owe more than the latest step's share, all are asked for it once.
  if (!progress->is_paid) columns = NULL, count = n;
  progress->is_paid = true;
  for (ptrdiff_t c = 0; c < count; c++) {
    const int32_t column = columns == NULL ? (int32_t)c : columns[c];
    for (ptrdiff_t k = 0; k < problems; k++) {
      P *own = w + k * n + column, was = *own;
      PNAME(truncate_inline)(progress->cumulative_penalty, progress->scale, NULL, 1, own, taken + k * n + column);
      if (average != NULL) average[k * n + column] -= progress->average_factor * PNAME(change)(*own, was);
    }
    steps->touched[column] = (int32_t)steps->count;
  }
  steps->count++;
}

LA_KERNEL void PNAME(begin_step)(const la_plan *plan, la_progress *progress, la_steps *steps, double shrink,
                                 const int32_t *columns, ptrdiff_t count, ptrdiff_t n, P *w, ptrdiff_t problems,
                                 double *average, double *taken) {
  PNAME(begin_step_inline)(plan, progress, steps, shrink, columns, count, n, w, problems, average, taken);
}

LA_KERNEL void PNAME(end_step)(const la_plan *plan, la_progress *progress, la_steps *steps, double rate, bool averages,
                               const int32_t *columns, ptrdiff_t count, ptrdiff_t n, P *w, ptrdiff_t problems,
                               double *average, double *taken) {
  PNAME(end_step_inline)(plan, progress, steps, rate, averages, columns, count, n, w, problems, average, taken);
}

LA_KERNEL void PNAME(catch_up_all)(la_progress *progress, la_steps *steps, ptrdiff_t n, P *w, ptrdiff_t problems,
                                   double *average, double *taken) {
  la_plan plan = {0};
  PNAME(begin_anew)(&plan, progress, steps, true, n, w, problems, average, taken);
}

LA_KERNEL void PNAME(count_penalties)(const la_plan *plan, la_progress *progress, const la_steps *steps, ptrdiff_t n,
                                      const P *w, ptrdiff_t problems) {
  for (ptrdiff_t k = 0; k < problems; k++) {
    for (ptrdiff_t c = 0; c < n; c++) {
      P copy = w[k * n + c];
      double taken = 0;
      PNAME(catch_up)(plan, progress, steps, steps->touched[c], steps->count - 2, &copy, NULL, &taken, problems);
    }
  }
}
