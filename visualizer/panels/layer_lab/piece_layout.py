"""Where pieces lie: some across the full width, the others in rows of equal height."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from PySide6.QtCore import QRect

from visualizer.panels.layer_lab.piece_views import MapsView, PieceView

GAP = 10


@dataclass
class _Row:
    views: list[PieceView]
    widths: list[int]
    height: int
    grows: bool


@dataclass
class _Run:
    """Views that follow one another, in rows of at most `columns`."""

    views: list[PieceView] = field(default_factory=list)
    across: bool = False


def arrange(views: Sequence[PieceView], width: int, height: int) -> tuple[list[QRect], int]:
    """Return where each of `views` lies, and how high they all are, maybe more than `height`.

    Rows share what is left of `height`, so that everything is as large as there is room.
    """
    runs = _runs(views)
    fixed = sum(_rows(run, 1, width)[0].height for run in runs if run.across)
    gaps = GAP * max(0, len(runs) - 1)
    loose = [run for run in runs if not run.across]
    room = max(0, height - fixed - gaps)
    rows: list[_Row] = []
    count = sum(len(run.views) for run in loose)
    for run in runs:
        part = room * len(run.views) // max(1, count)
        rows += _rows(run, 1, width) if run.across else _best_rows(run, width, part)
    needed = sum(row.height for row in rows) + GAP * max(0, len(rows) - 1)
    growing = [row for row in rows if row.grows]
    spare = max(0, height - needed)
    for number, row in enumerate(growing):
        row.height += spare // (len(growing) - number)
        spare -= spare // (len(growing) - number)
    return _placed(rows), max(needed, sum(r.height for r in rows) + GAP * (len(rows) - 1))


def _placed(rows: Sequence[_Row]) -> list[QRect]:
    places, top = [], 0
    for row in rows:
        left = 0
        for view_width in row.widths:
            places.append(QRect(left, top, view_width, row.height))
            left += view_width + GAP
        top += row.height + GAP
    return places


def _runs(views: Sequence[PieceView]) -> list[_Run]:
    runs: list[_Run] = []
    for view in views:
        if view.across:
            runs.append(_Run([view], across=True))
        elif runs and not runs[-1].across:
            runs[-1].views.append(view)
        else:
            runs.append(_Run([view]))
    return runs


def _best_rows(run: _Run, width: int, height: int) -> list[_Row]:
    """Return the rows in which maps and plots are largest, if possible within `height`."""
    best: tuple[tuple[float, float], list[_Row]] | None = None
    for columns in range(1, len(run.views) + 1):
        rows = _rows(run, columns, width)
        fits = all(
            across >= view.needed_width()
            for row in rows
            for view, across in zip(row.views, row.widths, strict=True)
        )
        if columns > 1 and not fits:
            continue
        score = _score(rows, height)
        if best is None or score > best[0]:
            best = (score, rows)
    assert best is not None
    return best[1]


def _score(rows: Sequence[_Row], height: int) -> tuple[float, float]:
    needed = sum(row.height for row in rows) + GAP * (len(rows) - 1)
    growing = [row for row in rows if row.grows]
    more = max(0, height - needed) / max(1, len(growing))
    area = 0.0
    for row in growing:
        for view, across in zip(row.views, row.widths, strict=True):
            side = min(across, row.height + more)
            area += side**2 * (2.0 if isinstance(view, MapsView) else 1.0)
    return -float(max(0, needed - height)), area


def _rows(run: _Run, columns: int, width: int) -> list[_Row]:
    rows = []
    shares = [max(view.share for view in run.views[column::columns]) for column in range(columns)]
    for start in range(0, len(run.views), columns):
        views = run.views[start : start + columns]
        widths = _widths(shares[: len(views)], width)
        heights = [view.least_height(across) for view, across in zip(views, widths, strict=True)]
        rows.append(_Row(views, widths, max(heights), any(view.grows for view in views)))
    return rows


def _widths(shares: Sequence[float], width: int) -> list[int]:
    room = width - GAP * (len(shares) - 1)
    edges = [round(room * sum(shares[:n]) / sum(shares)) for n in range(len(shares) + 1)]
    return [right - left for left, right in pairwise(edges)]
