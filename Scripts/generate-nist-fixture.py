#!/usr/bin/env python3
"""Writes the NIST reference problems of linear regression with their exact answers.

    generate-nist-fixture.py DATA FIXTURE

DATA holds the problems as decimal texts, as NIST publishes them. Every text becomes the nearest double, powers are
products of doubles, and the answer is computed in rational arithmetic for these doubles: so it is not quite that of the
texts. Needs nothing but Python.
"""

import json
import pathlib
import sys

from exact_least_squares import solve

degrees = {"Filip": 10, "Pontius": 2, **{f"Wampler{i}": 5 for i in range(1, 6)}}


def features(name, x):
    if isinstance(x[0], list):
        return [[float(text) for text in row] for row in x]
    rows = []
    for text in x:
        value = float(text)
        row = [value]
        for _ in range(degrees.get(name, 1) - 1):
            row.append(row[-1] * value)
        rows.append(row)
    return rows


cases = []
for name, problem in json.loads(pathlib.Path(sys.argv[1]).read_text()).items():
    x, y = features(name, problem["x"]), [float(text) for text in problem["y"]]
    intercept = not name.startswith("NoInt")
    b, squares, errors = solve(x, y, intercept)
    cases.append({
        "name": name, "fitsIntercept": intercept, "features": x, "target": y,
        "coefficients": [float(value) for value in b], "residualSumOfSquares": float(squares),
        "standardErrors": [float(value) for value in errors],
    })
pathlib.Path(sys.argv[2]).write_text(json.dumps(
    {"source": "NIST StRD, linear regression; solved exactly for the doubles", "cases": cases}, indent=1) + "\n")
