"""What a map of cells shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from widgets.colors import Colors

WindowKind = Literal["main", "other", "overlap"]
NO_PADDING = (0, 0, 0, 0)


@dataclass(frozen=True)
class GridCells:
    """A grid of numbers with its padding; every array is (rows, columns), the padding included.

    values: the numbers, NaN where there is no cell. padding: (top, bottom, left, right) cells that
    were added around. levels: what the first and last colour stand for. shades: the colours, 0…255,
    where they do not follow from values and levels. hatched: cells that no window reads. uncentred:
    cells that windows read, but on which none is centred. hidden: cells that are still to be
    guessed. behind: further sheets, the nearest first.
    captions: words in cells that hold no number.
    """

    values: np.ndarray
    padding: tuple[int, int, int, int] = NO_PADDING
    colors: Colors = "signed"
    levels: tuple[float, float] = (-1.0, 1.0)
    shades: np.ndarray | None = None
    hatched: np.ndarray | None = None
    uncentred: np.ndarray | None = None
    hidden: np.ndarray | None = None
    behind: tuple[np.ndarray, ...] = ()
    captions: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, the padding included."""
        rows, columns = self.values.shape
        return rows, columns

    def is_padding(self, row: int, column: int) -> bool:
        """Return whether a cell was added; row and column count from the first real cell."""
        top, bottom, left, right = self.padding
        rows, columns = self.shape
        inside = 0 <= row < rows - top - bottom and 0 <= column < columns - left - right
        return not inside

    def value(self, row: int, column: int) -> float:
        """Return a cell's number; row and column count from the first real cell."""
        return float(self.values[row + self.padding[0], column + self.padding[2]])


@dataclass(frozen=True)
class Window:
    """A rectangle of cells; row and column count from the first real cell."""

    row: float
    column: float
    height: float
    width: float
    kind: WindowKind = "main"


@dataclass(frozen=True)
class GridMarks:
    """What is laid over the cells; rows and columns count from the first real cell.

    cell: the current one. taps: (n, 2), cells that are read or reached, each outlined, with
    tap_texts in their corners. covered_from: place in reading order from which cells are not yet
    shown. band: a row that is stressed as a whole. held: a click keeps the current cell.
    """

    cell: tuple[int, int] | None = None
    windows: tuple[Window, ...] = ()
    taps: np.ndarray | None = None
    tap_texts: tuple[str, ...] = ()
    covered_from: int | None = None
    band: int | None = None
    held: bool = False


def signed_levels(*arrays: np.ndarray) -> tuple[float, float]:
    """Return levels about zero that span all numbers of `arrays`."""
    finite = [array[np.isfinite(array)] for array in arrays]
    limit = max((float(np.abs(part).max()) for part in finite if part.size), default=0.0) or 1.0
    return -limit, limit
