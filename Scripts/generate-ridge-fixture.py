#!/usr/bin/env python3
"""Writes small Ridge problems far from the scale of the data with their exact answers, from rational arithmetic.

    generate-ridge-fixture.py FIXTURE

Numbers are written as hexadecimal texts, which are exact. Beside each coefficient stands its natural size, (length of the
column) · (length of the target) / (length of the column² + alpha): errors are relative to that.
"""

import json
import math
import pathlib
import random
import sys
from fractions import Fraction

from exact_least_squares import inverse

random.seed(3)


def root(x):
    """The square root of a fraction, to more digits than a double has."""
    if x == 0:
        return Fraction(0)
    shift = 2 * (200 - (x.numerator.bit_length() - x.denominator.bit_length()) // 2)
    scaled = x * Fraction(2) ** shift
    return Fraction(math.isqrt(scaled.numerator // scaled.denominator)) / Fraction(2) ** (shift // 2)


def number(x):
    """The nearest double; of what is too small or large, zero or infinity."""
    try:
        return float(x)
    except OverflowError:
        return math.inf if x > 0 else -math.inf


def times(matrix, vector):
    return [sum(a * x for a, x in zip(row, vector)) for row in matrix]


def solve(features, target, alpha, intercept):
    x = [[Fraction(v) for v in row] for row in features]
    y = [Fraction(v) for v in target]
    n, d, alpha = len(x), len(x[0]), Fraction(alpha)
    means, mean = [Fraction(0)] * d, Fraction(0)
    if intercept:
        means, mean = [sum(column) / n for column in zip(*x)], sum(y) / n
    x = [[a - m for a, m in zip(row, means)] for row in x]
    y = [a - mean for a in y]
    columns = list(zip(*x))
    if n < d:
        gram = [[sum(a * b for a, b in zip(u, v)) + alpha * (i == j) for j, v in enumerate(x)] for i, u in enumerate(x)]
        b = times(columns, times(inverse(gram), y))
    else:
        gram = [
            [sum(a * b for a, b in zip(u, v)) + alpha * (i == j) for j, v in enumerate(columns)]
            for i, u in enumerate(columns)
        ]
        b = times(inverse(gram), times(columns, y))
    length = root(sum(a * a for a in y))
    squares = [sum(a * a for a in column) for column in columns]
    sizes = [root(square) * length / (square + alpha) for square in squares]
    return b, mean - sum(m * w for m, w in zip(means, b)), sizes


def noise(n, d):
    return [[random.gauss(0, 1) for _ in range(d)] for _ in range(n)]


def scaled(rows, factors):
    return [[x * f for x, f in zip(row, factors)] for row in rows]


def dependent(n):
    a = [float(random.randint(-9, 9)) for _ in range(n)]
    return [[x, x + 2, random.gauss(0, 1)] for x in a]


def problems():
    for name, n, d in (("tall", 12, 3), ("square", 4, 4), ("wide", 5, 9), ("one row", 1, 4), ("one column", 6, 1)):
        yield name, noise(n, d)
        yield f"{name}, columns 1e±150", scaled(noise(n, d), [(1e150, 1, 1e-150, 1e20, 1e-20)[j % 5] for j in range(d)])
        yield f"{name}, 1e-150", scaled(noise(n, d), [1e-150] * d)
        yield f"{name}, 1e150", scaled(noise(n, d), [1e150] * d)
    yield "far from zero", [[1e6 + x for x in row] for row in noise(12, 3)]
    yield "dependent", dependent(12)
    wide = noise(5, 9)
    yield "rows twice", wide + wide[:2]
    yield "empty column", [[x, 0.0, y] for x, y in noise(9, 2)]


cases = []
for name, features in problems():
    for intercept in (False, True):
        for power in (-300, -150, -70, -30, -20, -10, -3, 0, 3, 10, 30, 70, 150, 300):
            target = [random.gauss(0, 1) for _ in features]
            alpha = 10.0**power
            b, constant, sizes = solve(features, target, alpha, intercept)
            values = [number(v) for v in b + [constant]]
            if not all(map(math.isfinite, values)):
                continue
            cases.append({
                "name": f"{name}, alpha 1e{power}{', intercept' if intercept else ''}", "intercept": intercept,
                "rows": [[v.hex() for v in row] for row in features], "target": [v.hex() for v in target],
                "alpha": alpha.hex(), "coefficients": [v.hex() for v in values[:-1]], "constant": values[-1].hex(),
                "sizes": [number(s).hex() for s in sizes],
            })

pathlib.Path(sys.argv[1]).write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")
