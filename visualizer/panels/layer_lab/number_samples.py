"""Matrices to begin with where numbers are typed."""

from __future__ import annotations

import numpy as np

from visualizer.panels.layer_lab.controls import Cells
from visualizer.panels.layer_lab.state import USUAL_NUMBERS

RANDOM = "random"
# Name, title, what can be seen by it.
SAMPLES: tuple[tuple[str, str, str], ...] = (
    ("bump", "A bump", "Nothing twice: maxima, means and norms of a window all differ"),
    ("edge", "An edge", "0 on the left, 9 on the right: where does the step go?"),
    ("worked", "Worked example", "The 6 × 6 input of the worked example: columns of 3, then of 1"),
    ("chequer", "Chequerboard", "0 and 1 by turns: the pattern that a stride of 2 cannot see"),
    ("impulse", "One single 1", "The answer to it shows the weights themselves"),
    (RANDOM, "Random, 0 to 9", "Whole numbers in the present size; the seed gives the same again"),
)


def sample_matrix(name: str, rows: int, columns: int, seed: int) -> Cells:
    """Return the sample `name`; rows, columns and seed matter to the random one only."""
    if name == "bump":
        return USUAL_NUMBERS
    if name == "edge":
        values = np.repeat([[0.0, 0.0, 0.0, 9.0, 9.0, 9.0]], 6, axis=0)
    elif name == "worked":
        values = np.repeat([[3.0, 3.0, 3.0, 1.0, 1.0, 1.0]], 6, axis=0)
    elif name == "chequer":
        values = np.indices((8, 8)).sum(axis=0) % 2.0
    elif name == "impulse":
        values = np.zeros((7, 7))
        values[3, 3] = 1.0
    elif name == RANDOM:
        values = np.random.default_rng(seed).integers(0, 10, (rows, columns)).astype(float)
    else:
        raise KeyError(name)
    return cells_of(values)


def resized(cells: Cells, rows: int, columns: int) -> Cells:
    """Return `cells` with that size: cut off, or filled up with zeros, at the right and below."""
    before = np.asarray(cells, dtype=float)
    made = np.zeros((rows, columns))
    height, width = min(rows, before.shape[0]), min(columns, before.shape[1])
    made[:height, :width] = before[:height, :width]
    return cells_of(made)


def cells_of(values: np.ndarray) -> Cells:
    """Return a matrix as the state holds it."""
    return tuple(map(tuple, np.asarray(values, dtype=float).tolist()))
