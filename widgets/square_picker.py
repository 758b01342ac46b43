"""A small picture on which a square is placed and sized, by mouse and keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.colors import WINDOW_OUTLINE

Square = tuple[int, int, int]  # row, column, side, in pixels of the picture

HANDLE = 9.0  # pixels of the screen around a corner that take hold of it
LARGE_STEP = 10
_ARROWS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}
_LARGER = (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_PageUp)
_SMALLER = (Qt.Key.Key_Minus, Qt.Key.Key_Underscore, Qt.Key.Key_PageDown)


class SquarePicker(QWidget):
    """Shows a picture and a square on it.

    A drag inside the square moves it, a drag on a corner resizes it, a press beside it brings it
    there. Arrows move it by one pixel (Shift: 10), + and − resize it (Shift: by 10).
    """

    square_changed = Signal(int, int, int, bool)
    """Row, column and side, in pixels of the picture, and whether the mouse is still held."""

    def __init__(
        self, name: str, *, least: int = 1, most: int = 4096, parent: QWidget | None = None
    ) -> None:
        """least, most: the sides that the square may have, where the picture is large enough."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("The square of the picture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._least, self._most = least, most
        self._image: QImage | None = None
        self._pixels: np.ndarray | None = None  # which the image only looks at
        self._rows, self._columns = 1, 1
        self._square: Square = (0, 0, 1)
        self._drag: tuple[QPointF, Square, tuple[int, int] | None] | None = None

    def set_picture(self, pixels: np.ndarray, rows: int, columns: int) -> None:
        """Show `pixels`, uint8 (h, w, 3), of a picture of `rows` × `columns` pixels."""
        self._pixels = np.ascontiguousarray(pixels)
        height, width = self._pixels.shape[:2]
        self._image = QImage(
            self._pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888
        )
        self._rows, self._columns = rows, columns
        self.updateGeometry()
        self.update()

    def set_square(self, row: int, column: int, side: int) -> None:
        """Show the square there, without telling."""
        self._square = (row, column, side)
        self.update()

    def square(self) -> Square:
        """Return row, column and side of the square."""
        return self._square

    def is_held(self) -> bool:
        """Return whether the mouse holds the square."""
        return self._drag is not None

    def place_of(self, row: float, column: float) -> QPoint:
        """Return where a point of the picture lies in the widget, for a mouse."""
        area, scale = self._area(), self._scale()
        return QPointF(area.left() + column * scale, area.top() + row * scale).toPoint()

    def sizeHint(self) -> QSize:
        """Ask for a picture that is easily seen beside its controls."""
        return QSize(240, 160)

    def minimumSizeHint(self) -> QSize:
        """Stay large enough to take hold of a corner."""
        return QSize(120, 120)

    # -- where things lie -------------------------------------------------------------------

    def _scale(self) -> float:
        """Return how many pixels of the screen one of the picture has."""
        across, down = self.width() - 2, self.height() - 2
        return max(min(across / self._columns, down / self._rows), 1e-6)

    def _area(self) -> QRectF:
        scale = self._scale()
        width, height = self._columns * scale, self._rows * scale
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def _rect(self, square: Square) -> QRectF:
        row, column, side = square
        area, scale = self._area(), self._scale()
        return QRectF(
            area.left() + column * scale, area.top() + row * scale, side * scale, side * scale
        )

    def _corner_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return the corner (0 or 1 down, 0 or 1 across) under the mouse, if any."""
        rect = self._rect(self._square)
        # Of a small square the middle is kept for moving it.
        reach = min(HANDLE, max(rect.width() / 4, 2.0))
        for down in (0, 1):
            for across in (0, 1):
                corner = QPointF(
                    rect.right() if across else rect.left(), rect.bottom() if down else rect.top()
                )
                apart = position - corner
                if abs(apart.x()) <= reach and abs(apart.y()) <= reach:
                    return down, across
        return None

    # -- changing it ------------------------------------------------------------------------

    def _set(self, square: Square, goes_on: bool) -> None:
        changed = square != self._square
        self._square = square
        self.update()
        if changed or not goes_on:
            self.square_changed.emit(*square, goes_on)

    def _moved(self, square: Square, down: float, across: float) -> Square:
        row, column, side = square
        return (
            min(max(round(row + down), 0), self._rows - side),
            min(max(round(column + across), 0), self._columns - side),
            side,
        )

    def _bounded(self, side: int, room: int) -> int:
        largest = min(self._most, self._rows, self._columns, room)
        return min(max(side, min(self._least, largest)), largest)

    def _pulled(self, square: Square, corner: tuple[int, int], row: float, column: float) -> Square:
        """Return the square whose `corner` was pulled to a point; the opposite one stays."""
        top, left, side = square
        down, across = corner
        fixed_row, fixed_column = top + (1 - down) * side, left + (1 - across) * side
        wanted = max(
            (row - fixed_row) * (1 if down else -1), (column - fixed_column) * (1 if across else -1)
        )
        room = min(
            self._rows - fixed_row if down else fixed_row,
            self._columns - fixed_column if across else fixed_column,
        )
        side = self._bounded(round(wanted), room)
        return (
            fixed_row if down else fixed_row - side,
            fixed_column if across else fixed_column - side,
            side,
        )

    def _resized(self, step: int) -> Square:
        """Return the square larger by `step` about its middle, as far as there is room."""
        row, column, side = self._square
        larger = self._bounded(side + step, max(self._rows, self._columns))
        off = (side - larger) // 2
        return self._moved((row, column, larger), off, off)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the square or of a corner, or bring the square here."""
        if event.button() != Qt.MouseButton.LeftButton or self._image is None:
            return
        position = event.position()
        corner = self._corner_at(position)
        if corner is None and not self._rect(self._square).contains(position):
            if not self._area().contains(position):
                return
            row, column = self._point(position)
            side = self._square[2]
            self._set(self._moved((0, 0, side), row - side / 2, column - side / 2), True)
        self._drag = (position, self._square, corner)

    def _point(self, position: QPointF) -> tuple[float, float]:
        area, scale = self._area(), self._scale()
        return (position.y() - area.top()) / scale, (position.x() - area.left()) / scale

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move or resize while held; else show by the cursor what a drag would do."""
        position = event.position()
        if self._drag is None:
            self._show_cursor(position)
            return
        start, square, corner = self._drag
        shift = (position - start) / self._scale()
        if corner is not None:
            top, left, side = square
            row, column = top + corner[0] * side + shift.y(), left + corner[1] * side + shift.x()
            self._set(self._pulled(square, corner, row, column), True)
        else:
            self._set(self._moved(square, shift.y(), shift.x()), True)

    def _show_cursor(self, position: QPointF) -> None:
        corner = self._corner_at(position)
        if corner is not None:
            diagonal = corner[0] == corner[1]
            self.setCursor(
                Qt.CursorShape.SizeFDiagCursor if diagonal else Qt.CursorShape.SizeBDiagCursor
            )
        elif self._rect(self._square).contains(position):
            self.setCursor(Qt.CursorShape.SizeAllCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton and self._drag is not None:
            self._drag = None
            self._set(self._square, False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by the arrows, resize by + and −."""
        key = Qt.Key(event.key())
        held = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        step = LARGE_STEP if held else 1
        if self._image is None:
            super().keyPressEvent(event)
        elif key in _ARROWS:
            down, across = _ARROWS[key]
            self._set(self._moved(self._square, down * step, across * step), False)
        elif key in _LARGER or key in _SMALLER:
            # Shift is needed to type + and _ on many keyboards, so there it means nothing.
            typed = key in (Qt.Key.Key_Plus, Qt.Key.Key_Underscore)
            step = 1 if typed else step
            self._set(self._resized(step if key in _LARGER else -step), False)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Resize once the picture has the keyboard; else let the column scroll."""
        notches = round(event.angleDelta().y() / 120)
        if not self.hasFocus() or not notches or self._image is None:
            event.ignore()
            return
        event.accept()
        self._set(self._resized(notches * max(1, self._square[2] // 10)), False)

    # -- drawing ----------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys work here."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that they do not."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture, shaded outside the square, and the square with its corners."""
        if self._image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        area, rect = self._area(), self._rect(self._square)
        painter.drawImage(area, self._image)
        shade = QColor(0, 0, 0, 110)
        painter.setClipRect(area)
        for part in _around(area, rect):
            painter.fillRect(part, shade)
        painter.setClipping(False)
        for color, width in ((QColor(0, 0, 0), 4), (WINDOW_OUTLINE, 2)):
            painter.setPen(QPen(color, width))
            painter.drawRect(rect)
        if rect.width() >= 3 * HANDLE:
            for corner in (rect.topLeft(), rect.topRight(), rect.bottomLeft(), rect.bottomRight()):
                spot = QRectF(corner.x() - 3, corner.y() - 3, 6, 6)
                painter.setPen(QPen(QColor(0, 0, 0), 1))
                painter.setBrush(WINDOW_OUTLINE)
                painter.drawRect(spot)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


def _around(area: QRectF, hole: QRectF) -> tuple[QRectF, ...]:
    """Return what of `area` lies beside `hole`."""
    return (
        QRectF(area.left(), area.top(), area.width(), hole.top() - area.top()),
        QRectF(area.left(), hole.bottom(), area.width(), area.bottom() - hole.bottom()),
        QRectF(area.left(), hole.top(), hole.left() - area.left(), hole.height()),
        QRectF(hole.right(), hole.top(), area.right() - hole.right(), hole.height()),
    )
