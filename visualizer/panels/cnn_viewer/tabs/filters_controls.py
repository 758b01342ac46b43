"""The controls of the Filters tab, of which each page shows its own."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QSpinBox, QWidget

from engines.filters import FilterLayer
from visualizer.panels.cnn_viewer.tab_settings import FiltersSettings
from visualizer.panels.cnn_viewer.tabs.filters_compute import ORDERS, VIEWS
from visualizer.panels.tab_parts import column
from widgets.form_parts import add_choice, combo, spin, wrapping_label

UNTRAINED = "Untrained: these weights are random. Nothing was learned that could be seen here."
COLUMN_WIDTH = 190
PAGES = {
    "one": ("One network", "All filters of any of its convolutions"),
    "two": ("Two networks", "The first filters of this network and of another, side by side"),
    "stack": ("Small against large", "A stack of 3 × 3 kernels against one large kernel"),
}


class FilterControls:
    """Made once; `widget` is the column, `others` the chooser that the page of two brings along."""

    def __init__(self, others: QWidget) -> None:
        self.page = combo("filters_page", "What is shown of filters")
        for name, (text, tip) in PAGES.items():
            add_choice(self.page, name, text, tip)
        self.layer = combo("filters_layer", "The convolution whose filters are shown")
        self.kind = combo("filters_view", "What of the filters is shown")
        for name, (text, tip) in VIEWS.items():
            add_choice(self.kind, name, text, tip)
        self.order = combo("filters_order", "In which order")
        for name, (text, tip) in ORDERS.items():
            add_choice(self.order, name, text, tip)
        self.channel = spin("filters_channel", 0, 0, "Number of the input channel")
        self.channel.setPrefix("input channel ")
        self.filter = spin("filters_filter", 0, 0, "Number of the filter")
        self.filter.setPrefix("filter ")
        self.depth = spin("filters_depth", 2, 5, "How many 3 × 3 layers lie one after another")
        self.depth.setSuffix(" layers of 3 × 3")
        self.width = spin("filters_width", 1, 4096, "Channels into and out of each layer")
        self.width.setPrefix("C = ")
        self.others = others
        self.warning = wrapping_label("filters_untrained", bold=True)
        self.text = wrapping_label("filters_text")
        self.widget = column(
            self.page, self.warning, self.layer, self.kind, self.channel, self.filter, others,
            self.order, self.depth, self.width, self.text,
        )  # fmt: skip
        self.widget.setMinimumWidth(COLUMN_WIDTH)

    def set_layers(self, layers: list[FilterLayer]) -> None:
        """List `layers`."""
        with QSignalBlocker(self.layer):
            self.layer.clear()
            for entry in layers:
                size = f"{entry.filters} of {entry.channels}×{entry.height}×{entry.width}"
                self.layer.addItem(f"{entry.name}: {size}", entry.name)

    def show_settings(self, settings: FiltersSettings, view: str, *, trained: bool) -> None:
        """Show what is set, and of the controls those that mean something now."""
        one, two, stack = (settings.page == name for name in PAGES)
        for box, value in ((self.page, settings.page), (self.kind, view),
                           (self.order, settings.order)):  # fmt: skip
            if box.currentData() != value:
                box.setCurrentIndex(box.findData(value))  # tells nobody: `activated` is a person's
        for number, value in ((self.channel, settings.channel), (self.depth, settings.depth),
                              (self.width, settings.width)):  # fmt: skip
            _set(number, value)
        for widget, shown in (
            (self.warning, one and not trained), (self.layer, one), (self.kind, one),
            (self.channel, one and view == "input"), (self.filter, one), (self.others, two),
            (self.order, one or two), (self.depth, stack), (self.width, stack),
        ):  # fmt: skip
            widget.setVisible(shown)
        self.warning.setText("" if trained else UNTRAINED)
        self.order.setEnabled(two or view != "filter")

    def show_layer(self, entry: FilterLayer, chosen: int) -> None:
        """Show which layer and filter are chosen, and let only numbers be typed that it has."""
        if self.layer.currentData() != entry.name:
            self.layer.setCurrentIndex(self.layer.findData(entry.name))
        for box, most in ((self.channel, entry.channels), (self.filter, entry.filters)):
            with QSignalBlocker(box):
                box.setMaximum(most - 1)
        self.kind.model().item(0).setEnabled(entry.in_colour)
        _set(self.filter, chosen)


def _set(box: QSpinBox, value: int) -> None:
    if box.value() != value:
        with QSignalBlocker(box):
            box.setValue(value)
