"""Many maps of one size as one picture: where each lies, and which numbers stand where."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from widgets.colors import Colors

# Of the longer side of a map: wide enough to part two maps when the picture is reduced.
_GAP_SHARE = 28


@dataclass(frozen=True, eq=False)
class Maps:
    """The maps of one layer, of one size.

    display: uint8 (C, H, W), whose 0…255 stand for `levels`, or (C, H, W, 3) for "rgb";
    values: the numbers behind it, of the same shape. order: the channels that are shown, in this
    order, by default all by number. dead: (C,) bool, maps to be crossed out. names: what the
    channels are called, by default their numbers. relative: each map has its own scale, so that
    the colour bar stands for shares of it. nouns: what one of them, and what several are called.
    Raises ValueError where these do not fit together.
    """

    display: np.ndarray
    values: np.ndarray
    colors: Colors = "magnitude"
    levels: tuple[float, float] = (0.0, 1.0)
    order: np.ndarray | None = None
    dead: np.ndarray | None = None
    names: tuple[str, ...] = ()
    relative: bool = False
    nouns: tuple[str, str] = ("channel", "maps")

    def __post_init__(self) -> None:
        sides = 4 if self.colors == "rgb" else 3
        if self.display.dtype != np.uint8 or self.display.ndim != sides or not self.display.size:
            raise ValueError(f"{self.display.dtype} maps of shape {self.display.shape} do not fit")
        if self.values.shape != self.display.shape:
            raise ValueError(f"values {self.values.shape} do not belong to {self.display.shape}")
        if self.dead is not None and self.dead.shape != (self.count,):
            raise ValueError(f"dead has shape {self.dead.shape}, not ({self.count},)")
        if self.names and len(self.names) != self.count:
            raise ValueError(f"{len(self.names)} names for {self.count} maps")
        if self.order is not None and not (
            len(self.order) and self.order.min() >= 0 and self.order.max() < self.count
        ):
            raise ValueError(f"order names channels that are not among the {self.count}")

    @property
    def count(self) -> int:
        """How many channels there are, shown or not."""
        return self.display.shape[0]

    def shown(self) -> np.ndarray:
        """Return the channels that are shown, in their order: (n,) int."""
        return np.arange(self.count) if self.order is None else np.asarray(self.order)

    def name(self, channel: int) -> str:
        """Return what a channel is called."""
        return self.names[channel] if self.names else str(channel)


@dataclass(frozen=True)
class Tiling:
    """`count` tiles of height × width in rows of `columns`, `gap` pixels apart."""

    count: int
    height: int
    width: int
    columns: int

    @property
    def gap(self) -> int:
        """Pixels between two tiles."""
        return max(1, round(max(self.height, self.width) / _GAP_SHARE))

    @property
    def rows(self) -> int:
        """How many rows of tiles there are."""
        return -(-self.count // self.columns)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of pixels of the whole."""
        gap = self.gap
        return (
            self.rows * (self.height + gap) - gap,
            self.columns * (self.width + gap) - gap,
        )

    def corner(self, place: int) -> tuple[int, int]:
        """Return row and column of the first pixel of the tile at `place`."""
        row, column = divmod(place, self.columns)
        return row * (self.height + self.gap), column * (self.width + self.gap)

    def find(self, row: int, column: int) -> tuple[int, int, int] | None:
        """Return (place, row, column) of the tile's pixel at a pixel of the whole, None in gaps."""
        down, row = divmod(row, self.height + self.gap)
        right, column = divmod(column, self.width + self.gap)
        place = down * self.columns + right
        if row >= self.height or column >= self.width or not 0 <= right < self.columns:
            return None
        return (place, row, column) if 0 <= place < self.count else None


def columns_for(count: int, height: int, width: int, aspect: float) -> int:
    """Return in how many columns the tiles are largest in an area of width ÷ height `aspect`."""
    columns = np.arange(1, count + 1)
    gap = Tiling(count, height, width, 1).gap
    high = -(-count // columns) * (height + gap) - gap
    wide = columns * (width + gap) - gap
    sizes = np.minimum(aspect / wide, 1.0 / high)
    # The fewest columns among equals: the last row is the fullest then.
    return int(columns[np.argmax(sizes >= sizes.max() * 0.9999)])


def assemble(maps: np.ndarray, order: np.ndarray, tiling: Tiling, fill: int) -> np.ndarray:
    """Return the maps[order] side by side: (rows, columns) or (rows, columns, 3), C-contiguous.

    maps: (C, H, W) or (C, H, W, 3), any dtype; gaps hold `fill`.
    """
    gap, depth = tiling.gap, maps.shape[3:]
    high, wide = tiling.height + gap, tiling.width + gap
    whole = np.full((tiling.rows, high, tiling.columns, wide, *depth), fill, dtype=maps.dtype)
    inner = whole[:, : tiling.height, :, : tiling.width]
    full = tiling.count // tiling.columns
    head, rest = order[: full * tiling.columns], order[full * tiling.columns :]
    size = (tiling.height, tiling.width, *depth)
    if full:
        inner[:full] = maps[head].reshape(full, tiling.columns, *size).swapaxes(1, 2)
    if len(rest):
        inner[full, :, : len(rest)] = maps[rest].swapaxes(0, 1)
    flat = whole.reshape(tiling.rows * high, tiling.columns * wide, *depth)
    rows, columns = tiling.shape
    return flat[:rows, :columns]


class TiledValues:
    """The numbers of the whole picture, looked up where they are asked for; NaN in gaps.

    Behaves as a read-only array (rows, columns) or (rows, columns, 3) under indexing by two
    integers, two slices or one mask: putting millions of floats side by side would cost more than
    painting.
    """

    def __init__(self, values: np.ndarray, order: np.ndarray, tiling: Tiling) -> None:
        self._values, self._order, self._tiling = values, order, tiling
        self.shape = (*tiling.shape, *values.shape[3:])
        self.ndim = len(self.shape)
        self.dtype = np.dtype(np.float64)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return math.prod(self.shape)

    def __getitem__(self, key: int | slice | tuple | np.ndarray) -> np.ndarray:
        if isinstance(key, np.ndarray):  # a mask over the whole, asked of small pictures only
            return np.asarray(self[:, :][key])
        key = key if isinstance(key, tuple) else (key, slice(None))
        rows, columns = (
            np.arange(size)[part] for part, size in zip(key, self.shape[:2], strict=True)
        )
        tiling = self._tiling
        down, row = np.divmod(rows, tiling.height + tiling.gap)
        right, column = np.divmod(columns, tiling.width + tiling.gap)
        shape = (*np.shape(rows), *np.shape(columns))
        spread = (..., *[None] * np.ndim(columns))
        place = np.broadcast_to(down[spread] * tiling.columns + right, shape)
        inside = np.broadcast_to((row < tiling.height)[spread] & (column < tiling.width), shape)
        inside = inside & (place < tiling.count)
        found = np.full((*shape, *self._values.shape[3:]), np.nan)
        row = np.broadcast_to(row[spread], shape)[inside]
        column = np.broadcast_to(column, shape)[inside]
        found[inside] = self._values[self._order[place[inside]], row, column]
        return found

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        return self[:, :].astype(dtype or self.dtype)
