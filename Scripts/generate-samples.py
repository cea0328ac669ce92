#!/usr/bin/env python3
"""Writes the bundled data sets as CSV files from those that come with scikit-learn.

    python generate-samples.py Sources/_CSampleData/samples

Numbers are written with the fewest digits that give the same double again.
"""

import pathlib
import sys

import sklearn.datasets

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


def text(value):
    value = float(value)
    return str(int(value)) if value == int(value) else repr(value)


def write(name, data, target, target_name, feature_names):
    with open(folder / f"{name}.csv", "w", newline="") as file:
        file.write(",".join([*feature_names, target_name]) + "\n")
        for row, label in zip(data, target):
            file.write(",".join([*(text(value) for value in row), label]) + "\n")


for name, loader, target_name in [
    ("iris", sklearn.datasets.load_iris, "species"),
    ("wine", sklearn.datasets.load_wine, "cultivar"),
    ("breast-cancer", sklearn.datasets.load_breast_cancer, "diagnosis"),
]:
    bunch = loader()
    names = [feature.replace(" (cm)", "").replace(" ", "_").replace("/", "_or_") for feature in bunch.feature_names]
    labels = [str(bunch.target_names[label]) for label in bunch.target]
    write(name, bunch.data, labels, target_name, names)

digits = sklearn.datasets.load_digits()
write("digits", digits.data, [str(label) for label in digits.target], "digit", digits.feature_names)

diabetes = sklearn.datasets.load_diabetes()
write("diabetes", diabetes.data, [text(value) for value in diabetes.target], "progression", diabetes.feature_names)
