"""The table's data for Qt: texts, order, colours, and the sums of what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont

from widgets._layer_table_view.blanks import Blanks, Cell

Value = str | int | float | tuple[int, ...] | None
Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole

RIGHT, WRONG = QColor(46, 160, 67, 70), QColor(214, 48, 49, 80)
BLANK, REVEALED = QColor(255, 179, 0, 38), QColor(128, 128, 128, 70)


def plain_text(value: Value) -> str:
    """Return a value as a cell shows it: counts grouped by commas, sizes joined by ·, None as –."""
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return "·".join(str(part) for part in value)
    if isinstance(value, int):
        return f"{value:,}"
    return value if isinstance(value, str) else f"{value:.3g}"


@dataclass(frozen=True)
class TableColumn:
    """A column: heading, tooltip, how its values are written, and what may be done with it.

    summed: the sums row adds it up; can_blank: a person can work its cells out.
    """

    heading: str
    tooltip: str = ""
    text: Callable[[Value], str] = plain_text
    numeric: bool = True
    summed: bool = False
    can_blank: bool = False


@dataclass(frozen=True, eq=False)
class TableData:
    """columns, and rows with one value for each; keys: what each row is called in signals."""

    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    keys: tuple[str, ...]

    def text(self, row: int, column: int) -> str:
        """Return what a cell says."""
        return self.columns[column].text(self.rows[row][column])

    def truths(self, columns: set[int]) -> dict[Cell, str]:
        """Return the texts of the cells that can be asked for in these columns."""
        return {
            (row, column): self.text(row, column)
            for column in sorted(columns)
            for row, values in enumerate(self.rows)
            if self.columns[column].can_blank and values[column] not in (None, "", 0)
        }


class LayerModel(QAbstractTableModel):
    """Rows of `TableData`; blank cells can be typed into."""

    answered = Signal()
    """A person filled a blank, or emptied it."""

    def __init__(self, data: TableData) -> None:
        super().__init__()
        self._data = data
        self.blanks: Blanks | None = None

    def table(self) -> TableData:
        """Return the data."""
        return self._data

    def set_table(self, data: TableData) -> None:
        """Show other data, without blanks."""
        self.beginResetModel()
        self._data, self.blanks = data, None
        self.endResetModel()

    def set_blanks(self, blanks: Blanks | None) -> None:
        """Ask for these cells, or for none."""
        self.beginResetModel()
        self.blanks = blanks
        self.endResetModel()

    def refresh(self) -> None:
        """Say that any cell may say something else."""
        last = self.index(self.rowCount() - 1, self.columnCount() - 1)
        self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008  Qt's own
        """How many layers there are."""
        return 0 if parent.isValid() else len(self._data.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008  Qt's own
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._data.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:  # noqa: N802
        """Return heading or tooltip of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self._data.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.heading
        return column.tooltip if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let blanks be typed into."""
        flags = super().flags(index)
        if self.blanks is not None and (index.row(), index.column()) in self.blanks.truths:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell says, how it sorts, and how it looks."""
        cell = index.row(), index.column()
        column = self._data.columns[index.column()]
        asked = self.blanks is not None and cell in self.blanks.truths
        if role == Qt.ItemDataRole.DisplayRole:
            return self.shown(cell)
        if role == SORT_ROLE:
            return self._rank(cell)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.EditRole and asked:
            return self.blanks.answers.get(cell, "")
        if role == Qt.ItemDataRole.BackgroundRole and asked:
            colors = {None: BLANK, True: RIGHT, False: WRONG}
            return REVEALED if cell in self.blanks.revealed else colors[self.blanks.is_right(cell)]
        if role == Qt.ItemDataRole.FontRole and asked and self.blanks.is_right(cell) is not None:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(cell)
        return None

    def shown(self, cell: Cell) -> str:
        """Return what a cell says: the truth, or what was typed into a blank with ✓ or ✗."""
        if self.blanks is None or cell not in self.blanks.truths:
            return self._data.text(*cell)
        if cell in self.blanks.revealed:
            return self.blanks.truths[cell]
        right = self.blanks.is_right(cell)
        if right is None:
            return ""
        return f"{self.blanks.answers[cell]} {'✓' if right else '✗'}"

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        """Take an answer."""
        cell = index.row(), index.column()
        if self.blanks is None or role != Qt.ItemDataRole.EditRole:
            return False
        if cell not in self.blanks.truths:
            return False
        self.blanks.answer(cell, str(value))
        self.dataChanged.emit(index, index)
        self.answered.emit()
        return True

    def _rank(self, cell: Cell) -> object:
        """Numbers by size, shapes by how many numbers they hold, texts by alphabet, none first."""
        if self.blanks is not None and cell in self.blanks.truths:
            return cell[0]  # the order must not tell what is asked for
        value = self._data.rows[cell[0]][cell[1]]
        if isinstance(value, tuple):
            size = 1
            for part in value:
                size *= part
            return float(size)
        if value is None:
            return -1.0 if self._data.columns[cell[1]].numeric else ""
        return value.casefold() if isinstance(value, str) else float(value)

    def _tooltip(self, cell: Cell) -> str:
        column = self._data.columns[cell[1]]
        if self.blanks is None or cell not in self.blanks.truths:
            return f"{column.heading}: {self._data.text(*cell)}"
        said = {
            None: "type what belongs here",
            True: "right",
            False: "not right; type again, or empty the cell",
        }
        return f"{column.heading}: {said[self.blanks.is_right(cell)]}"
