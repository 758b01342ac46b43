"""Outlines and fills of sets of pixel cells, in index coordinates: cell (i, j) is centred there."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QImage

_WIDE = 1 << 32


@dataclass(frozen=True, eq=False)
class CellShape:
    """The outline of a set of cells: squares where no two touch, else the edges of their union.

    x counts columns, y rows; `bounds` encloses all cells.
    """

    squares: list[QRectF] = field(default_factory=list)
    edges: list[QLineF] = field(default_factory=list)
    bounds: QRectF = field(default_factory=QRectF)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.squares and not self.edges


def paired(rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return `rows` and `columns` broadcast together and flattened, int64: (n,), (n,)."""
    rows, columns = np.broadcast_arrays(np.asarray(rows), np.asarray(columns))
    return rows.ravel().astype(np.int64), columns.ravel().astype(np.int64)


def cell_shape(rows: np.ndarray, columns: np.ndarray) -> CellShape:
    """Return the outline of the cells (rows[n], columns[n]); cells may occur more than once."""
    if rows.size == 0:
        return CellShape()
    keys = np.unique(rows * _WIDE + columns)
    # divmod by way of floor keeps negative columns whole.
    columns = (keys + _WIDE // 2) % _WIDE - _WIDE // 2
    rows = (keys - columns) // _WIDE
    top, left = int(rows.min()), int(columns.min())
    bounds = QRectF(left - 0.5, top - 0.5, int(columns.max()) - left + 1, int(rows.max()) - top + 1)
    beside = np.isin(keys + 1, keys, assume_unique=True)
    below = np.isin(keys + _WIDE, keys, assume_unique=True)
    if not beside.any() and not below.any():
        cells = zip(rows.tolist(), columns.tolist(), strict=True)
        return CellShape([QRectF(c - 0.5, r - 0.5, 1, 1) for r, c in cells], [], bounds)
    above = np.isin(keys - _WIDE, keys, assume_unique=True)
    before = np.isin(keys - 1, keys, assume_unique=True)
    lying = _runs(
        np.concatenate([rows[~above], rows[~below] + 1]),
        np.concatenate([columns[~above], columns[~below]]),
    )
    standing = _runs(
        np.concatenate([columns[~before], columns[~beside] + 1]),
        np.concatenate([rows[~before], rows[~beside]]),
    )
    edges = [QLineF(x0, y, x1, y) for y, x0, x1 in lying]
    edges += [QLineF(x, y0, x, y1) for x, y0, y1 in standing]
    return CellShape([], edges, bounds)


def _runs(lines: np.ndarray, starts: np.ndarray) -> list[tuple[float, float, float]]:
    """Join unit edges on the same line, one behind the other, to (line, from, to)."""
    order = np.lexsort((starts, lines))
    lines, starts = lines[order], starts[order]
    breaks = np.flatnonzero((np.diff(lines) != 0) | (np.diff(starts) != 1)) + 1
    first = np.concatenate([[0], breaks])
    last = np.concatenate([breaks, [len(lines)]]) - 1
    joined = np.stack([lines[first] - 0.5, starts[first] - 0.5, starts[last] + 0.5], axis=1)
    return [tuple(run) for run in joined.tolist()]


def cell_image(rows: np.ndarray, columns: np.ndarray, rgba: np.ndarray) -> tuple[QImage, QRectF]:
    """Return a picture with one pixel per cell and where it goes; elsewhere it is transparent.

    rgba: uint8, (n, 4) or (4,). One picture for all cells paints faster than a call for each.
    """
    if rows.size == 0:
        return QImage(), QRectF()
    top, left = int(rows.min()), int(columns.min())
    height, width = int(rows.max()) - top + 1, int(columns.max()) - left + 1
    pixels = np.zeros((height, width, 4), dtype=np.uint8)
    pixels[rows - top, columns - left] = rgba
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    premultiplied = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    return premultiplied, QRectF(left - 0.5, top - 0.5, width, height)
