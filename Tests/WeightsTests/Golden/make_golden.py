#!/usr/bin/env python3
"""Makes the files of weights that WeightsTests reads: by PyTorch where it still can, else from the format's description.

    python3 make_golden.py        # with torch; writes beside itself

Element i of the tensor number t is ((31 i + 17 t) mod 255 − 127) / 128, which every element type holds exactly. The
networks are 48/4096 as wide as the real ones and tell 5 classes apart.
"""

import collections
import io
import json
import pathlib
import pickle
import struct
import tarfile

import torch
from torch import nn

HERE = pathlib.Path(__file__).parent
CLASSES = 5


def values(t, *shape):
    count = int(torch.tensor(shape).prod()) if shape else 1
    return ((torch.arange(count) * 31 + t * 17) % 255 - 127).div(128).reshape(shape)


def fill(module):
    for t, parameter in enumerate(module.parameters()):
        parameter.data = values(t, *parameter.shape)
    return module


class Torchvision(nn.Module):
    """torchvision.models.AlexNet with other channels: 2, 2, 4, 4, 4, and 48."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 2, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(2, 2, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(2, 4, 3, 1, 1), nn.ReLU(), nn.Conv2d(4, 4, 3, 1, 1), nn.ReLU(),
            nn.Conv2d(4, 4, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(3, 2))
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(144, 48), nn.ReLU(), nn.Dropout(), nn.Linear(48, 48), nn.ReLU(),
            nn.Linear(48, CLASSES))

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


class Caffe(nn.Module):
    """BVLC AlexNet: groups, normalisation with k 1, blue first."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 2, 11, 4)
        self.conv2 = nn.Conv2d(2, 4, 5, 1, 2, groups=2)
        self.conv3 = nn.Conv2d(4, 4, 3, 1, 1)
        self.conv4 = nn.Conv2d(4, 4, 3, 1, 1, groups=2)
        self.conv5 = nn.Conv2d(4, 4, 3, 1, 1, groups=2)
        self.fc6 = nn.Linear(144, 48)
        self.fc7 = nn.Linear(48, 48)
        self.fc8 = nn.Linear(48, CLASSES)

    def forward(self, x):
        norm, pool = nn.LocalResponseNorm(5, 1e-4, 0.75, 1), nn.MaxPool2d(3, 2)
        x = pool(norm(self.conv1(x).relu()))
        x = pool(norm(self.conv2(x).relu()))
        x = pool(self.conv5(self.conv4(self.conv3(x).relu()).relu()).relu())
        return self.fc8(self.fc7(self.fc6(x.flatten(1)).relu()).relu())


def picture():
    """[256][256][3], red, green, blue."""
    y, x = torch.meshgrid(torch.arange(256), torch.arange(256), indexing="ij")
    return torch.stack([(x * 3 + y) % 256, (x + y * 5) % 256, (x * y) % 256], -1)


def view(crop):
    edge = (256 - crop) // 2
    return picture()[edge:edge + crop, edge:edge + crop].permute(2, 0, 1)[None].double()


# MARK: the tar form


def write_tar(tensors, path):
    """As torch.save did before the stream: see torch.serialization._legacy_load."""
    dump = lambda value: pickle.dumps(value, protocol=2)
    storages, entries = io.BytesIO(), io.BytesIO()
    # The first tensor lies in the second half of a storage, as a part of it that has an id of its own.
    whole = torch.cat([torch.zeros_like(tensors[0][1]).flatten(), tensors[0][1].flatten()])
    rows = [whole] + [tensor.flatten() for _, tensor in tensors[1:]]
    storages.write(dump(len(rows)))
    for key, row in enumerate(rows):
        storages.write(dump((1000 + key, "cpu", torch.FloatStorage)))
        storages.write(struct.pack("<q", len(row)) + row.numpy().tobytes())
    storages.write(dump([(900, 1000, len(whole) // 2, len(whole) // 2)]))
    entries.write(dump(len(tensors)))
    for key, (_, tensor) in enumerate(tensors):
        entries.write(dump((2000 + key, 900 if key == 0 else 1000 + key, torch.FloatTensor)))
        entries.write(struct.pack("<ii", tensor.dim(), 0))
        entries.write(struct.pack(f"<{tensor.dim()}q", *tensor.shape))
        entries.write(struct.pack(f"<{tensor.dim()}q", *tensor.stride()))
        entries.write(struct.pack("<q", 0))

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return value.key if isinstance(value, Key) else None

    class Key:
        def __init__(self, key):
            self.key = key

    objects = io.BytesIO()
    named = collections.OrderedDict((name, Key(2000 + key)) for key, (name, _) in enumerate(tensors))
    Pickler(objects, protocol=2).dump(named)
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in (("storages", storages), ("tensors", entries), ("pickle", objects)):
            info = tarfile.TarInfo(name)
            info.size = len(data.getvalue())
            tar.addfile(info, io.BytesIO(data.getvalue()))
    loaded = torch.load(path, weights_only=False)
    assert list(loaded) == list(named) and all((loaded[n] == t).all() for n, t in tensors)


# MARK: Caffe


def varint(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)


def field(number, data):
    if isinstance(data, int):
        return varint(number << 3) + varint(data)
    if isinstance(data, float):
        return varint(number << 3 | 5) + struct.pack("<f", data)
    data = data.encode() if isinstance(data, str) else data
    return varint(number << 3 | 2) + varint(len(data)) + data


def blob(tensor, legacy, kind):
    raw = tensor.flatten()
    if kind == "packed":
        out = field(5, raw.numpy().tobytes())
    elif kind == "loose":
        out = b"".join(varint(5 << 3 | 5) + struct.pack("<f", v) for v in raw.tolist())
    else:
        out = field(8, raw.double().numpy().tobytes())
    if legacy:
        shape = [1] * (4 - tensor.dim()) + list(tensor.shape)
        return b"".join(field(1 + i, n) for i, n in enumerate(shape)) + out
    return out + field(7, field(1, b"".join(varint(n) for n in tensor.shape)))


def write_caffe(model, path, old):
    state = model.state_dict()
    name, kind, blobs, norm, types = (4, 5, 6, 18, {"Convolution": 4, "InnerProduct": 14, "LRN": 15, "Pooling": 17}
                                      ) if old else (1, 2, 7, 118, {})
    lrn = field(1, 5) + field(2, 1e-4) + field(3, 0.75)
    out = field(1, "AlexNet")
    for layer in ["conv1", "norm1", "pool1", "conv2", "norm2", "pool2", "conv3", "conv4", "conv5", "pool5", "fc6",
                  "fc7", "fc8"]:
        type = {"c": "Convolution", "f": "InnerProduct", "n": "LRN", "p": "Pooling"}[layer[0]]
        message = field(name, layer) + field(kind, types.get(type, type))
        if type == "LRN":
            message += field(norm, lrn)
        if layer + ".weight" in state:
            packing = {"conv3": "loose", "conv4": "double"}.get(layer, "packed")
            message += field(blobs, blob(state[layer + ".weight"], old, packing))
            message += field(blobs, blob(state[layer + ".bias"], old, packing))
        out += field(2 if old else 100, message)
    path.write_bytes(out)


def main():
    net = fill(Torchvision())
    state = net.state_dict()
    torch.save(state, HERE / "torchvision-zip.pth")
    checkpoint = {
        "epoch": 3, "arch": "alexnet", "best_acc1": torch.tensor(56.5),
        "state_dict": collections.OrderedDict(("module." + k, v.half()) for k, v in state.items()),
        "optimizer": torch.optim.SGD(net.parameters(), 0.1).state_dict(),
    }
    torch.save(checkpoint, HERE / "torchvision-stream.pth", _use_new_zipfile_serialization=False)
    write_tar(list(state.items()), HERE / "torchvision-tar.pth")

    base = values(9, 4, 6)
    kinds = collections.OrderedDict(
        float32=values(0, 2, 3), float64=values(1, 2, 3).double(), float16=values(2, 2, 3).half(),
        bfloat16=values(3, 2, 3).bfloat16(), int64=torch.arange(3), scalar=values(4), empty=torch.zeros(0, 3),
        parameter=nn.Parameter(values(5, 3)), whole=base, transposed=base.t(), columns=base[:, 1:6:2], row=base[2])
    torch.save(kinds, HERE / "kinds-zip.pth")
    torch.save(kinds, HERE / "kinds-stream.pth", _use_new_zipfile_serialization=False)
    torch.save(kinds, HERE / "kinds-protocol4.pth", pickle_protocol=4)

    caffe = fill(Caffe())
    write_caffe(caffe, HERE / "alexnet-v2.caffemodel", False)
    write_caffe(caffe, HERE / "alexnet-v1.caffemodel", True)

    mean = lambda v: torch.tensor(v).double().reshape(1, 3, 1, 1)
    pixels = (view(224) - mean([123.675, 116.28, 103.53])) / mean([58.395, 57.12, 57.375])
    blue_first = view(227).flip(1) - mean([104.0, 117.0, 123.0])
    scores = {
        "torchvision": net.eval().double()(pixels)[0].tolist(),
        "alexnet": caffe.double()(blue_first)[0].tolist(),
    }
    (HERE / "scores.json").write_text(json.dumps(scores, indent=1) + "\n")


main()
