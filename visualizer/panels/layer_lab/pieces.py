"""What an experiment shows, as plain values: maps, matrices, curves, tables, words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Trace:
    """How one number of a map was made: what the hover link shows.

    windows: (row, column, height, width) on the map that it was made from, each inside of it;
    channel: the only channel of that map which was read, None for all;
    products: (what, input, weight), whose products add up to `total` unless `text` says otherwise;
    text: the sum in one line.
    """

    windows: tuple[tuple[int, int, int, int], ...]
    total: float
    products: tuple[tuple[str, float, float], ...] = ()
    text: str = ""
    channel: int | None = None


@dataclass(frozen=True)
class Maps:
    """Maps (C, H, W) float32 with a colour bar; 3 of them in [0, 1] as one picture with `colour`.

    signed: whether the colours are centred on 0; by default where numbers below 0 occur. group:
    pieces of one group have one scale. trace: called with (channel, row, column), in a lane;
    source: title of the piece that the windows lie on.
    """

    title: str
    maps: np.ndarray
    colour: bool = False
    signed: bool | None = None
    group: str = ""
    trace: Callable[[int, int, int], Trace] | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Matrix:
    """Numbers (rows, columns) written into their cells, each row and column with its name."""

    title: str
    values: np.ndarray
    row_names: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One curve: x and y of equal length; spread: how far error bars reach; dots: with points."""

    name: str
    x: np.ndarray
    y: np.ndarray
    spread: np.ndarray | None = None
    dots: bool = False


@dataclass(frozen=True)
class Curves:
    """Curves over named axes (with units), on a logarithmic height with `log_y`.

    marks: vertical lines as (x, text).
    """

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    log_y: bool = False
    whole_x: bool = False
    marks: tuple[tuple[float, str], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Bars:
    """Names with bars and numbers; texts: how the numbers are written, with three digits if not."""

    title: str
    names: tuple[str, ...]
    values: tuple[float, ...]
    texts: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of text and numbers below named columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Block:
    """The block (N, C, H, W) of a batch, with the cells that share their statistics marked.

    groups: int (N, C, H, W), which cells go together; the panel draws each group in a colour.
    """

    title: str
    groups: np.ndarray
    note: str = ""


@dataclass(frozen=True)
class Words:
    """Words in a row; windows: (first, count, strength, name) of groups that a filter found."""

    title: str
    words: tuple[str, ...]
    windows: tuple[tuple[int, int, float, str], ...] = ()
    unknown: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Formula:
    """A formula in LaTeX, and the same in plain text."""

    latex: str
    plain: str


@dataclass(frozen=True)
class Say:
    """What to notice, in a sentence or two."""

    text: str


Piece = Maps | Matrix | Curves | Bars | Table | Block | Words | Formula | Say


@dataclass(frozen=True)
class Found:
    """What an experiment came to: its pieces in the order they are shown, and its facts.

    shape_in, shape_out: of the layer at work; macs: multiplications with addition; seconds: the
    measured time of one run of the layer, None where there is none. result: title of the piece
    that the shown program comes to as well.
    """

    pieces: tuple[Piece, ...]
    shape_in: tuple[int, ...] = ()
    shape_out: tuple[int, ...] = ()
    parameters: int | None = None
    macs: int | None = None
    seconds: float | None = None
    result: str = ""

    def piece(self, title: str) -> Piece:
        """Return the piece with that title. Raises KeyError where there is none."""
        for piece in self.pieces:
            if getattr(piece, "title", None) == title:
                return piece
        raise KeyError(title)
