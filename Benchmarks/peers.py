#!/usr/bin/env python3
"""The other side of the benchmarks: scikit-learn and NumPy.

    peers.py SIDE WORKLOAD FOLDER

WORKLOAD is an object of workloads.json. Prints one JSON object: `seconds` of each repetition, `work` of one, `unit`,
`peak_mb` of the process, `check`.
"""

import json
import pathlib
import resource
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
side, workload, folder = sys.argv[1], json.loads(sys.argv[2]), pathlib.Path(sys.argv[3])
dtype = np.float32 if workload.get("precision") == "single" else np.float64


def load(part):
    return np.load(folder / f"{workload['data']}_{part}.npy")


def features():
    return load("X").astype(dtype, copy=False)


def sparse_features():
    import scipy.sparse

    offsets = load("indptr")
    return scipy.sparse.csr_matrix((load("data"), load("indices"), offsets), shape=(len(offsets) - 1, 100_000))


def measure(call):
    """Seconds of repeated calls: at least three, until a second has passed."""
    single = workload.get("threads", 1) == 1
    seconds = []
    call()
    began = time.perf_counter()
    while len(seconds) < 3 or (time.perf_counter() - began < 1 and len(seconds) < 1000):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        seconds.append(min(wall, cpu) if single else wall)
    return seconds


def gemm():
    n = workload["size"]
    a, b = np.full((n, n), 0.5, dtype), np.full((n, n), 0.25, dtype)
    seconds = measure(lambda: a @ b)
    return seconds, 2 * n**3 / 1e9, "GFLOP/s", {"element": float((a @ b)[0, 0])}


def sgd():
    from sklearn.linear_model import SGDClassifier

    x = sparse_features() if workload["task"] == "sgd-sparse" else features()
    y = load(workload["target"])
    model = SGDClassifier(
        loss={"logistic": "log_loss"}.get(workload["loss"], workload["loss"]), max_iter=workload["epochs"], tol=None,
        random_state=0,
    )
    seconds = measure(lambda: model.fit(x, y))
    return seconds, len(y) * workload["epochs"], "rows*epochs/s", {"accuracy": model.score(x, y)}


def partial_fit():
    from sklearn.linear_model import SGDClassifier

    x = sparse_features() if workload["task"] == "partial-fit-sparse" else features()
    y, size = load(workload["target"]), workload["chunk"]
    parts = [(x[i * size:(i + 1) * size], y[i * size:(i + 1) * size]) for i in range(200)]
    model = SGDClassifier(loss="log_loss", random_state=0).partial_fit(*parts[0], classes=[0, 1])

    def run():
        for part in parts:
            model.partial_fit(*part)

    return measure(run), len(parts), "calls/s", {"accuracy": model.score(x, y)}


def predict():
    from sklearn.linear_model import SGDClassifier

    x, y = features(), load(workload["target"])
    model = SGDClassifier(loss="log_loss", max_iter=1, tol=None, random_state=0).fit(x, y)
    parts = [x[i:i + 1] for i in range(1000)]

    def run():
        for part in parts:
            model.predict(part)

    return measure(run), len(parts), "calls/s", {"accuracy": model.score(x, y)}


def accuracy():
    from sklearn.linear_model import SGDClassifier

    x = sparse_features() if workload["task"] == "accuracy-sparse" else features()
    y = load(workload["target"])
    began = time.process_time()
    samples = []
    for seed in range(10):
        # The same rule as on our side.
        tested = (np.arange(len(y)) * 2_654_435_761 + seed * 40_503_001 >> 16) & 3 == 0
        model = SGDClassifier(loss="log_loss", random_state=seed).fit(x[~tested], y[~tested])
        samples.append(float(model.score(x[tested], y[tested])))
    seconds = [time.process_time() - began]
    return seconds, len(samples), "fits/s", {"accuracy": float(np.mean(samples))}, samples


def mlp():
    from sklearn.neural_network import MLPClassifier

    x, y = features(), load(workload["target"])
    model = MLPClassifier(
        hidden_layer_sizes=workload["hidden"], batch_size=workload["batch"], max_iter=workload["epochs"], tol=0,
        n_iter_no_change=10_000, random_state=0,
    )
    seconds = measure(lambda: model.fit(x, y))
    return seconds, len(y) * workload["epochs"], "rows*epochs/s", {"loss": model.loss_}


def least_squares():
    x, y = features(), load(workload["target"])
    if side == "numpy":
        # With intercept and the check that all is finite, as the others.
        def solve():
            assert np.isfinite(x).all() and np.isfinite(y).all()
            means, mean = x.mean(axis=0), y.mean()
            answer = np.linalg.lstsq(x - means, y - mean, rcond=None)[0]
            return answer, mean - means @ answer

        seconds = measure(solve)
        answer, intercept = solve()
        residual = float(np.linalg.norm(y - x @ answer - intercept))
        return seconds, len(y), "rows/s", {"residual": residual, "intercept": float(intercept)}
    if side == "scikit-learn-intelex":
        from sklearnex.linear_model import LinearRegression
    else:
        from sklearn.linear_model import LinearRegression
    model = LinearRegression()
    seconds = measure(lambda: model.fit(x, y))
    residual = float(np.linalg.norm(y - model.predict(x)))
    return seconds, len(y), "rows/s", {"residual": residual, "intercept": float(model.intercept_)}


tasks = {
    "gemm": gemm, "sgd": sgd, "sgd-sparse": sgd, "partial-fit": partial_fit, "partial-fit-sparse": partial_fit,
    "predict": predict, "accuracy": accuracy, "accuracy-sparse": accuracy, "mlp": mlp, "least-squares": least_squares,
}
seconds, work, unit, check, *samples = tasks[workload["task"]]()
print(json.dumps({
    "seconds": seconds, "work": work, "unit": unit, "check": check, "samples": samples[0] if samples else None,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
