#!/usr/bin/env python3
"""Writes a network that PyTorch has trained on digits, with what it predicts, for the tests to load.

    python3 -m venv .build-torch
    .build-torch/bin/pip install torch safetensors numpy
    .build-torch/bin/python Scripts/generate-torch-network.py Tests/Fixtures/digits-torch.safetensors

The features are those of Sources/_CSampleData/samples/digits.csv, each column divided by its largest absolute value.
"""

import csv
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import save_file

root = pathlib.Path(__file__).resolve().parent.parent
with open(root / "Sources/_CSampleData/samples/digits.csv") as file:
    rows = list(csv.reader(file))[1:]
features = np.array([[float(value) for value in row[:-1]] for row in rows])
labels = torch.tensor([int(row[-1]) for row in rows])
largest = np.abs(features).max(axis=0)
features = torch.tensor(features / np.where(largest > 0, largest, 1), dtype=torch.float32)

torch.manual_seed(0)
network = torch.nn.Sequential(torch.nn.Linear(64, 24), torch.nn.ReLU(), torch.nn.Linear(24, 10))
optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
for epoch in range(15):
    for batch in torch.randperm(len(labels)).split(100):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(features[batch]), labels[batch]).backward()
        optimizer.step()

with torch.no_grad():
    # In double precision, of the parameters that are saved.
    probabilities = torch.softmax(network.double()(features[:100].double()), 1)
tensors = {name: tensor.float().contiguous() for name, tensor in network.state_dict().items()}
save_file({**tensors, "probabilities": probabilities}, sys.argv[1])
print(f"accuracy {(network(features.double()).argmax(1) == labels).double().mean():.4f}")
