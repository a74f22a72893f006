#!/usr/bin/env python3
"""Writes schedules.json: PyTorch's learning rate in each of 100 epochs, for schedules as a job file has them."""

import json
import pathlib
import random

import torch
from torch.optim import lr_scheduler as lr

BASE, EPOCHS = 0.02, 100
random.seed(1)
# Falls, then wanders: every rule has something to do.
LOSSES = [2 * 0.93 ** min(epoch, 40) + random.uniform(0, 0.05) for epoch in range(EPOCHS)]


def rates(make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    scheduler = make(optimizer)
    result = []
    for loss in LOSSES:
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if isinstance(scheduler, lr.ReduceLROnPlateau):
            scheduler.step(loss)
        else:
            scheduler.step()
    return result


CASES = {
    "constant": lambda o: lr.ConstantLR(o, factor=1),
    "{step: {every: 30 epochs, factor: 0.1}}": lambda o: lr.StepLR(o, 30, 0.1),
    "{step: {every: 7 steps, factor: 0.5}}": lambda o: lr.StepLR(o, 7, 0.5),
    "{step: {at: [25, 51, 79], factor: 0.1}}": lambda o: lr.MultiStepLR(o, [25, 51, 79], 0.1),
    "{step: {at: [10 steps, 90 steps], factor: 0.3}}": lambda o: lr.MultiStepLR(o, [10, 90], 0.3),
    "cosine": lambda o: lr.CosineAnnealingLR(o, EPOCHS),
    "{cosine: {final: 0.05}}": lambda o: lr.CosineAnnealingLR(o, EPOCHS, eta_min=0.05 * BASE),
    "plateau": lambda o: lr.ReduceLROnPlateau(o, patience=5),
    "{plateau: {patience: 0, factor: 0.7}}": lambda o: lr.ReduceLROnPlateau(o, patience=0, factor=0.7),
    "{plateau: {patience: 2, cooldown: 4, factor: 0.5}}": lambda o: lr.ReduceLROnPlateau(
        o, patience=2, cooldown=4, factor=0.5
    ),
    "{plateau: {patience: 3, threshold: 0.05}}": lambda o: lr.ReduceLROnPlateau(o, patience=3, threshold=0.05),
    "{plateau: {patience: 3, threshold: 0.05, threshold_mode: absolute, factor: 0.5}}": lambda o: (
        lr.ReduceLROnPlateau(o, patience=3, threshold=0.05, threshold_mode="abs", factor=0.5)
    ),
    "{plateau: {patience: 1, minimum: 0.003, factor: 0.5}}": lambda o: lr.ReduceLROnPlateau(
        o, patience=1, min_lr=0.003, factor=0.5
    ),
}

golden = {"base": BASE, "losses": LOSSES, "rates": {name: rates(make) for name, make in CASES.items()}}
pathlib.Path(__file__).with_name("schedules.json").write_text(json.dumps(golden, indent=1) + "\n")
