"""Small networks and pictures for the tests of features."""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from torch import nn

from engines.datasets import Dataset, Sample
from engines.errors import DatasetError
from engines.models import LoadedModel, ModelCard, Preprocessing


class Small(nn.Module):
    """Two convolutions, one of which answers a layer that works in place, and a linear head."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.second = nn.Conv2d(4, 6, 3, stride=2)
        self.head = nn.Linear(6, 5)

    def forward(self, batch):
        maps = self.relu(self.norm(self.first(batch)))
        maps = self.relu(self.second(maps))
        return self.head(maps.mean((2, 3)))


def small_model(seed: int = 0, side: int = 16) -> LoadedModel:
    preprocess = Preprocessing(height=side, width=side, resize=side + 2)
    card = ModelCard("small", "Small", "file", "own", input_size=(3, side, side), classes=5)
    module = Small(seed).eval()
    return LoadedModel(module, preprocess, tuple("abcde"), card)


class Drawer:
    """Pictures of noise; counts how often each was read, and refuses those in `broken`."""

    def __init__(self, pictures: list[np.ndarray]) -> None:
        self.pictures = pictures
        self.reads: list[int] = []
        self.broken: set[int] = set()

    def read(self, sample: Sample, index: int) -> np.ndarray:
        self.reads.append(index)
        if index in self.broken:
            raise DatasetError(f"{sample.name} changed since it was scanned.")
        return self.pictures[index]

    def read_small(self, sample: Sample, index: int, side: int) -> np.ndarray:
        return (self.read(sample, index) * 255).astype(np.uint8)


def noise_dataset(count: int, seed: int = 0) -> tuple[Dataset, Drawer]:
    """Pictures of several sizes in two classes."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(12, 40, (count, 2))
    drawer = Drawer([rng.random((h, w, 3), dtype=np.float32) for h, w in sizes])
    samples = tuple(
        Sample(hashlib.sha256(picture.tobytes()).hexdigest(), index % 2, f"{index}.png", str(index))
        for index, picture in enumerate(drawer.pictures)
    )
    return Dataset("noise", ("even", "odd"), samples, source=drawer), drawer
