#!/usr/bin/env python3
"""Writes small least squares problems with their exact answers, solved in rational arithmetic for their doubles.

    generate-least-squares-fixture.py FIXTURE

Of a problem whose columns depend on each other, the answer is that of least norm, of the coefficients without the
intercept. Needs NumPy, to make the problems.
"""

import json
import pathlib
import sys
from fractions import Fraction

import numpy as np

from exact_least_squares import inverse

random = np.random.default_rng(11)


def product(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def transposed(a):
    return [list(column) for column in zip(*a)]


def independent_columns(a):
    """The first columns that do not depend on those before them, by elimination."""
    rows, chosen = [row[:] for row in a], []
    for column in range(len(a[0])):
        pivot = next((i for i in range(len(chosen), len(rows)) if rows[i][column] != 0), None)
        if pivot is None:
            continue
        top = len(chosen)
        rows[top], rows[pivot] = rows[pivot], rows[top]
        for i in range(top + 1, len(rows)):
            factor = rows[i][column] / rows[top][column]
            if factor != 0:
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[top])]
        chosen.append(column)
    return chosen


def solve(features, target, intercept):
    """Coefficients of least norm, intercept, rank."""
    a = [[Fraction(float(x)) for x in row] for row in features]
    y = [[Fraction(float(value))] for value in target]
    n, d = len(a), len(a[0])
    means, mean = [Fraction(0)] * d, Fraction(0)
    if intercept:
        means, mean = [sum(column) / n for column in zip(*a)], sum(value[0] for value in y) / n
    a = [[x - m for x, m in zip(row, means)] for row in a]
    y = [[value[0] - mean] for value in y]
    chosen = independent_columns(a)
    if not chosen:
        return [Fraction(0)] * d, mean, 0
    # a = b c with columns b and rows c that are independent.
    b = [[row[j] for j in chosen] for row in a]
    bt = transposed(b)
    left = inverse(product(bt, b))
    c = product(left, product(bt, a))
    ct = transposed(c)
    w = product(ct, product(inverse(product(c, ct)), product(left, product(bt, y))))
    w = [row[0] for row in w]
    return w, mean - sum(x * m for x, m in zip(w, means)), len(chosen)


def condition(features, intercept):
    a = np.asarray(features, dtype=float)
    a = a / np.abs(a).max(axis=0)
    if intercept:
        a = a - a.mean(axis=0)
    values = np.linalg.svd(a / np.linalg.norm(a, axis=0), compute_uv=False)
    return float(values[0] / values[-1])


def conditioned(n, d, size):
    u, v = np.linalg.qr(random.standard_normal((n, d)))[0], np.linalg.qr(random.standard_normal((d, d)))[0]
    return u * np.logspace(0, -np.log10(size), d) @ v.T


def integers(n, d):
    return random.integers(-9, 10, (n, d)).astype(float)


cases = []


def add(name, features, target, intercept):
    w, b, rank = solve(features, target, intercept)
    full = rank == len(w)
    cases.append({
        "name": name, "fitsIntercept": intercept, "features": np.asarray(features).tolist(),
        "target": np.asarray(target, dtype=float).tolist(), "coefficients": [float(value) for value in w],
        "intercept": float(b), "rank": rank, "condition": condition(features, intercept) if full else None,
    })


for intercept in [True, False]:
    for exponent in range(0, 15):
        features = conditioned(24, 5, 10.0**exponent)
        target = features @ random.standard_normal(5) + random.standard_normal(24)
        add(f"condition 1e{exponent}", features, target, intercept)
    for power in [-150, 150]:
        features = integers(20, 4) * [1.0, 10.0**power, 1.0, 10.0 ** (power // 2)]
        add(f"columns of 1e{power}", features, integers(20, 1)[:, 0], intercept)
        add(f"everything of 1e{power}", integers(20, 4) * 10.0**power, integers(20, 1)[:, 0] * 10.0**power, intercept)
    base = integers(20, 8)
    for short in [1, 2, 3, 4]:
        features = base.copy()
        features[:, 8 - short:] = base[:, :8 - short] @ random.integers(-2, 3, (8 - short, short))
        add(f"rank short by {short}", features, integers(20, 1)[:, 0], intercept)
    # So many rows that products of columns are tried.
    tall = integers(60, 8)
    for short in [1, 2, 3, 4]:
        features = tall.copy()
        features[:, 8 - short:] = tall[:, :8 - short] @ random.integers(-2, 3, (8 - short, short))
        add(f"rank short by {short}, many rows", features, integers(60, 1)[:, 0], intercept)
    for exponent in [0, 3, 6, 9, 12]:
        features = conditioned(60, 5, 10.0**exponent)
        add(f"condition 1e{exponent}, many rows", features, features @ random.standard_normal(5), intercept)
    add("a column twice", np.column_stack([base[:, :3], base[:, 1]]), integers(20, 1)[:, 0], intercept)
    add("a column twice, scaled", np.column_stack([base[:, :3], 1024 * base[:, 1]]), integers(20, 1)[:, 0], intercept)
    add("a column of zeros", np.column_stack([base[:, :3], 0 * base[:, 1]]), integers(20, 1)[:, 0], intercept)
    add("wide", integers(5, 9), integers(5, 1)[:, 0], intercept)
    add("one sample", integers(1, 3), [7.0], intercept)
    add("one sample of one feature", [[3.0]], [7.0], intercept)
    add("one feature", integers(12, 1), integers(12, 1)[:, 0], intercept)
    add("constant target", integers(12, 3), np.full(12, 4.0), intercept)
    add("far from zero", integers(20, 3) + 1e9, integers(20, 1)[:, 0], intercept)
for intercept in [True, False]:
    # A short rank beside columns of very different size.
    levels = np.eye(3)[np.arange(24) % 3]
    for power in [-20, 15, 150]:
        features = np.column_stack([levels, integers(24, 1)[:, 0] * 10.0**power])
        add(f"levels and a column of 1e{power}", features, integers(24, 1)[:, 0], intercept)
    base = integers(24, 4)
    for sizes in [(20, -20, 0, 0), (4, -4, 0, 0), (6, -6, 0, 0), (0, 150, -150, 0), (15, 0, 0, 0)]:
        scaled = base * [10.0**size for size in sizes]
        for twice in range(4):
            features = np.column_stack([scaled, scaled[:, twice]])
            add(f"columns of 1e{sizes}, column {twice} twice", features, integers(24, 1)[:, 0], intercept)
    for power in [20, 40, 500]:
        # Powers of two, so that sums are exact: within a size, and beyond.
        small, large = integers(24, 3), integers(24, 3) * 2.0**power
        features = np.column_stack([
            small, small[:, 0] - 2 * small[:, 1], large, large[:, 1] + large[:, 2], 2.0**-power * small[:, 2]])
        add(f"dependent columns of 1 and of 2^{power}", features, integers(24, 1)[:, 0], intercept)
        if power <= 40:
            features = np.column_stack([small, large[:, 0] + small[:, 0], large[:, 0]])
            add(f"a column of 2^{power} and one of 1 in a sum", features, integers(24, 1)[:, 0], intercept)
    features = integers(5, 9) * [10.0**size for size in (0, 8, -8, 0, 8, -8, 0, 15, -15)]
    add("wide, of different sizes", features, integers(5, 1)[:, 0], intercept)
    # Many columns, some of them sums of others.
    base = integers(40, 12) * 2.0 ** np.array([0, 60, -60] * 4)
    sums = np.column_stack([base[:, i] + base[:, i + 3] for i in range(9)])
    add("sums of columns of different sizes", np.column_stack([base, sums]), integers(40, 1)[:, 0], intercept)
pathlib.Path(sys.argv[1]).write_text(json.dumps({"source": "solved exactly for the doubles", "cases": cases}) + "\n")
