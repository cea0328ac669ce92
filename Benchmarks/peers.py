#!/usr/bin/env python3
"""The other side of the benchmarks: scikit-learn, NumPy, torch.

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


def forget_peak():
    """Lets the peak of memory begin anew, where the system can."""
    try:
        pathlib.Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def peak_mb():
    """The most memory since the data were read, in MiB."""
    try:
        status = pathlib.Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(call):
    """Seconds of repeated calls: at least three, until a second has passed."""
    single = workload.get("threads", 1) == 1
    seconds = []
    forget_peak()
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


def torch_network(inputs, outputs, seed=0):
    """The network of scikit-learn in torch: start, Adam with a penalty on weights alone, one step a batch."""
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(workload.get("threads", 1))
    kind = torch.float32 if dtype == np.float32 else torch.float64
    sizes = [inputs, *workload["hidden"], outputs]
    layers = []
    for width, height in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(width, height, dtype=kind), torch.nn.ReLU()]
        bound = (6 / (width + height)) ** 0.5
        torch.nn.init.uniform_(layers[-2].weight, -bound, bound)
        torch.nn.init.uniform_(layers[-2].bias, -bound, bound)
    network = torch.nn.Sequential(*layers[:-1])
    loss_of = torch.nn.BCEWithLogitsLoss() if outputs == 1 else torch.nn.CrossEntropyLoss()
    weights = [part for name, part in network.named_parameters() if name.endswith("weight")]
    others = [part for name, part in network.named_parameters() if not name.endswith("weight")]
    optimizer = torch.optim.Adam(
        [{"params": weights, "weight_decay": 1e-4 / workload.get("batch", 200)}, {"params": others}], lr=0.001)

    def step(x, y):
        scores = network(x)
        loss = loss_of(scores[:, 0], y.to(kind)) if outputs == 1 else loss_of(scores, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return network, step


def torch_data():
    import torch

    y = load(workload["target"])
    classes = int(y.max()) + 1
    return torch.from_numpy(features()), torch.from_numpy(y), 1 if classes == 2 else classes


def torch_mlp():
    import torch

    x, y, outputs = torch_data()
    losses = []

    def run():
        _, step = torch_network(x.shape[1], outputs)
        for _ in range(workload["epochs"]):
            order, total = torch.randperm(len(y)), 0.0
            for start in range(0, len(y), workload["batch"]):
                rows = order[start:start + workload["batch"]]
                total += step(x[rows], y[rows]) * len(rows)
            losses.append(total / len(y))

    seconds = measure(run)
    return seconds, len(y) * workload["epochs"], "rows*epochs/s", {"loss": losses[-1]}


def torch_mlp_test():
    import torch

    x, y, outputs = torch_data()

    def fit(seed):
        model, step = torch_network(x.shape[1], outputs, seed)
        for _ in range(workload["epochs"]):
            total = 0.0
            for rows in torch.randperm(len(y)).split(workload["batch"]):
                total += step(x[rows], y[rows]) * len(rows)
        return total / len(y), lambda samples: model(torch.from_numpy(samples)).argmax(1).numpy()

    return test_of(fit)


def test_of(fit):
    """Fits for eight seeds, and the accuracy on samples not seen."""
    test, truth = load("test_X"), load("test_y")
    seconds, samples = [], []
    for seed in range(8):
        began = time.perf_counter()
        loss, predict = fit(seed)
        seconds.append(time.perf_counter() - began)
        samples.append(float((predict(test) == truth).mean()))
    check = {"test accuracy": float(np.mean(samples)), "loss": loss}
    return seconds, len(load("y")) * workload["epochs"], "rows*epochs/s", check, samples


def torch_mlp_predict():
    import torch

    x, y, outputs = torch_data()
    network, step = torch_network(x.shape[1], outputs)
    for _ in range(20):
        for start in range(0, len(y), 200):
            step(x[start:start + 200], y[start:start + 200])
    parts = [x[i:i + 1] for i in range(1000)]

    @torch.no_grad()
    def run():
        for part in parts:
            network(part).argmax(1)

    seconds = measure(run)
    accuracy = float((network(x).argmax(1) == y).double().mean())
    return seconds, len(parts), "calls/s", {"accuracy": accuracy}


def torch_mlp_partial_fit():
    x, y, outputs = torch_data()
    size = workload["chunk"]
    network, step = torch_network(x.shape[1], outputs)
    parts = [(x[i * size:(i + 1) * size], y[i * size:(i + 1) * size]) for i in range(200)]

    def run():
        for part, labels in parts:
            for start in range(0, size, 200):
                step(part[start:start + 200], labels[start:start + 200])

    seconds = measure(run)
    accuracy = float(((network(x)[:, 0] > 0) == (y == 1)).double().mean())
    return seconds, len(parts), "calls/s", {"accuracy": accuracy}


def network(epochs, seed=0):
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        hidden_layer_sizes=workload["hidden"], batch_size=workload.get("batch", 200), max_iter=epochs, tol=0,
        n_iter_no_change=10_000, random_state=seed,
    )


def mlp():
    x, y = features(), load(workload["target"])
    model = network(workload["epochs"])
    seconds = measure(lambda: model.fit(x, y))
    return seconds, len(y) * workload["epochs"], "rows*epochs/s", {"loss": model.loss_}


def mlp_test():
    x, y = features(), load(workload["target"])

    def fit(seed):
        model = network(workload["epochs"], seed).fit(x, y)
        return model.loss_, model.predict

    return test_of(fit)


def mlp_predict():
    x, y = features(), load(workload["target"])
    model = network(20).fit(x, y)
    parts = [x[i:i + 1] for i in range(1000)]

    def run():
        for part in parts:
            model.predict(part)

    return measure(run), len(parts), "calls/s", {"accuracy": model.score(x, y)}


def mlp_partial_fit():
    x, y, size = features(), load(workload["target"]), workload["chunk"]
    parts = [(x[i * size:(i + 1) * size], y[i * size:(i + 1) * size]) for i in range(200)]
    model = network(1).partial_fit(*parts[0], classes=[0, 1])

    def run():
        for part in parts:
            model.partial_fit(*part)

    return measure(run), len(parts), "calls/s", {"accuracy": model.score(x, y)}


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
    if "alpha" in workload:
        from sklearn.linear_model import Ridge

        model = Ridge(alpha=workload["alpha"])
    elif side == "scikit-learn-intelex":
        from sklearnex.linear_model import LinearRegression

        model = LinearRegression()
    else:
        from sklearn.linear_model import LinearRegression

        model = LinearRegression()
    seconds = measure(lambda: model.fit(x, y))
    residual = float(np.linalg.norm(y - model.predict(x)))
    return seconds, len(y), "rows/s", {"residual": residual, "intercept": float(model.intercept_)}


def sparse_least_squares():
    from sklearn.linear_model import LinearRegression, Ridge

    x, y, tolerance = sparse_features(), load(workload["target"]).astype(np.float64), workload["tolerance"]
    if "alpha" in workload:
        model = Ridge(alpha=workload["alpha"], solver="sparse_cg", tol=tolerance)
    else:
        model = LinearRegression(tol=tolerance)
    seconds = measure(lambda: model.fit(x, y))
    residual = float(np.linalg.norm(y - model.predict(x)))
    norm = float(np.linalg.norm(model.coef_))
    return seconds, len(y), "rows/s", {"residual": residual, "norm": norm}


def scaler():
    from sklearn.preprocessing import StandardScaler

    x = sparse_features() if workload["task"] == "scaler-sparse" else features()
    weights = 0.5 + np.arange(x.shape[0]) % 4 if workload.get("weighted") else None
    model = StandardScaler(with_mean=workload["task"] == "scaler")
    if "chunk" not in workload:
        seconds, count, unit = measure(lambda: model.fit(x, sample_weight=weights)), x.shape[0], "rows/s"
    else:
        size = workload["chunk"]
        parts = [x[i * size:(i + 1) * size] for i in range(200)]

        def run():
            model._reset()
            for part in parts:
                model.partial_fit(part)

        seconds, count, unit = measure(run), len(parts), "calls/s"
    return seconds, count, unit, {"scale": float(model.scale_.mean())}


tasks = {
    "gemm": gemm, "sgd": sgd, "sgd-sparse": sgd, "partial-fit": partial_fit, "partial-fit-sparse": partial_fit,
    "predict": predict, "accuracy": accuracy, "accuracy-sparse": accuracy, "mlp": mlp, "mlp-predict": mlp_predict,
    "mlp-partial-fit": mlp_partial_fit, "mlp-test": mlp_test, "least-squares": least_squares,
    "least-squares-sparse": sparse_least_squares, "scaler": scaler, "scaler-sparse": scaler,
}
if side == "torch":
    tasks = {
        "mlp": torch_mlp, "mlp-predict": torch_mlp_predict, "mlp-partial-fit": torch_mlp_partial_fit,
        "mlp-test": torch_mlp_test,
    }
seconds, work, unit, check, *samples = tasks[workload["task"]]()
print(json.dumps({
    "seconds": seconds, "work": work, "unit": unit, "check": check, "samples": samples[0] if samples else None,
    "peak_mb": peak_mb(),
}))
