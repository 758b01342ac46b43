"""Layer table: filters, weights, shapes, work and memory, for any input size, also to fill in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from engines.atomic_write import atomic_write
from engines.layer_table import Dtype, LayerRow, to_markdown
from visualizer.dialogs import ask_save_as
from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.network_size import input_size
from visualizer.panels.cnn_viewer.tabs.parts import button, column, lay_out
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
        self._typed = False
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
        self.dtype.setCurrentIndex(DTYPES.index("float32"))
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
            box.valueChanged.connect(self._size_typed)
        self.own_size.clicked.connect(self._take_own_size)
        self.filter.textChanged.connect(self.view.set_filter)
        self.dtype.activated.connect(self._show_rows)
        self.unit.activated.connect(self._show_rows)
        self.blanks.activated.connect(self._choose_blanks)
        self.answers.clicked.connect(self._reveal)
        self.view.row_chosen.connect(self._row_chosen)
        self.view.answers_changed.connect(self._answered)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Show the table of the network if it is another one; mark the layer that is shown."""
        size = input_size(context)
        if context.model is None or size is None:
            return
        if context.run is not None:
            self._layers = frozenset(context.run.activations)
        other = context.model is not self._model
        moved = context.layer != self._layer
        resized = size != self._own
        self._model, self._own, self._layer = context.model, size, context.layer
        if other or size[0] != self._size()[0]:
            self._typed = False
        if not self._typed:
            self._set_boxes(size)
        if other or (resized and not self._typed):
            self._ask()
        elif moved:
            self.view.set_chosen(context.layer)

    # -- the size ---------------------------------------------------------------------------

    def _size(self) -> tuple[int, int, int]:
        channels = self._own[0] if self._own else 3
        return channels, self.height_box.value(), self.width_box.value()

    def _set_boxes(self, size: tuple[int, int, int]) -> None:
        for box, value in ((self.height_box, size[1]), (self.width_box, size[2])):
            with QSignalBlocker(box):
                box.setValue(value)
        self.own_size.setEnabled(False)

    def _size_typed(self) -> None:
        self._typed = self._size() != self._own
        self.own_size.setEnabled(self._typed)
        self._ask(follow=True)

    def _take_own_size(self) -> None:
        if self._own is not None:
            self._typed = False
            self._set_boxes(self._own)
            self._ask()

    def _ask(self, *, follow: bool = False) -> None:
        model, size = self._model, self._size()
        if model is not None:
            self._lane.submit(
                lambda: layer_rows(model, size), self._show, self._failed, follow=follow
            )

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)
        self.settled.emit()

    def _show(self, found: LayerRows) -> None:
        self.host.say(TOPIC, None)
        if found.rows != self._rows:
            self._answers = {}
        self._rows = found.rows
        self._show_rows()
        self.settled.emit()

    # -- the table --------------------------------------------------------------------------

    def rows(self) -> Sequence[LayerRow]:
        """Return the rows that are shown."""
        return self._rows

    def _show_rows(self) -> None:
        dtype = cast(Dtype, self.dtype.currentData())
        self.view.set_table(table_data(self._rows, dtype, self.unit.currentData()))
        self.view.set_chosen(self._layer)
        self._show_blanks()

    def _row_chosen(self, name: str) -> None:
        if name in self._layers and name != self._layer:
            self.host.choose_layer(name)

    # -- blanks -----------------------------------------------------------------------------

    def _choose_blanks(self) -> None:
        self._answers = {}
        self._show_blanks()

    def _answered(self, answers: dict[tuple[int, int], str]) -> None:
        self._answers = answers
        self._show_score()

    def _show_blanks(self) -> None:
        name = self.blanks.currentData()
        self.view.set_blanks(blank_columns(self.view.table(), name), self._answers)
        self._show_blanks_parts()

    def _show_blanks_parts(self) -> None:
        blank = bool(self.blanks.currentData())
        self.score.setVisible(blank)
        self.answers.setVisible(blank)
        dtype = cast(Dtype, self.dtype.currentData())
        # The summary would give sums away that are to be worked out.
        self.summary.setText("" if blank or not self._rows else summary(self._rows, dtype))
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
