"""VGG19 as a feature extractor: fc7, fc6 or pool5. Needs torch, torchvision and Pillow.

python vgg19fe.py picture.jpg another.png writes features.npy, one row a picture.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision import models
from torchvision.transforms import v2

LAYER = "fc7"  # "fc7": 4,096 numbers, "fc6": 4,096, "pool5": 25,088

PREPARE = v2.Compose(
    [
        v2.ToImage(),  # channels first
        v2.ToDtype(torch.float32, scale=True),  # divided by 255
        v2.Resize(256, antialias=True),
        v2.CenterCrop(224),
        v2.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ]
)


class VGG19FE(nn.Module):
    """VGG19 with its trained weights, without the layers behind `layer`."""

    def __init__(self, layer: str) -> None:
        super().__init__()
        original = models.vgg19(weights="IMAGENET1K_V1")
        self.features = original.features  # 16 convolutions and 5 pools
        # Linear, ReLU and Dropout of fc6, then those of fc7; the last layer would name a class.
        kept = {"pool5": 0, "fc6": 3, "fc7": 6}[layer]
        self.classifier = original.classifier[:kept]

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        """Return (N, 4096) or, for pool5, (N, 25088)."""
        maps = self.features(batch)
        return self.classifier(torch.flatten(maps, 1))


def features_of(paths: Sequence[str | Path]) -> np.ndarray:
    """Return the features of pictures, one row each."""
    network = VGG19FE(LAYER).eval()  # eval: dropout passes everything on
    batch = torch.stack([PREPARE(Image.open(path).convert("RGB")) for path in paths])
    with torch.no_grad():
        return network(batch).detach().cpu().numpy()


if __name__ == "__main__":
    np.save("features.npy", features_of(sys.argv[1:]))
