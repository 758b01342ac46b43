"""What "Digits" computes, away from the GUI thread."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engines.activations import capture
from engines.digits import centred, load_split, train
from widgets.colors import quantize
from widgets.mosaic_view import Maps

if TYPE_CHECKING:
    import torch

LAYERS = ("conv1", "conv2", "conv3")


@dataclass(frozen=True)
class Answer:
    """What the network makes of one digit: its layers' maps and the probabilities (10,)."""

    maps: dict[str, Maps]
    probabilities: np.ndarray


@dataclass(frozen=True)
class Trained:
    """The network after one step; module: a copy, which later steps leave alone."""

    iteration: int
    iterations: int
    epoch: int
    loss: float
    accuracy: float
    filters: Maps
    answer: Answer
    module: torch.nn.Module


def watch_training(seed: int, epochs: int) -> Iterator[Trained]:
    """Yield every step of a training, ready to be shown, with its answer to one held-out digit."""
    for step in train(seed, epochs=epochs):
        filters = np.ascontiguousarray(step.filters[:, 0])
        limit = float(np.abs(filters).max()) or 1.0
        levels = (-limit, limit)
        shown = Maps(
            quantize(filters, levels),
            filters,
            colors="signed",
            levels=levels,
            nouns=("filter", "filters"),
        )
        yield Trained(
            step.iteration, step.iterations, step.epoch, step.loss, step.accuracy, shown,
            Answer({name: _maps(step.maps[name]) for name in LAYERS}, step.probabilities),
            copy.deepcopy(step.module),
        )  # fmt: skip


def watched_label(seed: int) -> int:
    """Return which digit the answers of `watch_training` are about."""
    return int(load_split(seed).test_labels[0])


def answer_to(module: torch.nn.Module, drawing: np.ndarray) -> Answer:
    """Return what the network makes of a drawing (H, W) in [0, 1]."""
    import torch

    batch = torch.from_numpy(centred(drawing))[None, None]
    found = capture(module, batch)
    maps = {name: _maps(found[f"relu{name[-1]}"][0].numpy()) for name in LAYERS}
    return Answer(maps, found["linear"][0].softmax(0).numpy())


def _maps(values: np.ndarray) -> Maps:
    levels = (0.0, float(values.max()) or 1.0)
    return Maps(quantize(values, levels), values, levels=levels)
