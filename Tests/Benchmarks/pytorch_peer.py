#!/usr/bin/env python3
"""Training or evaluation throughput of PyTorch on this machine, on random input; one JSON line.

A step is forward, loss, backward and SGD with momentum and weight decay, as `alexnetd time` has it. images_per_s is the
median over --steps after two that are not measured.
"""

import argparse
import json
import os
import resource
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


def paper(groups, classes):
    def norm():
        return nn.LocalResponseNorm(5, 1e-4, 0.75, 2.0)

    return nn.Sequential(
        nn.Conv2d(3, 96, 11, 4), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=groups), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 384, 3, padding=1, groups=groups), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1, groups=groups), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten(),
        nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(),
        nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, classes),
    )  # fmt: skip


def torchvision(classes):
    """As torchvision.models.alexnet; its adaptive pooling does nothing at this input size."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(True), nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(True), nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(True),
        nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(True),
        nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(True), nn.MaxPool2d(3, 2), nn.Flatten(),
        nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU(True), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(True),
        nn.Linear(4096, classes),
    )  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=["alexnet", "alexnet-single", "torchvision"], default="alexnet")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--classes", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--evaluate", action="store_true", help="forward only")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    is_torchvision = options.model == "torchvision"
    size = 224 if is_torchvision else 227
    groups = 2 if options.model == "alexnet" else 1
    net = torchvision(options.classes) if is_torchvision else paper(groups, options.classes)
    net = net.to(options.device).train(not options.evaluate)
    x = torch.randn(options.batch, 3, size, size, device=options.device)
    y = torch.randint(0, options.classes, (options.batch,), device=options.device)
    if options.channels_last:
        net = net.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
    if options.device == "cuda":
        torch.backends.cudnn.benchmark = True
    optimizer = torch.optim.SGD(net.parameters(), 0.01, momentum=0.9, weight_decay=5e-4, fused=True)
    forward = torch.compile(net) if options.compile else net
    autocast = torch.autocast(options.device, torch.bfloat16, enabled=options.precision == "bf16")

    def train():
        with autocast:
            loss = F.cross_entropy(forward(x), y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    def evaluate():
        with torch.inference_mode(), autocast:
            F.cross_entropy(forward(x), y).item()

    def synchronize():
        if options.device == "cuda":
            torch.cuda.synchronize()

    seconds = []
    for step in range(options.steps + 2):
        synchronize()
        begun = time.perf_counter()
        (evaluate if options.evaluate else train)()
        synchronize()
        if step >= 2:
            seconds.append(time.perf_counter() - begun)
    print(json.dumps({
        "peer": "PyTorch " + torch.__version__, "images_per_s": round(options.batch / statistics.median(seconds), 2),
        "best_images_per_s": round(options.batch / min(seconds), 2),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
