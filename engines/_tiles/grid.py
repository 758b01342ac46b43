"""Tiles of a large picture, one after the other, and which of them show nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engines._tiles.picture import LargePicture
from engines.errors import ImageError

EMPTY_SHARE = 0.95  # of a tile's pixels
_OVERVIEW = 1024  # pixels on the longer side of the picture that thresholds are taken from
_QUICKLY_READ = 16_384  # pixels on the longer side of a stored copy
_PLACE, _PLACES = 32, 16  # side of a place, and how many there are along a side
_FLAT = 0.01  # standard deviation below which a tile shows nothing


@dataclass(frozen=True)
class TilePlace:
    """Where a tile lies: its row and column in the grid, and its corner in pixels."""

    row: int
    column: int
    top: int
    left: int


@dataclass(frozen=True, eq=False)
class Tile(TilePlace):
    """A tile with its pixels, float32 (side, side, 3) in [0, 1]; background: shows nothing."""

    pixels: np.ndarray
    background: bool = False

    @property
    def place(self) -> TilePlace:
        """The tile without its pixels, to be kept."""
        return TilePlace(self.row, self.column, self.top, self.left)


@dataclass(frozen=True)
class TileGrid:
    """Tiles of `side` pixels every `stride` pixels; `tops` and `lefts` are their corners.

    The last row and column end at the picture's edge, so that every pixel is seen when the stride
    is not larger than the side.
    """

    side: int
    stride: int
    tops: tuple[int, ...]
    lefts: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return len(self.tops), len(self.lefts)

    @property
    def count(self) -> int:
        """How many tiles there are."""
        return len(self.tops) * len(self.lefts)

    def places(self) -> Iterator[TilePlace]:
        """Yield the place of each tile, row by row."""
        for row, top in enumerate(self.tops):
            for column, left in enumerate(self.lefts):
                yield TilePlace(row, column, top, left)


@dataclass(frozen=True)
class BackgroundLevels:
    """What counts as empty: chroma (largest less smallest of R, G, B) at most `chroma`, and
    brightness (their mean) at least `brightness`."""

    chroma: float = 0.06
    brightness: float = 0.85


def tile_grid(picture: LargePicture, side: int, stride: int | None = None) -> TileGrid:
    """Return where the tiles of `picture` lie; stride: `side` by default, without overlap.

    Raises ImageError where the picture is smaller than a tile.
    """
    step = side if stride is None else stride
    if side < 1 or step < 1:
        raise ImageError("A tile and the step to the next have at least 1 pixel.")
    if side > min(picture.width, picture.height):
        raise ImageError(
            f"Tiles of {side} × {side} pixels do not fit into {picture.source}, which has "
            f"{picture.width} × {picture.height}. Choose smaller tiles."
        )
    return TileGrid(
        side, step, _starts(picture.height, side, step), _starts(picture.width, side, step)
    )


def _starts(length: int, side: int, step: int) -> tuple[int, ...]:
    starts = list(range(0, length - side + 1, step))
    if starts[-1] + side < length:
        starts.append(length - side)
    return tuple(starts)


def background_levels(picture: LargePicture) -> BackgroundLevels:
    """Return what is empty in this picture, by Otsu's thresholds on a small copy of it.

    Otsu splits the chroma of coloured tissue from that of glass, and its darkness from the lamp's
    light. A picture without such a background has its split elsewhere, so the thresholds are held
    to chroma 0.03 … 0.12 and brightness 0.8 … 0.95.
    """
    small = _overview(picture)
    chroma, brightness = _chroma(small), _brightness(small)
    return BackgroundLevels(
        float(np.clip(_otsu(chroma), 0.03, 0.12)), float(np.clip(_otsu(brightness), 0.8, 0.95))
    )


def _overview(picture: LargePicture) -> np.ndarray:
    """Return a small copy of the picture, or, where that means reading a huge file twice, places
    spread evenly over it."""
    stored = min(max(level.width, level.height) for level in picture.reader.levels)
    if stored <= _QUICKLY_READ:
        return picture.thumbnail(_OVERVIEW).astype(np.float32) / np.float32(255)
    tops = np.linspace(0, picture.height - _PLACE, _PLACES).astype(int)
    lefts = np.linspace(0, picture.width - _PLACE, _PLACES).astype(int)
    regions = [picture.region(int(y), int(x), _PLACE, _PLACE) for y in tops for x in lefts]
    return np.concatenate(regions)


def _otsu(values: np.ndarray) -> float:
    from skimage.filters import threshold_otsu

    if float(values.min()) == float(values.max()):
        return float(values.flat[0])
    return float(threshold_otsu(values))


def _chroma(pixels: np.ndarray) -> np.ndarray:
    # Channel by channel: reducing the axis of three takes fifty times as long.
    red, green, blue = (pixels[..., channel] for channel in range(3))
    brightest = np.maximum(np.maximum(red, green), blue)
    return brightest - np.minimum(np.minimum(red, green), blue)


def _brightness(pixels: np.ndarray) -> np.ndarray:
    return (pixels[..., 0] + pixels[..., 1] + pixels[..., 2]) / 3


def is_background(tile: np.ndarray, levels: BackgroundLevels | None = None) -> bool:
    """Return whether the tile, (h, w, 3) in [0, 1], shows nothing.

    It does where 95 % of its pixels are bright and colourless, as glass and paper are, or where
    nothing varies (the black or white frame around a scan). Source of the idea: Otsu, "A threshold
    selection method from gray-level histograms", 1979.
    """
    limits = BackgroundLevels() if levels is None else levels
    if all(float(tile[..., channel].std()) < _FLAT for channel in range(3)):
        return True
    empty = (_chroma(tile) <= limits.chroma) & (_brightness(tile) >= limits.brightness)
    return float(empty.mean()) >= EMPTY_SHARE


def read_tiles(
    picture: LargePicture,
    side: int,
    stride: int | None = None,
    drop_background: bool = True,
    *,
    mark_dropped: bool = False,
) -> Iterator[Tile]:
    """Yield the tiles of `picture`, row by row; one is held at a time.

    drop_background: leave out those that show nothing; mark_dropped: yield them all the same, with
    `background` set, so that progress can be told and the work stopped while they pass. Raises
    ImageError, at once, where the picture is smaller than a tile.
    """
    grid = tile_grid(picture, side, stride)
    return _read(picture, grid, drop_background, mark_dropped)


def _read(picture: LargePicture, grid: TileGrid, drop: bool, mark: bool) -> Iterator[Tile]:
    levels = background_levels(picture) if drop else None
    for place in grid.places():
        pixels = picture.region(place.top, place.left, grid.side, grid.side)
        empty = levels is not None and is_background(pixels, levels)
        if not empty or mark:
            yield Tile(place.row, place.column, place.top, place.left, pixels, empty)
