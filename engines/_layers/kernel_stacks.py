"""Small kernels after one another: the one kernel they come to, and what they cannot come to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engines.errors import LayerError
from engines.stack_counts import StackCount

_STARTS = 8
_STEPS = 80
_EXACT = 1e-5  # nearer than this no further start is tried


def compose_kernels(kernels: Sequence[Tensor]) -> Tensor:
    """Return the one kernel that equals `kernels` applied one after another, nothing in between.

    kernels: (out, in, height, width) each, first layer first, one's `out` being the next one's
    `in`. Returns (last out, first in, Σ(height − 1) + 1, Σ(width − 1) + 1): for each path through
    the channels between, the full convolution of the kernels along it. Exact wherever no padding
    stands between the layers. Raises LayerError where the channels do not go together.
    """
    if not kernels:
        raise LayerError("There are no kernels to put after one another. Take at least one.")
    for first, second in pairwise(kernels):
        if first.shape[0] != second.shape[1]:
            raise LayerError(
                f"Kernels of shape {tuple(first.shape)} and {tuple(second.shape)} cannot follow "
                f"each other: the first makes {first.shape[0]} channels, the second takes "
                f"{second.shape[1]}."
            )
    return reduce(_pair, kernels)


def _pair(first: Tensor, second: Tensor) -> Tensor:
    around = (second.shape[2] - 1, second.shape[3] - 1)
    full = functional.conv2d(first.transpose(0, 1), second.flip(2, 3), padding=around)
    return full.transpose(0, 1)


def run_stack(maps: Tensor, kernels: Sequence[Tensor], *, relu: bool = False) -> Tensor:
    """Return `maps` (N, in, H, W) after each kernel in turn, without padding.

    relu: with a ReLU between two layers, none after the last. Raises LayerError where the kernels
    see more than there is, with both sizes.
    """
    field = [1 + sum(kernel.shape[axis] - 1 for kernel in kernels) for axis in (2, 3)]
    if maps.shape[2] < field[0] or maps.shape[3] < field[1]:
        raise LayerError(
            f"The map has {maps.shape[2]} × {maps.shape[3]} pixels, and the kernels see "
            f"{field[0]} × {field[1]}. Take a larger map, or fewer or smaller kernels."
        )
    for place, kernel in enumerate(kernels):
        if place and relu:
            maps = functional.relu(maps)
        maps = functional.conv2d(maps, kernel)
    return maps


def stack_macs(count: StackCount, height: int, width: int) -> int:
    """Return the multiplications of a stack on maps of height × width that keep their size."""
    return count.weights * height * width


@dataclass(frozen=True)
class StackFit:
    """How near a stack of 3 × 3 layers comes to one kernel.

    kernels: float64 (out, in, 3, 3) each; made: (K, K), what they come to; error: length of the
    difference over length of the target, 0 for a perfect fit.
    """

    kernels: tuple[np.ndarray, ...]
    made: np.ndarray
    error: float


def nearest_stack(target: np.ndarray, *, between: int = 1, seed: int = 0) -> StackFit:
    """Return the 3 × 3 layers whose composition is found nearest to `target` (K, K), K odd, K ≥ 5.

    between: channels between the layers. Least squares from a few random starts; the best found
    is returned, which need not be the best there is. Raises LayerError for another target.
    """
    size = len(target)
    if target.shape != (size, size) or size < 5 or size % 2 == 0 or not target.any():
        raise LayerError(
            f"A kernel of {' × '.join(map(str, target.shape))} cannot be made of 3 × 3 ones. Take "
            "a square one of 5, 7 … with a number other than 0."
        )
    if between < 1:
        raise LayerError(f"Between the layers at least one channel is needed, not {between}.")
    depth, draw = (size - 1) // 2, np.random.default_rng(seed)
    channels = [1, *[between] * (depth - 1), 1]
    shapes = [(*one, 3, 3) for one in zip(channels[1:], channels[:-1], strict=True)]
    goal = np.asarray(target, np.float64) / np.linalg.norm(target)
    best: StackFit | None = None
    for _ in range(_STARTS):
        found = _descend(goal, shapes, draw.standard_normal(sum(map(math.prod, shapes))) / 3)
        if best is None or found.error < best.error:
            best = found
        if best.error < _EXACT:
            break
    assert best is not None
    scale = float(np.linalg.norm(target))
    last = best.kernels[-1] * scale
    return StackFit((*best.kernels[:-1], last), best.made * scale, best.error)


def _descend(goal: np.ndarray, shapes: Sequence[tuple[int, ...]], start: np.ndarray) -> StackFit:
    """Return what least squares comes to from `start`; the goal's length is 1."""
    from scipy.optimize import least_squares

    ends = np.cumsum([math.prod(shape) for shape in shapes])[:-1]

    def kernels_of(numbers: np.ndarray) -> list[np.ndarray]:
        parts = np.split(numbers, ends)
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]

    def missed(numbers: np.ndarray) -> np.ndarray:
        return compose_kernels(_tensors(kernels_of(numbers))).numpy().ravel() - goal.ravel()

    def slopes(numbers: np.ndarray) -> np.ndarray:
        kernels = kernels_of(numbers)
        return np.hstack([_design(kernels, layer) for layer in range(len(kernels))])

    found = least_squares(missed, start, slopes, max_nfev=_STEPS, xtol=1e-12, ftol=1e-12)
    kernels = kernels_of(found.x)
    made = compose_kernels(_tensors(kernels))[0, 0].numpy()
    return StackFit(tuple(kernels), made, float(np.linalg.norm(made - goal)))


def _design(kernels: list[np.ndarray], layer: int) -> np.ndarray:
    """Return (K², numbers of `layer`): what each of its numbers adds to the composition."""
    outs, ins = kernels[layer].shape[:2]
    nothing = np.ones((1, 1, 1, 1))
    before = compose_kernels(_tensors(kernels[:layer] or [nothing])).transpose(0, 1)
    after = compose_kernels(_tensors(kernels[layer + 1 :] or [nothing])).transpose(0, 1)
    # (1, ins, h, w) and (outs, 1, h, w): what the 3 × 3 meets on the way through its channels.
    rest = _pair(before, after).numpy().transpose(2, 3, 0, 1)
    side = len(rest)
    design = np.zeros((side + 2, side + 2, outs, ins, 3, 3))
    for row, column in np.ndindex(3, 3):
        design[row : row + side, column : column + side, :, :, row, column] = rest
    return design.reshape((side + 2) ** 2, -1)


def _tensors(kernels: Sequence[np.ndarray]) -> list[Tensor]:
    return [torch.from_numpy(kernel) for kernel in kernels]
