"""A tiny network that learns handwritten digits while one watches.

The digits are scikit-learn's: 1,797 pictures of 8 × 8 pixels, from the UCI set "Optical
Recognition of Handwritten Digits" (CC BY 4.0).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engines._models.loaded import LoadedModel
from engines._models.trained_here import CARD, CATEGORIES, PREPROCESS, SIDE
from engines.device import at_most_threads
from engines.errors import ImageError, ModelError

if TYPE_CHECKING:
    import torch

_BRIGHTEST = 16.0  # of the data set's pixels: counts of ink in 4 × 4 dots
_FAINT = 0.05  # ink below this does not move the box


@dataclass(frozen=True)
class DigitStep:
    """The network after one step of training.

    iteration: counted from 0, which is before any training; iterations: how many there will be;
    epoch: passes over the training digits, begun ones included; loss: mean cross entropy of the
    batch just used (of the first batch at iteration 0); accuracy: share of the held-out digits told
    right; filters: (16, 1, 3, 3), the first layer's; maps: name of each convolution → (channels, h,
    w), its values after the ReLU for the fixed digit; probabilities: (10,), the answer for it;
    module: the network itself, in eval mode between steps.
    """

    iteration: int
    iterations: int
    epoch: int
    loss: float
    accuracy: float
    filters: np.ndarray
    maps: dict[str, np.ndarray]
    probabilities: np.ndarray
    module: torch.nn.Module


@dataclass(frozen=True)
class DigitSplit:
    """Digits to learn from and digits held out: pictures (N, 1, 8, 8) in [0, 1], labels (N,)."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def load_split(seed: int = 0) -> DigitSplit:
    """Return the 1,797 digits, a fifth of each class held out; the same for the same `seed`."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    images = (digits.images[:, None] / _BRIGHTEST).astype(np.float32)
    parts = train_test_split(
        images, digits.target, test_size=0.2, random_state=seed, stratify=digits.target
    )
    return DigitSplit(parts[0], parts[2], parts[1], parts[3])


def train(
    seed: int = 0,
    *,
    epochs: int = 12,
    batch_size: int = 64,
    learning_rate: float = 3e-3,
    fixed_digit: int = 0,
) -> Iterator[DigitStep]:
    """Yield the network before training and after each step; some seconds in all, if unwatched.

    fixed_digit: index into the held-out digits, whose maps every step shows. Stop by closing the
    generator; what the last step's `module` has learnt stays. The same `seed` gives the same
    network. Raises ModelError for numbers that train nothing.
    """
    split = load_split(seed)
    if epochs < 1 or batch_size < 1 or not 0 < learning_rate < 1:
        raise ModelError("Training needs at least 1 epoch, 1 digit a step, and a rate in (0, 1).")
    if not 0 <= fixed_digit < len(split.test_images):
        raise ModelError(f"The digit to watch is one of 0 … {len(split.test_images) - 1}.")
    return _train(split, seed, epochs, batch_size, learning_rate, fixed_digit)


def _train(
    split: DigitSplit,
    seed: int,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    fixed_digit: int,
) -> Iterator[DigitStep]:
    import torch
    from torch.nn import functional

    from engines._models.digit_network import DigitNetwork
    from engines._models.filling import random_start

    images, labels = torch.from_numpy(split.train_images), torch.from_numpy(split.train_labels)
    module = random_start(DigitNetwork, seed).eval()
    optimiser = torch.optim.Adam(module.parameters(), lr=learning_rate)
    shuffled = torch.Generator().manual_seed(seed)
    watch = _Watch(split, fixed_digit, module, epochs * -(-len(images) // batch_size))
    with torch.no_grad():
        first = functional.cross_entropy(module(images[:batch_size]), labels[:batch_size])
    yield watch.step(0, 0, float(first))
    iteration = 0
    for epoch in range(1, epochs + 1):
        for chosen in torch.randperm(len(images), generator=shuffled).split(batch_size):
            iteration += 1
            # The one who takes the steps may have switched gradients off around them.
            with at_most_threads(1), torch.enable_grad():
                module.train()
                optimiser.zero_grad()
                loss = functional.cross_entropy(module(images[chosen]), labels[chosen])
                loss.backward()
                optimiser.step()
                module.eval()
            yield watch.step(iteration, epoch, loss.item())


@dataclass
class _Watch:
    """Looks at a network in training: its accuracy, its filters, its maps of one digit."""

    split: DigitSplit
    fixed_digit: int
    module: torch.nn.Module
    iterations: int

    def step(self, iteration: int, epoch: int, loss: float) -> DigitStep:
        import torch

        with at_most_threads(1), torch.no_grad():
            scores = self.module(torch.from_numpy(self.split.test_images))
            maps, answer = _maps(self.module, self.split.test_images[self.fixed_digit])
        right = scores.argmax(dim=1).numpy() == self.split.test_labels
        filters = self.module.get_parameter("conv1.weight").detach().numpy().copy()
        return DigitStep(
            iteration=iteration,
            iterations=self.iterations,
            epoch=epoch,
            loss=loss,
            accuracy=float(right.mean()),
            filters=filters,
            maps=maps,
            probabilities=answer,
            module=self.module,
        )


def _maps(module: torch.nn.Module, digit: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return every convolution's values after the ReLU for one digit (1, 8, 8), and the answer."""
    import torch

    maps: dict[str, np.ndarray] = {}
    values = torch.from_numpy(digit)[None]
    for name, part in module.named_children():
        values = part(values)
        if name.startswith("relu"):
            maps[f"conv{name.removeprefix('relu')}"] = values[0].numpy().copy()
    return maps, values[0].softmax(dim=0).numpy()


def as_model(module: torch.nn.Module, accuracy: float) -> LoadedModel:
    """Return a network of `train` as any other loaded model, for all views."""
    from engines._models.finishing import finish

    card = replace(
        CARD,
        title="Digits",
        weights_state="own",
        weights_source="trained here on scikit-learn's digits",
        licence="CC BY 4.0 (the digits)",
        notes=(f"It tells {accuracy:.1%} of the held-out digits right.",),
    )
    return finish(module, PREPROCESS, CATEGORIES, card)


def predict(module: torch.nn.Module, drawing: np.ndarray) -> np.ndarray:
    """Return the probabilities (10,) for a drawing (H, W) in [0, 1], ink bright on black."""
    import torch

    batch = torch.from_numpy(centred(drawing))[None, None]
    with torch.no_grad():
        return module(batch)[0].softmax(dim=0).numpy()


def centred(drawing: np.ndarray) -> np.ndarray:
    """Return the drawing (H, W) as float32 (8, 8) in [0, 1], as the data set was made.

    The ink's box is scaled, its shape kept, until it fills the height or the width, and put in the
    middle; each pixel is the mean of its area. (8, 8) is returned as it is, and an empty drawing as
    zeros. Raises ImageError for other shapes than (H, W).
    """
    if drawing.ndim != 2 or drawing.size == 0:
        raise ImageError(f"A drawing of shape {drawing.shape} is no (height, width) picture.")
    ink = np.clip(np.nan_to_num(drawing.astype(np.float32)), 0.0, 1.0)
    if ink.shape == (SIDE, SIDE):
        return ink
    rows, columns = (np.flatnonzero((ink > _FAINT).any(axis=axis)) for axis in (1, 0))
    if rows.size == 0:
        return np.zeros((SIDE, SIDE), np.float32)
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(box.shape)
    top, left = (side - box.shape[0]) // 2, (side - box.shape[1]) // 2
    square = np.zeros((side, side), np.float32)
    square[top : top + box.shape[0], left : left + box.shape[1]] = box
    weights = _area_means(side)
    return (weights @ square @ weights.T).astype(np.float32)


def _area_means(side: int) -> np.ndarray:
    """Return the (8, side) matrix that averages `side` pixels over 8 equal stretches."""
    edges = np.linspace(0.0, side, SIDE + 1)
    pixels = np.arange(side)
    upper = np.minimum(edges[1:, None], pixels[None] + 1)
    lower = np.maximum(edges[:-1, None], pixels[None])
    covered = np.clip(upper - lower, 0.0, None)
    return covered / covered.sum(axis=1, keepdims=True)
