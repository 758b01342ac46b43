"""Filters: the weights of a convolution as pictures, sorted by what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QWidget

from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.filters_compute import (
    ORDERS,
    VIEWS,
    FilterWish,
    Order,
    ShownFilters,
    View,
    list_layers,
    shown_filters,
)
from visualizer.panels.cnn_viewer.tabs.parts import column, lay_out
from widgets.form_parts import add_choice, combo, spin, wrapping_label
from widgets.mosaic_view import MosaicView

if TYPE_CHECKING:
    from engines.filters import FilterLayer
    from engines.models import LoadedModel

TOPIC = "filters"
UNTRAINED = "Untrained: these weights are random. Nothing was learned that could be seen here."
COLUMN_WIDTH = 190


class FiltersTab(Tab):
    """Follows the layer that is shown where that is a convolution; any other can be chosen."""

    name = "filters"
    title = "Filters"
    tooltip = "The weights of a convolution as pictures: in colour, by input channel, by filter"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._lane = host.lane("filters")
        self._model: LoadedModel | None = None
        self._layers: dict[str, FilterLayer] = {}
        self._context: Context | None = None
        self._shown: ShownFilters | None = None
        self._chosen = 0
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
        self.warning = wrapping_label("filters_untrained", bold=True)
        self.text = wrapping_label("filters_text")
        self.view = MosaicView("filters_mosaic", "Filters")
        controls = column(
            self.warning, self.layer, self.kind, self.channel, self.filter, self.order, self.text
        )
        controls.setMinimumWidth(COLUMN_WIDTH)
        lay_out(self, self.name, controls, self.view)
        self._connect()

    def _connect(self) -> None:
        self.layer.activated.connect(self._layer_chosen)
        for box in (self.kind, self.order):
            box.activated.connect(self._ask)
        self.channel.valueChanged.connect(self._ask)
        self.filter.valueChanged.connect(self._filter_typed)
        self.view.channel_chosen.connect(self._map_chosen)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Show the filters of the layer that is shown, if it has some."""
        before, self._context = self._context, context
        model = context.model
        if model is None:
            return
        if model is not self._model:
            self._take_model(model, context.layer)
            return
        moved = before is None or before.layer != context.layer
        if moved and context.layer in self._layers:
            self._set_layer(context.layer)
        channel = context.state.channel
        if context.layer == self._layer_name() and channel != self._chosen:
            self._choose(channel)
        elif moved:
            self._ask()

    def _take_model(self, model: LoadedModel, layer: str) -> None:
        self._model = model
        self._layers = {entry.name: entry for entry in list_layers(model)}
        self.warning.setVisible(not model.card.is_trained)
        self.warning.setText("" if model.card.is_trained else UNTRAINED)
        with QSignalBlocker(self.layer):
            self.layer.clear()
            for entry in self._layers.values():
                size = f"{entry.filters} of {entry.channels}×{entry.height}×{entry.width}"
                self.layer.addItem(f"{entry.name}: {size}", entry.name)
        if not self._layers:
            self._lane.supersede()
            self._shown = None
            self.view.set_maps(None)
            self.view.set_overlay_text("This network has no 2D convolutions")
            self.text.clear()
            return
        self.view.set_overlay_text(None)
        self._chosen = self._context.state.channel if self._context else 0
        self._set_layer(layer if layer in self._layers else next(iter(self._layers)))
        self._ask()

    # -- choosing ---------------------------------------------------------------------------

    def _layer_name(self) -> str:
        return cast(str, self.layer.currentData() or "")

    def _set_layer(self, name: str) -> None:
        with QSignalBlocker(self.layer):
            self.layer.setCurrentIndex(self.layer.findData(name))
        entry = self._layers[name]
        for box, most in ((self.channel, entry.channels), (self.filter, entry.filters)):
            with QSignalBlocker(box):
                box.setMaximum(most - 1)
        model = self.kind.model()
        model.item(0).setEnabled(entry.in_colour)
        wanted = self.kind.currentData()
        if wanted == "colour" and not entry.in_colour:
            self.kind.setCurrentIndex(self.kind.findData("input"))
        elif entry.in_colour and wanted == "input":
            self.kind.setCurrentIndex(0)
        self._set_chosen(min(self._chosen, entry.filters - 1))

    def _set_chosen(self, number: int) -> None:
        self._chosen = number
        with QSignalBlocker(self.filter):
            self.filter.setValue(number)

    def _layer_chosen(self) -> None:
        name = self._layer_name()
        self._set_layer(name)
        if self._context is not None and name != self._context.layer and self._can_show(name):
            self.host.choose_layer(name)
        self._ask()

    def _can_show(self, name: str) -> bool:
        run = self._context.run if self._context is not None else None
        return run is not None and name in run.activations

    def _filter_typed(self, number: int) -> None:
        self._choose(number)
        self._tell(number)

    def _map_chosen(self, number: int) -> None:
        """A map is a filter, or, where one filter is shown, one of its input channels."""
        if self.kind.currentData() == "filter":
            self.channel.setValue(number)
            return
        self._choose(number)
        self._tell(number)

    def _choose(self, number: int) -> None:
        self._set_chosen(min(number, self.filter.maximum()))
        self.view.set_chosen(self._chosen)
        self._ask()

    def _tell(self, number: int) -> None:
        name = self._layer_name()
        if self._can_show(name):
            self.host.choose_channel(name, number)

    # -- computing --------------------------------------------------------------------------

    def _wish(self) -> FilterWish:
        return FilterWish(
            self._layer_name(), cast(View, self.kind.currentData()),
            cast(Order, self.order.currentData()), self.channel.value(), self._chosen,
        )  # fmt: skip

    def _ask(self, *_: object) -> None:
        kind = self.kind.currentData()
        self.channel.setVisible(kind == "input")
        self.order.setEnabled(kind != "filter")
        model, wish = self._model, self._wish()
        if model is not None and wish.layer:
            self._lane.submit(
                lambda: shown_filters(model, wish), self._show, self._failed, follow=True
            )

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)
        self.settled.emit()

    def _show(self, shown: ShownFilters) -> None:
        self.host.say(TOPIC, None)
        self._shown = shown
        self.view.set_title(shown.wish.layer)
        self.view.set_maps(shown.maps)
        single = shown.wish.view == "filter"
        self.view.set_chosen(shown.wish.channel if single else shown.wish.chosen)
        self.text.setText(shown.text)
        self.settled.emit()
