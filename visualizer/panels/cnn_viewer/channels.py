"""The channels of the selected layer as one picture, how they are sorted and scaled."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget
from superqt import QFlowLayout

from visualizer.panels.cnn_viewer.compute import Sheet
from visualizer.panels.cnn_viewer.state import MOST_STRONGEST, CnnViewerState
from widgets.curve_plot import Curve, CurvePlot
from widgets.form_parts import add_choice, combo, row, spin
from widgets.icon_button import IconButton
from widgets.mosaic_view import MosaicView

SORTS = (
    ("index", "number", "As the network has them"),
    ("mean", "mean", "The largest mean first"),
    ("max", "largest value", "The largest value first"),
    ("variance", "variance", "The one that varies most over the picture first"),
    ("sparsity", "sparsity", "The one with most zeros first"),
)
SCALES = (
    ("channel", "each its own", "Every channel up to its own largest value: patterns show"),
    ("shared", "all alike", "One scale for all channels: strengths can be compared"),
)


class ChannelsView(QWidget):
    """The mosaic, its controls and a histogram."""

    option_changed = Signal(str, object)
    """A field of the state and its new value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("channels")
        self.sort = combo("channel_sort", "The order of the channels")
        for value, text, why in SORTS:
            add_choice(self.sort, value, text, why)
        self.scale = combo("channel_scale", "What the colours stand for")
        for value, text, why in SCALES:
            add_choice(self.scale, value, text, why)
        self.strongest = spin(
            "channel_strongest", 0, MOST_STRONGEST, "Show only so many channels, the strongest ones"
        )
        self.strongest.setSpecialValueText("all")
        self.strongest.setKeyboardTracking(False)
        self.histogram_button = IconButton("mdi6.chart-histogram", "Histogram of all values")
        self.histogram_button.setObjectName("channel_histogram_button")
        self.histogram_button.setCheckable(True)
        self.hand_button = IconButton(
            "mdi6.layers-search-outline",
            "To the Layer Lab: try layers on the channels that are shown, 64 at most "
            "(Ctrl+Shift+L)",
        )
        self.hand_button.setObjectName("channel_hand_over")
        self.note = QLabel(objectName="channel_note")
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.mosaic = MosaicView("mosaic", "Channels")
        self.plot = CurvePlot("value", "positions")
        self.plot.setObjectName("channel_histogram")
        self.plot.setMinimumHeight(120)
        self.plot.setMaximumHeight(170)
        self.plot.hide()
        self._histogram: tuple[np.ndarray, np.ndarray] | None = None
        self.note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._tools())
        column.addWidget(self.note)
        column.addWidget(self.mosaic, 1)
        column.addWidget(self.plot)
        self.sort.activated.connect(lambda n: self._choose("sort", self.sort.itemData(n)))
        self.scale.activated.connect(lambda n: self._choose("scale", self.scale.itemData(n)))
        self.strongest.valueChanged.connect(lambda value: self._choose("strongest", value))
        self.histogram_button.toggled.connect(self._toggle_histogram)

    def _tools(self) -> QWidget:
        """Return the controls, as many side by side as fit."""
        tools = QWidget()
        flow = QFlowLayout(tools)
        flow.setContentsMargins(0, 0, 0, 0)
        flow.setSpacing(6)
        for text, box in (
            ("Sort by", self.sort),
            ("Scale", self.scale),
            ("Strongest", self.strongest),
        ):
            if box is not self.strongest:
                box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
                box.setMinimumContentsLength(8)
            pair = QWidget()
            pair.setLayout(row(QLabel(text), box, stretch=0))
            flow.addWidget(pair)
        flow.addWidget(self.histogram_button)
        flow.addWidget(self.hand_button)
        return tools

    def show_state(self, state: CnnViewerState) -> None:
        """Set the controls, without telling."""
        self.sort.setCurrentIndex(self.sort.findData(state.sort))
        self.scale.setCurrentIndex(self.scale.findData(state.scale))
        with QSignalBlocker(self.strongest):
            self.strongest.setValue(state.strongest)

    def show_sheet(self, sheet: Sheet) -> None:
        """Show the channels of a layer."""
        self.mosaic.set_overlay_text(None)
        self.mosaic.set_title(sheet.layer)
        dead = f"{sheet.dead} dead" if sheet.dead else ""
        self.mosaic.set_maps(sheet.tiles, label=dead)
        self.note.setText(sheet.note)
        self.note.setVisible(bool(sheet.note))
        self.note.setToolTip(sheet.note)
        self._histogram = sheet.histogram
        self._show_histogram()

    def _choose(self, field: str, value: object) -> None:
        self.option_changed.emit(field, value)

    def _toggle_histogram(self, on: bool) -> None:
        self.plot.setVisible(on)
        self._show_histogram()

    def _show_histogram(self) -> None:
        if self._histogram is not None and self.plot.isVisibleTo(self):
            edges, counts = self._histogram
            centres = (edges[:-1] + edges[1:]) / 2
            self.plot.set_curves([Curve("all channels", centres, counts, "blue", "steps")])
