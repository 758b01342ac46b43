"""Where a drawing is looked at from: enlargement and place, and their limits."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

NEAREST, FARTHEST = 3.0, 0.02
LEGIBLE = 0.8
_LARGEST_FIT = 1.15
_MARGIN = 14.0


class Camera:
    """Maps the drawing's places to the widget's: place · scale + origin."""

    def __init__(self) -> None:
        self.scale = 1.0
        self.origin = QPointF()
        self.untouched = True
        """Nobody has zoomed or panned since all was fitted."""

    def to_widget(self, place: QPointF) -> QPointF:
        """Return where in the widget a place of the drawing is."""
        return place * self.scale + self.origin

    def to_scene(self, place: QPointF) -> QPointF:
        """Return which place of the drawing is seen at a place in the widget."""
        return (place - self.origin) / self.scale

    def fit(self, bounds: QRectF, widget: QRectF, least: float) -> bool:
        """Show all of `bounds`, but not smaller than `least`; return whether all is seen then."""
        self.untouched = True
        room = _room(widget)
        if bounds.isEmpty() or room.isEmpty():
            return True
        fitting = min(room.width() / bounds.width(), room.height() / bounds.height(), _LARGEST_FIT)
        self.scale = min(max(fitting, least), NEAREST)
        self.origin = room.center() - bounds.center() * self.scale
        if bounds.width() * self.scale <= room.width() + 1:
            return True
        self.origin.setX(room.left() - bounds.left() * self.scale)
        return False

    def keep_in_sight(self, rect: QRectF, widget: QRectF) -> None:
        """Put `rect` of the drawing into the middle, unless all of it is seen."""
        seen = QRectF(self.to_widget(rect.topLeft()), self.to_widget(rect.bottomRight()))
        if not _room(widget).contains(seen):
            self.origin += _room(widget).center() - seen.center()

    def zoom(self, factor: float, anchor: QPointF) -> None:
        """Enlarge; what is seen at `anchor` stays there."""
        fixed = self.to_scene(anchor)
        self.scale = min(max(self.scale * factor, FARTHEST), NEAREST)
        self.origin = anchor - fixed * self.scale
        self.untouched = False

    def pan_to(self, origin: QPointF) -> None:
        """Put the drawing's (0, 0) at `origin`."""
        self.origin = origin
        self.untouched = False


def _room(widget: QRectF) -> QRectF:
    return widget.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
