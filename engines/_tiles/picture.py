"""A picture too large to hold, read region by region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

import numpy as np

from engines.errors import ImageError

_PIECE = 4096  # columns of a band that are averaged at once


@dataclass(frozen=True)
class Level:
    """One stored size of a picture, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, eq=False)
class ThumbnailStep:
    """Bands read of all; `pixels`, uint8 (h, w, 3), with the last."""

    done: int
    total: int
    pixels: np.ndarray | None = None


class RegionReader(Protocol):
    """What a file format must offer."""

    levels: tuple[Level, ...]  # the whole picture first, then stored smaller copies

    def read(self, level: int, top: int, left: int, height: int, width: int) -> np.ndarray:
        """Return float32 (height, width, 3) in [0, 1] of a region inside the level."""

    def close(self) -> None:
        """Let go of the file."""


@dataclass(eq=False)
class LargePicture:
    """An opened picture; use it in a `with` block or close it.

    source: its file's name, for people; notes: sentences about how it is read.
    """

    source: str
    reader: RegionReader = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Columns of pixels."""
        return self.reader.levels[0].width

    @property
    def height(self) -> int:
        """Rows of pixels."""
        return self.reader.levels[0].height

    def region(self, top: int, left: int, height: int, width: int) -> np.ndarray:
        """Return float32 (height, width, 3) in [0, 1]; nothing else of the picture is kept.

        Raises ImageError where the region is not inside the picture, or its bytes are damaged.
        """
        inside = 0 <= top <= top + height <= self.height and 0 <= left <= left + width <= self.width
        if not inside or height < 1 or width < 1:
            raise ImageError(
                f"The region of {height} × {width} pixels at row {top}, column {left} is not "
                f"inside {self.source}, which has {self.height} × {self.width}."
            )
        return self.reader.read(0, top, left, height, width)

    def thumbnail(self, side: int) -> np.ndarray:
        """Return the whole picture as uint8 (h, w, 3), h and w at most `side`, its shape kept.

        Each pixel is the mean of a square of pixels, of the smallest stored copy that is not
        smaller than the thumbnail; without copies the whole file is read, a band at a time.
        """
        for step in self.thumbnail_steps(side):
            pixels = step.pixels
        if pixels is None:
            raise RuntimeError("the last step brings the thumbnail")
        return pixels

    def thumbnail_steps(self, side: int) -> Iterator[ThumbnailStep]:
        """Yield after each band that is read, the thumbnail with the last; closing it stops."""
        if side < 1:
            raise ImageError("A thumbnail needs at least 1 pixel.")
        fitting = [
            number
            for number, level in enumerate(self.reader.levels)
            if max(level.width, level.height) >= side
        ]
        number = fitting[-1] if fitting else 0
        level = self.reader.levels[number]
        factor = -(-max(level.width, level.height) // side)
        rows = []
        total = -(-level.height // factor)
        for top in range(0, level.height, factor):
            rows.append(self._averaged_band(number, top, min(factor, level.height - top), factor))
            if len(rows) < total:
                yield ThumbnailStep(len(rows), total)
        yield ThumbnailStep(total, total, (np.concatenate(rows) * 255.0 + 0.5).astype(np.uint8))

    def _averaged_band(self, number: int, top: int, height: int, factor: int) -> np.ndarray:
        """Return (1, w, 3): the means of the squares of one row of the thumbnail."""
        width = self.reader.levels[number].width
        piece = max(1, _PIECE // factor) * factor
        means = []
        for left in range(0, width, piece):
            columns = min(piece, width - left)
            values = self.reader.read(number, top, left, height, columns).mean(axis=0)
            starts = np.arange(0, columns, factor)
            sums = np.add.reduceat(values, starts, axis=0)
            means.append(sums / np.minimum(factor, columns - starts)[:, None])
        return np.concatenate(means)[None]

    def close(self) -> None:
        """Let go of the file."""
        self.reader.close()

    def __enter__(self) -> LargePicture:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
