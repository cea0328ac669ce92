#!/usr/bin/env python3
"""Writes the reference results that the tests compare with, from scikit-learn.

    python3 -m venv .build-python
    .build-python/bin/pip install scikit-learn==1.9.1 numpy
    .build-python/bin/python Scripts/generate-references.py Tests/Fixtures

Data come from Sources/_CSampleData/samples, each column divided by its largest absolute value, so that both sides compute
the same doubles. Numbers are written with the fewest digits that give the same double again.
"""

import csv
import itertools
import json
import pathlib
import sys
import warnings

import numpy as np
import scipy.sparse
import sklearn
from sklearn.linear_model import LinearRegression, SGDClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
root = pathlib.Path(__file__).resolve().parent.parent
output = pathlib.Path(sys.argv[1])
output.mkdir(parents=True, exist_ok=True)


def sample(name):
    with open(root / "Sources/_CSampleData/samples" / f"{name}.csv") as file:
        rows = list(csv.reader(file))[1:]
    features = np.array([[float(value) for value in row[:-1]] for row in rows])
    return features, np.array([row[-1] for row in rows])


def scaled(features):
    largest = np.abs(features).max(axis=0)
    return features / np.where(largest > 0, largest, 1)


def write(name, cases):
    versions = json.dumps({"scikit-learn": sklearn.__version__, "numpy": np.__version__})
    lines = ",\n".join(json.dumps(case) for case in cases)
    (output / f"{name}.json").write_text(f'{{"versions": {versions}, "cases": [\n{lines}\n]}}\n')
    print(f"{name}: {len(cases)} cases")


def numbers(array):
    return np.asarray(array, dtype=float).ravel().tolist()


# SGDClassifier: the iterates after ten epochs in the order of the rows.
cases = []
rates = {"constant": "constant", "optimal": "optimal", "inverseScaling": "invscaling"}
losses = {"hinge": "hinge", "logistic": "log_loss"}
for data, loss, penalty, rate, average, storage in itertools.product(
    ["iris", "breast-cancer"], losses, ["l2", "none"], rates, [0, 1, 200], ["dense", "sparse"]
):
    features, labels = sample(data)
    features = scaled(features)
    if storage == "sparse":
        # Something to leave out; and no intercept, whose step scikit-learn scales for sparse samples.
        features = np.where(features < 0.3, 0.0, features)
    settings = dict(alpha=0.01, eta0=0.1, power_t=0.3)
    model = SGDClassifier(
        loss=losses[loss], penalty=None if penalty == "none" else penalty, learning_rate=rates[rate],
        average=average if average else False, fit_intercept=storage == "dense", shuffle=False, tol=None, max_iter=10,
        **settings,
    )
    model.fit(features if storage == "dense" else scipy.sparse.csr_matrix(features), labels)
    cases.append(dict(
        data=data, storage=storage, epochs=10,
        settings={
            "loss": loss, "penalty": penalty, "learningRate": rate, "alpha": "0.01", "initialLearningRate": "0.1",
            "powerT": "0.3", "averaging": {0: "false", 1: "true"}.get(average, str(average)), "maxEpochs": "10",
            "fitsIntercept": "true" if storage == "dense" else "false", "tolerance": "none",
            "visitingOrder": "sequential",
        },
        coefficients=numbers(model.coef_), intercepts=numbers(model.intercept_),
    ))
# Where the stopping rule ends training (two classes: one rule on either side).
for loss, rate in itertools.product(losses, rates):
    features, labels = sample("breast-cancer")
    model = SGDClassifier(
        loss=losses[loss], learning_rate=rates[rate], alpha=0.001, eta0=0.05, power_t=0.3, shuffle=False, tol=1e-3,
        n_iter_no_change=3, max_iter=300,
    )
    model.fit(scaled(features), labels)
    cases.append(dict(
        data="breast-cancer", storage="dense", epochs=int(model.n_iter_),
        settings={
            "loss": loss, "learningRate": rate, "alpha": "0.001", "initialLearningRate": "0.05", "powerT": "0.3",
            "maxEpochs": "300", "tolerance": "0.001", "patience": "3", "visitingOrder": "sequential",
        },
        coefficients=numbers(model.coef_), intercepts=numbers(model.intercept_),
    ))
write("sgd-classifier", cases)

# MLPClassifier: parameters and losses after twenty epochs in the order of the rows, from a start that is written down.
cases = []
solvers = {
    "adam": (dict(solver="adam"), {"solver": "adam"}),
    "nesterov": (dict(solver="sgd", momentum=0.8), {"solver": "sgd", "momentum": "0.8"}),
    "classical": (
        dict(solver="sgd", momentum=0.7, nesterovs_momentum=False),
        {"solver": "sgd", "momentum": "0.7", "nesterov": "false"},
    ),
}
for data, activation, solver, rate, weighted in itertools.product(
    ["iris", "breast-cancer"], ["identity", "logistic", "tanh", "relu"], solvers, ["constant", "inverseScaling"],
    [False, True],
):
    # scikit-learn's Adam takes no schedule.
    if solver == "adam" and rate != "constant":
        continue
    features, labels = sample(data)
    features = scaled(features)
    hidden = (5, 4) if data == "iris" else (3,)
    eta = 0.01 if solver == "adam" else 0.05
    model = MLPClassifier(
        hidden_layer_sizes=hidden, activation=activation, alpha=0.01, batch_size=32,
        learning_rate={"constant": "constant", "inverseScaling": "invscaling"}[rate], learning_rate_init=eta,
        power_t=0.2, shuffle=False, tol=0, n_iter_no_change=1000, max_iter=20, random_state=3, **solvers[solver][0],
    )
    start = []
    drawn = model._init_coef

    def recorded(*arguments):
        weights, biases = drawn(*arguments)
        start.append(dict(weights=numbers(weights), biases=numbers(biases)))
        return weights, biases

    model._init_coef = recorded
    weights = 0.5 + np.arange(len(labels)) % 4 if weighted else None
    model.fit(features, labels, sample_weight=weights)
    cases.append(dict(
        data=data, weighted=weighted,
        settings={
            "hiddenLayerSizes": ",".join(map(str, hidden)), "activation": activation, "alpha": "0.01",
            "batchSize": "32", "learningRate": rate, "initialLearningRate": str(eta), "powerT": "0.2",
            "visitingOrder": "sequential", "tolerance": "none", "maxEpochs": "20", **solvers[solver][1],
        },
        start=start,
        end=[dict(weights=numbers(w), biases=numbers(b)) for w, b in zip(model.coefs_, model.intercepts_)],
        losses=numbers(model.loss_curve_),
    ))
write("mlp-classifier", cases)

# LinearRegression.
cases = []
features, target = sample("diabetes")
target = target.astype(float)
several = np.column_stack([target, features[:, 2] * 100 + target / 7, np.sqrt(target)])
for intercept, weighted, targets in itertools.product([True, False], [False, True], [1, 3]):
    y = target if targets == 1 else several
    weights = 0.5 + np.arange(len(target)) % 4 if weighted else None
    model = LinearRegression(fit_intercept=intercept).fit(features, y, sample_weight=weights)
    cases.append(dict(
        fitsIntercept=intercept, weighted=weighted, targets=targets, coefficients=numbers(model.coef_),
        intercepts=numbers(np.broadcast_to(model.intercept_, targets)), score=model.score(features, y),
    ))
write("linear-regression", cases)

# StandardScaler.
cases = []
features, _ = sample("wine")
for weighted in [False, True]:
    weights = 0.5 + np.arange(len(features)) % 4 if weighted else None
    model = StandardScaler().fit(features, sample_weight=weights)
    cases.append(dict(weighted=weighted, means=numbers(model.mean_), scales=numbers(model.scale_)))
write("standard-scaler", cases)
