#!/usr/bin/env python3
"""Makes alexnet-bn.safetensors, as make_golden.py does the other models, and batch-norm.safetensors: three steps of a
small network with torch.nn.BatchNorm2d, its running statistics after each, and what it gives in evaluation then.

    pip install torch numpy safetensors && ./make_batch_norm.py
"""

import numpy as np
import torch
from make_golden import CLASSES, batch, initialize, network_vectors, paper, save, scaled
from torch import nn

STEPS, RATE = 3, 0.02


def paper_with_batch_norm():
    """conv, ReLU, BN, pool: the place where the paper has LRN."""
    net = paper(1)
    net.norm1, net.norm2 = nn.BatchNorm2d(scaled(96)), nn.BatchNorm2d(scaled(256))
    return net


def small():
    net = nn.Sequential()
    for name, module in [
        ("conv", nn.Conv2d(3, 5, 3)), ("relu", nn.ReLU()), ("norm", nn.BatchNorm2d(5)), ("pool", nn.MaxPool2d(3, 2)),
        ("flatten", nn.Flatten()), ("fc", nn.Linear(45, CLASSES)),
    ]:  # fmt: skip
        net.add_module(name, module)
    return net


def steps(dtype, x, labels):
    net = small().to(dtype)
    initialize(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE, momentum=0.9, weight_decay=0.01)
    vectors = {"losses": [], "running_mean": [], "running_var": []}
    for step in range(STEPS):
        optimizer.zero_grad()
        scores = net(x.to(dtype))
        loss = nn.functional.cross_entropy(scores, labels)
        loss.backward()
        if step == 0:
            vectors["logits"] = scores.detach().numpy().copy()
            vectors |= {"gradient/" + name: p.grad.numpy().copy() for name, p in net.named_parameters()}
        optimizer.step()
        vectors["losses"].append(loss.item())
        for key in ("running_mean", "running_var"):
            vectors[key].append(getattr(net.norm, key).numpy().copy())
    vectors |= {"parameter/" + name: p.detach().numpy().copy() for name, p in net.named_parameters()}
    with torch.no_grad():
        vectors["evaluation"] = net.eval()(x.to(dtype)).numpy()
    return {key: np.array(value, dtype=np.float64) for key, value in vectors.items()}


def main():
    torch.use_deterministic_algorithms(True)
    crops, labels = batch()
    network_vectors("alexnet-bn", paper_with_batch_norm, 227, crops, labels, 2, 0)
    vectors, narrow = (steps(dtype, crops(9), labels) for dtype in (torch.float64, torch.float32))
    distances = {key: np.abs(narrow[key] - value).max() / np.abs(value).max() for key, value in vectors.items()}
    print("batch-norm losses", vectors["losses"])
    print("  float32 lies from float64: %.1e (%s)" % max((value, key) for key, value in distances.items()))
    save("batch-norm", vectors)


if __name__ == "__main__":
    main()
