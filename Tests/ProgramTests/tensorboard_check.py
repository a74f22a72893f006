#!/usr/bin/env python3
"""Checks that every point of a TensorBoard log directory is there exactly once, in every reader.

    tensorboard_check.py LOGDIR [--same-as LOGDIR] [--readers raw,accumulator,auto,python] [--timeout SECONDS]

The truth is what the event files hold, record by record. It must be whole (no torn or damaged record), hold each
(run, tag, step) once, with steps that only rise; of what a run has one of (graph, layout of charts, hyper-parameters,
success, run metadata of a name) at most one. No histogram may be one that stops a reader. Then each reader must show
just that: scalars, histograms, images and texts point by point, and everything else.

    accumulator   TensorBoard's two EventAccumulators, the ones that scripts import
    auto          a TensorBoard server as users start it (the Rust data server where it is installed)
    python        a TensorBoard server with --load_fast=false

With --same-as, the computed points (scalars, histograms and images, all but system/...) must also equal those of
another log directory, bit for bit: that of a run that was never interrupted.

Needs the `tensorboard` package. Exit status: 0 all is well, 1 a problem (one a line on stdout), 2 wrong usage.
"""

import argparse
import collections
import pathlib
import struct
import sys
import time

from tensorboard_run import Run, buckets, digest, number, read_raw, triples
from tensorboard_server import Server

READERS = ("raw", "accumulator", "auto", "python")
MEASURED = "system/"
MOST_HISTOGRAMS = 51  # of a tag; neither server sends more, whatever it is told


def check_once(runs, problems):
    """Each (tag, step) once, steps rising; of graph, layout, hyper-parameters and success one at most."""
    for name, run in runs.items():
        for what in ("graphs", "layouts", "rows", "successes"):
            if getattr(run, what) > 1:
                problems.append(f"{name}: {getattr(run, what)} {what}")
        if len(set(run.metadata)) < len(run.metadata):
            problems.append(f"{name}: run metadata twice: {run.metadata}")
        for _, tag, points in run.points():
            steps = [step for step, _ in points]
            twice = sorted(step for step, count in collections.Counter(steps).items() if count > 1)
            if twice:
                problems.append(f"{name}: {tag} has steps twice: {twice[:10]}")
            elif steps != sorted(steps):
                problems.append(f"{name}: the steps of {tag} do not rise")


def compare(reader, raw, seen, problems, is_server=False):
    """`seen`, as `reader` has it, against the records."""
    for name in sorted(set(seen) - set(raw)):
        problems.append(f"{reader}: {name}: there is no such run")
    for name, run in raw.items():
        other = seen.get(name, Run())
        if bool(run.graphs) != bool(other.graphs):
            problems.append(f"{reader}: {name}: the graph is {'missing' if run.graphs else 'invented'}")
        shown = {(kind, tag): points for kind, tag, points in other.points()}
        held = {(kind, tag): points for kind, tag, points in run.points()}
        for kind, tag in sorted(set(held) | set(shown)):
            points, others = held.get((kind, tag), []), shown.get((kind, tag), [])
            if is_server and kind == "histogram" and len(points) > MOST_HISTOGRAMS:
                points = sample(points, others)
            if points != others:
                problems.append(f"{reader}: {name}: {kind} {tag}: {difference(points, others)}")


def sample(points, others):
    """Of more points than a server shows those it has chosen, if it shows as many as it can and the last among them."""
    steps = {step for step, _ in others}
    chosen = [point for point in points if point[0] in steps]
    return chosen if len(chosen) == MOST_HISTOGRAMS and chosen[-1] == points[-1] else points


def compare_tabs(reader, raw, seen, problems):
    """What the servers show beside points."""
    for name, run in raw.items():
        other = seen.get(name, Run())
        for what in ("metadata", "hparams", "rows", "successes"):
            held, shown = getattr(run, what), getattr(other, what)
            if held != shown:
                problems.append(f"{reader}: {name}: {what}: {shown} instead of {held}")


def difference(expected, found):
    if len(expected) != len(found):
        return f"{len(found)} points instead of {len(expected)}"
    for (step, value), (other_step, other) in zip(expected, found):
        if (step, value) != (other_step, other):
            return f"step {step} = {readable(value)} is shown as step {other_step} = {readable(other)}"
    return "equal"


def readable(value):
    if isinstance(value, bytes):
        return struct.unpack("<f", value)[0]
    if isinstance(value, tuple):
        return [readable(one) for one in value]
    return "a text" if value is None else f"an image {value}"


def check_same(raw, reference, problems):
    """The computed points of two log directories, run by run."""
    for name in sorted(set(raw) | set(reference)):
        for kind in ("scalar", "histogram", "image"):
            ours, theirs = (runs.get(name, Run()).tags[kind] for runs in (raw, reference))
            for tag in sorted(set(ours) | set(theirs)):
                expected, found = theirs.get(tag, []), ours.get(tag, [])
                if not tag.startswith(MEASURED) and expected != found:
                    problems.append(f"same-as: {name}: {kind} {tag}: {difference(expected, found)}")


def check_accumulators(logdir, raw, problems):
    from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
    from tensorboard.util import tensor_util

    for name, run in raw.items():
        folder = str(pathlib.Path(logdir, name))
        everything = {key: 0 for key in event_accumulator.DEFAULT_SIZE_GUIDANCE}
        classic = event_accumulator.EventAccumulator(folder, size_guidance=everything).Reload()
        seen, tags = Run(), classic.Tags()
        for tag in tags["scalars"]:
            seen.tags["scalar"][tag] = [(point.step, number(point.value)) for point in classic.Scalars(tag)]
        for tag in tags["histograms"]:
            seen.tags["histogram"][tag] = [
                (point.step, raw_buckets(point.histogram_value)) for point in classic.Histograms(tag)]
        for tag in tags["images"]:
            seen.tags["image"][tag] = [
                (point.step, digest(point.encoded_image_string)) for point in classic.Images(tag)]
        for tag in classic.PluginTagToContent("text") if run.tags["text"] else ():
            seen.tags["text"][tag] = [(point.step, None) for point in classic.Tensors(tag)]
        seen.graphs = int(tags["graph"])
        compare("EventAccumulator", {name: run}, {name: seen}, problems)
        if sorted(tags["run_metadata"]) != sorted(run.metadata):
            problems.append(f"EventAccumulator: {name}: run metadata {tags['run_metadata']}")

        plugin = plugin_event_accumulator.EventAccumulator(folder, size_guidance={"tensors": 0}).Reload()
        seen = Run()
        for kind, tag, _ in run.points():
            points = plugin.Tensors(tag)
            seen.tags[kind][tag] = [
                (point.step, tensor_value(kind, tensor_util.make_ndarray(point.tensor_proto))) for point in points]
        seen.graphs = int(plugin.Tags()["graph"])
        compare("plugin EventAccumulator", {name: run}, {name: seen}, problems)


def raw_buckets(value):
    """Of what the older accumulator has: the proto's fields by other names."""
    from tensorboard.compat.proto import summary_pb2

    return buckets(summary_pb2.HistogramProto(
        min=value.min, max=value.max, num=value.num, sum=value.sum, sum_squares=value.sum_squares,
        bucket_limit=value.bucket_limit, bucket=value.bucket))


def tensor_value(kind, array):
    """A point as data_compat makes it."""
    if kind == "scalar":
        return number(array.item())
    if kind == "histogram":
        return triples(array.tolist())
    return digest(array[2]) if kind == "image" else None


def check_server(reader, logdir, raw, timeout, problems):
    """Waits until the server shows what the records hold, or until the time is over; then says what differs."""
    name = f"server ({reader})"

    def look(server):
        differences, seen = [], server.runs()
        compare(name, raw, seen, differences, is_server=True)
        compare_tabs(name, raw, seen, differences)
        if server.has_layout() != any(run.layouts for run in raw.values()):
            differences.append(f"{name}: the layout of the custom scalars is missing or invented")
        return differences

    with Server(logdir, {"auto": "auto", "python": "false"}[reader], timeout) as server:
        while True:
            differences = look(server)
            if not differences:
                # Once more after another reload: a point that arrives late would be one too many.
                time.sleep(2.5)
                differences = look(server)
            if not differences or time.monotonic() > server.deadline:
                problems += differences
                return
            time.sleep(0.5)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logdir", type=pathlib.Path)
    parser.add_argument("--same-as", type=pathlib.Path, metavar="LOGDIR")
    parser.add_argument("--readers", default=",".join(READERS), help="some of " + ",".join(READERS))
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="for each server")
    arguments = parser.parse_args()
    readers = arguments.readers.split(",")
    for reader in readers:
        if reader not in READERS:
            parser.error(f"there is no reader {reader}")
    for logdir in filter(None, (arguments.logdir, arguments.same_as)):
        if not logdir.is_dir():
            parser.error(f"{logdir} is not a folder")

    problems = []
    raw = read_raw(arguments.logdir, problems)
    if not any(True for run in raw.values() for _ in run.points()):
        problems.append(f"{arguments.logdir}: no points")
    check_once(raw, problems)
    if arguments.same_as:
        check_same(raw, read_raw(arguments.same_as, problems), problems)
    if "accumulator" in readers:
        check_accumulators(arguments.logdir, raw, problems)
    for reader in ("auto", "python"):
        if reader in readers:
            check_server(reader, arguments.logdir, raw, arguments.timeout, problems)

    for problem in problems:
        print(problem)
    points = sum(len(points) for run in raw.values() for _, _, points in run.points())
    print(f"{len(raw)} runs, {points} points: {len(problems)} problems in {', '.join(readers)}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
