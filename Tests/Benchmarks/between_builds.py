#!/usr/bin/env python3
"""Two builds of alexnetd, layer by layer, by turns: whether a change has made anything slower.

    between_builds.py OLD/alexnetd NEW/alexnetd [--rounds 5] [--slower 1.1] [-- options of `alexnetd time`]

Prints the median of each layer's new time by its old time, and ends with 1 where a layer that takes at least 1 % of the
step, or the whole step, is slower by more than --slower.
"""

import argparse
import json
import statistics
import subprocess
import sys


def measure(binary, options):
    """Milliseconds by layer and phase, and the whole step's."""
    output = subprocess.run([binary, "time", "--json", *options], check=True, capture_output=True, text=True).stdout
    report = json.loads(output)
    times = {}
    for layer in report["layers"]:
        for phase in ("forward", "backward", "update"):
            if (layer.get(phase + "_ms") or 0) > 0:
                times[f"{layer['layer']} {phase}"] = layer[phase + "_ms"]
    times["step"] = 1000 * report["batch"] / report["images_per_s"]
    return times


def main():
    own, _, rest = " ".join(sys.argv[1:]).partition(" -- ")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slower", type=float, default=1.1)
    options = parser.parse_args(own.split())
    rounds = []
    for index in range(options.rounds):
        # Who goes first is turned about, so that a drift of the machine meets both.
        pair = [options.old, options.new] if index % 2 == 0 else [options.new, options.old]
        times = [measure(binary, rest.split()) for binary in pair]
        rounds.append(times if index % 2 == 0 else times[::-1])
    names = dict.fromkeys(name for old, new in rounds for name in old if name in new)
    step = statistics.median(old["step"] for old, _ in rounds)
    worse = []
    print(f"{'':22} {'old ms':>9} {'new ms':>9} {'new/old':>8}")
    for name in names:
        pairs = [(old[name], new[name]) for old, new in rounds if name in old and name in new]
        ratio = statistics.median(new / old for old, new in pairs)
        before, after = (statistics.median(column) for column in zip(*pairs))
        matters = before >= 0.01 * step
        if matters and ratio > options.slower:
            worse.append(name)
        print(f"{name:22} {before:9.1f} {after:9.1f} {ratio:8.2f}{'' if matters else '  (under 1 %)'}")
    if worse:
        sys.exit("slower: " + ", ".join(worse))


if __name__ == "__main__":
    main()
