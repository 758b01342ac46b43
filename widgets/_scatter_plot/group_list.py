"""The legend of a scatter plot: which look is which group, and which groups are shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy

from widgets._scatter_plot.looks import CROSSED, icon_of

_GROUP = Qt.ItemDataRole.UserRole
_WIDEST = 18  # letters


class GroupList(QListWidget):
    """Groups with their look and count; the box before a group shows or hides it."""

    shown_changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("Legend")
        self.setToolTip("The boxes show and hide classes; a double click shows one alone, or all")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.itemChanged.connect(lambda _item: self.shown_changed.emit())
        self.itemDoubleClicked.connect(self._show_alone)

    def set_groups(self, groups: Sequence[tuple[int, str, int]]) -> None:
        """List (number, name, count); groups that were hidden under the same name stay so."""
        before = {self.item(row).toolTip() for row in self._rows(Qt.CheckState.Unchecked)}
        with QSignalBlocker(self):
            self.clear()
            for number, name, count in groups:
                item = QListWidgetItem(f"{name} ({count:,})")
                item.setData(_GROUP, number)
                item.setToolTip(name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                hidden = name in before
                item.setCheckState(Qt.CheckState.Unchecked if hidden else Qt.CheckState.Checked)
                self.addItem(item)
        self._draw_icons()
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons in the new palette's colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()

    def _draw_icons(self) -> None:
        ink = self.palette().color(QPalette.ColorRole.Text)
        with QSignalBlocker(self):
            for row in range(self.count()):
                item = self.item(row)
                item.setIcon(icon_of(item.data(_GROUP), ink))

    def hidden(self) -> frozenset[int]:
        """Return the numbers of the groups that are not shown."""
        rows = self._rows(Qt.CheckState.Unchecked)
        return frozenset(self.item(row).data(_GROUP) for row in rows)

    def sizeHint(self) -> QSize:
        """As wide as the names, up to a limit."""
        widest = self.fontMetrics().averageCharWidth() * _WIDEST
        text = min(max(self.sizeHintForColumn(0), 0), widest + 40)
        room = text + 2 * self.frameWidth() + self.verticalScrollBar().sizeHint().width()
        return QSize(room, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Two lines high."""
        return QSize(self.sizeHint().width(), 3 * self.fontMetrics().height())

    def _rows(self, state: Qt.CheckState) -> list[int]:
        return [row for row in range(self.count()) if self.item(row).checkState() == state]

    def _show_alone(self, chosen: QListWidgetItem) -> None:
        if chosen.data(_GROUP) == CROSSED:
            return
        groups = [row for row in range(self.count()) if self.item(row).data(_GROUP) != CROSSED]
        shown = [row for row in self._rows(Qt.CheckState.Checked) if row in groups]
        alone = shown == [self.row(chosen)]
        with QSignalBlocker(self):
            for row in groups:
                on = alone or self.item(row) is chosen
                state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
                self.item(row).setCheckState(state)
        self.shown_changed.emit()
