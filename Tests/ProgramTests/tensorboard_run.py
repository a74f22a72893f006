"""What a run's event files hold, from the records alone, in the form in which every reader is compared with them."""

import collections
import hashlib
import math
import os
import pathlib
import struct


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


def digest(content):
    return hashlib.sha256(content).hexdigest()[:16]


class Run:
    """What one run's folder holds, or what a reader says it holds."""

    KINDS = ("scalar", "histogram", "image", "text")

    def __init__(self):
        self.tags = {kind: collections.defaultdict(list) for kind in self.KINDS}  # kind → tag → [(step, value)]
        self.graphs = 0
        self.metadata = []  # tags of run metadata
        self.layouts = 0
        self.hparams = None  # {key: value}, as the HPARAMS tab has them
        self.rows = 0
        self.successes = 0

    def points(self):
        """(kind, tag, [(step, value)]) of every tag."""
        for kind in self.KINDS:
            for tag, points in sorted(self.tags[kind].items()):
                yield kind, tag, points


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
    if kind == "tagged_run_metadata":
        run.metadata.append(event.tagged_run_metadata.tag)
    if kind != "summary":
        return
    for value in event.summary.value:
        plugin = value.metadata.plugin_data
        kind = value.WhichOneof("value")
        if kind == "simple_value":
            run.tags["scalar"][value.tag].append((event.step, number(value.simple_value)))
        elif kind == "histo":
            run.tags["histogram"][value.tag].append((event.step, buckets(value.histo)))
        elif kind == "image":
            run.tags["image"][value.tag].append((event.step, digest(value.image.encoded_image_string)))
        elif plugin.plugin_name == "text":
            run.tags["text"][value.tag].append((event.step, None))
        elif plugin.plugin_name == "custom_scalars":
            run.layouts += 1
        elif plugin.plugin_name == "hparams":
            add_hparams(run, plugin.content)


def add_hparams(run, content):
    from google.protobuf import json_format
    from tensorboard.plugins.hparams import plugin_data_pb2

    data = plugin_data_pb2.HParamsPluginData.FromString(content)
    if data.HasField("session_start_info"):
        run.rows += 1
        run.hparams = json_format.MessageToDict(data.session_start_info).get("hparams", {})
    if data.HasField("session_end_info"):
        run.successes += 1


def buckets(histogram):
    """A HistogramProto as every reader shows it: [left, right, count] of each bucket, between the empty ones at its
    ends, in 32 bits. Raises ValueError where it would stop a reader."""
    limits, counts = list(histogram.bucket_limit), list(histogram.bucket)
    if not limits or len(limits) != len(counts):
        raise ValueError(f"a histogram has {len(limits)} limits and {len(counts)} buckets")
    numbers = limits + counts + [histogram.min, histogram.max, histogram.sum, histogram.sum_squares]
    if not all(map(math.isfinite, numbers)) or limits != sorted(limits):
        raise ValueError("a histogram has a number that is not finite, or limits that fall")
    if histogram.num != sum(counts):
        raise ValueError(f"a histogram counts {histogram.num} values and holds {sum(counts)}")
    held = [index for index, count in enumerate(counts) if count > 0]
    if not held:
        return ()
    limits, counts = limits[held[0]:held[-1]], counts[held[0]:held[-1] + 1]
    return triples(zip([histogram.min] + limits, limits + [histogram.max], counts))


def triples(rows):
    """[left, right, count] of each bucket that a reader shows, but for empty ones at the ends."""
    rows = [list(row) for row in rows]
    while rows and rows[-1][2] == 0:
        rows.pop()
    while rows and rows[0][2] == 0:
        rows.pop(0)
    return tuple(number(value) for row in rows for value in row)
