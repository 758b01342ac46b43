"""Pictures too large to hold: read in tiles, and the tiles' answers put together.

The public door to engines._tiles.
"""

from __future__ import annotations

from engines._tiles.grid import (
    BackgroundLevels,
    Tile,
    TileGrid,
    TilePlace,
    background_levels,
    is_background,
    read_tiles,
    tile_grid,
)
from engines._tiles.opening import open_large
from engines._tiles.picture import LargePicture, ThumbnailStep
from engines._tiles.votes import POOLINGS, Pooling, pool_votes, vote_map

__all__ = [
    "POOLINGS",
    "BackgroundLevels",
    "LargePicture",
    "Pooling",
    "ThumbnailStep",
    "Tile",
    "TileGrid",
    "TilePlace",
    "background_levels",
    "is_background",
    "open_large",
    "pool_votes",
    "read_tiles",
    "tile_grid",
    "vote_map",
]
