"""A small table to read and copy: as high as its rows, numbers right-aligned."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

Entry = str | int | float
MOST_ROWS = 8  # more of them may be scrolled
_FIGURE = r"[+\-−±×<>≈]?\s*[\d.,]+(?:e[+\-−]?\d+)?"
_NUMBER = re.compile(rf"{_FIGURE}(?:\s*[×±/÷x]\s*{_FIGURE})*\s*(?:%|×|[A-Za-zµμ]{{1,3}})?|[–—]|")
CELL_MARGIN = 12  # pixels beside the text of a cell
LEAST_LETTERS = 9  # of a text that may be cut
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class PlainTable(QTableWidget):
    """Shows rows of text and numbers; Ctrl+C copies what is selected, or everything."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setToolTip("Ctrl+C copies the selected cells, or the whole table")
        self._natural: list[int] = []
        self._tight: list[int] = []
        self._rows: tuple[tuple[Entry, ...], ...] = ()

    def set_rows(self, columns: Sequence[str], rows: Sequence[Sequence[Entry]]) -> None:
        """Show `rows` below the names of their columns. Raises ValueError for missing entries."""
        rows = tuple(tuple(one) for one in rows)
        for row in rows:
            if len(row) != len(columns):
                raise ValueError(f"{len(row)} entries for {len(columns)} columns: {row}")
        if self.column_names() != list(columns):
            self.setColumnCount(len(columns))
            self.setHorizontalHeaderLabels(list(columns))
        if self.rowCount() != len(rows):
            self.setRowCount(len(rows))
        self._rows = rows
        for c in range(len(columns)):
            numbers = bool(rows) and all(_is_number(row[c]) for row in rows)
            side = _RIGHT if numbers else _LEFT
            self.horizontalHeaderItem(c).setTextAlignment(side)
            for r, row in enumerate(rows):
                self._write(r, c, row[c], side)
        self._fit()

    def column_names(self) -> list[str]:
        """Return the names of the columns."""
        items = (self.horizontalHeaderItem(c) for c in range(self.columnCount()))
        return [item.text() if item is not None else "" for item in items]

    def _write(self, row: int, column: int, entry: Entry, side: Qt.AlignmentFlag) -> None:
        text = entry_text(entry)
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            item.setFlags(Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)
            self.setItem(row, column, item)
        if item.text() != text:
            item.setText(text)
            item.setToolTip(text)
        item.setTextAlignment(side)

    def copy(self) -> None:
        """Put the selected cells, or all with their names, on the clipboard with tabs between."""
        chosen = sorted({(i.row(), i.column()) for i in self.selectedIndexes()})
        if chosen:
            rows = sorted({r for r, _ in chosen})
            lines = [
                "\t".join(self.item(r, c).text() for row, c in chosen if row == r) for r in rows
            ]
        else:
            lines = ["\t".join(self.column_names())]
            lines += ["\t".join(entry_text(one) for one in row) for row in self._rows]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy; give the selection up with Escape."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() == Qt.Key.Key_Escape and self.selectedIndexes():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.columnCount():
            self._fit()

    def best_height(self, width: int) -> int:
        """Return the height of all rows and their header, and of a bar to scroll a narrow table."""
        rows = self.rowCount() * self.verticalHeader().defaultSectionSize()
        scrolled = width < self.tight_width()
        bar = self.horizontalScrollBar().sizeHint().height() if scrolled else 0
        return self.horizontalHeader().sizeHint().height() + rows + bar + 2 * self.frameWidth()

    def least_height(self, width: int) -> int:
        """Return the height of the rows that are shown at least."""
        hidden = max(0, self.rowCount() - MOST_ROWS)
        return self.best_height(width) - hidden * self.verticalHeader().defaultSectionSize()

    def tight_width(self) -> int:
        """Return the width at which no number is cut, though names of columns may be."""
        return sum(self._tight) + 2 * self.frameWidth()

    def sizeHint(self) -> QSize:
        """As high as the rows are, as wide as the longest entries."""
        width = sum(self._natural) + 2 * self.frameWidth()
        return QSize(width, self.best_height(width))

    def minimumSizeHint(self) -> QSize:
        """Columns may be cut, and rows where they are many."""
        return QSize(120, self.least_height(max(120, self.width())))

    def _fit(self) -> None:
        """Measure the columns: with their names, and with what must not be cut."""
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 6)
        self._natural, self._tight = [], []
        for c, name in enumerate(self.column_names()):
            entries = [metrics.horizontalAdvance(entry_text(row[c])) for row in self._rows]
            longest = max(entries, default=0)
            right = self.horizontalHeaderItem(c).textAlignment() & Qt.AlignmentFlag.AlignRight
            least = longest if right else min(longest, LEAST_LETTERS * metrics.averageCharWidth())
            self._natural.append(max(longest, metrics.horizontalAdvance(name)) + CELL_MARGIN)
            self._tight.append(least + CELL_MARGIN)
        self.setMaximumHeight(self.best_height(self.width()))
        self.updateGeometry()
        self._share_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width."""
        super().resizeEvent(event)
        self.setMaximumHeight(self.best_height(self.width()))
        self._share_width()

    def _share_width(self) -> None:
        """Give each column what it needs; where that is too much, less to names and texts."""
        if not self._natural:
            return
        room = self.viewport().width()
        tight, natural = sum(self._tight), sum(self._natural)
        share = min(1.0, max(0.0, (room - tight) / max(1, natural - tight)))
        both = zip(self._tight, self._natural, strict=True)
        widths = [int(least + share * (whole - least)) for least, whole in both]
        spare = max(0, room - sum(widths))
        for c, width in enumerate(widths):
            more = spare // (len(widths) - c)
            spare -= more
            self.setColumnWidth(c, width + more)


def _is_number(entry: Entry) -> bool:
    """Return whether `entry` is read as a number: one, one with its unit, or sides of a shape."""
    if isinstance(entry, int | float):
        return True
    return bool(_NUMBER.fullmatch(entry.strip()))


def entry_text(entry: Entry) -> str:
    """Return an entry as it is written: whole numbers with commas, others with four digits."""
    if isinstance(entry, bool):
        return "yes" if entry else "no"
    if isinstance(entry, int):
        return f"{entry:,}".replace("-", "−")
    if isinstance(entry, float):
        return f"{entry:,.4g}".replace("-", "−")
    return entry
