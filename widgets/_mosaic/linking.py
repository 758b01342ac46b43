"""Two mosaics that look at the same part of the same map, even where their maps differ in size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF

from widgets._mosaic.tiling import Tiling

if TYPE_CHECKING:
    from widgets.mosaic_view import MosaicView


@dataclass(frozen=True)
class Look:
    """Where a mosaic looks: the map in the middle of the view, and which part of it.

    place: of the map in the order in which they are shown; row, column: of the view's middle, as
    shares of the map's sides (beyond 0…1: in the gap beside it); across: how many maps are as wide
    as the view.
    """

    place: int
    row: float
    column: float
    across: float


def look_of(tiling: Tiling, seen: QRectF) -> Look:
    """Return where a view looks that shows the pixels `seen` of the maps side by side."""
    middle = seen.center()
    row, column = middle.y() + 0.5, middle.x() + 0.5  # from the corner of the first pixel
    down = min(max(0, int(row // (tiling.height + tiling.gap))), tiling.rows - 1)
    right = min(max(0, int(column // (tiling.width + tiling.gap))), tiling.columns - 1)
    place = min(down * tiling.columns + right, tiling.count - 1)
    top, left = tiling.corner(place)
    return Look(
        place,
        (row - top) / tiling.height,
        (column - left) / tiling.width,
        seen.width() / tiling.width,
    )


def middle_of(tiling: Tiling, place: int, look: Look) -> tuple[float, float]:
    """Return the pixel (row, column) in the middle where the map at `place` is looked at alike."""
    top, left = tiling.corner(place)
    return top + look.row * tiling.height - 0.5, left + look.column * tiling.width - 0.5


class MosaicLink(QObject):
    """Hands zoom and pan of either mosaic to the other."""

    def __init__(self, one: MosaicView, two: MosaicView) -> None:
        super().__init__(one)
        self._following = False
        for leader, other in ((one, two), (two, one)):
            leader.view.view_changed.connect(
                lambda leader=leader, other=other: self._follow(leader, other)
            )

    def _follow(self, leader: MosaicView, other: MosaicView) -> None:
        if self._following:
            return
        self._following = True  # what the other does of it is no wish of the person
        other.look_like(leader)
        self._following = False
