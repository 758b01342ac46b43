"""The picture that is shown up to an edge only."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets._image_view.picture import PictureItem

_LAYER = 15  # above the numbers of the picture below, under marks


class LeftPart(PictureItem):
    """Paints a Picture left of the scene column `edge`."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(_LAYER)
        self._edge = 0.0

    def set_edge(self, edge: float) -> None:
        """Paint up to `edge` from now on."""
        if edge != self._edge:
            self._edge = edge
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint what lies left of the edge."""
        bounds = self.boundingRect()
        width = min(self._edge - bounds.left(), bounds.width())
        if width <= 0:
            return
        painter.save()
        painter.setClipRect(QRectF(bounds.left(), bounds.top(), width, bounds.height()))
        super().paint(painter, option, widget)
        painter.restore()
