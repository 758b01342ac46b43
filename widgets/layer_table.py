"""A table of layers whose rows are chosen, dragged and removed: the order is the network's."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)


class LayerTable(QTableWidget):
    """Shows rows of text; drag a row, or Alt+Up and Alt+Down, moves it; Delete removes it."""

    row_chosen = Signal(int)
    row_moved = Signal(int, int)
    """From which row, to which row."""
    row_removed = Signal(int)

    def __init__(
        self, name: str, columns: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        """columns: (heading, tooltip)."""
        super().__init__(0, len(columns), parent)
        self.setObjectName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Layers")
        self.verticalHeader().hide()
        for index, (heading, tooltip) in enumerate(columns):
            item = QTableWidgetItem(heading)
            item.setToolTip(tooltip)
            self.setHorizontalHeaderItem(index, item)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setMinimumSize(220, 90)
        self._pressed: tuple[int, QPointF] | None = None
        self._target: int | None = None
        self.currentCellChanged.connect(self._current_changed)

    def sizeHint(self) -> QSize:
        """Ask for a few rows; the table takes all the room there is."""
        return QSize(220, 110)

    def set_rows(self, rows: Sequence[Sequence[str]], current: int) -> None:
        """Show `rows`, the row `current` chosen, without telling."""
        with QSignalBlocker(self):
            self.setRowCount(len(rows))
            for r, texts in enumerate(rows):
                for c, text in enumerate(texts):
                    item = QTableWidgetItem(text)
                    side = Qt.AlignmentFlag.AlignLeft if c == 0 else Qt.AlignmentFlag.AlignRight
                    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                    self.setItem(r, c, item)
            self.resizeRowsToContents()
            if rows:
                self.setCurrentCell(min(current, len(rows) - 1), 0)
                self.selectRow(self.currentRow())

    def row_texts(self, row: int) -> list[str]:
        """Return what a row shows."""
        items = [self.item(row, column) for column in range(self.columnCount())]
        return [item.text() if item is not None else "" for item in items]

    def _current_changed(self, row: int, _column: int, before: int, _before_column: int) -> None:
        if row >= 0 and row != before:
            self.row_chosen.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move or remove the chosen row."""
        row = self.currentRow()
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and row >= 0:
            self.row_removed.emit(row)
        elif alt and event.key() == Qt.Key.Key_Up:
            self._move(row, row - 1)
        elif alt and event.key() == Qt.Key.Key_Down:
            self._move(row, row + 1)
        else:
            super().keyPressEvent(event)

    def _move(self, start: int, end: int) -> None:
        if start != end and 0 <= start < self.rowCount() and 0 <= end < self.rowCount():
            self.row_moved.emit(start, end)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a row; a drag from it moves it."""
        super().mousePressEvent(event)
        row = self.rowAt(round(event.position().y()))
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self._pressed = row, event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show where the dragged row would go."""
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        way = abs(event.position().y() - self._pressed[1].y())
        if self._target is None and way < QApplication.startDragDistance():
            return
        row = self.rowAt(round(event.position().y()))
        self._target = row if row >= 0 else (0 if event.position().y() < 0 else self.rowCount() - 1)
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Put the dragged row where it is."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        target, self._target = self._target, None
        self.viewport().unsetCursor()
        self.viewport().update()
        if pressed is not None and target is not None:
            self._move(pressed[0], target)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the table, and a line where the dragged row would go."""
        super().paintEvent(event)
        if self._target is None or self._pressed is None:
            return
        down = self._target > self._pressed[0]
        y = self.rowViewportPosition(self._target) + (self.rowHeight(self._target) if down else 0)
        painter = QPainter(self.viewport())
        painter.setPen(QPen(self.palette().highlight().color(), 3))
        painter.drawLine(0, y, self.viewport().width(), y)
        painter.end()
