"""Words in a wrapping row, with the groups of neighbouring ones that were found below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets.colors import signed_color
from widgets.number_text import format_number

_GAP = 6.0
_PAD = 7.0
_BAR = 4.0


@dataclass(frozen=True)
class WordWindow:
    """`count` words from `first` on; strength: how strongly they were found; name: by what."""

    first: int
    count: int
    strength: float
    name: str = ""

    def text(self) -> str:
        """Return name and strength as they are written."""
        number = format_number(self.strength).replace("-", "−")
        return f"{self.name} {number}".strip()


@dataclass(frozen=True)
class _Placed:
    """Where everything lies: a rectangle a word, the bars of each window, and the height."""

    words: tuple[QRectF, ...]
    bars: tuple[tuple[int, QRectF], ...]
    height: float


class WordRow(QWidget):
    """Shows words as plates; unknown ones grey and struck. Each window has a bar below its words.

    The bar is the fuller, and the number behind it says it, the stronger the window was found.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._words: tuple[str, ...] = ()
        self._windows: tuple[WordWindow, ...] = ()
        self._unknown: frozenset[int] = frozenset()

    def set_words(
        self,
        words: Sequence[str],
        windows: Sequence[WordWindow] = (),
        unknown: Sequence[int] = (),
    ) -> None:
        """Show `words`; unknown: places of those without a meaning. ValueError beyond the words."""
        for one in windows:
            if one.first < 0 or one.count < 1 or one.first + one.count > len(words):
                raise ValueError(f"{one} does not lie on {len(words)} words")
        self._words, self._windows = tuple(words), tuple(windows)
        self._unknown = frozenset(unknown)
        said = "; ".join(f"{one.text()}: {self._phrase(one)}" for one in self._windows)
        self.setAccessibleDescription(" ".join(self._words) + (f" ({said})" if said else ""))
        self.updateGeometry()
        self.update()

    def words(self) -> tuple[str, ...]:
        """Return what is shown."""
        return self._words

    def windows(self) -> tuple[WordWindow, ...]:
        """Return the windows that are shown."""
        return self._windows

    def word_rect(self, place: int) -> QRectF:
        """Return where a word is painted."""
        return self._placed(self.width()).words[place]

    def _phrase(self, window: WordWindow) -> str:
        return " ".join(self._words[window.first : window.first + window.count])

    def hasHeightForWidth(self) -> bool:
        """Say that a narrower row is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height at `width`."""
        return round(self._placed(width).height)

    def sizeHint(self) -> QSize:
        """Return the size at the present width."""
        return QSize(300, self.heightForWidth(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        """Return the height of one line."""
        return QSize(120, round(QFontMetricsF(self.font()).height() + 2 * _PAD))

    # -- where things lie -------------------------------------------------------------------

    def _placed(self, width: float) -> _Placed:
        metrics = QFontMetricsF(self.font())
        high = metrics.height() + _PAD
        lane = metrics.height() + _BAR + 3
        lines: list[list[tuple[int, float, float]]] = [[]]
        x = 1.0
        for place, word in enumerate(self._words):
            wide = metrics.horizontalAdvance(word) + 2 * _PAD
            if lines[-1] and x + wide > width:
                lines.append([])
                x = 1.0
            lines[-1].append((place, x, wide))
            x += wide + _GAP
        words: dict[int, QRectF] = {}
        bars: list[tuple[int, QRectF]] = []
        y = 1.0
        for line in lines:
            for place, left, wide in line:
                words[place] = QRectF(left, y, wide, high)
            used = self._line_bars(line, y + high + 3, lane, width, bars)
            y += high + 3 + used * lane + _GAP
        return _Placed(tuple(words[n] for n in range(len(self._words))), tuple(bars), y)

    def _line_bars(
        self,
        line: list[tuple[int, float, float]],
        top: float,
        lane: float,
        width: float,
        bars: list[tuple[int, QRectF]],
    ) -> int:
        """Add the bars below one line of words; return how many lanes they take."""
        metrics = QFontMetricsF(self.font())
        ends: list[float] = []
        at = {place: (left, left + wide) for place, left, wide in line}
        for number, window in enumerate(self._windows):
            mine = [n for n in range(window.first, window.first + window.count) if n in at]
            if not mine:
                continue
            left, right = at[mine[0]][0], at[mine[-1]][1]
            needed = max(right, left + metrics.horizontalAdvance(window.text()))
            level = next((n for n, end in enumerate(ends) if end + _GAP <= left), len(ends))
            if level == len(ends):
                ends.append(0.0)
            ends[level] = min(needed, max(width, right))
            bars.append((number, QRectF(left, top + level * lane, right - left, _BAR)))
        return len(ends)

    # -- drawing ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words, and the bars of the windows with their names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        placed = self._placed(self.width())
        for number, rect in enumerate(placed.words):
            self._paint_word(painter, rect, self._words[number], unknown=number in self._unknown)
        full = max((abs(one.strength) for one in self._windows), default=0.0) or 1.0
        metrics = QFontMetricsF(self.font())
        track = QColor(self.palette().color(QPalette.ColorRole.Mid))
        track.setAlpha(130)
        for number, rect in placed.bars:
            window = self._windows[number]
            share = min(1.0, abs(window.strength) / full)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(track)
            painter.drawRoundedRect(rect, 2, 2)
            painter.setBrush(signed_color(0.6 if window.strength >= 0 else -0.6, 1.0))
            painter.drawRoundedRect(
                QRectF(rect.left(), rect.top(), rect.width() * share, rect.height()), 2, 2
            )
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            room = self.width() - rect.left()
            text = metrics.elidedText(window.text(), Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(rect.left(), rect.bottom() + metrics.ascent() + 1), text)
        painter.end()

    def _paint_word(self, painter: QPainter, rect: QRectF, word: str, *, unknown: bool) -> None:
        palette = self.palette()
        edge = palette.color(QPalette.ColorRole.Mid)
        painter.setPen(QPen(edge, 1, Qt.PenStyle.DashLine if unknown else Qt.PenStyle.SolidLine))
        painter.setBrush(
            Qt.BrushStyle.NoBrush if unknown else palette.color(QPalette.ColorRole.Base)
        )
        painter.drawRoundedRect(rect, 5, 5)
        font = self.font()
        font.setStrikeOut(unknown)
        painter.setFont(font)
        kind = QPalette.ColorRole.PlaceholderText if unknown else QPalette.ColorRole.Text
        painter.setPen(palette.color(kind))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, word)
        painter.setFont(self.font())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        """Tell what a word or a window is."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._said_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def _said_at(self, position: QPointF) -> str:
        placed = self._placed(self.width())
        for number, rect in enumerate(placed.words):
            if rect.contains(position):
                known = "not in the vocabulary" if number in self._unknown else f"word {number}"
                return f"“{self._words[number]}”: {known}"
        below = QFontMetricsF(self.font()).height()
        for number, rect in placed.bars:
            if rect.adjusted(0, -2, 0, below).contains(position):
                return f"{self._windows[number].text()}: “{self._phrase(self._windows[number])}”"
        return ""
