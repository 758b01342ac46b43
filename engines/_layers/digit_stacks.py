"""Stacks of kernels of different sizes, each trained shortly on the handwritten digits."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engines.digits import DigitSplit, load_split
from engines.errors import LayerError
from engines.stack_counts import StackCount, count_stack

if TYPE_CHECKING:
    import torch

DIGIT_STACKS = ((3, 1), (3, 2), (5, 1), (3, 3), (7, 1))
"""(kernel, depth) of the stacks that are compared: what sees equally much stands side by side."""
_BATCH = 32
_RATE = 5e-3
_CLASSES = 10


@dataclass(frozen=True)
class StackScore:
    """How well one stack has learnt.

    count: what the stack costs and sees, without its biases; accuracy: (seeds, passes) float,
    share of the held-out digits told right after each pass, NaN where training has not come to
    it yet; seconds: mean of a finished training, NaN before there is one.
    """

    count: StackCount
    accuracy: np.ndarray
    seconds: float

    @property
    def name(self) -> str:
        """Return "2 × 3×3"."""
        size = f"{self.count.kernel}×{self.count.kernel}"
        return size if self.count.depth == 1 else f"{self.count.depth} × {size}"

    def mean(self) -> np.ndarray:
        """Return the mean over the seeds after each pass: (passes,), NaN where there is none."""
        return np.array([one.mean() if len(one) else np.nan for one in self._known])

    def spread(self) -> np.ndarray:
        """Return the standard deviation over the seeds: (passes,), 0 where there is one seed."""
        return np.array([one.std(ddof=1) if len(one) > 1 else 0.0 for one in self._known])

    @property
    def _known(self) -> list[np.ndarray]:
        return [column[~np.isnan(column)] for column in self.accuracy.T]


@dataclass(frozen=True)
class DigitStackStep:
    """Training after one more pass: done of `of` passes in all, and the scores until now."""

    done: int
    of: int
    scores: tuple[StackScore, ...]


def train_digit_stacks(
    channels: int = 16,
    *,
    seeds: int = 3,
    epochs: int = 5,
    stacks: Sequence[tuple[int, int]] = DIGIT_STACKS,
) -> Iterator[DigitStackStep]:
    """Yield after each pass over the training digits; each stack is trained once for each seed.

    Each network is a 3 × 3 convolution from 1 to `channels`, the stack with a ReLU after each
    layer, the maximum of each quarter of the map, and one linear layer to the 10 classes; Adam
    at 0.005, 32 digits a step. The held-out fifth of the digits is the same for all; the seed
    decides the first weights and the order of the digits. Raises LayerError for numbers that train
    nothing.
    """
    if min(channels, seeds, epochs) < 1 or not stacks:
        raise LayerError(
            f"Training needs at least one stack, channel, seed and pass, not {len(stacks)}, "
            f"{channels}, {seeds} and {epochs}."
        )
    return _train_all(channels, seeds, epochs, tuple(stacks))


def _train_all(
    channels: int, seeds: int, epochs: int, stacks: tuple[tuple[int, int], ...]
) -> Iterator[DigitStackStep]:
    counts = [count_stack(kernel, depth, channels) for kernel, depth in stacks]
    accuracy = np.full((len(stacks), seeds, epochs), np.nan)
    seconds: list[list[float]] = [[] for _ in stacks]
    done, of, split = 0, accuracy.size, load_split()
    # All stacks with one seed, then with the next: what is shown early is about all of them.
    for seed in range(seeds):
        for place, count in enumerate(counts):
            spent = 0.0
            for epoch, (right, took) in enumerate(_train(split, count, seed, epochs)):
                accuracy[place, seed, epoch] = right
                spent, done = spent + took, done + 1
                if epoch == epochs - 1:
                    seconds[place].append(spent)
                scores = zip(counts, accuracy.copy(), seconds, strict=True)
                yield DigitStackStep(
                    done,
                    of,
                    tuple(
                        StackScore(one, seen, float(np.mean(times)) if times else float("nan"))
                        for one, seen, times in scores
                    ),
                )


def _train(
    split: DigitSplit, count: StackCount, seed: int, epochs: int
) -> Iterator[tuple[float, float]]:
    """Yield (accuracy on the held-out digits, seconds of the pass) after each pass."""
    import torch
    from torch.nn import functional

    from engines._models.filling import random_start
    from engines.device import at_most_threads

    images, labels = torch.from_numpy(split.train_images), torch.from_numpy(split.train_labels)
    module = random_start(lambda: digit_stack(count), seed)
    optimiser = torch.optim.Adam(module.parameters(), lr=_RATE)
    shuffled = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        begin = time.perf_counter()
        # The one who takes the steps may have switched gradients off around them.
        with at_most_threads(1), torch.enable_grad():
            for chosen in torch.randperm(len(images), generator=shuffled).split(_BATCH):
                optimiser.zero_grad()
                functional.cross_entropy(module(images[chosen]), labels[chosen]).backward()
                optimiser.step()
        took = time.perf_counter() - begin
        with at_most_threads(1), torch.no_grad():
            answers = module(torch.from_numpy(split.test_images)).argmax(dim=1).numpy()
        yield float((answers == split.test_labels).mean()), took


def digit_stack(count: StackCount) -> torch.nn.Module:
    """Return the untrained network around the stack, as `train_digit_stacks` tells it."""
    from torch import nn

    width, same = count.channels, count.kernel // 2
    layers: list[nn.Module] = [nn.Conv2d(1, width, 3, padding=1), nn.ReLU()]
    for _ in range(count.depth):
        layers += [nn.Conv2d(width, width, count.kernel, padding=same), nn.ReLU()]
    return nn.Sequential(
        *layers, nn.AdaptiveMaxPool2d(2), nn.Flatten(), nn.Linear(4 * width, _CLASSES)
    )
