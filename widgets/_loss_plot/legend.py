"""A list of curves: what each looks like, whether it is drawn, and a value of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from widgets._image_view.number_format import format_tick
from widgets.curve_plot import COLORS, DASHES

_SIGN = QSize(28, 12)
_KEY = Qt.ItemDataRole.UserRole
_LEAST_LINES = 3


@dataclass(frozen=True)
class LegendEntry:
    """One line: what it goes by, its name, its curve's look, a value (NaN: none), drawn or not."""

    key: str
    name: str
    color: str
    dash: int
    value: float
    on: bool

    def look(self) -> tuple[str, str, str, int]:
        """Return all that seldom changes."""
        return self.key, self.name, self.color, self.dash


class Legend(QTreeWidget):
    """Names with checks and values. A double click on a line shows it alone, another one all."""

    hidden_changed = Signal(tuple)
    """The keys that are not checked, when the person switched one."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Curves: which are drawn, and their values")
        self.setToolTip("Check: draw it; double click: this one alone, again: all")
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setIconSize(_SIGN)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.setExpandsOnDoubleClick(False)
        self._entries: tuple[LegendEntry, ...] = ()
        self.itemChanged.connect(lambda _item, _column: self._tell())

    def set_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Show `entries` without telling; where only values changed, the chosen line stays."""
        looks = [entry.look() for entry in entries]
        with QSignalBlocker(self):
            if looks != [entry.look() for entry in self._entries]:
                self.clear()
                for entry in entries:
                    self.addTopLevelItem(_item(entry))
            for row, entry in enumerate(entries):
                item = self.topLevelItem(row)
                checked = Qt.CheckState.Checked if entry.on else Qt.CheckState.Unchecked
                if item.checkState(0) != checked:
                    item.setCheckState(0, checked)
                text = format_tick(entry.value) if math.isfinite(entry.value) else "–"
                if item.text(1) != text:
                    item.setText(1, text)
        if len(self._entries) != len(entries):
            self.updateGeometry()
        self._entries = tuple(entries)
        self.viewport().update()

    def hidden_keys(self) -> tuple[str, ...]:
        """Return the keys of the lines that are not checked."""
        items = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        return tuple(
            item.data(0, _KEY) for item in items if item.checkState(0) == Qt.CheckState.Unchecked
        )

    def mouseDoubleClickEvent(self, event: QEvent) -> None:
        """Show the line under the mouse alone, or all if it is alone already."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self._show_alone(index)
        event.accept()

    def _show_alone(self, index: QModelIndex) -> None:
        rows = range(self.topLevelItemCount())
        key = self.topLevelItem(index.row()).data(0, _KEY)
        others = {self.topLevelItem(row).data(0, _KEY) for row in rows} - {key}
        alone = set(self.hidden_keys()) == others
        with QSignalBlocker(self):
            for row in rows:
                drawn = alone or row == index.row()
                state = Qt.CheckState.Checked if drawn else Qt.CheckState.Unchecked
                self.topLevelItem(row).setCheckState(0, state)
        self.viewport().update()
        self._tell()

    def _tell(self) -> None:
        self.hidden_changed.emit(self.hidden_keys())

    def sizeHint(self) -> QSize:
        """Room for all lines and a name of some letters."""
        lines = max(self.topLevelItemCount(), _LEAST_LINES)
        text = self.fontMetrics()
        width = _SIGN.width() + text.horizontalAdvance("style blocks.0.0.conv 0.00012") + 48
        return QSize(width, lines * (text.height() + 5) + 4)

    def minimumSizeHint(self) -> QSize:
        """Room for a few lines of short names."""
        text = self.fontMetrics()
        width = _SIGN.width() + text.horizontalAdvance("style, block 0.00012") + 60
        return QSize(width, _LEAST_LINES * (text.height() + 5) + 4)


def _item(entry: LegendEntry) -> QTreeWidgetItem:
    item = QTreeWidgetItem([entry.name, ""])
    item.setData(0, _KEY, entry.key)
    item.setIcon(0, _sign(entry.color, entry.dash))
    item.setToolTip(0, entry.name)
    item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setFlags(
        Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
    )
    return item


def _sign(color: str, dash: int) -> QIcon:
    """Return a piece of the line."""
    pixmap = QPixmap(_SIGN)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(QPen(QColor(COLORS[color]), 2, DASHES[dash]))
    painter.drawLine(1, _SIGN.height() // 2, _SIGN.width() - 1, _SIGN.height() // 2)
    painter.end()
    return QIcon(pixmap)
