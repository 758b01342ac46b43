"""What lies over a mosaic: gaps, numbers of large maps, crosses over dead ones, the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets._image_view.canvas import PictureBox
from widgets._mosaic.tiling import Maps, Tiling
from widgets.colors import MARKER_OUTLINE, OUTLINE_UNDER

_LABEL_FROM = 3.2  # lines of text that a map must be high
_DEAD = QColor(128, 128, 128)
_DEAD_VEIL = QColor(128, 128, 128, 120)
_PLATE = QColor(0, 0, 0, 150)


@dataclass(frozen=True)
class Shown:
    """What the overlay paints."""

    maps: Maps
    order: np.ndarray
    tiling: Tiling


@dataclass(frozen=True)
class Placing:
    """Where the tiles lie in widget pixels; taken once for all tiles that are painted together.

    seen: what of the picture is visible; scale: widget pixels of one of its pixels.
    """

    tiling: Tiling
    seen: QRectF
    scale: float

    def rect(self, place: int) -> QRectF:
        """Return where the tile at `place` lies."""
        row, column = self.tiling.corner(place)
        return QRectF(
            (column - 0.5 - self.seen.left()) * self.scale,
            (row - 0.5 - self.seen.top()) * self.scale,
            self.tiling.width * self.scale,
            self.tiling.height * self.scale,
        )

    def visible(self) -> list[int]:
        """Return the places of the tiles of which something is visible."""
        tiling, seen = self.tiling, self.seen
        high, wide = tiling.height + tiling.gap, tiling.width + tiling.gap
        rows = range(
            max(0, int(seen.top() // high)), min(tiling.rows, int(seen.bottom() // high) + 1)
        )
        columns = range(
            max(0, int(seen.left() // wide)), min(tiling.columns, int(seen.right() // wide) + 1)
        )
        places = (row * tiling.columns + column for row in rows for column in columns)
        return [place for place in places if place < tiling.count]


class Overlay(QGraphicsItem):
    """Paints in widget pixels, so that lines stay thin."""

    def __init__(self, box: PictureBox, visible_rect: Callable[[], QRectF]) -> None:
        super().__init__(box)
        self.setZValue(15)  # over the picture and its numbers, under the marks
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._box, self._visible_rect = box, visible_rect
        self._shown: Shown | None = None
        self.chosen: int | None = None
        self.palette = QPalette()
        self.font = QFont()
        self.surround = QColor(128, 128, 128)

    def set_shown(self, shown: Shown | None) -> None:
        """Lie over `shown`, or over nothing."""
        self._shown = shown
        self.update()

    def boundingRect(self) -> QRectF:
        """The whole view."""
        return self._box.rect()

    def labels_shown(self) -> bool:
        """Return whether maps are large enough on the screen for their numbers."""
        return self._shown is not None and self._labels_fit(self._placing(self._shown))

    def _labels_fit(self, placing: Placing) -> bool:
        side = min(placing.tiling.height, placing.tiling.width) * placing.scale
        return side >= _LABEL_FROM * QFontMetricsF(self.font).height()

    def _placing(self, shown: Shown) -> Placing:
        seen = self._visible_rect()
        wide = seen.width()
        return Placing(shown.tiling, seen, self._box.rect().width() / wide if wide > 0 else 1.0)

    def tile_rect(self, place: int) -> QRectF:
        """Return where the tile at `place` lies, in widget pixels."""
        assert self._shown is not None, "there are no maps"
        return self._placing(self._shown).rect(place)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint everything that lies over the maps."""
        shown = self._shown
        if shown is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        placing = self._placing(shown)
        self._paint_gaps(painter, placing)
        if shown.maps.dead is not None:
            dead = shown.maps.dead[shown.order]
            rects = [placing.rect(place) for place in placing.visible() if dead[place]]
            self._paint_dead(painter, rects)
        single = shown.maps.count == 1 and not shown.maps.names  # its number says nothing
        if not single and self._labels_fit(placing):
            self._paint_labels(painter, shown, placing)
        where = np.flatnonzero(shown.order == self.chosen) if self.chosen is not None else []
        if len(where):
            self._paint_chosen(painter, placing.rect(int(where[0])))

    def _paint_gaps(self, painter: QPainter, placing: Placing) -> None:
        """Cover what lies between the tiles, and behind the last one, with the surround."""
        tiling = placing.tiling
        first, last = placing.rect(0), placing.rect(tiling.columns - 1)
        bottom = placing.rect((tiling.rows - 1) * tiling.columns).bottom()
        whole = QRectF(first.topLeft(), QPointF(last.right(), bottom))
        gaps = []
        for column in range(1, tiling.columns):
            left, right = placing.rect(column - 1).right(), placing.rect(column).left()
            gaps.append(QRectF(left, whole.top(), right - left, whole.height()))
        for row in range(1, tiling.rows):
            above = placing.rect((row - 1) * tiling.columns).bottom()
            below = placing.rect(row * tiling.columns).top()
            gaps.append(QRectF(whole.left(), above, whole.width(), below - above))
        if tiling.count % tiling.columns:
            end = placing.rect(tiling.count - 1)
            size = QPointF(whole.right() + 1, whole.bottom() + 1)
            gaps.append(QRectF(QPointF(end.right(), end.top() - 1), size))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.surround)
        painter.drawRects(gaps)

    def _paint_dead(self, painter: QPainter, rects: list[QRectF]) -> None:
        if not rects:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_DEAD_VEIL)
        painter.drawRects(rects)
        lines = [QLineF(rect.bottomLeft(), rect.topRight()) for rect in rects]
        lines += [QLineF(rect.topLeft(), rect.bottomRight()) for rect in rects]
        painter.setPen(QPen(_DEAD, 1.5))
        painter.drawLines(lines)

    def _paint_labels(self, painter: QPainter, shown: Shown, placing: Placing) -> None:
        metrics = QFontMetricsF(self.font)
        painter.setFont(self.font)
        for place in placing.visible():
            rect = placing.rect(place)
            text = shown.maps.name(int(shown.order[place]))
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width() - 8)
            plate = QRectF(
                rect.topLeft(), rect.topLeft() + QPointF(metrics.horizontalAdvance(text) + 8, 0)
            )
            plate.setHeight(metrics.height() + 2)
            painter.fillRect(plate, _PLATE)
            painter.setPen(Qt.GlobalColor.white)
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_chosen(self, painter: QPainter, rect: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        frame = rect.adjusted(-2, -2, 2, 2)
        for color, width in ((OUTLINE_UNDER, 6.0), (MARKER_OUTLINE, 4.0)):
            painter.setPen(QPen(color, width, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(frame)
        accent = self.palette.color(QPalette.ColorRole.Highlight)
        painter.setPen(QPen(accent, 2.5, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(frame)
