"""Where pieces lie: some across the full width, the others in rows of equal height."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, pairwise

from PySide6.QtCore import QRect

from visualizer.panels.layer_lab.piece_views import PieceView

GAP = 10
MOST_TRIED = 9  # of so many views all ways to break them into rows are tried
MOST_IN_ROW = 4

Breaks = tuple[int, ...]
"""How many views each row has."""


@dataclass
class _Row:
    """Views side by side. least, most: heights that they need and that they can use."""

    views: Sequence[PieceView]
    widths: list[int]
    least: int
    most: int
    fits: bool
    _uses: dict[int, list[float]] = field(default_factory=dict)

    def uses(self, height: int) -> list[float]:
        """Return how much each of the views shows at `height`, measured once."""
        if height not in self._uses:
            both = zip(self.views, self.widths, strict=True)
            # Logarithms: to double what is small is worth as much as to double what is large.
            self._uses[height] = [
                math.log1p(max(0.0, view.use(wide, height))) for view, wide in both
            ]
        return self._uses[height]


class PieceLayout:
    """Lays views out; how they are broken into rows stays while their kinds and the room do."""

    def __init__(self) -> None:
        self._key: object = None
        self._breaks: Breaks = ()

    def arrange(
        self, views: Sequence[PieceView], width: int, height: int
    ) -> tuple[list[QRect], int]:
        """Return where each of `views` lies, and how high they all are, maybe more than `height`.

        Rows share what is left of `height`, as far as it makes what they show larger.
        """
        if not views:
            return [], 0
        key = (width, height, [(id(view), view.form(), _text_height(view)) for view in views])
        if key != self._key:
            self._key, self._breaks = key, _best_breaks(views, width, height)
        rows = _rows(views, self._breaks, width)
        heights = _heights(rows, height)
        return _places(rows, heights), sum(heights) + GAP * (len(rows) - 1)


def _text_height(view: PieceView) -> int:
    return view.fontMetrics().height()


def _best_breaks(views: Sequence[PieceView], width: int, height: int) -> Breaks:
    """Return the rows in which what is shown is largest, if possible within `height`."""
    known: dict[tuple[int, int], _Row] = {}

    def row(start: int, end: int) -> _Row:
        if (start, end) not in known:
            known[start, end] = _row(views[start:end], width)
        return known[start, end]

    best: tuple[tuple[int, float], Breaks] | None = None
    for breaks in _ways(views):
        edges = [sum(breaks[:n]) for n in range(len(breaks) + 1)]
        rows = [row(edges[n], edges[n + 1]) for n in range(len(breaks))]
        if not all(one.fits or len(one.views) == 1 for one in rows):
            continue
        heights = _heights(rows, height)
        over = max(0, sum(heights) + GAP * (len(rows) - 1) - height)
        if best is not None and -over < best[0][0]:
            continue  # whatever it shows, and to measure that takes most of the time
        uses = (one.uses(high) for one, high in zip(rows, heights, strict=True))
        score = (-over, sum(chain.from_iterable(uses)))
        if best is None or score > best[0]:
            best = (score, breaks)
    assert best is not None, "one view a row always fits"
    return best[1]


def _ways(views: Sequence[PieceView]) -> Iterator[Breaks]:
    """Yield the ways to break `views` into rows; those that lie across have rows of their own."""
    runs: list[int] = []  # lengths of what follows one another, 0 for one that lies across
    for view in views:
        if view.across:
            runs.append(0)
        elif runs and runs[-1]:
            runs[-1] += 1
        else:
            runs.append(1)

    def product(at: int) -> Iterator[Breaks]:
        if at == len(runs):
            yield ()
            return
        for first in [(1,)] if not runs[at] else _partitions(runs[at]):
            for rest in product(at + 1):
                yield first + rest

    yield from product(0)


def _partitions(count: int) -> Iterator[Breaks]:
    """Yield the ways to write `count` as a sum of row lengths, in order."""
    if count > MOST_TRIED:
        for each in range(1, MOST_IN_ROW + 1):
            yield tuple(min(each, count - start) for start in range(0, count, each))
        return
    for number in range(count):
        for cuts in combinations(range(1, count), number):
            edges = (0, *cuts, count)
            lengths = tuple(b - a for a, b in pairwise(edges))
            if max(lengths) <= MOST_IN_ROW:
                yield lengths


def _rows(views: Sequence[PieceView], breaks: Breaks, width: int) -> list[_Row]:
    rows, start = [], 0
    for count in breaks:
        rows.append(_row(views[start : start + count], width))
        start += count
    return rows


def _row(views: Sequence[PieceView], width: int) -> _Row:
    room = width - GAP * (len(views) - 1)
    needed = [view.needed_width() for view in views]
    spare = room - sum(needed)
    if spare < 0:
        needed, spare = [room // len(views)] * len(views), 0
        fits = False
    else:
        fits = True
    shares = sum(view.share for view in views)
    ends, total = [], 0.0
    for view, least in zip(views, needed, strict=True):
        total += least + spare * view.share / shares
        ends.append(round(total))
    widths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    both = list(zip(views, widths, strict=True))
    least_height = max(view.least_height(wide) for view, wide in both)
    most_height = max(view.most_height(wide) for view, wide in both)
    return _Row(views, widths, least_height, max(least_height, most_height), fits)


def _heights(rows: Sequence[_Row], height: int) -> list[int]:
    """Return the heights of `rows`: what they need, and of what is left as much as they can use."""
    heights = [row.least for row in rows]
    spare = height - sum(heights) - GAP * (len(rows) - 1)
    while spare > 0:
        open_rows = [n for n, row in enumerate(rows) if heights[n] < row.most]
        if not open_rows:
            break
        each = max(1, spare // len(open_rows))
        for n in open_rows:
            more = min(each, rows[n].most - heights[n], spare)
            heights[n] += more
            spare -= more
    return heights


def _places(rows: Sequence[_Row], heights: Sequence[int]) -> list[QRect]:
    places, top = [], 0
    for row, height in zip(rows, heights, strict=True):
        left = 0
        for wide in row.widths:
            places.append(QRect(left, top, wide, height))
            left += wide + GAP
        top += height + GAP
    return places
