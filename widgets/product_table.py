"""A table of all products of two lists: each output is the sum along one diagonal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QKeyEvent, QKeySequence, QPalette
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from widgets.number_text import format_number

_TINT = 70  # opacity of the diagonal, of 255


def number_text(value: complex) -> str:
    """Return `value` in few characters, "1+2j" where it is complex."""
    if np.iscomplexobj(value):
        sign = "−" if value.imag < 0 else "+"
        text = f"{format_number(value.real)}{sign}{format_number(abs(value.imag))}j"
    else:
        text = format_number(float(value))
    return text.replace("-", "−")


class _Model(QAbstractTableModel):
    def __init__(self, view: ProductTable) -> None:
        super().__init__(view)
        self._view = view
        self.table = np.zeros((0, 0))
        self.rows: Sequence[str] = ()
        self.columns: Sequence[str] = ()
        self.current: tuple[int, int] | None = None
        self.done = 0

    def rowCount(self, _parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008  Qt's
        return len(self.table)

    def columnCount(self, _parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008  Qt's
        return self.table.shape[1]

    def headerData(  # noqa: N802  Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        names = self.columns if orientation == Qt.Orientation.Horizontal else self.rows
        if role == Qt.ItemDataRole.DisplayRole and section < len(names):
            return names[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return number_text(self.table[row, column])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{number_text(self.table[row, column])} is added to output {row + column}"
        palette = self._view.palette()
        done = row * self.table.shape[1] + column < self.done
        if role == Qt.ItemDataRole.ForegroundRole:
            if (row, column) == self.current:
                return palette.color(QPalette.ColorRole.HighlightedText)
            kind = QPalette.ColorRole.Text if done else QPalette.ColorRole.PlaceholderText
            return palette.color(kind)
        if role == Qt.ItemDataRole.BackgroundRole and self.current is not None:
            color = QColor(palette.color(QPalette.ColorRole.Highlight))
            if (row, column) == self.current:
                return color
            if row + column == sum(self.current):
                color.setAlpha(_TINT)
                return color
        if role == Qt.ItemDataRole.FontRole and (row, column) == self.current:
            font = QFont(self._view.font())
            font.setBold(True)
            return font
        return None


class ProductTable(QTableView):
    """Shows `table` (n, m); the current product is filled, its diagonal tinted, what comes pale.

    A click or the arrow keys choose a product; Ctrl+C copies the table as NumPy.
    """

    chosen = Signal(int, int)
    """Row and column of the product that the person chose."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Table of partial products")
        self._model = _Model(self)
        self.setModel(self._model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setToolTip("Click a product to go to its step; Ctrl+C copies the table as NumPy")
        self.setCornerButtonEnabled(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setSectionsClickable(False)
        self.clicked.connect(lambda index: self.chosen.emit(index.row(), index.column()))
        self._fit()

    def set_table(self, table: np.ndarray, rows: Sequence[str], columns: Sequence[str]) -> None:
        """Show the products `table` (n, m), real or complex, with what stands at its sides."""
        same = table.shape == self._model.table.shape and np.array_equal(table, self._model.table)
        if same and list(rows) == list(self._model.rows):
            return
        self._model.beginResetModel()
        self._model.table, self._model.rows, self._model.columns = table, rows, columns
        self._model.current, self._model.done = None, 0
        self._model.endResetModel()
        self._fit()

    def set_current(self, row: int, column: int) -> None:
        """Mark the product that is being made, and its diagonal; those before it are done."""
        self._model.current = (row, column)
        self._model.done = row * self._model.table.shape[1] + column + 1
        self.viewport().update()
        self.scrollTo(self._model.index(row, column))

    def current(self) -> tuple[int, int] | None:
        """Return row and column of the marked product."""
        return self._model.current

    def table(self) -> np.ndarray:
        """Return what is shown."""
        return self._model.table

    def copy(self) -> None:
        """Put the table on the clipboard as NumPy."""
        shown = np.array2string(self._model.table, separator=", ", threshold=self._model.table.size)
        QGuiApplication.clipboard().setText(f"np.array({shown})")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from product to product, and copy."""
        moves = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in moves and self._model.current is not None:
            place = np.add(self._model.current, moves[event.key()])
            row, column = np.clip(place, 0, np.subtract(self._model.table.shape, 1)).tolist()
            self.chosen.emit(row, column)
        else:
            event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_model"):
            self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        widest = "−0.000" if not np.iscomplexobj(self._model.table) else "−0.00+0.00j"
        texts = [widest, *self._model.columns]
        width = max(metrics.horizontalAdvance(text) for text in texts) + 14
        self.horizontalHeader().setDefaultSectionSize(width)
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 6)
