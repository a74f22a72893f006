#!/usr/bin/env python3
"""Makes the files beside it: small networks with random weights, and the probabilities that PyTorch gives for
two pictures: of the middle, and the mean of the paper's ten views.

    pip install torch torchvision safetensors && ./make_predictions.py

The pictures are a formula of their coordinates (`picture` here, PredictionGoldenTests.fill there). Weights are
stored in half precision, which both sides read exactly. Run the script again only when the networks are meant to
change.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import relu
from torchvision.transforms.functional import center_crop, five_crop, hflip

CLASSES, SIDE = 7, 256
# torchvision's, on the 0-255 scale.
MEAN, DEVIATION = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
HERE = pathlib.Path(__file__).parent


class AlexNet(nn.Module):
    """The paper's two towers at 1/32 of their width."""

    side = 227

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 11, stride=4)
        self.conv2 = nn.Conv2d(4, 8, 5, padding=2, groups=2)
        self.conv3 = nn.Conv2d(8, 12, 3, padding=1)
        self.conv4 = nn.Conv2d(12, 12, 3, padding=1, groups=2)
        self.conv5 = nn.Conv2d(12, 8, 3, padding=1, groups=2)
        self.fc6, self.fc7, self.fc8 = nn.Linear(8 * 36, 128), nn.Linear(128, 128), nn.Linear(128, CLASSES)
        self.norm, self.pool = nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0), nn.MaxPool2d(3, 2)

    def forward(self, x):
        x = self.pool(self.norm(relu(self.conv1(x))))
        x = self.pool(self.norm(relu(self.conv2(x))))
        x = self.pool(relu(self.conv5(relu(self.conv4(relu(self.conv3(x)))))))
        x = torch.flatten(x, 1)
        return self.fc8(relu(self.fc7(relu(self.fc6(x)))))


class Torchvision(nn.Module):
    """torchvision.models.alexnet at 1/32 of its width."""

    side = 224

    def __init__(self):
        super().__init__()
        pool = nn.MaxPool2d(3, 2)
        self.features = nn.Sequential(
            nn.Conv2d(3, 2, 11, stride=4, padding=2), nn.ReLU(), pool,
            nn.Conv2d(2, 6, 5, padding=2), nn.ReLU(), pool,
            nn.Conv2d(6, 12, 3, padding=1), nn.ReLU(),
            nn.Conv2d(12, 8, 3, padding=1), nn.ReLU(),
            nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), pool,
        )
        self.classifier = nn.Sequential(
            nn.Identity(), nn.Linear(8 * 36, 128), nn.ReLU(),
            nn.Identity(), nn.Linear(128, 128), nn.ReLU(),
            nn.Linear(128, CLASSES),
        )

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


def picture(index):
    """[3][256][256], 0...255."""
    y, x, c = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), torch.arange(3), indexing="ij")
    return ((x * (1 + index) + y * (2 + c) + (x * y >> (5 + index))) & 255).permute(2, 0, 1)


def main():
    mean, deviation = (torch.tensor(v, dtype=torch.float64).view(3, 1, 1) for v in (MEAN, DEVIATION))
    pictures = torch.stack([(picture(i) - mean) / deviation for i in range(2)])
    golden = {}
    for name, kind in (("alexnet", AlexNet), ("torchvision", Torchvision)):
        torch.manual_seed(2012)
        net = kind().double().eval()
        with torch.no_grad():
            for parameter in net.parameters():
                bound = 0.1 if parameter.dim() == 1 else (6 / parameter[0].numel()) ** 0.5
                parameter.uniform_(-bound, bound).copy_(parameter.half())
            one = net(center_crop(pictures, [kind.side, kind.side])).softmax(1)
            five = five_crop(pictures, [kind.side, kind.side])
            # The paper's mirrors are those of the same five; torchvision's TenCrop crops the mirrored picture,
            # whose middle is another one where the margin is odd.
            ten = torch.stack([net(view).softmax(1) for view in [*five, *map(hflip, five)]]).mean(0)
        golden[name] = {"1": one.tolist(), "10": ten.tolist()}
        save_file({k: v.half() for k, v in net.state_dict().items()}, HERE / f"{name}.safetensors")
        print(name, one, ten)
    (HERE / "predictions.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
