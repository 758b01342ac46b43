"""The legend beside a picture: which colour stands for which number."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets._image_view.number_format import format_tick
from widgets._image_view.pixel_values import value_font
from widgets.colors import Colors, color_table

_BAR_WIDTH = 14
_TICK = 4
_GAP = 6
_FONT = 11  # pixels, where the window's text is of its usual size
_USUAL_TEXT = 9.0  # points
_LABEL_DISTANCE = 26.0
_WIDEST_USUAL_LABEL = "−0.123"


class ColorBar(QWidget):
    """A vertical bar of the 256 colours with ticks at both ends, at zero and at round numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("image_view_color_bar")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._colors: Colors = "magnitude"
        self._levels = (0.0, 1.0)
        self._value: float | None = None
        self._note = ""
        self._font = self._fitting_font()
        self._label_width = 0.0
        self.set_scale("magnitude", (0.0, 1.0))

    def set_scale(self, colors: Colors, levels: tuple[float, float]) -> None:
        """Show the colours of the kind `colors`, whose first and last stand for `levels`."""
        if (colors, levels) == (self._colors, self._levels) and self._label_width:
            return
        if colors != self._colors:
            self._label_width = 0.0
        self._colors = colors
        self._levels = levels
        self._fit_labels()
        low, high = map(format_tick, levels)
        self.setAccessibleName(f"Colour bar from {low} to {high}")
        self.update()

    def set_note(self, note: str) -> None:
        """Write along the bar what its numbers are counted in, where it is long enough; "": none.

        The tooltip says it in any case.
        """
        if note != self._note:
            self._note = note
            self.setToolTip(note)
            self.setAccessibleDescription(note)
            self._fit_labels()
            self.update()

    def _fit_labels(self) -> None:
        metrics = QFontMetricsF(self._font)
        labels = [format_tick(level) for level in self._levels] + [_WIDEST_USUAL_LABEL]
        # It only grows, so that the picture beside it does not twitch while levels change.
        self._label_width = max(self._label_width, *map(metrics.horizontalAdvance, labels))
        self.setFixedWidth(self.sizeHint().width())

    def _fitting_font(self) -> QFont:
        return value_font(round(_FONT * max(1.0, self.font().pointSizeF() / _USUAL_TEXT)))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_label_width"):
            self._font = self._fitting_font()
            self._label_width = 0.0
            self._fit_labels()
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take room for the note where it fits along the bar, and only there."""
        super().resizeEvent(event)
        if self._note:
            self._fit_labels()

    def set_value(self, value: float | None) -> None:
        """Point at `value`, the number under the mouse, or at nothing."""
        if value != self._value:
            self._value = value
            self.update()

    def ticks(self) -> list[float]:
        """Return the numbers that are labelled at the present height, ascending."""
        low, high = self._levels
        if not (math.isfinite(low) and math.isfinite(high)) or low >= high:
            return [low]
        height = self._bar().height()
        distance = _LABEL_DISTANCE * self._font.pixelSize() / _FONT
        chosen = [low, high]
        candidates = [0.0] if low < 0 < high else []
        candidates += _round_numbers(low, high, max(2, int(height / (2 * distance))))
        for candidate in candidates:
            spaces = [abs(candidate - other) / (high - low) * height for other in chosen]
            if min(spaces) >= distance:
                chosen.append(candidate)
        return sorted(chosen)

    def sizeHint(self) -> QSize:
        """Wide enough for the longest label."""
        width = _GAP + _BAR_WIDTH + _TICK + 3 + math.ceil(self._label_width) + 4
        if self.note_shown():
            width += math.ceil(QFontMetricsF(self.font()).height())
        return QSize(width, 120)

    def minimumSizeHint(self) -> QSize:
        """Two labels high."""
        return QSize(self.sizeHint().width(), 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint bar, ticks, labels and the pointer."""
        painter = QPainter(self)
        bar, (low, high) = self._bar(), self._levels
        text = self.palette().color(QPalette.ColorRole.WindowText)
        line = QColor(text)
        line.setAlpha(140)
        painter.drawImage(bar, self._gradient())
        painter.setPen(line)
        painter.drawRect(bar.adjusted(-1, -1, 0, 0))
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        rise = metrics.tightBoundingRect("0").height() / 2
        right = bar.right()
        for value in self.ticks():
            y = self._position(value)
            painter.setPen(line)
            painter.drawLine(QPointF(right + 1, y), QPointF(right + _TICK, y))
            painter.setPen(text)
            painter.drawText(QPointF(right + _TICK + 3, y + rise), format_tick(value))
        self._paint_note(painter)
        if self._value is not None and math.isfinite(self._value) and low < high:
            self._paint_pointer(painter, self._position(min(max(self._value, low), high)), text)

    def note_shown(self) -> bool:
        """Return whether there is a note, and it fits along the bar."""
        wide = QFontMetricsF(self.font()).horizontalAdvance(self._note)
        return bool(self._note) and wide <= self.height()

    def _paint_note(self, painter: QPainter) -> None:
        """Write the note upwards at the right edge."""
        if not self.note_shown():
            return
        painter.save()
        painter.setFont(self.font())
        painter.translate(self.width(), self.height())
        painter.rotate(-90)
        high = QFontMetricsF(self.font()).height()
        along = QRectF(0, -high, self.height(), high)
        painter.drawText(along, Qt.AlignmentFlag.AlignCenter, self._note)
        painter.restore()

    def _paint_pointer(self, painter: QPainter, y: float, color: QColor) -> None:
        left = self._bar().left()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        corners = [QPointF(left - 6, y - 4), QPointF(left - 6, y + 4), QPointF(left - 1, y)]
        painter.drawPolygon(QPolygonF(corners))

    def _bar(self) -> QRectF:
        margin = math.ceil(QFontMetricsF(self._font).height() / 2)
        return QRectF(_GAP, margin, _BAR_WIDTH, max(1, self.height() - 2 * margin))

    def _position(self, value: float) -> float:
        low, high = self._levels
        bar = self._bar()
        share = (value - low) / (high - low) if high > low else 0.5
        return round(bar.bottom() - 1 - share * (bar.height() - 1))

    def _gradient(self) -> QImage:
        """One pixel per colour, the last on top; a single colour where the levels are equal."""
        table = color_table(self._colors)[::-1]
        if not self._levels[0] < self._levels[1]:
            middle = 127 if self._colors == "signed" else 255
            table = table[middle : middle + 1]
        pixels = np.ascontiguousarray(np.pad(table, ((0, 0), (0, 1)), constant_values=255))
        image = QImage(pixels.data, 1, len(pixels), 4, QImage.Format.Format_RGBX8888)
        return image.copy()


def _round_numbers(low: float, high: float, count: int) -> list[float]:
    """Return about `count` multiples of 1, 2 or 5 times a power of ten between low and high."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step), math.floor(high / step)
    return [step * k for k in range(first, last + 1)]
