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
from sklearn.linear_model import LinearRegression, Ridge, SGDClassifier, SGDRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
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


# SGDClassifier and SGDRegressor. Names in Swift, and scikit-learn's.
losses = {
    "hinge": "hinge", "squaredHinge": "squared_hinge", "perceptron": "perceptron", "logistic": "log_loss",
    "modifiedHuber": "modified_huber", "squaredError": "squared_error", "huber": "huber",
    "epsilonInsensitive": "epsilon_insensitive", "squaredEpsilonInsensitive": "squared_epsilon_insensitive",
}
regression_losses = ["squaredError", "huber", "epsilonInsensitive", "squaredEpsilonInsensitive"]
penalties = {"l2": "l2", "none": None, "l1": "l1", "elasticNet": "elasticnet"}
rates = {
    "constant": "constant", "optimal": "optimal", "inverseScaling": "invscaling", "adaptive": "adaptive",
    "passiveAggressive1": "pa1", "passiveAggressive2": "pa2",
}
passive = ["passiveAggressive1", "passiveAggressive2"]
averagings = {0: "false", 1: "true", 200: "200"}
# With an absolute penalty the average of scikit-learn is not the mean of the iterates: it is left out.
absolute = ["l1", "elasticNet"]


def strength(penalty, rate):
    # The first steps of the optimal rate are too long for anything smaller; an absolute penalty leaves little at 0.01.
    return 0.02 if penalty in ["l2", "none"] else 0.01 if rate == "optimal" else 0.001


def sgd_case(estimator, data, features, target, storage="dense", weights=False, class_weight=None, **settings):
    """Fits in the order of the rows; `settings` are those of both sides by their Swift names."""
    sparse = storage == "sparse"
    if sparse:
        # Something to leave out; and no intercept, whose step scikit-learn scales for sparse samples.
        features = np.where(features < 0.3, 0.0, features)
        settings["fitsIntercept"] = False
    # Sizes with which no step goes beyond twice what its loss asks for: beyond it, differences in rounding grow without
    # bound, and two right programs need not agree. Passive-aggressive steps are the longer, the smaller the sample.
    if settings["learningRate"] not in passive:
        features = features / 4
    # With an absolute penalty the result of the dense samples, for that of sparse ones depends on which zeros are stored.
    if sparse and settings["penalty"] not in absolute:
        features = scipy.sparse.csr_matrix(features)
    own = dict(
        loss=losses[settings["loss"]], penalty=penalties[settings["penalty"]], alpha=settings["alpha"],
        l1_ratio=0.4, epsilon=0.2, learning_rate=rates[settings["learningRate"]], eta0=settings["initialLearningRate"],
        power_t=0.3, average=settings["averaging"] or False, fit_intercept=not sparse, shuffle=False,
        max_iter=settings["maxEpochs"], tol=settings["tolerance"], n_iter_no_change=3,
    )
    texts = {name: str(value) for name, value in settings.items()}
    texts |= dict(l1Ratio="0.4", epsilon="0.2", powerT="0.3", patience="3", visitingOrder="sequential")
    texts["averaging"] = averagings[settings["averaging"]]
    texts["fitsIntercept"] = "false" if sparse else "true"
    texts["tolerance"] = "none" if settings["tolerance"] is None else str(settings["tolerance"])
    if class_weight is not None:
        own["class_weight"] = class_weight
        texts["classWeight"] = class_weight if isinstance(class_weight, str) else ",".join(
            f"{label}:{weight}" for label, weight in class_weight.items())
    model = estimator(**own)
    model.fit(features, target, sample_weight=0.25 + np.arange(len(target)) % 4 / 4 if weights else None)
    return dict(
        data=data, storage=storage, weights=weights, epochs=int(model.n_iter_), settings=texts,
        coefficients=numbers(model.coef_), intercepts=numbers(model.intercept_),
    )




# The iterates after ten epochs: every loss, penalty, rate, average, storage; weights in turn.
cases = []
turn = itertools.cycle(itertools.product([False, True], [None, "given", "balanced"]))
for loss, penalty, rate, average, storage, data in itertools.product(
    losses, penalties, rates, averagings, ["dense", "sparse"], ["iris", "breast-cancer"]
):
    if rate == "adaptive" or (rate in passive and loss != "hinge") or (average and penalty in absolute):
        continue
    features, labels = sample(data)
    weights, class_weight = next(turn)
    if class_weight == "given":
        class_weight = {label: 0.5 + index / 2 for index, label in enumerate(sorted(set(labels)))}
    cases.append(sgd_case(
        SGDClassifier, data, scaled(features), labels, storage, weights, class_weight, loss=loss, penalty=penalty,
        learningRate=rate, alpha=strength(penalty, rate), initialLearningRate=0.1, averaging=average, maxEpochs=10, tolerance=None))
write("sgd-classifier", cases)

cases = []
features, target = sample("diabetes")
features, target = scaled(features), target.astype(float) / 100
turn = itertools.cycle([False, True])
for loss, penalty, rate, average, storage in itertools.product(
    regression_losses, penalties, rates, averagings, ["dense", "sparse"]
):
    if rate == "adaptive" or (rate in passive and loss != "epsilonInsensitive") or (average and penalty in absolute):
        continue
    cases.append(sgd_case(
        SGDRegressor, "diabetes", features, target, storage, next(turn), loss=loss, penalty=penalty,
        learningRate=rate, alpha=strength(penalty, rate), initialLearningRate=0.1, averaging=average, maxEpochs=10,
        tolerance=None))
write("sgd-regressor", cases)

# Where the stopping rule ends training, or lowers the rate (two classes and numbers: one rule on either side). Without an
# absolute penalty, whose objective scikit-learn takes from norms that the penalty does not update.
cases = []
bc_features, bc_labels = sample("breast-cancer")
for penalty, rate in itertools.product(["l2", "none"], ["constant", "optimal", "inverseScaling", "adaptive"]):
    shared = dict(
        penalty=penalty, learningRate=rate, alpha=strength(penalty, rate), initialLearningRate=0.1, averaging=0, maxEpochs=300,
        tolerance=1e-3)
    for loss in losses:
        cases.append(sgd_case(SGDClassifier, "breast-cancer", scaled(bc_features), bc_labels, loss=loss, **shared))
    for loss in regression_losses:
        cases.append(sgd_case(SGDRegressor, "diabetes", features, target, loss=loss, **shared))
write("sgd-stopping", cases)

# Networks: parameters and losses after twenty epochs in the order of the rows, from a start that is written down.
solvers = {
    "adam": (dict(solver="adam"), {"solver": "adam"}),
    "nesterov": (dict(solver="sgd", momentum=0.8), {"solver": "sgd", "momentum": "0.8"}),
    "classical": (
        dict(solver="sgd", momentum=0.7, nesterovs_momentum=False),
        {"solver": "sgd", "momentum": "0.7", "nesterov": "false"},
    ),
}
network_rates = ["constant", "inverseScaling", "adaptive"]
activations = ["identity", "logistic", "tanh", "relu"]


def even_weights(count):
    """Weights whose sum is their number, in every batch of 32 too: scikit-learn divides by the one, we by the other."""
    rows = np.arange(count)
    return np.where(rows < count // 4 * 4, 0.25 + rows % 4 / 2, 1.0)


def network_case(estimator, data, features, target, hidden, activation, solver, rate, weighted, alpha=0.01):
    """Trains in the order of the rows; the adaptive rate falls when two epochs in a row are hardly better."""
    adaptive = rate == "adaptive"
    eta = 0.01 if solver == "adam" else 0.05
    model = estimator(
        hidden_layer_sizes=hidden, activation=activation, alpha=alpha, batch_size=32, learning_rate=rates[rate],
        learning_rate_init=eta, power_t=0.2, shuffle=False, tol=0.01 if adaptive else 0,
        n_iter_no_change=2 if adaptive else 1000, max_iter=20, random_state=3, **solvers[solver][0],
    )
    start = []
    drawn = model._init_coef

    def recorded(*arguments):
        weights, biases = drawn(*arguments)
        start.append(dict(weights=numbers(weights), biases=numbers(biases)))
        return weights, biases

    model._init_coef = recorded
    model.fit(features, target, sample_weight=even_weights(len(target)) if weighted else None)
    targets = 1 if target.ndim == 1 else target.shape[1]
    return dict(
        data=data, weighted=weighted, targets=targets,
        settings={
            "hiddenLayerSizes": ",".join(map(str, hidden)), "activation": activation, "alpha": str(alpha),
            "batchSize": "32", "learningRate": rate, "initialLearningRate": str(eta), "powerT": "0.2",
            "visitingOrder": "sequential", "tolerance": str(0.01 * targets) if adaptive else "none",
            "patience": "2" if adaptive else "10", "maxEpochs": "20", **solvers[solver][1],
        },
        start=start,
        end=[dict(weights=numbers(w), biases=numbers(b)) for w, b in zip(model.coefs_, model.intercepts_)],
        losses=numbers(model.loss_curve_),
    )


def network_cases():
    """Every activation, solver and rate, with weights and without; scikit-learn's Adam takes no schedule."""
    return [
        case for case in itertools.product(activations, solvers, network_rates, [False, True])
        if case[1] != "adam" or case[2] == "constant"
    ]


cases = []
for data, (activation, solver, rate, weighted) in itertools.product(["iris", "breast-cancer"], network_cases()):
    features, labels = sample(data)
    hidden = (5, 4) if data == "iris" else (3,)
    cases.append(network_case(
        MLPClassifier, data, scaled(features), labels, hidden, activation, solver, rate, weighted))
write("mlp-classifier", cases)

# With several targets scikit-learn reports the mean of their losses and follows the gradient of their sum; without a
# penalty the one is a multiple of the other.
cases = []
features, target = sample("diabetes")
features, target = scaled(features), target.astype(float) / 100
several = np.column_stack([target, features[:, 2] + target / 7, np.sqrt(target)])
for targets, (activation, solver, rate, weighted) in itertools.product([1, 3], network_cases()):
    cases.append(network_case(
        MLPRegressor, "diabetes", features, target if targets == 1 else several, (5, 4), activation, solver, rate,
        weighted, alpha=0.01 if targets == 1 else 0))
write("mlp-regressor", cases)

# L-BFGS, from another start than ours: where there is one minimum, the loss there. The penalty makes it one without hidden
# layers; with one, what the penalty leaves of the network is small enough for it.
cases = []
for data, hidden, activation, weighted in [
    ("iris", (), "relu", False), ("iris", (), "relu", True), ("breast-cancer", (), "relu", False),
    ("breast-cancer", (), "relu", True), ("diabetes", (), "relu", False), ("diabetes", (), "relu", True),
    ("diabetes", (3,), "identity", False), ("diabetes", (3,), "identity", True),
]:
    features, target = sample(data)
    estimator = MLPClassifier
    if data == "diabetes":
        estimator, target = MLPRegressor, target.astype(float) / 100
    weights = even_weights(len(target)) if weighted else None
    model = estimator(
        hidden_layer_sizes=hidden, activation=activation, solver="lbfgs", alpha=1, tol=1e-9, max_iter=5000, random_state=3)
    model.fit(scaled(features), target, sample_weight=weights)
    cases.append(dict(
        data=data, hidden=list(hidden), activation=activation, weighted=weighted, loss=float(model.loss_)))
write("mlp-lbfgs", cases)

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

# LinearRegression with coefficients of at least 0, on the same with every second column turned round.
cases = []
turned = features * np.where(np.arange(features.shape[1]) % 2 == 1, -1, 1)
for intercept, weighted, targets in itertools.product([True, False], [False, True], [1, 3]):
    y = target if targets == 1 else several
    weights = 0.5 + np.arange(len(target)) % 4 if weighted else None
    model = LinearRegression(fit_intercept=intercept, positive=True).fit(turned, y, sample_weight=weights)
    cases.append(dict(
        fitsIntercept=intercept, weighted=weighted, targets=targets, coefficients=numbers(model.coef_),
        intercepts=numbers(np.broadcast_to(model.intercept_, targets)), score=model.score(turned, y),
    ))
write("linear-regression-positive", cases)

# Ridge, on the same as LinearRegression.
cases = []
for intercept, weighted, alpha in itertools.product([True, False], [False, True], [[1e-3], [1], [30], [0.1, 1, 20]]):
    targets = len(alpha)
    y = target if targets == 1 else several
    weights = 0.5 + np.arange(len(target)) % 4 if weighted else None
    model = Ridge(alpha=np.array(alpha) if targets > 1 else alpha[0], fit_intercept=intercept, solver="cholesky")
    model.fit(features, y, sample_weight=weights)
    cases.append(dict(
        alpha=alpha, fitsIntercept=intercept, weighted=weighted, targets=targets, coefficients=numbers(model.coef_),
        intercepts=numbers(np.broadcast_to(model.intercept_, targets)),
    ))
write("ridge", cases)

# StandardScaler.
cases = []
features, _ = sample("wine")
for weighted in [False, True]:
    weights = 0.5 + np.arange(len(features)) % 4 if weighted else None
    model = StandardScaler().fit(features, sample_weight=weights)
    cases.append(dict(weighted=weighted, means=numbers(model.mean_), scales=numbers(model.scale_)))
write("standard-scaler", cases)
