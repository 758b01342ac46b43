"""Names with bars and numbers: the classes that a network finds likeliest, say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets.colors import signed_color

_PAD = 4.0
_BAR = 5.0


@dataclass(frozen=True)
class Bar:
    """One line: what it is, how long its bar is, and the number as it is written.

    text: by default `value` with three digits. change: what is written smaller behind it, "+2 %".
    """

    name: str
    value: float
    text: str = ""
    change: str = ""

    def written(self) -> str:
        """Return the number as it is shown."""
        return self.text or f"{self.value:.3g}".replace("-", "−")


class BarList(QWidget):
    """Shows `Bar`s one below the other; bars of negative values grow to the left of a zero line.

    A click, or the arrow keys, choose a line; a second click or Escape gives it up.
    """

    bar_chosen = Signal(int)
    """Which line the person chose, −1 when they gave it up."""

    def __init__(self, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tooltip)
        self.setToolTip(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._bars: tuple[Bar, ...] = ()
        self._limit: float | None = None
        self._chosen = -1
        self._lines = 0

    def set_bars(self, bars: Sequence[Bar], limit: float | None = None) -> None:
        """Show `bars`. limit: the value of a full bar; by default the largest size among them."""
        self._bars, self._limit = tuple(bars), limit
        if self._chosen >= len(self._bars):
            self._chosen = -1
        self.setAccessibleDescription("; ".join(f"{b.name}: {b.written()}" for b in self._bars))
        if max(len(self._bars), self._lines) != self._lines:
            self._lines = len(self._bars)  # only grows, so that nothing below jumps
            self.updateGeometry()
        self.update()

    def bars(self) -> tuple[Bar, ...]:
        """Return what is shown."""
        return self._bars

    def set_lines(self, lines: int) -> None:
        """Keep room for `lines` lines, before there are any."""
        self._lines = lines
        self.updateGeometry()

    def set_chosen(self, index: int) -> None:
        """Mark a line as chosen, or none for −1, without telling."""
        self._chosen = index if index < len(self._bars) else -1
        self.update()

    def chosen(self) -> int:
        """Return the chosen line, −1 for none."""
        return self._chosen

    def line_center(self, index: int) -> QPoint:
        """Return the middle of a line, for a mouse."""
        return self._line(index).center().toPoint()

    def sizeHint(self) -> QSize:
        """As high as the lines are."""
        return QSize(180, math.ceil(max(1, self._lines) * self._height()))

    def minimumSizeHint(self) -> QSize:
        """Names may be cut, numbers not."""
        return QSize(110, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def _height(self) -> float:
        return QFontMetricsF(self.font()).height() + _BAR + 2 * _PAD

    def _line(self, index: int) -> QRectF:
        return QRectF(0, index * self._height(), self.width(), self._height())

    def _full(self) -> float:
        sizes = [abs(bar.value) for bar in self._bars if math.isfinite(bar.value)]
        return self._limit or max(sizes, default=0.0) or 1.0

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw each line: name and number, and the bar below them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        signed = any(bar.value < 0 for bar in self._bars)
        for index, bar in enumerate(self._bars):
            rect = self._line(index).adjusted(1, 1, -1, -1)
            if index == self._chosen:
                accent = QColor(self.palette().color(QPalette.ColorRole.Highlight))
                painter.setPen(accent)
                accent.setAlpha(50)
                painter.setBrush(accent)
                painter.drawRoundedRect(rect, 4, 4)
            self._paint_line(painter, rect.adjusted(_PAD, 1, -_PAD, -2), bar, signed)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _paint_line(self, painter: QPainter, rect: QRectF, bar: Bar, signed: bool) -> None:
        metrics, palette = QFontMetricsF(self.font()), self.palette()
        text = f"{bar.written()}  {bar.change}" if bar.change else bar.written()
        wide = metrics.horizontalAdvance(text)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        base = rect.top() + metrics.ascent() + 1
        painter.drawText(QPointF(rect.right() - wide, base), text)
        room = rect.width() - wide - 8
        name = metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(rect.left(), base), name)
        track = QRectF(rect.left(), rect.bottom() - _BAR, rect.width(), _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.Mid))
        painter.setOpacity(0.5)
        painter.drawRoundedRect(track, 2, 2)
        painter.setOpacity(1.0)
        share = bar.value / self._full() if math.isfinite(bar.value) else 0.0
        share = min(1.0, max(-1.0, share))
        if not signed:
            painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
            painter.drawRoundedRect(
                QRectF(track.topLeft(), track.bottomRight()).adjusted(
                    0, 0, -(1 - share) * track.width(), 0
                ),
                2,
                2,
            )
            return
        zero = track.center().x()
        end = zero + share * track.width() / 2
        painter.setBrush(signed_color(0.6 if share > 0 else -0.6, 1.0))
        painter.drawRect(QRectF(min(zero, end), track.top(), abs(end - zero), _BAR))
        painter.setBrush(palette.color(QPalette.ColorRole.WindowText))
        painter.drawRect(QRectF(zero - 0.5, track.top() - 1, 1, _BAR + 2))

    def _at(self, position: QPointF) -> int:
        index = int(position.y() // self._height())
        return index if 0 <= index < len(self._bars) else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the line, or give it up."""
        index = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._choose(-1 if index == self._chosen else index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with the arrows, give up with Escape."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in steps and self._bars:
            first = 0 if steps[key] > 0 else len(self._bars) - 1
            wanted = self._chosen + steps[key] if self._chosen >= 0 else first
            self._choose(min(max(wanted, 0), len(self._bars) - 1))
        elif key == Qt.Key.Key_Escape and self._chosen >= 0:
            self._choose(-1)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell a line in full in its tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._at(QPointF(event.pos()))
            bar = self._bars[index] if index >= 0 else None
            said = f"{bar.name}: {bar.written()} {bar.change}".strip() if bar else self.toolTip()
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().event(event)

    def _choose(self, index: int) -> None:
        if index != self._chosen:
            self.set_chosen(index)
            self.bar_chosen.emit(index)
