"""Layer table: filters, weights, shapes, work and memory, for any input size, also to fill in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from engines.atomic_write import atomic_write
from engines.layer_table import LayerRow, to_markdown
from visualizer.dialogs import ask_save_as
from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tab_settings import TableSettings
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.network_size import input_size
from visualizer.panels.cnn_viewer.tabs.table_compute import (
    BLANKS,
    DTYPES,
    EXPORTS,
    UNITS,
    LayerRows,
    blank_columns,
    layer_rows,
    summary,
    table_data,
)
from visualizer.panels.tab_parts import button, column, lay_out
from widgets.form_parts import add_choice, combo, row, spin, wrapping_label
from widgets.layer_table_view import LayerTableView

if TYPE_CHECKING:
    from engines.models import LoadedModel

TOPIC = "layer table"
_LARGEST = 4096


class TableTab(Tab):
    """The table follows the network; the input size is the panel's until another one is typed."""

    name = "table"
    title = "Layer table"
    tooltip = "Filters, weights, shapes, work and memory of every layer; fill it in as a test"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._lane = host.lane("layer table")
        self._model: LoadedModel | None = None
        self._own: tuple[int, int, int] | None = None
        self._set: TableSettings | None = None
        self._asked: tuple[LoadedModel | None, tuple[int, int, int]] = (None, (0, 0, 0))
        self._rows_of: LoadedModel | None = None
        self._rows: tuple[LayerRow, ...] = ()
        self._layers: frozenset[str] = frozenset()
        self._layer = ""
        self._answers: dict[tuple[int, int], str] = {}
        self.height_box = spin("table_height", 1, _LARGEST, "Rows of the input picture")
        self.width_box = spin("table_width", 1, _LARGEST, "Columns of the input picture")
        self.own_size = button("table_own_size", "As shown", "The size that the picture has now")
        self.filter = QLineEdit(objectName="table_filter", placeholderText="Filter rows")
        self.filter.setClearButtonEnabled(True)
        self.filter.setToolTip("Show only rows that hold these words; the sums follow")
        self.dtype = combo("table_dtype", "How many bytes a number takes")
        for name in DTYPES:
            add_choice(self.dtype, name, name, f"Memory if all numbers were {name}")
        self.unit = combo("table_unit", "Unit of memory")
        for name, size in UNITS.items():
            add_choice(self.unit, name, name, f"{size:,} bytes")
        self.blanks = combo("table_blanks", "Which numbers are empty, to be filled in")
        for name, (text, _) in BLANKS.items():
            add_choice(self.blanks, name, f"Blank: {text}", "Double-click an empty cell and type")
        self.score = wrapping_label("table_score")
        self.answers = button("table_answers", "Show answers", "Fill all that is not right yet")
        self.export = QPushButton("Export", objectName="table_export")
        self.export.setToolTip("Write the whole table to a file, or copy it")
        self.summary = wrapping_label("table_summary")
        self.view = LayerTableView("table_layers")
        self._lay_out()
        self._connect()
        self._show_settings(TableSettings())
        self._show_blanks_parts()

    def _lay_out(self) -> None:
        size = QWidget()
        size.setLayout(row(self.height_box, QLabel("×"), self.width_box))
        memory = QWidget()
        memory.setLayout(row(self.dtype, self.unit))
        controls = column(
            QLabel("Input, rows × columns"), size, self.own_size, self.filter, memory, self.blanks,
            self.score, self.answers, self.export,
        )  # fmt: skip
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.summary)
        layout.addWidget(self.view, 1)
        lay_out(self, self.name, controls, content)
        menu = QMenu(self.export)
        for name, (text, *_rest) in EXPORTS.items():
            menu.addAction(text, lambda name=name: self._export(name)).setObjectName(
                f"table_export_{name}"
            )
        menu.addAction("Copy as Markdown", self._copy).setObjectName("table_copy")
        self.export.setMenu(menu)

    def _connect(self) -> None:
        for box in (self.height_box, self.width_box):
            box.setKeyboardTracking(False)
            box.valueChanged.connect(self._size_typed)
        self.own_size.clicked.connect(lambda: self.edit("input as shown", size=None))
        self.filter.textChanged.connect(lambda words: self.look(words=words))
        self.view.sorted.connect(lambda name, down: self.look(sort=name, descending=down))
        choices = (("dtype", self.dtype), ("unit", self.unit), ("blanks", self.blanks))
        for field, choice in choices:
            choice.activated.connect(partial(self._chosen, field, choice))
        self.answers.clicked.connect(self._reveal)
        self.view.row_chosen.connect(self._row_chosen)
        self.view.answers_changed.connect(self._answered)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Show the table of the network as it is set; mark the layer that is shown."""
        size, wanted = input_size(context), context.state.tabs.table
        if context.model is None or size is None:
            return
        if context.run is not None:
            self._layers = frozenset(context.run.activations)
        moved, before = context.layer != self._layer, self._set
        news = wanted != before or size != self._own
        self._model, self._own, self._layer, self._set = context.model, size, context.layer, wanted
        if news:
            self._show_settings(wanted)
        if self._asked[0] is not context.model or self._asked[1] != self._size():
            self._ask(follow=self.host.edits.following)
        elif before is not None and before.looking_like(wanted) != wanted:
            if before.blanks != wanted.blanks:
                self._answers = {}
            self._show_rows()
        elif moved:
            self.view.set_chosen(context.layer)

    def _show_settings(self, wanted: TableSettings) -> None:
        """Set the controls, without telling."""
        if self._own is not None:
            height, width = wanted.size or self._own[1:]
            for box, value in ((self.height_box, height), (self.width_box, width)):
                with QSignalBlocker(box):
                    box.setValue(value)
        self.own_size.setEnabled(wanted.size is not None)
        for box, value in (
            (self.dtype, wanted.dtype), (self.unit, wanted.unit), (self.blanks, wanted.blanks),
        ):  # fmt: skip
            box.setCurrentIndex(box.findData(value))
        if self.filter.text() != wanted.words:
            with QSignalBlocker(self.filter):
                self.filter.setText(wanted.words)
        self.view.set_filter(wanted.words)
        self.view.set_sort(wanted.sort, descending=wanted.descending)

    # -- the size ---------------------------------------------------------------------------

    def _size(self) -> tuple[int, int, int]:
        channels = self._own[0] if self._own else 3
        return channels, self.height_box.value(), self.width_box.value()

    def _size_typed(self) -> None:
        size = (self.height_box.value(), self.width_box.value())
        own = self._own is not None and self._own[1:] == size
        self.edit(f"input {size[0]} × {size[1]}", size=None if own else size)

    def _chosen(self, field: str, box: QComboBox, _index: int) -> None:
        if box.currentData() != getattr(self.settings, field):
            self.edit(box.currentText(), **{field: box.currentData()})

    def _ask(self, *, follow: bool = False) -> None:
        model, size = self._model, self._size()
        if model is not None:
            self._asked = (model, size)
            self._lane.submit(
                lambda: layer_rows(model, size), self._show, self._failed, follow=follow
            )

    def _failed(self, error: JobError) -> None:
        if self._rows and self._rows_of is not self._model:
            self._rows = ()  # of a former network
            self._show_rows()
        self.host.say(TOPIC, error)
        self.settled.emit()

    def _show(self, found: LayerRows) -> None:
        self.host.say(TOPIC, None)
        if found.rows != self._rows:
            self._answers = {}
        self._rows, self._rows_of = found.rows, self._model
        self._show_rows()
        self.settled.emit()

    # -- the table --------------------------------------------------------------------------

    def rows(self) -> Sequence[LayerRow]:
        """Return the rows that are shown."""
        return self._rows

    def _show_rows(self) -> None:
        wanted = cast(TableSettings, self.settings)
        self.view.set_table(table_data(self._rows, wanted.dtype, wanted.unit))
        self.view.set_sort(wanted.sort, descending=wanted.descending)
        self.view.set_chosen(self._layer)
        self._show_blanks()

    def _row_chosen(self, name: str) -> None:
        if name in self._layers and name != self._layer:
            self.host.choose_layer(name)

    # -- blanks -----------------------------------------------------------------------------

    def _answered(self, answers: dict[tuple[int, int], str]) -> None:
        self._answers = answers
        self._show_score()

    def _show_blanks(self) -> None:
        name = self.settings.blanks
        self.view.set_blanks(blank_columns(self.view.table(), name), self._answers)
        self._show_blanks_parts()

    def _show_blanks_parts(self) -> None:
        wanted = cast(TableSettings, self.settings)
        blank = bool(wanted.blanks)
        self.score.setVisible(blank)
        self.answers.setVisible(blank)
        # The summary would give sums away that are to be worked out.
        self.summary.setText("" if blank or not self._rows else summary(self._rows, wanted.dtype))
        self.summary.setVisible(not blank)
        self._show_score()

    def _show_score(self) -> None:
        right, wrong, count = self.view.blanks_score()
        self.score.setText(f"{right} right, {wrong} wrong, {count - right - wrong} open")

    def _reveal(self) -> None:
        self.view.reveal()
        self._show_score()

    # -- export -----------------------------------------------------------------------------

    def _export(self, name: str) -> None:
        if not self._rows or self._model is None:
            return
        text, kind, ending, _ = EXPORTS[name]
        proposed = f"{Path(self._model.card.name).stem}_layers{ending}"
        settings = self.host.services.settings
        path = ask_save_as(self, settings, f"Export table as {text.rstrip('…')}", proposed, kind)
        if path is not None:
            self.write(name, path)

    def write(self, name: str, path: Path) -> None:
        """Write the table to `path` in the format `name` of EXPORTS."""
        rows, writer = self._rows, EXPORTS[name][3]

        def work() -> None:
            with atomic_write(path) as file:
                file.write(writer(rows).encode())

        self.host.services.saving.submit(
            work,
            lambda _: self.host.show_info(f"Saved {path.name}."),
            lambda error: self.host.say(TOPIC, error),
        )

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(to_markdown(self._rows))
        self.host.show_info("The table is on the clipboard.")
