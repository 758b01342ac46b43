"""A tiny data set and a tiny network for the tests of fine-tuning."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from engines.errors import DatasetError
from engines.models import LoadedModel, ModelCard, Preprocessing

SIDE = 12


@dataclass(frozen=True)
class Picture:
    key: str
    label: int
    name: str


@dataclass
class Data:
    """Pictures whose class is the direction and brightness of their stripes."""

    images: np.ndarray
    samples: tuple[Picture, ...]
    classes: tuple[str, ...] = ("across", "down", "plain")
    name: str = "stripes"
    broken: set[int] = field(default_factory=set)
    reads: int = 0

    def pixels(self, index: int) -> np.ndarray:
        self.reads += 1
        if index in self.broken:
            raise DatasetError(f"{self.samples[index].name} has changed. Scan the folder again.")
        return self.images[index]


@dataclass(frozen=True)
class Split:
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def stripes(counts: tuple[int, ...] = (12, 12, 12), seed: int = 0) -> Data:
    rng = np.random.default_rng(seed)
    images, samples = [], []
    wave = (np.arange(SIDE) // 2 % 2).astype(np.float32)
    forms = [np.broadcast_to(wave[:, None], (SIDE, SIDE)), np.broadcast_to(wave, (SIDE, SIDE)),
             np.full((SIDE, SIDE), 0.5, np.float32)]  # fmt: skip
    for label, count in enumerate(counts):
        for number in range(count):
            noise = rng.normal(0, 0.3, (SIDE, SIDE, 3))
            pixels = np.clip(0.6 * forms[label][..., None] + 0.2 + noise, 0, 1).astype(np.float32)
            images.append(pixels)
            key = hashlib.sha256(pixels.tobytes()).hexdigest()
            samples.append(Picture(key, label, f"class{label}/{number:02d}"))
    return Data(np.stack(images), tuple(samples))


def halves(data: Data) -> Split:
    """Every third picture validates, the others are learnt from; none tests."""
    every = np.arange(len(data.samples))
    return Split(every[every % 3 > 0], every[every % 3 == 0], every[:0])


class Small(nn.Module):
    def __init__(self, classes: int = 5) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.block1 = nn.Sequential(
            nn.Conv2d(6, 8, 3, padding=1, stride=2), nn.BatchNorm2d(8), nn.ReLU(),
            nn.Conv2d(8, 8, 3, padding=1),
        )  # fmt: skip
        self.block2 = nn.Sequential(
            nn.Conv2d(8, 10, 3, padding=1), nn.BatchNorm2d(10), nn.ReLU(),
            nn.Conv2d(10, 10, 3, padding=1),
        )  # fmt: skip
        self.pool = nn.AdaptiveAvgPool2d(2)
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(40, classes)

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        batch = self.block1(self.norm(self.stem(batch)).relu()).relu()
        batch = self.pool(self.block2(batch).relu()).flatten(1)
        return self.fc(self.drop(batch))


def small(module: nn.Module | None = None, classes: int = 5) -> LoadedModel:
    if module is None:
        torch.manual_seed(1)
        module = Small(classes)
        for part in module.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.uniform_(-0.2, 0.2)
                part.running_var.uniform_(0.5, 1.5)
    module.eval().requires_grad_(False)
    preprocess = Preprocessing(SIDE, SIDE, None, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
    card = ModelCard("small", "Small", "file", "own", input_size=(3, SIDE, SIDE), classes=classes)
    return LoadedModel(module, preprocess, tuple(f"class {i}" for i in range(classes)), card)
