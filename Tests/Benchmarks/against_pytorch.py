#!/usr/bin/env python3
"""alexnetd beside PyTorch, by turns on the same cores; run it with a Python that has PyTorch, and nothing else running:

    against_pytorch.py .build/release/alexnetd [--model torchvision] [--batch 128] [--evaluate] [--rounds 2]

Each kind of PyTorch (eager, channels-last, compiled; fp32 and bf16) is measured between two measurements of alexnetd, and
each ratio is that of neighbours: absolute figures drift on a machine that others use too.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

KINDS = [
    ("eager fp32", []),
    ("channels-last fp32", ["--channels-last"]),
    ("compiled fp32", ["--compile", "--channels-last"]),
    ("channels-last bf16", ["--precision", "bf16", "--channels-last"]),
    ("compiled bf16", ["--precision", "bf16", "--compile", "--channels-last"]),
]
PEER = pathlib.Path(__file__).with_name("pytorch_peer.py")


def measure(command):
    """The JSON of a command's last line, with the peak of its memory in bytes."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with status {status}")
    return json.loads(output.strip().splitlines()[-1]) | {"peak": usage.ru_maxrss * 1024}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("alexnetd")
    parser.add_argument("--model", default="alexnet", choices=["alexnet", "alexnet-single", "torchvision"])
    parser.add_argument("--batch", default="128")
    parser.add_argument("--steps", default="5")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--kinds", help="a part of the names of those to measure", default="")
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"], help="of alexnetd")
    options = parser.parse_args()
    common = ["--model", options.model, "--batch", options.batch, "--steps", options.steps]
    common += ["--evaluate"] if options.evaluate else []
    ours = [options.alexnetd, "time", "--json", "--device", "cpu", "--precision", options.precision, *common]

    print(f"{options.model}, batch {options.batch}, {'evaluation' if options.evaluate else 'training'}, images/s")
    print(f"{'PyTorch':20} {'alexnetd':>9} {'PyTorch':>9} {'ratio':>7} {'memory':>7}")
    for name, flags in KINDS:
        if options.kinds not in name:
            continue
        before, ratios, memory = measure(ours), [], []
        for _ in range(options.rounds):
            peer = measure([sys.executable, str(PEER), *common, *flags])
            after = measure(ours)
            mean = (before["images_per_s"] + after["images_per_s"]) / 2
            ratios.append((mean / peer["images_per_s"], mean, peer["images_per_s"]))
            memory.append(after["peak"] / peer["peak"])
            before = after
        ratio, mine, theirs = statistics.median_low(ratios)
        print(f"{name:20} {mine:9.1f} {theirs:9.1f} {ratio:6.2f}x {statistics.median(memory):6.2f}x", flush=True)


if __name__ == "__main__":
    main()
