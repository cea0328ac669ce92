#!/usr/bin/env python3
"""Writes R² of small targets and standard errors of a regression from rational arithmetic for their doubles, and
probabilities of Student's distribution.

    generate-statistics-fixture.py FIXTURE

Numbers are written as hexadecimal texts, which are exact. Needs mpmath.
"""

import json
import pathlib
import random
import sys
from fractions import Fraction

import mpmath

from exact_least_squares import inverse

random.seed(7)
mpmath.mp.dps = 60


def r_squared(truth, predictions, weights):
    rows = [(Fraction(y), Fraction(p), Fraction(w)) for y, p, w in zip(truth, predictions, weights) if w > 0]
    mean = sum(y * w for y, _, w in rows) / sum(w for _, _, w in rows)
    residual = sum(w * (y - p) ** 2 for y, p, w in rows)
    variation = sum(w * (y - mean) ** 2 for y, _, w in rows)
    if residual == 0:
        return 1.0
    if variation == 0:
        return 0.0
    result = 1 - residual / variation
    return float(result) if abs(result) < Fraction(10) ** 308 else -sys.float_info.max


def hexadecimal(numbers):
    return [float(x).hex() for x in numbers]


scores = []
for size in (1e-320, 1e-300, 1e-170, 1e-160, 1, 1e6, 1e150, 1e154, 1e160, 1e307):
    noise = [random.uniform(-1, 1) for _ in range(9)]
    for name, truth, predictions in (
        ("varied", [x * size for x in noise], [(x + 0.1 * random.uniform(-1, 1)) * size for x in noise]),
        ("constant", [3 * size] * 9, [3 * size * (1 + 0.01 * x) for x in noise]),
        ("constant, exact", [3 * size] * 9, [3 * size] * 9),
        ("far from zero", [(5 + 1e-9 * x) * size for x in noise], [5 * size] * 9),
        ("bad", [x * size for x in noise], [1e200 * x for x in reversed(noise)]),
    ):
        for weights in (None, [1e-9, 1e9, 0, 1, 2, 3, 4, 5, 6], [1e300] * 9, [1e-300 * (1 + i) for i in range(9)]):
            scores.append({
                "name": f"{name}, {size}", "truth": hexadecimal(truth), "predictions": hexadecimal(predictions),
                "weights": None if weights is None else hexadecimal(weights),
                "score": r_squared(truth, predictions, weights or [1] * 9).hex(),
            })
for truth in ([0.1] * 3, [0.1] * 10, [1 / 3] * 7, [1e16 + 2] * 5):
    for predictions in (truth, [x * (1 + 2e-16) for x in truth], [0.0] * len(truth)):
        scores.append({
            "name": "constant", "truth": hexadecimal(truth), "predictions": hexadecimal(predictions), "weights": None,
            "score": r_squared(truth, predictions, [1] * len(truth)).hex(),
        })

tails = []
for freedom in (1, 2, 3, 4, 5, 10, 59, 60, 61, 1000, 10**6, 10**9):
    for t in (0.0, 1e-300, 1e-8, 0.01, 0.5, 1, 1.2, 1.5, 1.7, 1.75, 2, 2.5, 3, 5, 10, 35, 1e3, 1e10, 1e100, 1.4e154, 1e300):
        if freedom > 1000 and t > 35:
            continue
        n, x = mpmath.mpf(freedom), mpmath.mpf(t)
        p = mpmath.betainc(n / 2, mpmath.mpf(1) / 2, 0, n / (n + x * x), regularized=True)
        tails.append({"freedom": freedom, "t": float(t).hex(), "probability": float(p).hex()})


def standard_errors(rows, target):
    a = [[Fraction(1)] + [Fraction(x) for x in row] for row in rows]
    y = [Fraction(x) for x in target]
    q = len(a[0])
    covariance = inverse([[sum(row[i] * row[j] for row in a) for j in range(q)] for i in range(q)])
    right = [sum(row[i] * value for row, value in zip(a, y)) for i in range(q)]
    b = [sum(c * x for c, x in zip(row, right)) for row in covariance]
    residual = sum((value - sum(c * x for c, x in zip(b, row))) ** 2 for row, value in zip(a, y)) / (len(a) - q)
    exact = [residual * covariance[i][i] for i in range(q)]
    return [float(mpmath.sqrt(mpmath.mpf(x.numerator) / x.denominator)) for x in exact]


# Two columns that are almost the same: a condition number near 7e5.
rows = [[i + 1.0, i + 1.0 + 2e-5 * ((i * 7) % 5)] for i in range(40)]
target = [(i * i) % 17 + 0.5 for i in range(40)]
regression = {"rows": rows, "target": target, "errors": hexadecimal(standard_errors(rows, target))}

pathlib.Path(sys.argv[1]).write_text(
    json.dumps({"scores": scores, "tails": tails, "regression": regression}, separators=(",", ":")) + "\n")
