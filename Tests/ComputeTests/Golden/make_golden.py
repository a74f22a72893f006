#!/usr/bin/env python3
"""Makes the golden vectors beside it: what PyTorch computes in float64 for the three models at an eighth of their width.

    pip install torch numpy safetensors && ./make_golden.py

Weights and pixels are not stored: both sides draw them from Philox4x32-10 (Sources/CKernels/philox.c), bit for bit.
Of gradients with more than SAMPLES values every stride-th is stored, and sum and norm of all. The script also runs
float32 and prints how far that lies from float64, which is what the test's tolerances rest on.
"""

import pathlib

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

SEED = 20120930
INITIALIZATION, SYNTHETIC_IMAGES = 1, 5  # Randomness/Philox.swift: Purpose
BATCH, CLASSES, SIDE, STEPS = 4, 10, 256, 10
OPTIMIZER_STEPS = 20
WIDTH = 0.125
MEAN, DEVIATION = [124, 117, 104], [58, 57, 57.5]
RATE, MOMENTUM, DECAY = 0.002, 0.9, 0.0005
SAMPLES = 4096
HERE = pathlib.Path(__file__).parent


def philox_words(count, purpose, stream):
    """Words 0..count of the counters (quad low, quad high, stream, purpose), as philox_fill_* uses them."""
    quads = np.arange((count + 3) // 4, dtype=np.uint64)
    low = np.uint64(0xFFFFFFFF)
    c = [quads & low, quads >> np.uint64(32), np.full_like(quads, stream), np.full_like(quads, purpose)]
    k0, k1 = SEED & 0xFFFFFFFF, SEED >> 32
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [
            (p1 >> np.uint64(32)) ^ c[1] ^ np.uint64(k0),
            p1 & low,
            (p0 >> np.uint64(32)) ^ c[3] ^ np.uint64(k1),
            p0 & low,
        ]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(c, 1).reshape(-1)[:count].astype(np.uint32)


def uniform(count, purpose, stream, low, high):
    unit = (philox_words(count, purpose, stream) >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)
    low, high = np.float32(low), np.float32(high)
    return low + (high - low) * unit


def batch():
    """Crops as the engine must make them from 256 × 256 pixels, for a crop of `side`."""
    pixels = (philox_words(BATCH * SIDE * SIDE * 3, SYNTHETIC_IMAGES, 0) >> np.uint32(24)).astype(np.uint8)
    pixels = pixels.reshape(BATCH, SIDE, SIDE, 3)
    labels = [(3 * slot + 1) % CLASSES for slot in range(BATCH)]

    def crops(side):
        result = []
        for slot in range(BATCH):
            top, left = 7 * slot, 29 - 5 * slot
            crop = pixels[slot, top : top + side, left : left + side].astype(np.float64)
            if slot % 2 == 1:
                crop = crop[:, ::-1]
            crop = crop + np.array([slot, -2 * slot, 0.5 * slot])
            result.append(((crop - MEAN) / DEVIATION).transpose(2, 0, 1))
        return torch.tensor(np.ascontiguousarray(np.stack(result)))

    return crops, torch.tensor(labels)


def scaled(channels):
    return max(2, int(np.floor(channels * WIDTH / 2 + 0.5)) * 2)


def paper(groups):
    c = [scaled(n) for n in (96, 256, 384, 384, 256, 4096, 4096)]

    def norm():
        return nn.LocalResponseNorm(5, 1e-4, 0.75, 2)

    named = [
        ("conv1", nn.Conv2d(3, c[0], 11, 4)), ("relu1", nn.ReLU()), ("norm1", norm()), ("pool1", nn.MaxPool2d(3, 2)),
        ("conv2", nn.Conv2d(c[0], c[1], 5, padding=2, groups=groups)), ("relu2", nn.ReLU()), ("norm2", norm()),
        ("pool2", nn.MaxPool2d(3, 2)),
        ("conv3", nn.Conv2d(c[1], c[2], 3, padding=1)), ("relu3", nn.ReLU()),
        ("conv4", nn.Conv2d(c[2], c[3], 3, padding=1, groups=groups)), ("relu4", nn.ReLU()),
        ("conv5", nn.Conv2d(c[3], c[4], 3, padding=1, groups=groups)), ("relu5", nn.ReLU()),
        ("pool5", nn.MaxPool2d(3, 2)), ("flatten", nn.Flatten()),
        ("fc6", nn.Linear(36 * c[4], c[5])), ("relu6", nn.ReLU()),
        ("fc7", nn.Linear(c[5], c[6])), ("relu7", nn.ReLU()),
        ("fc8", nn.Linear(c[6], CLASSES)),
    ]  # fmt: skip
    net = nn.Sequential()
    for name, module in named:
        net.add_module(name, module)
    return net


def torchvision_alexnet():
    """torchvision.models.alexnet with other widths and without dropout: the same names and indices."""
    c = [scaled(n) for n in (64, 192, 384, 256, 256, 4096, 4096)]
    net = nn.Sequential()
    net.features = nn.Sequential(
        nn.Conv2d(3, c[0], 11, 4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(c[0], c[1], 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(c[1], c[2], 3, padding=1), nn.ReLU(),
        nn.Conv2d(c[2], c[3], 3, padding=1), nn.ReLU(),
        nn.Conv2d(c[3], c[4], 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
    )  # fmt: skip
    net.flatten = nn.Flatten()
    net.classifier = nn.Sequential(
        nn.Identity(), nn.Linear(36 * c[4], c[5]), nn.ReLU(),
        nn.Identity(), nn.Linear(c[5], c[6]), nn.ReLU(), nn.Linear(c[6], CLASSES),
    )  # fmt: skip
    return net


def initialize(net):
    """He-uniform weights keep every layer's scale near 1; small biases, so that none is zero."""
    with torch.no_grad():
        for stream, (name, p) in enumerate(net.named_parameters()):
            bound = 0.1 if name.endswith("bias") else np.sqrt(6 / p[0].numel())
            values = uniform(p.numel(), INITIALIZATION, stream, -bound, bound)
            p.copy_(torch.tensor(values).reshape(p.shape))


def run(net, x, labels, bias_rate, bias_decay):
    """Logits, loss and gradients of the first step, and the loss of every step."""
    biases = [p for name, p in net.named_parameters() if name.endswith("bias")]
    weights = [p for name, p in net.named_parameters() if not name.endswith("bias")]
    optimizer = torch.optim.SGD(
        [
            {"params": weights, "weight_decay": DECAY},
            {"params": biases, "lr": RATE * bias_rate, "weight_decay": bias_decay},
        ],
        lr=RATE,
        momentum=MOMENTUM,
    )
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        scores = net(x)
        loss = nn.functional.cross_entropy(scores, labels)
        loss.backward()
        if step == 0:
            logits = scores.detach().clone()
            gradients = {name: p.grad.detach().clone() for name, p in net.named_parameters()}
        losses.append(loss.item())
        optimizer.step()
    return logits, gradients, losses


def network_vectors(name, make, side, crops, labels, bias_rate, bias_decay):
    results = []
    for dtype in (torch.float64, torch.float32):
        net = make().to(dtype)
        initialize(net)
        results.append(run(net, crops(side).to(dtype), labels, bias_rate, bias_decay))
    (logits, gradients, losses), (logits32, gradients32, losses32) = results

    def distance(a, b):
        return ((a.double() - b).norm() / b.norm()).item()

    print(name, "losses", np.round(losses, 4), "logits' deviation", logits.std(0).mean().item())
    print("  float32 lies from float64: logits %.1e, losses %.1e, gradients %.1e (%s)" % (
        distance(logits32, logits), max(abs(a - b) / b for a, b in zip(losses32, losses)),
        *max((distance(gradients32[k], g), k) for k, g in gradients.items())))  # fmt: skip

    vectors = {"logits": logits.numpy(), "losses": np.array(losses)}
    for key, gradient in gradients.items():
        flat = gradient.numpy().reshape(-1)
        stride = max(1, -(-flat.size // SAMPLES))
        stride += 1 - stride % 2  # odd, so that it does not keep to one column
        vectors["gradient/" + key] = flat[::stride].copy()
        vectors["summary/" + key] = np.array([flat.sum(), np.linalg.norm(flat), stride])
    save(name, vectors)


class LARS(torch.optim.Optimizer):
    """You, Gitman, Ginsburg 2017, algorithm 1, with the rate outside the velocity as in torch.optim.SGD. Vectors take
    the plain rate."""

    def __init__(self, groups, lr, momentum, trust):
        super().__init__(groups, {"lr": lr, "momentum": momentum, "trust": trust, "weight_decay": 0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                decay, ratio = group["weight_decay"], 1
                w, g = p.norm(), p.grad.norm()
                if p.ndim > 1 and w > 0 and g > 0:
                    ratio = group["trust"] * w / (g + decay * w + 1e-9)
                v = self.state[p].setdefault("v", torch.zeros_like(p))
                v.mul_(group["momentum"]).add_(group["lr"] * ratio * (p.grad + decay * p))
                p.sub_(v)


def optimizer_vectors(crops, labels):
    """One linear layer on single pixels: weight and bias after each step. Biases learn twice as fast and do not decay.
    The limits of the clipped ones are low enough for some steps and not for all."""
    x, labels = crops(1).reshape(BATCH, 3), labels % 4
    sgd = {"lr": 0.1, "momentum": 0.9}
    adam = {"lr": 0.1, "betas": (0.9, 0.999), "eps": 1e-8}
    norm, value = nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_
    makers = {
        "sgd": (lambda groups: torch.optim.SGD(groups, **sgd), None),
        "nesterov": (lambda groups: torch.optim.SGD(groups, **sgd, nesterov=True), None),
        "adam": (lambda groups: torch.optim.Adam(groups, **adam), None),
        "adamw": (lambda groups: torch.optim.AdamW(groups, **adam), None),
        "lars": (lambda groups: LARS(groups, **sgd, trust=0.2), None),
        "sgd, norm": (lambda groups: torch.optim.SGD(groups, **sgd), lambda ps: norm(ps, 0.6)),
        "sgd, value": (lambda groups: torch.optim.SGD(groups, **sgd), lambda ps: value(ps, 0.2)),
        "adamw, norm": (lambda groups: torch.optim.AdamW(groups, **adam), lambda ps: norm(ps, 0.6)),
        "lars, value": (lambda groups: LARS(groups, **sgd, trust=0.2), lambda ps: value(ps, 0.2)),
    }
    vectors = {}
    for name, (make, clip) in makers.items():
        net = nn.Linear(3, 4).double()
        initialize(net)
        optimizer = make(
            [{"params": [net.weight], "weight_decay": 0.01}, {"params": [net.bias], "lr": 0.2, "weight_decay": 0}]
        )
        path, clipped = {"weight": [], "bias": []}, 0
        for step in range(OPTIMIZER_STEPS):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), labels).backward()
            before = [p.grad.clone() for p in net.parameters()]
            if clip:
                clip(net.parameters())
            clipped += any(not torch.equal(p.grad, g) for p, g in zip(net.parameters(), before))
            optimizer.step()
            for key, p in net.named_parameters():
                path[key].append(p.detach().numpy().copy())
        for key, values in path.items():
            vectors[f"{name}/{key}"] = np.stack(values)
        print(f"{name}: clipped in {clipped} of {OPTIMIZER_STEPS} steps")
    save("optimizers", vectors)


def smoothing_vectors(crops, labels):
    """The same linear layer: loss and gradients of labels that are smoothed."""
    x, labels = crops(1).reshape(BATCH, 3), labels % 4
    vectors = {}
    for smoothing in (0.1, 0.9):
        net = nn.Linear(3, 4).double()
        initialize(net)
        loss = nn.CrossEntropyLoss(label_smoothing=smoothing)(net(x), labels)
        loss.backward()
        vectors[f"{smoothing}/loss"] = loss.detach().reshape(1).numpy()
        for key, p in net.named_parameters():
            vectors[f"{smoothing}/{key}"] = p.grad.numpy()
    save("smoothing", vectors)


def average_vectors(crops, labels):
    """The same linear layer: the moving averages of weight and bias after each of twenty steps. The averages begin as
    copies of the initial weights: the first update of an AveragedModel copies."""
    x, labels = crops(1).reshape(BATCH, 3), labels % 4
    vectors = {}
    for decay in (0.9, 0.9999):
        net = nn.Linear(3, 4).double()
        initialize(net)
        averaged = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(decay))
        averaged.update_parameters(net)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        paths = {"weight": [], "bias": []}
        for step in range(2 * STEPS):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), labels).backward()
            optimizer.step()
            averaged.update_parameters(net)
            for key, p in averaged.module.named_parameters():
                paths[key].append(p.detach().numpy().copy())
        for key, values in paths.items():
            vectors[f"{decay}/{key}"] = np.stack(values)
    save("averages", vectors)


def save(name, vectors):
    vectors = {key: np.ascontiguousarray(value, dtype=np.float32) for key, value in vectors.items()}
    path = HERE / f"{name}.safetensors"
    save_file(vectors, path, {"torch": torch.__version__})
    path.chmod(0o644)


def main():
    torch.use_deterministic_algorithms(True)
    crops, labels = batch()
    network_vectors("alexnet", lambda: paper(2), 227, crops, labels, 2, 0)
    network_vectors("alexnet-single", lambda: paper(1), 227, crops, labels, 2, 0)
    network_vectors("torchvision", torchvision_alexnet, 224, crops, labels, 1, DECAY)
    optimizer_vectors(crops, labels)
    smoothing_vectors(crops, labels)
    average_vectors(crops, labels)


if __name__ == "__main__":
    main()
