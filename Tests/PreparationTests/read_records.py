"""Reads records as other programs do: TFRecord framing with TensorBoard's checksums, tf.Example by protobuf itself.

Prints a line per record: file, offset, label, synset, format, height, width, SHA-256 of the encoded image.
usage: read_records.py DIR
"""

import glob
import hashlib
import os
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c


def example_class():
    """tf.train.Example, from its published description (tensorflow/core/example/{example,feature}.proto)."""
    file = descriptor_pb2.FileDescriptorProto(name="example.proto", package="tensorflow", syntax="proto3")
    kinds = descriptor_pb2.FieldDescriptorProto

    def message(parent, name, *fields):
        made = parent.add(name=name)
        for number, field, kind, repeated, type_name in fields:
            made.field.add(
                name=field,
                number=number,
                type=kind,
                type_name=type_name,
                label=kinds.LABEL_REPEATED if repeated else kinds.LABEL_OPTIONAL,
            )
        return made

    for name, kind in (("BytesList", kinds.TYPE_BYTES), ("FloatList", kinds.TYPE_FLOAT), ("Int64List", kinds.TYPE_INT64)):
        message(file.message_type, name, (1, "value", kind, True, None))
    feature = message(
        file.message_type,
        "Feature",
        *(
            (number, name.lower().replace("list", "_list"), kinds.TYPE_MESSAGE, False, f".tensorflow.{name}")
            for number, name in ((1, "BytesList"), (2, "FloatList"), (3, "Int64List"))
        ),
    )
    feature.oneof_decl.add(name="kind")
    for field in feature.field:
        field.oneof_index = 0
    features = message(
        file.message_type, "Features", (1, "feature", kinds.TYPE_MESSAGE, True, ".tensorflow.Features.FeatureEntry")
    )
    entry = message(
        features.nested_type,
        "FeatureEntry",
        (1, "key", kinds.TYPE_STRING, False, None),
        (2, "value", kinds.TYPE_MESSAGE, False, ".tensorflow.Feature"),
    )
    entry.options.map_entry = True
    message(file.message_type, "Example", (1, "features", kinds.TYPE_MESSAGE, False, ".tensorflow.Features"))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tensorflow.Example"))


def records(path):
    with open(path, "rb") as file:
        while True:
            offset = file.tell()
            header = file.read(12)
            if not header:
                return
            (length,), (length_crc,) = struct.unpack("<Q", header[:8]), struct.unpack("<I", header[8:])
            assert masked_crc32c(header[:8]) == length_crc, (path, offset)
            data = file.read(length)
            assert masked_crc32c(data) == struct.unpack("<I", file.read(4))[0], (path, offset)
            yield offset, data


def main(folder):
    example = example_class()
    for path in sorted(glob.glob(os.path.join(folder, "*-of-*"))):
        for offset, data in records(path):
            features = example.FromString(data).features.feature

            def text(key):
                (value,) = features[key].bytes_list.value
                return value

            def number(key):
                (value,) = features[key].int64_list.value
                return value

            assert text("image/colorspace") == b"RGB" and number("image/channels") == 3
            print(
                os.path.basename(path),
                offset,
                number("image/class/label"),
                text("image/class/synset").decode(),
                text("image/format").decode(),
                number("image/height"),
                number("image/width"),
                hashlib.sha256(text("image/encoded")).hexdigest(),
            )


if __name__ == "__main__":
    main(sys.argv[1])
