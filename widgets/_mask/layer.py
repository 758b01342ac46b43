"""The tinted mask over a picture, which takes the mouse before the picture does."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import (
    QGraphicsObject,
    QGraphicsSceneHoverEvent,
    QGraphicsSceneMouseEvent,
    QGraphicsSceneWheelEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from widgets.colors import MARKER_OUTLINE, OUTLINE_UNDER

_OPACITY = 0.6
_LAYER = 30


class MaskLayer(QGraphicsObject):
    """Paints a mask over the scene rectangle of a picture, and the brush where it is."""

    pressed = Signal(QPointF, bool)
    """A place of the scene, and whether the right button is held, not the left one."""
    moved = Signal(QPointF)
    released = Signal()
    brush_turned = Signal(float)
    """Notches of the wheel with Ctrl."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(_LAYER)
        self.setAcceptedMouseButtons(Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton)
        self.setAcceptHoverEvents(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._bounds = QRectF()
        self._image: QImage | None = None
        self._place: QPointF | None = None
        self._width = 1.0
        self._tint = QColor(0, 0, 0)

    def set_bounds(self, bounds: QRectF) -> None:
        """Lie over this rectangle of the scene."""
        self.prepareGeometryChange()
        self._bounds = QRectF(bounds)

    def set_mask(self, mask: np.ndarray, tint: QColor) -> None:
        """Paint `mask`, uint8 (h, w), in `tint`."""
        alpha = (mask * _OPACITY)[..., None]
        color = np.array([tint.blue(), tint.green(), tint.red(), 255]) / 255
        pixels = np.ascontiguousarray((alpha * color + 0.5).astype(np.uint8))  # premultiplied
        rows, columns = mask.shape
        form = QImage.Format.Format_ARGB32_Premultiplied
        self._image = QImage(pixels.data, columns, rows, 4 * columns, form).copy()
        self.update()

    def set_brush(self, width: float) -> None:
        """Show the brush `width` scene units wide."""
        self._width = width
        self.update()

    def set_place(self, place: QPointF | None) -> None:
        """Show the brush at `place`, or nowhere."""
        self._place = None if place is None else QPointF(place)
        self.update()

    def place(self) -> QPointF | None:
        """Return where the brush is shown."""
        return self._place

    def boundingRect(self) -> QRectF:
        """The picture's rectangle: the mouse beside it is not for the brush."""
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint mask and brush."""
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._bounds, self._image)
        if self._place is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for color, width in ((OUTLINE_UNDER, 3.0), (MARKER_OUTLINE, 1.5)):
            pen = QPen(color, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawEllipse(self._place, self._width / 2, self._width / 2)

    # -- events -----------------------------------------------------------------------------

    def hoverMoveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        """Bring the brush along."""
        self.set_place(event.pos())

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        """Take the brush away."""
        self.set_place(None)

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Tell that a stroke begins."""
        event.accept()
        self.set_place(event.pos())
        self.pressed.emit(event.pos(), event.button() == Qt.MouseButton.RightButton)

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Tell where the stroke goes on."""
        self.set_place(event.pos())
        self.moved.emit(event.pos())

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Tell that the stroke has ended."""
        self.released.emit()

    def mouseDoubleClickEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Take a second quick dot as a stroke, not as the picture's "show everything"."""
        self.mousePressEvent(event)

    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:
        """Tell of the wheel with Ctrl; without, the picture zooms."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.brush_turned.emit(event.delta() / 120)
            event.accept()
        else:
            event.ignore()
