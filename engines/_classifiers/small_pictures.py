"""Pictures made small: what is learnt from when nothing is transferred."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from dataclasses import dataclass
from typing import Protocol

import numpy as np

SIDE = 32


class HasThumbnails(Protocol):
    """A data set whose pictures can be had small, such as engines.datasets.Dataset."""

    @property
    def samples(self) -> Sized:
        """Return its samples."""

    def thumbnail(self, i: int, side: int) -> np.ndarray:
        """Return picture `i` as (side, side, 3) uint8."""


@dataclass(frozen=True, eq=False)
class SmallPictures:
    """`done` of `total` pictures; pixels: (total, 3, side, side) float32 in [0, 1] at the end.

    pixels is None before. As pictures they teach the small network; `raw` are the raw pixels as
    features.
    """

    done: int
    total: int
    pixels: np.ndarray | None = None

    @property
    def raw(self) -> np.ndarray:
        """Return (total, 3 · side · side) float32, the pixels as features."""
        if self.pixels is None:
            raise ValueError("the pictures are not complete")
        return self.pixels.reshape(len(self.pixels), -1)


def small_pictures(
    dataset: HasThumbnails, side: int = SIDE, indices: Sequence[int] | None = None
) -> Iterator[SmallPictures]:
    """Yield progress after each picture and all of them, in order, with the last.

    indices: which samples; all of them by default. Errors of the data set are passed on.
    """
    chosen = range(len(dataset.samples)) if indices is None else indices
    pixels = np.empty((len(chosen), 3, side, side), dtype=np.float32)
    for place, index in enumerate(chosen):
        pixels[place] = dataset.thumbnail(int(index), side).transpose(2, 0, 1)
        if place < len(chosen) - 1:
            yield SmallPictures(place + 1, len(chosen))
    pixels /= 255
    yield SmallPictures(len(chosen), len(chosen), pixels)
