"""The outputs of two networks side by side: 1,000 numbers each, whatever is inside them.

Needs torch, torchvision and Pillow.
python ensemble.py picture.jpg another.png writes features.npy, one row a picture.
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

NETWORKS = ("resnet34", "mobilenet_v2")

PREPARE = v2.Compose(
    [
        v2.ToImage(),  # channels first
        v2.ToDtype(torch.float32, scale=True),  # divided by 255
        v2.Resize(256, antialias=True),
        v2.CenterCrop(224),
        v2.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ]
)


class Ensemble(nn.Module):
    """Whole networks, each with its last layer; their answers are concatenated."""

    def __init__(self) -> None:
        super().__init__()
        self.networks = nn.ModuleList(
            models.get_model(name, weights="IMAGENET1K_V1") for name in NETWORKS
        )

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        """Return (N, 1000 · networks)."""
        return torch.cat([network(batch) for network in self.networks], dim=1)


def features_of(paths: Sequence[str | Path]) -> np.ndarray:
    """Return the features of pictures, one row each."""
    network = Ensemble().eval()
    batch = torch.stack([PREPARE(Image.open(path).convert("RGB")) for path in paths])
    with torch.no_grad():
        return network(batch).detach().cpu().numpy()


if __name__ == "__main__":
    np.save("features.npy", features_of(sys.argv[1:]))
