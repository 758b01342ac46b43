"""What a unit sees after each layer of a stack: one square of cells for each layer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

_PAD = 8.0
_LEAST_CELL = 4.0


class NestedFields(QWidget):
    """Draws, side by side, the cells of the input, with those that a unit sees filled.

    Nothing is drawn where there is no room for it; the accessible description says it in words.
    """

    def __init__(self, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self._fields: tuple[int, ...] = ()

    def set_fields(self, fields: tuple[int, ...]) -> None:
        """Show `fields`: how many cells along a side a unit sees, after each layer."""
        self._fields = fields
        self.setAccessibleDescription("; ".join(self.captions()))
        self.update()

    def captions(self) -> list[str]:
        """Return what is written under each square."""
        return [
            f"layer {number}: {size} × {size}" for number, size in enumerate(self._fields, start=1)
        ]

    def squares(self) -> list[QRectF]:
        """Return where each square lies; empty where there is no room for them."""
        if not self._fields:
            return []
        metrics, count = QFontMetricsF(self.font()), len(self._fields)
        widest = max(metrics.horizontalAdvance(text) for text in self.captions())
        high = self.height() - metrics.height() - _PAD
        side = min(high, self.width() / count - _PAD)
        if side < _LEAST_CELL * max(self._fields) or widest + _PAD > self.width() / count:
            return []
        step = max(side, widest) + 2 * _PAD
        step = min(step, self.width() / count)
        return [QRectF(number * step + (step - side) / 2, 0, side, side) for number in range(count)]

    def minimumSizeHint(self) -> QSize:
        """It can do without room."""
        return QSize(0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint each square and its caption."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for square, size, text in zip(self.squares(), self._fields, self.captions(), strict=False):
            self._paint_square(painter, square, size)
            line = QRectF(square.left(), square.bottom() + _PAD / 2, square.width(), 0)
            line.setHeight(QFontMetricsF(self.font()).height())
            wide = line.adjusted(-self.width(), 0, self.width(), 0)
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            painter.drawText(wide, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_square(self, painter: QPainter, square: QRectF, size: int) -> None:
        cells = max(self._fields)
        cell = square.width() / cells
        seen = QRectF(0, 0, size * cell, size * cell)
        seen.moveCenter(square.center())
        painter.fillRect(seen, self.palette().color(QPalette.ColorRole.Highlight))
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
        for number in range(cells + 1):
            across = QPointF(0, number * cell)
            painter.drawLine(square.topLeft() + across, square.topRight() + across)
            down = QPointF(number * cell, 0)
            painter.drawLine(square.topLeft() + down, square.bottomLeft() + down)
