#!/usr/bin/env python3
"""Prints the correct digits of linear regressions on the reference problems of NIST.

    nist-table.py ESTIMATE FIXTURE

ESTIMATE is the command, FIXTURE what generate-nist-fixture.py wrote. Digits are -log10 of the largest relative error of a
coefficient, against the exact answer for the same doubles.
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from sklearn.linear_model import LinearRegression

command, fixture = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])


def digits(found, exact):
    worst = max(abs((a - b) / b) for a, b in zip(found, exact))
    return max(0.0, min(17.0, -math.log10(worst))) if worst > 0 else 17.0


def ours(case, folder, verb, *options):
    """What the command learns from a CSV file, whose texts are the shortest that give the same doubles."""
    rows = [",".join(map(repr, [*row, y])) for row, y in zip(case["features"], case["target"])]
    (folder / "data.csv").write_text("\n".join(rows) + "\n")
    arguments = ["--estimator", "linear-regression", "--set", f"fitsIntercept={str(case['fitsIntercept']).lower()}"]
    subprocess.run(
        [command, verb, "data.csv", *arguments, "--target", "-1", "-o", "model.safetensors", "--quiet", *options],
        cwd=folder, check=True, stdout=subprocess.DEVNULL)
    content = (folder / "model.safetensors").read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8:8 + size])

    def tensor(name):
        start, end = header[name]["data_offsets"]
        return list(np.frombuffer(content[8 + size + start:8 + size + end], dtype=np.float64))

    return tensor("intercepts") * case["fitsIntercept"] + tensor("coefficients")


def numpy(case):
    x = np.array(case["features"])
    if case["fitsIntercept"]:
        x = np.column_stack([np.ones(len(x)), x])
    return np.linalg.lstsq(x, np.array(case["target"]), rcond=None)[0]


def scikit_learn(case):
    model = LinearRegression(fit_intercept=case["fitsIntercept"]).fit(case["features"], case["target"])
    return ([model.intercept_] if case["fitsIntercept"] else []) + list(model.coef_)


print(f"{'problem':10} {'fit':>6} {'partial-fit':>12} {'numpy':>6} {'scikit-learn':>13}")
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for case in json.loads(fixture.read_text())["cases"]:
        exact = case["coefficients"]
        row = [
            digits(found, exact) for found in [
                ours(case, folder, "fit"), ours(case, folder, "partial-fit", "--chunk-size", "1"), numpy(case),
                scikit_learn(case),
            ]
        ]
        print(f"{case['name']:10} {row[0]:6.1f} {row[1]:12.1f} {row[2]:6.1f} {row[3]:13.1f}")
