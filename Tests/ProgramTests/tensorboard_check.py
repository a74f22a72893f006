#!/usr/bin/env python3
"""Checks that every point of a TensorBoard log directory is there exactly once, in every reader.

    tensorboard_check.py LOGDIR [--same-as LOGDIR] [--readers raw,accumulator,auto,python] [--timeout SECONDS]

The truth is what the event files hold, record by record. It must be whole (no torn or damaged record), hold each
(run, tag, step) once, with steps that only rise, and at most one graph per run. Then each reader must show just that:

    accumulator   TensorBoard's two EventAccumulators, the ones that scripts import
    auto          a TensorBoard server as users start it (the Rust data server where it is installed)
    python        a TensorBoard server with --load_fast=false

With --same-as, the computed scalars (all but system/...) must also equal those of another log directory, bit for bit:
that of a run that was never interrupted.

Needs the `tensorboard` package. Exit status: 0 all is well, 1 a problem (one a line on stdout), 2 wrong usage.
"""

import argparse
import collections
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

READERS = ("raw", "accumulator", "auto", "python")
MEASURED = "system/"
ALL_SAMPLES = 100_000_000  # 0 means "none" to the servers.


def crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


CRC_TABLE = crc_table()


def masked_crc(data):
    """CRC-32C as a TFRecord stores it. Written out here so that nothing is checked against itself."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    """The data of each record of a file; raises ValueError at the first that is torn or damaged."""
    content = path.read_bytes()
    offset = 0
    while offset < len(content):
        if len(content) - offset < 16:
            raise ValueError(f"torn record at byte {offset}")
        length, length_crc = struct.unpack_from("<QI", content, offset)
        if masked_crc(content[offset:offset + 8]) != length_crc:
            raise ValueError(f"bad length at byte {offset}")
        if length > len(content) - offset - 16:
            raise ValueError(f"torn record at byte {offset}")
        data = content[offset + 12:offset + 12 + length]
        if masked_crc(data) != struct.unpack_from("<I", content, offset + 12 + length)[0]:
            raise ValueError(f"bad data at byte {offset}")
        yield data
        offset += 16 + length


def number(value):
    """A scalar as 32 bits, from a float or from JSON's way of writing what is not finite; one kind of NaN."""
    value = float(value)
    return struct.pack("<f", float("nan") if value != value else value)


class Run:
    """What one run's folder holds, or what a reader says it holds."""

    def __init__(self):
        self.scalars = collections.defaultdict(list)  # tag → [(step, four bytes)]
        self.texts = collections.defaultdict(list)  # tag → [step]
        self.graphs = 0

    def points(self):
        """(kind, tag, [(step, value)]) of every tag."""
        for tag, points in sorted(self.scalars.items()):
            yield "scalar", tag, points
        for tag, steps in sorted(self.texts.items()):
            yield "text", tag, [(step, None) for step in steps]


def read_raw(logdir, problems):
    """Every run below `logdir`, by name ("." is the folder itself), from the records alone."""
    from tensorboard.compat.proto import event_pb2

    runs = {}
    for folder, _, names in os.walk(logdir):
        run = Run()
        files = sorted(name for name in names if "tfevents" in name)
        for name in files:
            path = pathlib.Path(folder, name)
            try:
                for index, data in enumerate(records(path)):
                    event = event_pb2.Event.FromString(data)
                    if index == 0 and event.file_version != "brain.Event:2":
                        problems.append(f"{path}: does not begin with its version")
                    add_event(run, event)
            except Exception as error:  # a record that is no event, too
                problems.append(f"{path}: {error}")
        if files:
            runs[os.path.relpath(folder, logdir)] = run
    return runs


def add_event(run, event):
    kind = event.WhichOneof("what")
    if kind == "graph_def":
        run.graphs += 1
    if kind != "summary":
        return
    for value in event.summary.value:
        if value.WhichOneof("value") == "simple_value":
            run.scalars[value.tag].append((event.step, number(value.simple_value)))
        elif value.metadata.plugin_data.plugin_name == "text":
            run.texts[value.tag].append(event.step)


def check_once(runs, problems):
    """Each (tag, step) once, steps rising, one graph at most."""
    for name, run in runs.items():
        if run.graphs > 1:
            problems.append(f"{name}: {run.graphs} graphs")
        for _, tag, points in run.points():
            steps = [step for step, _ in points]
            twice = sorted(step for step, count in collections.Counter(steps).items() if count > 1)
            if twice:
                problems.append(f"{name}: {tag} has steps twice: {twice[:10]}")
            elif steps != sorted(steps):
                problems.append(f"{name}: the steps of {tag} do not rise")


def compare(reader, raw, seen, problems):
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
            if points != others:
                problems.append(f"{reader}: {name}: {tag}: {difference(points, others)}")


def difference(expected, found):
    if len(expected) != len(found):
        return f"{len(found)} points instead of {len(expected)}"
    for (step, value), (other_step, other) in zip(expected, found):
        if (step, value) != (other_step, other):
            return f"step {step} = {readable(value)} is shown as step {other_step} = {readable(other)}"
    return "equal"


def readable(value):
    return "a text" if value is None else struct.unpack("<f", value)[0]


def check_same(raw, reference, problems):
    """The computed scalars of two log directories, run by run."""
    for name in sorted(set(raw) | set(reference)):
        ours, theirs = raw.get(name, Run()).scalars, reference.get(name, Run()).scalars
        for tag in sorted(set(ours) | set(theirs)):
            if not tag.startswith(MEASURED) and ours.get(tag, []) != theirs.get(tag, []):
                problems.append(f"same-as: {name}: {tag}: {difference(theirs.get(tag, []), ours.get(tag, []))}")


def check_accumulators(logdir, raw, problems):
    from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
    from tensorboard.util import tensor_util

    for name, run in raw.items():
        folder = str(pathlib.Path(logdir, name))
        everything = {key: 0 for key in event_accumulator.DEFAULT_SIZE_GUIDANCE}
        classic = event_accumulator.EventAccumulator(folder, size_guidance=everything).Reload()
        seen = Run()
        tags = classic.Tags()
        for tag in tags["scalars"]:
            seen.scalars[tag] = [(point.step, number(point.value)) for point in classic.Scalars(tag)]
        for tag in tags["tensors"]:
            seen.texts[tag] = [point.step for point in classic.Tensors(tag)]
        seen.graphs = int(tags["graph"])
        compare("EventAccumulator", {name: run}, {name: seen}, problems)

        plugin = plugin_event_accumulator.EventAccumulator(folder, size_guidance={"tensors": 0}).Reload()
        seen = Run()
        for tag in plugin.PluginTagToContent("scalars") if run.scalars else ():
            seen.scalars[tag] = [
                (point.step, number(tensor_util.make_ndarray(point.tensor_proto).item()))
                for point in plugin.Tensors(tag)
            ]
        for tag in plugin.PluginTagToContent("text") if run.texts else ():
            seen.texts[tag] = [point.step for point in plugin.Tensors(tag)]
        seen.graphs = int(plugin.Tags()["graph"])
        compare("plugin EventAccumulator", {name: run}, {name: seen}, problems)


class Server:
    """A TensorBoard of our own on a free port of this machine."""

    def __init__(self, logdir, load_fast, timeout):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        self.deadline = time.monotonic() + timeout
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir), "--host", "127.0.0.1",
                "--port", str(port), "--load_fast", load_fast, "--reload_interval", "1",
                "--samples_per_plugin", f"scalars={ALL_SAMPLES},text={ALL_SAMPLES}",
            ],
            stdout=self.output, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()

    def get(self, path, **query):
        """The bytes of an answer; None where there is none (yet)."""
        if self.process.poll() is not None:
            self.output.seek(0)
            raise RuntimeError("the server ended: " + self.output.read().decode(errors="replace")[-2000:])
        url = self.url + "data/plugin/" + path + ("?" + urllib.parse.urlencode(query) if query else "")
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None

    def json(self, path, **query):
        answer = self.get(path, **query)
        return {} if answer is None else json.loads(answer)

    def runs(self):
        """All it shows now."""
        runs = collections.defaultdict(Run)
        for name, tags in self.json("scalars/tags").items():
            for tag in tags:
                points = self.json("scalars/scalars", run=name, tag=tag) or []
                runs[name].scalars[tag] = [(step, number(value)) for _, step, value in points]
        for name, tags in self.json("text/tags").items():
            for tag in tags:
                points = self.json("text/text", run=name, tag=tag) or []
                runs[name].texts[tag] = [point["step"] for point in points]
        for name, about in self.json("graphs/info").items():
            if about.get("run_graph"):
                graph = self.get("graphs/graph", run=name, limit_attr_size=1024, large_attrs_key="_too_large_attrs")
                runs[name].graphs = int(graph is not None and b"node {" in graph)
        return runs


def check_server(reader, logdir, raw, timeout, problems):
    """Waits until the server shows what the records hold, or until the time is over; then says what differs."""
    load_fast = {"auto": "auto", "python": "false"}[reader]
    with Server(logdir, load_fast, timeout) as server:
        while True:
            differences = []
            compare(f"server ({reader})", raw, server.runs(), differences)
            if not differences:
                # Once more after another reload: a point that arrives late would be one too many.
                time.sleep(2.5)
                compare(f"server ({reader})", raw, server.runs(), differences)
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
