"""The handle between two pictures: a line with a knob that the mouse drags."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QGraphicsObject,
    QGraphicsSceneMouseEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from widgets._image_view.canvas import PictureBox
from widgets.colors import MARKER_OUTLINE, OUTLINE_UNDER, text_color_on

REACH = 10.0  # widget pixels to either side in which the mouse takes the handle
_KNOB = 9.0
_LAYER = 30  # above marks, so that nothing hides it


class Handle(QGraphicsObject):
    """A vertical line at `x` from top to bottom, in widget pixels, which it paints and reports.

    The scene gives it presses before the picture below, which would pan.
    """

    dragged = Signal(float, bool)
    """Where the mouse has the line, in widget pixels, and whether the drag goes on."""
    double_clicked = Signal()

    def __init__(self, box: PictureBox) -> None:
        super().__init__(box)
        self.setZValue(_LAYER)
        self.setAcceptedMouseButtons(Qt.MouseButton.LeftButton)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self._x, self._top, self._bottom = 0.0, 0.0, 0.0
        self._grip = 0.0
        self._accent = QColor(0, 0, 0)
        self._held = False

    def place(self, x: float, top: float, bottom: float) -> None:
        """Stand at `x` from `top` to `bottom`."""
        if (x, top, bottom) != (self._x, self._top, self._bottom):
            self.prepareGeometryChange()
            self._x, self._top, self._bottom = x, top, bottom

    def set_accent(self, color: QColor) -> None:
        """Fill the knob with `color`."""
        self._accent = QColor(color)
        self.update()

    def knob(self) -> QPointF:
        """Return the middle of the knob, in widget pixels."""
        return QPointF(self._x, (self._top + self._bottom) / 2)

    def boundingRect(self) -> QRectF:
        """Where the mouse takes it."""
        return QRectF(self._x - REACH, self._top, 2 * REACH, max(self._bottom - self._top, 0.0))

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Paint a dark line under a light one, one of which shows on any picture, and the knob."""
        x, knob = round(self._x), QPointF(round(self._x), self.knob().y())
        for color, width in ((OUTLINE_UNDER, 4), (MARKER_OUTLINE, 2)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(x, self._top), QPointF(x, self._bottom))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(OUTLINE_UNDER, 4))
        painter.setBrush(self._accent)
        painter.drawEllipse(knob, _KNOB, _KNOB)
        painter.setPen(QPen(MARKER_OUTLINE, 2))
        painter.drawEllipse(knob, _KNOB, _KNOB)
        painter.setPen(QPen(text_color_on(self._accent), 2))
        for side in (-1, 1):
            tip = knob + QPointF(side * 6, 0)
            painter.drawPolyline([tip + QPointF(-side * 3, -3), tip, tip + QPointF(-side * 3, 3)])

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Take hold of the line where it is pressed, so that it does not jump."""
        self._grip = event.pos().x() - self._x
        self._held = True
        event.accept()

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Tell where the mouse has it."""
        self.dragged.emit(event.pos().x() - self._grip, True)

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Tell that the drag has ended."""
        if self._held:
            self._held = False
            self.dragged.emit(event.pos().x() - self._grip, False)

    def mouseDoubleClickEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Tell, and keep the double click from the picture."""
        event.accept()
        self.double_clicked.emit()
