#!/usr/bin/env python3
"""Runs both sides of every workload in turn and prints the table.

    bench.py [--only TEXT] [--rounds N] [--data FOLDER]
"""

import argparse
import gzip
import json
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import sys

import numpy as np

here = pathlib.Path(__file__).resolve().parent
root = here.parent


def make_data(folder, name):
    """Writes a data set as .npy files, from a fixed seed."""
    if (folder / f"{name}_done").exists():
        return
    print(f"making {name}", file=sys.stderr)

    def save(part, array):
        np.save(folder / f"{name}_{part}.npy", np.ascontiguousarray(array))

    if name == "digits":
        from sklearn.datasets import load_digits

        digits = load_digits()
        save("X", digits.data)
        save("y", digits.target.astype(np.int64))
    elif name == "breast_cancer":
        from sklearn.datasets import load_breast_cancer

        cancer = load_breast_cancer()
        save("X", (cancer.data - cancer.data.mean(axis=0)) / cancer.data.std(axis=0))
        save("y", cancer.target.astype(np.int64))
    elif name == "fashion":
        for part, file in [("", "train"), ("test_", "t10k")]:
            save(f"{part}X", read_idx(f"{file}-images-idx3-ubyte.gz").reshape(-1, 784).astype(np.float32) / 255)
            save(f"{part}y", read_idx(f"{file}-labels-idx1-ubyte.gz").astype(np.int64))
    elif name == "diabetes":
        from sklearn.datasets import load_diabetes

        diabetes = load_diabetes()
        save("X", diabetes.data)
        save("yr", diabetes.target)
    elif name.startswith("words"):
        make_words(save, 200_000 if name == "words" else 20_000, 51 if name == "words_50" else 87)
    else:
        count, width = {
            "200k_20": (200_000, 20), "100k_200": (100_000, 200), "20k_2000": (20_000, 2000), "1m_20": (1_000_000, 20),
            "2k_10": (2_000, 10), "60k_784": (60_000, 784), "10_4000": (10, 4_000), "200_20000": (200, 20_000),
        }[name]
        random = np.random.default_rng(width * 1000 + count % 997)
        features = random.standard_normal((count, width))
        weights = random.standard_normal(width) / np.sqrt(width)
        score = features @ weights + 0.3 * random.standard_normal(count)
        save("X", features)
        several = features @ (random.standard_normal((width, 10)) / np.sqrt(width))
        several += 0.3 * random.standard_normal((count, 10))
        save("y2", (score > 0).astype(np.int64))
        save("y10", several.argmax(axis=1).astype(np.int64))
        save("yr", 3.0 * score + 1.0)
    (folder / f"{name}_done").touch()


def read_idx(name):
    """An array of bytes from a file of Debian's package dataset-fashion-mnist."""
    path = pathlib.Path("/usr/share/datasets/fashion-mnist") / name
    if not path.exists():
        sys.exit(f"There is no {path}. Install it: apt-get install dataset-fashion-mnist")
    data = gzip.decompress(path.read_bytes())
    dimensions = np.frombuffer(data, ">i4", data[3], 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(dimensions)


def make_words(save, count, drawn):
    """Texts as counts of words: few of 100,000 columns in a row, frequent ones far more often than rare ones."""
    width = 100_000
    random = np.random.default_rng(7)
    shares = 1.0 / (np.arange(1, width + 1) + 20.0)
    cumulative = np.cumsum(shares) / shares.sum()
    columns = random.permutation(width)
    importance = random.standard_normal(width)
    offsets, indices, values, scores = [0], [], [], []
    for _ in range(count):
        row = np.unique(columns[np.searchsorted(cumulative, random.random(drawn))])
        value = random.random(row.size) + 0.2
        value /= np.sqrt((value * value).sum())
        offsets.append(offsets[-1] + row.size)
        indices.append(row)
        values.append(value)
        scores.append(importance[row] @ value)
    save("indptr", np.array(offsets, dtype=np.int32))
    save("indices", np.concatenate(indices).astype(np.int32))
    save("data", np.concatenate(values))
    save("y", (np.array(scores) + 0.3 * random.standard_normal(count) > 0).astype(np.int64))


def run(command, workload, folder):
    """Runs one side of one workload in a process of its own; returns what it measured."""
    environment = dict(os.environ)
    for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]:
        environment[name] = str(workload.get("threads", 1))
    # Old builds may misbehave on this processor and new ones are slowed down: each side chooses by itself.
    for name in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]:
        environment.pop(name, None)
    result = subprocess.run(
        [*command, json.dumps(workload), str(folder)], env=environment, stdout=subprocess.PIPE, text=True
    )
    if result.returncode != 0:
        print(f"{command[0]} failed on {workload['name']}", file=sys.stderr)
        return None
    return json.loads(result.stdout)


def text(value):
    if value is None:
        return "-"
    for scale, suffix in [(1e9, " G"), (1e6, " M"), (1e3, " k")]:
        if abs(value) >= scale:
            return f"{value / scale:.3g}{suffix}"
    return f"{value:.4g}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", default=str(root / ".build-bench-data"))
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.data)
    folder.mkdir(exist_ok=True)
    ours = [str(here / ".build/release/benchmarks")]
    peers = [sys.executable, str(here / "peers.py")]
    workloads = [w for w in json.loads((here / "workloads.json").read_text()) if arguments.only in w["name"]]
    if not workloads:
        sys.exit(f"no workload's name contains {arguments.only!r}")
    rows = []
    with open(here / "results.jsonl", "w") as results:
        for workload in workloads:
            if "data" in workload:
                # In a process of its own: the memory of this one counts as the peak of those it starts.
                maker = multiprocessing.Process(target=make_data, args=(folder, workload["data"]))
                maker.start()
                maker.join()
                if maker.exitcode != 0:
                    print(f"no data for {workload['name']}: left out", file=sys.stderr)
                    continue
            sides = {"ours": []} | {peer: [] for peer in workload["peers"]}
            for _ in range(workload.get("rounds", arguments.rounds)):
                for side, runs in sides.items():
                    command = ours if side == "ours" else [*peers, side]
                    measured = run(command, workload, folder)
                    if measured is not None:
                        runs.append(measured)
            measurements = {}
            for side, runs in sides.items():
                if not runs:
                    continue
                seconds = [value for one in runs for value in one["seconds"]]
                measurement = {
                    "workload": workload["name"], "side": side, "threads": workload.get("threads", 1),
                    "seconds_min": min(seconds), "seconds_median": statistics.median(seconds),
                    "rate": runs[0]["work"] / min(seconds), "unit": runs[0]["unit"],
                    "peak_mb": min(one["peak_mb"] for one in runs), "check": runs[-1]["check"],
                }
                if runs[-1].get("samples"):
                    measurement["samples"] = runs[-1]["samples"]
                measurements[side] = measurement
                results.write(json.dumps(measurement) + "\n")
                results.flush()
            rows += lines(workload, measurements)
    width = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(size) if i < 2 else cell.rjust(size) for i, (cell, size) in enumerate(zip(row, width))))


def lines(workload, measurements):
    header = [["workload", "side", "threads", "seconds", "rate", "unit", "ours is", "peak MB", "check"]]
    result = header if workload is None or not lines.started else []
    lines.started = True
    mine = measurements.get("ours")
    for side, one in measurements.items():
        ratio = "" if side == "ours" or mine is None else f"{mine['rate'] / one['rate']:.3g} x"
        check = " ".join(f"{name}={value:.6g}" for name, value in one["check"].items())
        result.append([
            workload["name"] if side == "ours" else "", side, str(one["threads"]), f"{one['seconds_min']:.4g}",
            text(one["rate"]), one["unit"], ratio, f"{one['peak_mb']:.0f}", check,
        ])
    result += [["", "", "", "", "", "", "", "", line] for line in paired(measurements)]
    return result


def paired(measurements):
    """How results with the same seeds differ: ours minus theirs, in points, with its standard error."""
    mine = measurements.get("ours", {}).get("samples")
    for side, one in measurements.items():
        if mine and side != "ours" and one.get("samples"):
            difference = 100 * (np.array(mine) - np.array(one["samples"]))
            error = difference.std(ddof=1) / np.sqrt(len(difference))
            yield f"ours - {side}: {difference.mean():+.2f} points, standard error {error:.2f}"


lines.started = False

if __name__ == "__main__":
    main()
