"""A large table of layers to sort, filter, copy, and to fill in from memory."""

from __future__ import annotations

from collections.abc import Mapping, Set
from heapq import nlargest

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from widgets._layer_table_view.blanks import Blanks, Cell, same_answer
from widgets._layer_table_view.model import (
    SORT_ROLE,
    Index,
    LayerModel,
    TableColumn,
    TableData,
    Value,
    plain_text,
)

__all__ = ["LayerTableView", "TableColumn", "TableData", "Value", "plain_text", "same_answer"]

LONGEST = 8  # texts of a column that are measured: the widest is among those with most letters
CELL_ROOM = 8  # pixels that a cell keeps beside its text


class _Filter(QSortFilterProxyModel):
    """Rows in which some cell holds all the words."""

    def __init__(self) -> None:
        super().__init__()
        self._words: tuple[str, ...] = ()
        self.setSortRole(SORT_ROLE)

    def set_words(self, text: str) -> None:
        """Keep rows that hold each word of `text` somewhere."""
        self._words = tuple(text.casefold().split())
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:  # noqa: N802
        """Return whether a row holds all words, in what it shows."""
        model = self.sourceModel()
        assert isinstance(model, LayerModel), "the filter lies over layers"
        cells = (model.shown((source_row, column)) for column in range(model.columnCount()))
        said = " ".join(cells).casefold()
        return all(word in said for word in self._words)


class _View(QTableView):
    """A table whose Ctrl+C copies what is selected, with the headings."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy; everything else as ever."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.selected_text())
        else:
            super().keyPressEvent(event)

    def selected_text(self) -> str:
        """Return the selected cells as a spreadsheet takes them; whole rows bring the headings."""
        chosen = self.selectionModel().selectedIndexes()
        if not chosen:
            return ""
        rows = sorted({index.row() for index in chosen})
        columns = sorted({index.column() for index in chosen})
        model = self.model()
        lines = [
            "\t".join(str(model.index(row, column).data() or "") for column in columns)
            for row in rows
        ]
        if len(columns) == model.columnCount():
            across = Qt.Orientation.Horizontal
            heads = (str(model.headerData(column, across)) for column in columns)
            lines.insert(0, "\t".join(heads))
        return "\n".join(lines)


class LayerTableView(QWidget):
    """Shows `TableData` with the sums of the rows that are shown.

    Mouse: a click on a heading sorts by it, a third click takes the first order again; a click on
    a row chooses it. Keys: arrows, Ctrl+A and Ctrl+C copy. Blanks mode: the cells of chosen columns
    are empty; a double click, F2 or typing fills one, which is then marked ✓ or ✗.

    objectNames: "<name>_view", "<name>_sums".
    """

    row_chosen = Signal(str)
    """The key of the row that the person went to."""
    answers_changed = Signal(object)
    """All answers so far, {(row, column): text}, after the person typed one."""
    sorted = Signal(str, bool)
    """The heading that the person sorts by, "" for the first order, and whether it falls."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._model = LayerModel(TableData((), (), ()))
        self._filter = _Filter()
        self._filter.setSourceModel(self._model)
        self.view = _View()
        self.view.setObjectName(f"{name}_view")
        self.view.setAccessibleName("Layers")
        self.sums = QTableWidget(1, 0, objectName=f"{name}_sums")
        self._quiet = False
        self._wrapped = False
        self._set_up_view()
        self._set_up_sums()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.sums)
        self.setFocusProxy(self.view)

    def _set_up_view(self) -> None:
        view = self.view
        view.setModel(self._filter)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setAlternatingRowColors(True)
        view.setTabKeyNavigation(False)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        view.verticalHeader().hide()
        self._fit_rows()
        head = view.horizontalHeader()
        head.setSectionsClickable(True)
        head.setHighlightSections(False)
        head.setSortIndicatorShown(True)
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        view.setSortingEnabled(True)
        head.sortIndicatorChanged.connect(self._sort_changed)
        head.sectionResized.connect(self._fit_sums)
        head.geometriesChanged.connect(self._fit_sums)
        view.horizontalScrollBar().valueChanged.connect(self._scroll_sums)
        view.selectionModel().currentRowChanged.connect(self._row_changed)
        self._model.answered.connect(self._answered)

    def _set_up_sums(self) -> None:
        sums = self.sums
        sums.verticalHeader().hide()
        sums.horizontalHeader().hide()
        sums.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        sums.setShowGrid(False)
        sums.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        sums.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        sums.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        sums.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for bar in ("setHorizontalScrollBarPolicy", "setVerticalScrollBarPolicy"):
            getattr(sums, bar)(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        sums.setToolTip("Sums over the rows that are shown")

    # -- what is shown ----------------------------------------------------------------------

    def set_table(self, data: TableData) -> None:
        """Show `data`, without blanks; order and filter stay if the columns do."""
        same = [c.heading for c in data.columns] == [c.heading for c in self._model.table().columns]
        chosen = self.chosen()
        self._model.set_table(data)
        if not same:
            self.set_sort("")
            self._fit_columns()
        self.set_chosen(chosen)
        self._show_sums()

    def table(self) -> TableData:
        """Return what is shown."""
        return self._model.table()

    def set_filter(self, text: str) -> None:
        """Show only rows that hold each word of `text` somewhere."""
        self._filter.set_words(text)
        self._show_sums()

    def set_sort(self, heading: str, *, descending: bool = False) -> None:
        """Sort by the column with this heading, without telling; as given where there is none."""
        headings = [column.heading for column in self._model.table().columns]
        section = headings.index(heading) if heading in headings else -1
        falls = descending and section >= 0
        order = Qt.SortOrder.DescendingOrder if falls else Qt.SortOrder.AscendingOrder
        head = self.view.horizontalHeader()
        if (head.sortIndicatorSection(), head.sortIndicatorOrder()) != (section, order):
            quiet, self._quiet = self._quiet, True
            head.setSortIndicator(section, order)
            self._quiet = quiet

    def shown_rows(self) -> list[int]:
        """Return the rows of the data that are shown, in their order."""
        count = self._filter.rowCount()
        return [self._filter.mapToSource(self._filter.index(row, 0)).row() for row in range(count)]

    def shown_text(self, row: int, column: int) -> str:
        """Return what the cell of a row of the data says at present."""
        return self._model.shown((row, column))

    def sums_text(self, column: int) -> str:
        """Return what the sums row says under a column."""
        item = self.sums.item(0, column)
        return item.text() if item is not None else ""

    def set_chosen(self, key: str) -> None:
        """Select the row with this key, without telling; none if there is no such row."""
        self._quiet = True
        keys = self._model.table().keys
        index = self._model.index(keys.index(key), 0) if key in keys else None
        shown = self._filter.mapFromSource(index) if index is not None else None
        if shown is None or not shown.isValid():
            self.view.selectionModel().clear()
        else:
            rows = QItemSelectionModel.SelectionFlag.Rows
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | rows
            self.view.selectionModel().setCurrentIndex(shown, flags)
            self.view.scrollTo(shown)
        self._quiet = False

    def chosen(self) -> str:
        """Return the key of the current row, "" for none."""
        index = self.view.currentIndex()
        keys = self._model.table().keys
        return keys[self._filter.mapToSource(index).row()] if index.isValid() else ""

    def cell_center(self, row: int, column: int) -> QPoint:
        """Return where in the view's viewport the cell of a row of the data is."""
        index = self._filter.mapFromSource(self._model.index(row, column))
        self.view.scrollTo(index)
        return self.view.visualRect(index).center()

    def set_wrapped(self) -> None:
        """Break long texts over several lines, for few columns that are all to be seen at once."""
        self._wrapped = True
        self.view.setWordWrap(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.horizontalHeader().setStretchLastSection(True)
        rows = self.view.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._fit_columns()

    def set_sums_shown(self, shown: bool) -> None:
        """Show the sums below the rows, or not."""
        self.sums.setVisible(shown)

    # -- blanks -----------------------------------------------------------------------------

    def set_blanks(self, columns: Set[int], answers: Mapping[Cell, str] | None = None) -> None:
        """Empty the cells of these columns, with what was answered so far; none: show all."""
        if not columns:
            self._model.set_blanks(None)
        else:
            truths = self._model.table().truths(set(columns))
            self._model.set_blanks(Blanks(truths, answers or {}))
        self._show_sums()

    def blanks_score(self) -> tuple[int, int, int]:
        """Return how many blanks are right, how many wrong, and how many there are."""
        return self._model.blanks.score() if self._model.blanks is not None else (0, 0, 0)

    def reveal(self) -> None:
        """Show the truth in all blanks that are not filled rightly."""
        if self._model.blanks is not None:
            self._model.blanks.reveal()
            self._model.refresh()

    # -- inner ------------------------------------------------------------------------------

    def _answered(self) -> None:
        assert self._model.blanks is not None, "only blanks are answered"
        self.answers_changed.emit(dict(self._model.blanks.answers))

    def _row_changed(self, current: Index, before: Index) -> None:
        if current.isValid() and not self._quiet and current.row() != before.row():
            self.row_chosen.emit(self.chosen())

    def _sort_changed(self, section: int, order: Qt.SortOrder) -> None:
        columns = self._model.table().columns
        if not self._quiet:
            heading = columns[section].heading if 0 <= section < len(columns) else ""
            self.sorted.emit(heading, order is Qt.SortOrder.DescendingOrder and bool(heading))

    def _show_sums(self) -> None:
        data, rows = self._model.table(), self.shown_rows()
        self.sums.setColumnCount(len(data.columns))
        blank = {cell[1] for cell in self._model.blanks.truths} if self._model.blanks else set()
        for number, column in enumerate(data.columns):
            text = ""
            if number == 0:
                part = "" if len(rows) == len(data.rows) else f" of {len(data.rows)}"
                text = f"Σ {len(rows)}{part} rows"
            elif column.summed and number not in blank:
                values = [data.rows[row][number] for row in rows]
                total = sum(value for value in values if isinstance(value, int | float))
                text = column.text(total)
            item = QTableWidgetItem(text)
            side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            font = item.font()
            font.setBold(True)
            item.setFont(font)
            self.sums.setItem(0, number, item)
        self._widen_for_sums()
        self._fit_sums()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_rows()
            self._fit_columns()
            self._show_sums()

    def _fit_rows(self) -> None:
        self.view.verticalHeader().setDefaultSectionSize(self.view.fontMetrics().height() + 6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width among wrapped columns."""
        super().resizeEvent(event)
        if self._wrapped:
            self._fit_columns()

    def _fit_columns(self) -> None:
        head = self.view.horizontalHeader()
        widest = 20 * self.view.fontMetrics().averageCharWidth() * 2
        if self._wrapped and head.count():
            # Not the viewport's width: that follows this widget's only later.
            beside = self.view.verticalScrollBar().sizeHint().width() + 2 * self.view.frameWidth()
            widest = min(widest, (self.width() - beside) // head.count())
        for section in range(head.count()):
            head.resizeSection(section, min(self._needed(section), widest))

    def _needed(self, column: int) -> int:
        """Return how wide a column's heading and texts are.

        Qt's own way asks for every cell's font, icon and more: it held the window for 50 ms and
        longer where a network has hundreds of layers.
        """
        rows = range(self._model.rowCount())
        longest = nlargest(LONGEST, (self._model.shown((row, column)) for row in rows), key=len)
        metrics = self.view.fontMetrics()
        texts = max((metrics.horizontalAdvance(text) for text in longest), default=0)
        return max(texts + CELL_ROOM, self.view.horizontalHeader().sectionSizeHint(column)) + 6

    def _widen_for_sums(self) -> None:
        """Give columns the room that their sums need."""
        head = self.view.horizontalHeader()
        for section in range(min(head.count(), self.sums.columnCount())):
            item = self.sums.item(0, section)
            bold = self.sums.fontMetrics().horizontalAdvance(item.text() if item else "") * 1.15
            if head.sectionSize(section) < bold + 14:
                head.resizeSection(section, round(bold + 14))

    def _fit_sums(self) -> None:
        head = self.view.horizontalHeader()
        for section in range(min(head.count(), self.sums.columnCount())):
            self.sums.setColumnWidth(section, head.sectionSize(section))
        high = self.view.fontMetrics().height() + 8
        self.sums.setRowHeight(0, high)
        self.sums.setFixedHeight(high + 2)
        self._scroll_sums(self.view.horizontalScrollBar().value())

    def _scroll_sums(self, value: int) -> None:
        bar = self.sums.horizontalScrollBar()
        bar.setMaximum(max(bar.maximum(), self.view.horizontalScrollBar().maximum()))
        bar.setValue(value)
