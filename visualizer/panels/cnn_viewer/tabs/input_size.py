"""Input size: type a size, see every shape anew, which layer breaks, and the ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engines.surgery import WayOut
from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.input_size_compute import Sizes, changed_model, sizes_at
from visualizer.panels.tab_parts import SPACING, beside, button, column, lay_out
from widgets.form_parts import spin, wrapping_label

if TYPE_CHECKING:
    from engines.models import LoadedModel

TOPIC = "input size"
LARGEST = 2048
COLUMNS = ("Layer", "Kind", "At its own size", "At this size")
WAYS = {
    "adaptive_pooling": "Pool and open",
    "new_head": "New head and open",
    "resize": "Take that size",
}


class InputSizeTab(Tab):
    """Shapes of every layer at any input size, without running the network on a picture."""

    name = "input_size"
    title = "Input size"
    tooltip = "Type an input size: shapes are computed anew, and the layer that breaks is marked"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._model: LoadedModel | None = None
        self._typed: tuple[int, int] | None = None
        self._sizes: Sizes | None = None
        self._lane = host.lane("input_size")
        self.width_box = spin("input_width", 1, LARGEST, "Width of the input in pixels")
        self.height_box = spin("input_height", 1, LARGEST, "Height of the input in pixels")
        for box in (self.width_box, self.height_box):
            box.setKeyboardTracking(False)
            box.setSuffix(" px")
        self.own = button("input_own", "Its own size", "The size that the network was trained at")
        self.verdict = wrapping_label("input_verdict", bold=True)
        self.why = wrapping_label("input_why")
        self.ways = QWidget()
        QVBoxLayout(self.ways).setContentsMargins(0, 0, 0, 0)
        self.ways.layout().setSpacing(SPACING)
        self.table = QTableWidget(0, len(COLUMNS), objectName="input_table")
        self.table.setToolTip("Output of every layer; Return or a double click selects the layer")
        self.table.setAccessibleName("Shapes of all layers")
        self.table.setHorizontalHeaderLabels(COLUMNS)
        self.table.verticalHeader().hide()
        self._fit_rows()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setAlternatingRowColors(True)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        controls = column(
            QLabel("Width × height"), beside(self.width_box, self.height_box), self.own,
            self.verdict, self.why, self.ways,
        )  # fmt: skip
        lay_out(self, self.name, controls, self.table)
        for box in (self.width_box, self.height_box):
            box.valueChanged.connect(lambda _: self._take(*self.typed_size()))
        self.own.clicked.connect(lambda: self._take(*self._own_size()))
        self.table.itemActivated.connect(self._activated)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Work out the shapes at the size that is set, else at the network's own."""
        model, size = context.model, context.state.tabs.input_size.size
        self.setEnabled(model is not None)
        if model is None or (model is self._model and size == self._typed):
            return
        self._model, self._typed = model, size
        self._show_size(*(size or self._own_size()))
        self.own.setEnabled(size is not None)
        self._compute(follow=self.host.edits.following)

    def changeEvent(self, event: QEvent) -> None:
        """Make the rows as high as the new text needs."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "table"):
            self._fit_rows()

    def _fit_rows(self) -> None:
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + SPACING)

    # -- events -----------------------------------------------------------------------------

    def typed_size(self) -> tuple[int, int]:
        """Return the typed (height, width)."""
        return self.height_box.value(), self.width_box.value()

    def _own_size(self) -> tuple[int, int]:
        assert self._model is not None, "the tab is only enabled with a network"
        return self._model.preprocess.height, self._model.preprocess.width

    def _take(self, height: int, width: int) -> None:
        size = (height, width) if (height, width) != self._own_size() else None
        self.edit(f"{width} × {height}", size=size)

    def _show_size(self, height: int, width: int) -> None:
        for box, value in ((self.height_box, height), (self.width_box, width)):
            if box.value() != value:
                with QSignalBlocker(box):
                    box.setValue(value)

    def _compute(self, *, follow: bool = False) -> None:
        model = self._model
        if model is None:
            return
        height, width = self.typed_size()
        self._lane.submit(
            lambda: sizes_at(model, height, width), self._show, self._failed, follow=follow
        )

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)

    def _show(self, sizes: Sizes) -> None:
        self.host.say(TOPIC, None)
        self._sizes = sizes
        report = sizes.report
        fits = report.broken is None
        self.verdict.setText("Every layer fits." if fits else f"{report.broken} breaks.")
        said = f"The network gives {_shape(report.output_shape)} numbers. {sizes.why_it_fits}"
        self.why.setText(said.strip() if fits else report.why)
        self._show_ways(report.ways_out)
        self._show_table(sizes)

    def _show_ways(self, ways: tuple[WayOut, ...]) -> None:
        layout = self.ways.layout()
        while (item := layout.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        for way in ways:
            label = wrapping_label(f"input_way_text_{way.kind}")
            label.setText(way.text)
            layout.addWidget(label)
            layout.addWidget(self._way_button(way))

    def _way_button(self, way: WayOut) -> QPushButton:
        made = button(f"input_way_{way.kind}", WAYS[way.kind], way.text)
        made.clicked.connect(lambda: self._take_way(way))
        return made

    def _take_way(self, way: WayOut) -> None:
        model = self._model
        if model is None:
            return
        if way.size is not None:
            self._take(*way.size)
            return
        height, width = self.typed_size()
        self._lane.submit(
            lambda: changed_model(model, height, width, way), self.host.open_model, self._failed
        )

    def _show_table(self, sizes: Sizes) -> None:
        warning = self.palette().color(QPalette.ColorRole.BrightText)
        self.table.setRowCount(len(sizes.layers))
        broken = -1
        for row, layer in enumerate(sizes.layers):
            here = "✗ breaks here" if layer.broken else _shape(layer.here)
            texts = (layer.name, layer.kind, _shape(layer.own), here)
            for column_number, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column_number > 1:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                font = item.font()
                font.setBold(layer.broken)
                item.setFont(font)
                if layer.broken:
                    item.setForeground(warning)
                self.table.setItem(row, column_number, item)
            if layer.broken:
                broken = row
        if broken >= 0:
            self.table.scrollToItem(
                self.table.item(broken, 0), QAbstractItemView.ScrollHint.PositionAtCenter
            )

    def _activated(self, item: QTableWidgetItem) -> None:
        self.host.choose_layer(self.table.item(item.row(), 0).text())


def _shape(shape: tuple[int, ...] | None) -> str:
    return "—" if shape is None else " × ".join(f"{side:,}" for side in shape)
