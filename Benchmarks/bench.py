#!/usr/bin/env python3
"""Runs both sides of every workload in turn and prints the table.

    bench.py [--only TEXT] [--rounds N] [--data FOLDER]
"""

import argparse
import json
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
    else:
        count, width = {"200k_20": (200_000, 20), "1m_20": (1_000_000, 20)}[name]
        random = np.random.default_rng(width * 1000 + count % 997)
        features = random.standard_normal((count, width))
        weights = random.standard_normal(width) / np.sqrt(width)
        score = features @ weights + 0.3 * random.standard_normal(count)
        save("X", features)
        save("y2", (score > 0).astype(np.int64))
        save("yr", 3.0 * score + 1.0)
    (folder / f"{name}_done").touch()


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
                make_data(folder, workload["data"])
            sides = {"ours": []} | {peer: [] for peer in workload["peers"]}
            for _ in range(arguments.rounds):
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
    return result


lines.started = False

if __name__ == "__main__":
    main()
