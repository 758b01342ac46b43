"""From the answers for tiles to one answer for the picture, and to a map of where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from engines._tiles.grid import TilePlace
from engines.errors import DatasetError

Pooling = Literal["mean", "majority", "max"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)


def pool_votes(probabilities: np.ndarray, method: Pooling = "mean") -> np.ndarray:
    """Return the picture's (C,) from its tiles' probabilities (T, C); the sum is 1.

    mean: of the probabilities; majority: the share of tiles that each class wins (the first of
    equals); max: the largest probability that any tile gives a class, divided by the sum of these.
    Raises DatasetError without tiles, and for rows that are no probabilities.
    """
    votes = np.asarray(probabilities, dtype=np.float64)
    if votes.ndim != 2 or votes.shape[1] == 0:
        raise DatasetError(f"Votes have the shape (tiles, classes), not {votes.shape}.")
    if votes.shape[0] == 0:
        raise DatasetError(
            "There is no tile to vote: all show background. Keep the background, or choose "
            "smaller tiles."
        )
    if not np.isfinite(votes).all() or (votes < 0).any() or not (votes.sum(axis=1) > 0).all():
        raise DatasetError("Some tiles have no probabilities: the network answered with no number.")
    if method == "mean":
        pooled = votes.mean(axis=0)
    elif method == "majority":
        pooled = np.bincount(votes.argmax(axis=1), minlength=votes.shape[1]).astype(np.float64)
    elif method == "max":
        pooled = votes.max(axis=0)
    else:
        raise DatasetError(f"Votes are pooled by {', '.join(POOLINGS)}, not by {method!r}.")
    return pooled / pooled.sum()


def vote_map(
    tiles: Sequence[TilePlace],
    probabilities: np.ndarray,
    shape: tuple[int, int],
    class_index: int,
) -> np.ndarray:
    """Return float32 (rows, columns): the probability of one class at each tile, NaN where dropped.

    tiles: places of the tiles that voted; probabilities: (T, C), in their order; shape: of the
    grid. Raises DatasetError where these do not belong together.
    """
    votes = np.asarray(probabilities)
    if votes.ndim != 2 or votes.shape[0] != len(tiles) or not 0 <= class_index < votes.shape[1]:
        raise DatasetError(
            f"{len(tiles)} tiles and votes of shape {votes.shape} give no map of class number "
            f"{class_index + 1}."
        )
    values = np.full(shape, np.nan, dtype=np.float32)
    places = np.array([(tile.row, tile.column) for tile in tiles], np.int64).reshape(-1, 2)
    outside = ((places < 0) | (places >= np.array(shape))).any(axis=1)
    if outside.any():
        row, column = places[outside][0]
        raise DatasetError(
            f"The tile in row {row}, column {column} lies outside a grid of {shape[0]} × "
            f"{shape[1]}."
        )
    values[places[:, 0], places[:, 1]] = votes[:, class_index]
    return values
