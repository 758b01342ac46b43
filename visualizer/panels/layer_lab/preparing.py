"""What can be drawn of pieces before they reach the window: colours made of numbers, in a lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualizer.panels.layer_lab.pieces import Maps, Piece
from widgets.cell_map import GridCells
from widgets.colors import Colors, quantize
from widgets.mosaic_view import Maps as Mosaic

MOST_CELLS = 12  # sides of a map whose numbers are written into its cells
MOST_GRIDS = 4  # and how many of them


@dataclass(frozen=True)
class MapsDrawing:
    """Maps as they are painted: as cells with their numbers where they are small, else in tiles."""

    mosaic: Mosaic | None
    cells: tuple[GridCells, ...] = ()


@dataclass(frozen=True)
class _Scale:
    colors: Colors
    levels: tuple[float, float]


Drawing = MapsDrawing | None


def prepare(pieces: Sequence[Piece]) -> tuple[Drawing, ...]:
    """Return for each piece what is painted of it, None where nothing needs to be computed."""
    grouped: dict[str, list[Maps]] = {}
    for piece in pieces:
        if isinstance(piece, Maps) and piece.group:
            grouped.setdefault(piece.group, []).append(piece)
    scales = {group: _scale(members) for group, members in grouped.items()}
    return tuple(
        _drawing(piece, scales.get(piece.group)) if isinstance(piece, Maps) else None
        for piece in pieces
    )


def _drawing(piece: Maps, scale: _Scale | None) -> MapsDrawing:
    maps = np.asarray(piece.maps)
    if piece.colour and len(maps) in (1, 3):
        return MapsDrawing(_picture(maps))
    scale = scale or _scale([piece])
    count, height, width = maps.shape
    if max(height, width) <= MOST_CELLS and count <= MOST_GRIDS:
        cells = tuple(
            GridCells(np.asarray(one, np.float64), colors=scale.colors, levels=scale.levels)
            for one in maps
        )
        return MapsDrawing(None, cells)
    display = _quantized(maps, scale.levels)
    return MapsDrawing(Mosaic(display, maps, colors=scale.colors, levels=scale.levels))


def _picture(maps: np.ndarray) -> Mosaic:
    pixels = (np.clip(np.nan_to_num(maps), 0.0, 1.0) * 255 + 0.5).astype(np.uint8)
    if len(maps) == 1:
        return Mosaic(pixels, maps, colors="grey", nouns=("picture", "picture"))
    display = np.ascontiguousarray(pixels.transpose(1, 2, 0))[None]
    values = np.ascontiguousarray(maps.transpose(1, 2, 0))[None]
    return Mosaic(display, values, colors="rgb", nouns=("picture", "picture"))


def _scale(pieces: Sequence[Maps]) -> _Scale:
    """Return the colours that all of `pieces` are shown in together."""
    finite = [piece.maps[np.isfinite(piece.maps)] for piece in pieces]
    finite = [part for part in finite if part.size]
    low = min((float(part.min()) for part in finite), default=0.0)
    high = max((float(part.max()) for part in finite), default=0.0)
    asked = {piece.signed for piece in pieces}
    if True in asked or (asked != {False} and low < 0):
        limit = max(abs(low), abs(high)) or 1.0
        return _Scale("signed", (-limit, limit))
    low = min(low, 0.0)
    return _Scale("magnitude", (low, high if high > low else low + 1.0))


def _quantized(maps: np.ndarray, levels: tuple[float, float]) -> np.ndarray:
    if maps.dtype != np.float32:
        return quantize(maps, levels)
    scale = 255.0 / (levels[1] - levels[0])
    shares = (maps - np.float32(levels[0])) * np.float32(scale)
    return (np.clip(np.nan_to_num(shares), 0.0, 255.0) + np.float32(0.5)).astype(np.uint8)
