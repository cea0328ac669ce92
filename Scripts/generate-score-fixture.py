#!/usr/bin/env python3
"""Writes the probabilities, their logarithms and the losses that belong to scores of classes.

    generate-score-fixture.py FIXTURE

Scores are in eighths, which single precision holds too; what becomes of them is rounded once, from 400 digits. Needs mpmath.
"""

import json
import pathlib
import sys

import mpmath

mpmath.mp.dps = 400


def exponentials(scores):
    return [mpmath.exp(mpmath.mpf(score)) for score in scores]


def logistic(score):
    return 1 / (1 + mpmath.exp(-mpmath.mpf(score)))


def softmax(scores):
    """Classes that exclude one another, as a network tells them apart."""
    values = exponentials(scores)
    shares = [value / sum(values) for value in values]
    return dict(
        scores=scores, probabilities=list(map(float, shares)), logarithms=[float(mpmath.log(p)) for p in shares])


def each(scores):
    """A logistic function for each, and the shares of their sum, as a linear model of one problem a class has them."""
    values, opposite = [logistic(score) for score in scores], [logistic(-score) for score in scores]
    return dict(
        scores=scores, probabilities=list(map(float, values)), opposite=list(map(float, opposite)),
        losses=[float(-mpmath.log(p)) for p in values], opposite_losses=[float(-mpmath.log(p)) for p in opposite],
        shares=[float(p / sum(values)) for p in values])


two = [-708.25, -700, -600.5, -100, -68.75, -60.5, -40, -36.75, -20, -0.125, 0, 0.125, 20, 36.75, 40, 68.75, 100, 600.5, 700]
several = [
    [0, 0, 0], [0.125, 0, -0.125], [0, -40, -100], [-36.75, 0, -68.75, -700], [700, 0, 8], [-5000, -5001, -5040],
    [5000, 4300, 5000, 4960], [-68.75, 3, 3, 3, 2], [0, -708, -600.5], [-100, -101, -99], [-745.5, -800, -745.5],
]
fixture = dict(
    versions={"mpmath": mpmath.__version__}, two=[each([score]) for score in two],
    softmax=[softmax(scores) for scores in several], each=[each(scores) for scores in several])
pathlib.Path(sys.argv[1]).write_text(json.dumps(fixture, indent=1) + "\n")
