#!/usr/bin/env python3
"""Writes columns of numbers with their exact means and standard deviations, from rational arithmetic for their doubles.

    generate-scaler-fixture.py FIXTURE

Numbers are written as hexadecimal texts, which are exact. Of a column whose values are all the same the scale is 1.
"""

import itertools
import json
import math
import pathlib
import random
import struct
import sys
from fractions import Fraction

random.seed(5)


def root(x):
    """The square root of a fraction, to more digits than a double has."""
    if x == 0:
        return Fraction(0)
    shift = 2 * (300 - (x.numerator.bit_length() - x.denominator.bit_length()) // 2)
    scaled = x * Fraction(2) ** shift
    return Fraction(math.isqrt(scaled.numerator // scaled.denominator)) / Fraction(2) ** (shift // 2)


def moments(column, weights):
    pairs = [(Fraction(x), Fraction(w)) for x, w in zip(column, weights) if w > 0]
    total = sum(w for _, w in pairs)
    mean = sum(x * w for x, w in pairs) / total
    variance = sum((x - mean) ** 2 * w for x, w in pairs) / total
    return float(mean), float(root(variance)) if variance > 0 else 1.0


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def columns(n):
    """Columns of n numbers, by name."""
    noise = [random.gauss(0, 1) for _ in range(n)]
    last = random.randrange(n)
    ulp = math.ulp(1.7e9)
    result = {
        "noise": noise,
        "constant": [0.1] * n,
        "zeros": [0.0] * n,
        "few": [x if i % 4 == 1 else 0.0 for i, x in enumerate(noise)],
        "one-hot": [1.0 if i % 3 == 0 else 0.0 for i in range(n)],
        "symmetric": [(-1.0) ** i * (1 + i // 2) for i in range(n)],
        "offset": [1.7e9 + 1e-3 * x for x in noise],
        "bits": [1.7e9 + ulp * random.randrange(3) for _ in range(n)],
        "one-bit": [1.7e9 + (ulp if i == last else 0) for i in range(n)],
        "outlier": [1e12 if i == 0 else x for i, x in enumerate(noise)],
        "far-outlier": [1e200 if i == last else x for i, x in enumerate(noise)],
        "mixed": [x * 10.0 ** random.randint(-300, 300) for x in noise],
    }
    for size in (-290, -170, -160, -150, 150, 153, 160, 300):
        result[f"1e{size}"] = [x * 10.0**size for x in noise]
        result[f"constant-1e{size}"] = [3 * 10.0**size] * n
    result["3e153"] = [3e153 + 1e153 * x for x in noise]
    result["ends"] = [1.7e308 * (-1) ** i for i in range(n)]
    result["single"] = [single(x) for x in noise]
    result["single-offset"] = [single(16_000_000 + 3 * x) for x in noise]
    result["single-1e30"] = [single(1e30 * x) for x in noise]
    result["single-1e-30"] = [single(1e-30 * x) for x in noise]
    return result


def weightings(n):
    varied = [random.choice([0, 0.25, 1, 3.7]) for _ in range(n)]
    varied[n // 2] = 1.0
    return {
        "none": None,
        "varied": varied,
        "far": [[1e9, 1e-9, 1.0, 0.0][i % 4] for i in range(n)],
        "stored": [1e9 if i % 3 == 0 else 1e-9 for i in range(n)],
        "tiny": [w * 1e-250 for w in varied],
        "huge": [w * 1e250 for w in varied],
    }


def hexadecimal(numbers):
    return [float(x).hex() for x in numbers]


cases = []
for n, kind in itertools.product((1, 2, 7, 40), weightings(1)):
    weights = weightings(n)[kind]
    table = columns(n)
    found = {name: moments(column, weights or [1] * n) for name, column in table.items()}
    # What varies by less than the least normal number is refused.
    table = {name: column for name, column in table.items() if found[name][1] > 1e-305}
    found = [found[name] for name in table]
    cases.append({
        "weighting": kind, "names": list(table), "rows": [hexadecimal(row) for row in zip(*table.values())],
        "weights": None if weights is None else hexadecimal(weights),
        "means": hexadecimal(m for m, _ in found), "scales": hexadecimal(s for _, s in found),
    })

# Long columns, which the test makes itself by the same formula.
steps = [1.7e9 + j * 6e-7 for j in range(100_000)]
spread = [1.7e9 + ((j * 7919) % 10_007 - 5003) * 5e-7 for j in range(60_000)]
long = {name: moments(column, [1] * len(column)) for name, column in (("steps", steps), ("spread", spread))}

pathlib.Path(sys.argv[1]).write_text(
    json.dumps({"cases": cases, "long": {k: hexadecimal(v) for k, v in long.items()}}, separators=(",", ":")) + "\n")
