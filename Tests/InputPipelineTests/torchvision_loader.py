#!/usr/bin/env python3
"""How fast alexnetd, torchvision and, where it installs, FFCV take the same JPEG files to crops: images per
second and core.

    pip install torch torchvision pillow numpy [ffcv]
    ./torchvision_loader.py .build/release/alexnetd [FOLDER]

FOLDER holds train/CLASS/ and val/CLASS/; without it, photographs of 500 x 375 are drawn, scaled to a shorter side
of 256, and cut to a square. All run on one thread, in CPU time, one after the other and around again: the
machine's pace counts for all alike. torchvision does what ImageFolder and the usual transforms do: PIL's decoding
and resizing, crop, mirror, tensor.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from PIL import Image
from torchvision import datasets, transforms

ROUNDS, SECONDS, PICTURES = 3, 2.0, 48


def photograph(random, width=500, height=375):
    """Noise at every scale, weaker at finer ones, as in nature."""
    total = np.zeros((height, width, 3))
    for octave in range(1, 10):
        cells = min(2**octave, width)
        grey, colors = (random.uniform(-128, 128, (cells, cells, channels)) for channels in (1, 3))
        noise = 0.75 * grey + 0.25 * colors
        layer = Image.fromarray((noise + 128).astype(np.uint8)).resize((width, width), Image.BILINEAR)
        total += 1.6 / octave * (np.asarray(layer)[:height].astype(float) - 128)
    return Image.fromarray(np.clip(128 + total, 0, 255).astype(np.uint8))


def draw(folder):
    """Two class folders of each size."""
    random = np.random.default_rng(1)
    for index in range(PICTURES):
        picture = photograph(random)
        scaled = picture.resize((341, 256), Image.LANCZOS)
        square = scaled.crop((42, 0, 298, 256))
        name = f"{'val' if index < 4 else 'train'}/{index % 2}/{index}.jpg"
        for size, image in (("500x375", picture), ("341x256", scaled), ("256x256", square)):
            path = folder / size / name
            path.parent.mkdir(parents=True, exist_ok=True)
            image.save(path, quality=92)
    return [folder / size for size in ("500x375", "341x256", "256x256")]


def rate(pass_over):
    pass_over()
    images, start = 0, time.process_time()
    while time.process_time() - start < SECONDS:
        images += pass_over()
    return images / (time.process_time() - start)


def torchvision_rates(folder):
    mirror = transforms.RandomHorizontalFlip()
    pipelines = {
        "random_crop, flip, pca_color": [transforms.Resize(256), transforms.RandomCrop(227), mirror],
        "random_resized_crop, flip": [transforms.RandomResizedCrop(227), mirror],
    }
    rates = {}
    for name, steps in pipelines.items():
        data = datasets.ImageFolder(folder / "train", transforms.Compose([*steps, transforms.PILToTensor()]))
        loader = torch.utils.data.DataLoader(data, batch_size=16, num_workers=0)
        rates[name] = rate(lambda: sum(len(labels) for _, labels in loader))
    return rates


def ffcv_rates(folder):
    """As FFCV's own ImageNet loader: files kept as JPEG, decoded and cropped in one step."""
    from ffcv.fields import IntField, RGBImageField
    from ffcv.fields.decoders import IntDecoder, RandomResizedCropRGBImageDecoder
    from ffcv.loader import Loader, OrderOption
    from ffcv.writer import DatasetWriter

    with tempfile.NamedTemporaryFile(suffix=".beton") as file:
        fields = {"image": RGBImageField(write_mode="jpg"), "label": IntField()}
        writer = DatasetWriter(file.name, fields, num_workers=1)
        writer.from_indexed_dataset(datasets.ImageFolder(folder / "train"))
        pipelines = {"image": [RandomResizedCropRGBImageDecoder((227, 227))], "label": [IntDecoder()]}
        loader = Loader(
            file.name, batch_size=16, num_workers=1, order=OrderOption.RANDOM, pipelines=pipelines,
            drop_last=False)
        return {"random_resized_crop, flip": rate(lambda: sum(len(labels) for _, labels in loader))}


def alexnetd_rates(program, folder):
    report = json.loads(subprocess.check_output([program, "time", "--input", str(folder), "--json"]))
    rates = {row["augmentation"]: row["images_per_s"][0] for row in report["rows"]}
    return {**rates, "bare": report["decoder_alone"][0]}


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folders = [pathlib.Path(sys.argv[2])] if len(sys.argv) == 3 else draw(pathlib.Path(temporary))
        for folder in folders:
            loaders = {
                "alexnetd": lambda: alexnetd_rates(sys.argv[1], folder),
                "torchvision": lambda: torchvision_rates(folder),
            }
            try:
                import ffcv  # noqa: F401

                loaders["FFCV"] = lambda: ffcv_rates(folder)
            except ImportError:
                print("FFCV is not installed")
            best = {}
            for _ in range(ROUNDS):
                for name, measure in loaders.items():
                    for pipeline, value in measure().items():
                        best[name, pipeline] = max(value, best.get((name, pipeline), 0))
            print(f"{folder.name}: bare library {best['alexnetd', 'bare']:.0f} images/s")
            for pipeline in ("random_crop, flip, pca_color", "random_resized_crop, flip"):
                own = best["alexnetd", pipeline]
                line = f"  {pipeline}: alexnetd {own:.0f}"
                for name in ("torchvision", "FFCV"):
                    if (name, pipeline) in best:
                        line += f", {name} {best[name, pipeline]:.0f} ({own / best[name, pipeline]:.2f} times)"
                print(line)


if __name__ == "__main__":
    main()
