#!/usr/bin/env python3
"""Makes alterations.json beside it: what torchvision makes of a small picture's colours, PIL of its parts.

    pip install torch torchvision pillow && ./make_alterations.py

The picture is a formula of its coordinates (`picture` here, AlterationGoldenTests.picture there). torchvision
works on 8-bit tensors; resized_crop is PIL's, with BILINEAR.
"""

import json
import pathlib

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import functional as F

WIDTH, HEIGHT = 29, 23
HERE = pathlib.Path(__file__).parent


def picture():
    """[height][width][3]"""
    y, x, c = np.meshgrid(np.arange(HEIGHT), np.arange(WIDTH), np.arange(3), indexing="ij")
    return ((x * (31 + 7 * c) + y * (17 + 30 * c) + (x * y * (c + 3)) // 4) & 255).astype(np.uint8)


def main():
    pixels = picture()
    tensor = torch.from_numpy(pixels).permute(2, 0, 1).contiguous()
    golden = {"colors": [], "crops": []}
    operations = {
        "brightness": (F.adjust_brightness, [0.0, 0.35, 1.0, 1.7]),
        "contrast": (F.adjust_contrast, [0.0, 0.6, 1.45]),
        "saturation": (F.adjust_saturation, [0.0, 0.25, 1.9]),
        "hue": (F.adjust_hue, [-0.5, -0.08, 0.0, 0.03, 0.21, 0.5]),
    }
    for name, (operation, amounts) in operations.items():
        for amount in amounts:
            changed = operation(tensor, amount).permute(1, 2, 0).numpy().tobytes().hex()
            golden["colors"].append({"name": name, "amount": amount, "pixels": changed})
    image, bilinear = Image.fromarray(pixels), F.InterpolationMode.BILINEAR
    for box in [(0, 0, 29, 23, 12), (3, 5, 20, 11, 16), (28, 22, 1, 1, 5), (4, 0, 7, 23, 31)]:
        crop = dict(zip(("left", "top", "width", "height", "side"), box))
        size = [crop["side"], crop["side"]]
        part = F.resized_crop(image, crop["top"], crop["left"], crop["height"], crop["width"], size, bilinear)
        golden["crops"].append({**crop, "pixels": part.tobytes().hex()})
    (HERE / "alterations.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
