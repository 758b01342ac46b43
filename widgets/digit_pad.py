"""A pad to draw a digit on, which a network reads as an array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

Stroke = tuple[tuple[float, float], ...]
"""Points (x, y) in 0…1 from the top left corner, joined by lines."""

# Each pixel of the array is the mean of this many squared of a finer drawing.
_FINER = 8
_KEY_STEP = 1 / 16
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class DigitPad(QWidget):
    """Takes strokes and gives them as float32 (size, size): 0 where nothing, 1 where ink is.

    Mouse: the left button draws, the right one clears. Keys: arrows move a pen, Space puts it
    down and lifts it, Backspace takes the last stroke back, Delete clears.
    """

    drawn = Signal(object, bool)
    """The array, and whether the stroke goes on."""

    def __init__(
        self, name: str, size: int = 8, *, pen: float = 0.13, parent: QWidget | None = None
    ) -> None:
        """size: sides of the array. pen: the width of a stroke, as a share of the pad."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setToolTip(
            "Draw a digit with the mouse; the right button clears.\n"
            "Keys: arrows move the pen, Space sets it down or lifts it, Backspace, Delete"
        )
        self.setAccessibleName("Pad to draw a digit on")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._size, self._pen = size, pen
        self._strokes: list[list[tuple[float, float]]] = []
        self._drawing = False
        self._cursor = (0.5, 0.25)
        self._pen_down = False

    # -- what is drawn ----------------------------------------------------------------------

    def strokes(self) -> tuple[Stroke, ...]:
        """Return what was drawn."""
        return tuple(tuple(stroke) for stroke in self._strokes)

    def set_strokes(self, strokes: Sequence[Stroke]) -> None:
        """Show `strokes`, without telling."""
        self._strokes = [list(stroke) for stroke in strokes]
        self._drawing = self._pen_down = False
        self.update()

    def clear(self) -> None:
        """Take everything away, and tell."""
        self.set_strokes(())
        self._tell(False)

    def pixels(self, *, fitted: bool = False) -> np.ndarray:
        """Return the drawing, float32 (size, size) in 0…1.

        fitted: moved and enlarged so that it fills the frame in its longer direction, as the
        digits of handwriting data sets are.
        """
        side = self._size * _FINER
        image = QImage(side, side, QImage.Format.Format_Grayscale8)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strokes = _filling(self._strokes, self._pen) if fitted else self._strokes
        _paint_strokes(painter, strokes, QRectF(0, 0, side, side), self._pen, QColor("white"))
        painter.end()
        bits = np.frombuffer(image.constBits(), np.uint8).reshape(side, image.bytesPerLine())
        fine = bits[:, :side].reshape(self._size, _FINER, self._size, _FINER)
        return (fine.mean(axis=(1, 3)) / 255.0).astype(np.float32)

    # -- look -------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(180, 180)

    def minimumSizeHint(self) -> QSize:
        """Large enough for a digit."""
        return QSize(96, 96)

    def hasHeightForWidth(self) -> bool:
        """The pad is square."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as wide."""
        return width

    def frame(self) -> QRectF:
        """Return the square that is drawn on, in widget pixels."""
        side = min(self.width(), self.height()) - 4
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw paper, the grid of the array's pixels, strokes and the pen of the keys."""
        painter, palette = QPainter(self), self.palette()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = self.frame()
        painter.fillRect(frame, palette.color(QPalette.ColorRole.Base))
        lines = palette.color(QPalette.ColorRole.Mid)
        lines.setAlpha(90)
        painter.setPen(QPen(lines, 1))
        step = frame.width() / self._size
        for k in range(1, self._size):
            x, y = frame.left() + k * step, frame.top() + k * step
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
        ink = palette.color(QPalette.ColorRole.Text)
        painter.save()
        painter.setClipRect(frame)
        _paint_strokes(painter, self._strokes, frame, self._pen, ink)
        painter.restore()
        if not self._strokes:
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            # Large text takes several lines: the pad does not grow with it.
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(frame, int(flags), "draw a digit")
        role = QPalette.ColorRole.Highlight if self.hasFocus() else QPalette.ColorRole.Mid
        painter.setPen(QPen(palette.color(role), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame)
        if self.hasFocus():
            self._paint_cursor(painter, frame)
        painter.end()

    def _paint_cursor(self, painter: QPainter, frame: QRectF) -> None:
        accent = self.palette().color(QPalette.ColorRole.Highlight)
        center = QPointF(
            frame.left() + self._cursor[0] * frame.width(),
            frame.top() + self._cursor[1] * frame.height(),
        )
        painter.setPen(QPen(accent, 2))
        painter.setBrush(accent if self._pen_down else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, 5, 5)

    # -- mouse and keys ---------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke, or clear."""
        if event.button() == Qt.MouseButton.RightButton:
            self.clear()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._drawing, self._pen_down = True, False
            self._begin(self._place(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the stroke."""
        if self._drawing:
            self._go_on(self._place(event.position()), goes_on=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        if self._drawing and event.button() == Qt.MouseButton.LeftButton:
            self._drawing = False
            self._tell(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Draw with the keys."""
        key = Qt.Key(event.key())
        if key in _ARROWS:
            right, down = _ARROWS[key]
            x, y = self._cursor[0] + right * _KEY_STEP, self._cursor[1] + down * _KEY_STEP
            self._cursor = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
            if self._pen_down:
                self._go_on(self._cursor, goes_on=False)
        elif key == Qt.Key.Key_Space:
            self._pen_down = not self._pen_down
            if self._pen_down:
                self._begin(self._cursor)
        elif key == Qt.Key.Key_Backspace and self._strokes:
            self.set_strokes(self.strokes()[:-1])
            self._tell(False)
        elif key == Qt.Key.Key_Delete:
            self.clear()
        else:
            super().keyPressEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Lift the pen of the keys."""
        self._pen_down = False
        super().focusOutEvent(event)

    def _place(self, position: QPointF) -> tuple[float, float]:
        frame = self.frame()
        x = (position.x() - frame.left()) / frame.width()
        y = (position.y() - frame.top()) / frame.height()
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def _begin(self, place: tuple[float, float]) -> None:
        self._strokes.append([place])
        self.update()
        self._tell(self._drawing)

    def _go_on(self, place: tuple[float, float], *, goes_on: bool) -> None:
        self._strokes[-1].append(place)
        self.update()
        self._tell(goes_on)

    def _tell(self, goes_on: bool) -> None:
        self.drawn.emit(self.pixels(), goes_on)


def _paint_strokes(
    painter: QPainter,
    strokes: Sequence[Sequence[tuple[float, float]]],
    frame: QRectF,
    pen: float,
    ink: QColor,
) -> None:
    width = pen * frame.width()
    round_cap, round_join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    for stroke in strokes:
        points = [
            QPointF(frame.left() + x * frame.width(), frame.top() + y * frame.height())
            for x, y in stroke
        ]
        if all(point == points[0] for point in points):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(points[0], width / 2, width / 2)
            continue
        path = QPainterPath(points[0])
        for point in points[1:]:
            path.lineTo(point)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, round_cap, round_join))
        painter.drawPath(path)


def _filling(strokes: list[list[tuple[float, float]]], pen: float) -> list[list]:
    """Return `strokes` moved to the middle, and scaled until pen and all touch the frame."""
    points = np.array([point for stroke in strokes for point in stroke], dtype=float)
    if not len(points):
        return []
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max())
    # A dot stays a dot: it has no size to be enlarged.
    scale = (1.0 - pen) / extent if extent > pen / 2 else 1.0
    middle = (low + high) / 2
    return [
        [tuple((np.array(point) - middle) * scale + 0.5) for point in stroke] for stroke in strokes
    ]
