"""The switches of a feature visualization: plain values, importable without torch."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from engines.errors import VisualizationError

if TYPE_CHECKING:
    from torch import Tensor

LARGEST_SIDE = 2048
LARGEST_BATCH = 16


@dataclass(frozen=True)
class Regularisers:
    """What keeps the picture natural; each can be switched off on its own, 0 or False being off.

    Robustness, what the network sees is shaken anew at every step:
    jitter: pixels it is shifted by, at most; scale: share it grows or shrinks by, at most;
    rotate: degrees it is turned by, at most.
    Parametrisation, what is optimised in place of pixels:
    fourier: sines and cosines, each scaled by 1 / frequency as in natural pictures;
    decorrelate: the three principal colours of natural pictures in place of red, green, blue.
    Penalties, relative to the pull of the activation:
    total_variation: against differences of neighbours; l2: against being far from grey;
    diversity: against pictures of one batch being alike (needs `count` above 1).
    """

    jitter: int = 8
    scale: float = 0.1
    rotate: float = 5.0
    fourier: bool = True
    decorrelate: bool = True
    total_variation: float = 0.0
    l2: float = 0.0
    diversity: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not math.isfinite(value) or value < 0:
                raise VisualizationError(
                    f"{field.name.replace('_', ' ').capitalize()} is {value:g}; choose 0 (off) "
                    "or more."
                )
        if self.scale >= 1:
            raise VisualizationError(
                f"A scale of ±{self.scale:g} leaves nothing of the picture; choose less than 1."
            )

    @classmethod
    def none(cls) -> Regularisers:
        """Return all of them off: plain gradient ascent on pixels."""
        return cls(jitter=0, scale=0.0, rotate=0.0, fourier=False, decorrelate=False)


@dataclass(frozen=True)
class Step:
    """A picture on its way, after `iteration` changes.

    image: (C, H, W) tensor in [0, 1], the first of the batch, which is its own memory.
    activation: the objective's value for the first picture, as the network saw it (shaken, where
    a robustness switch is on; `measure` gives that of the picture itself).
    images: (N, C, H, W); activations: one for each.
    """

    iteration: int
    image: Tensor
    activation: float
    images: Tensor
    activations: tuple[float, ...]
