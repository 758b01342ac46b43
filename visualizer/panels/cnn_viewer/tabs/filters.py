"""Filters: the weights of a convolution as pictures, sorted by what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tab_settings import FiltersSettings
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.filters_beside import BesidePage
from visualizer.panels.cnn_viewer.tabs.filters_compute import (
    FilterWish,
    ShownFilters,
    list_layers,
    shown_filters,
)
from visualizer.panels.cnn_viewer.tabs.filters_controls import PAGES, FilterControls
from visualizer.panels.cnn_viewer.tabs.filters_stack import StackPage
from visualizer.panels.tab_parts import lay_out
from widgets.mosaic_view import MosaicView

if TYPE_CHECKING:
    from engines.filters import FilterLayer
    from engines.models import LoadedModel

TOPIC = "filters"
ABOUT_TWO = (
    "The filters that read the picture; zero is grey, each to its own largest weight. Large "
    "kernels see more at once; small ones do so as a stack: see “{}”."
).format(PAGES["stack"][0])
ABOUT_STACK = "C channels into and out of each layer, a ReLU behind each."


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
        self._layer = ""
        self._chosen = 0
        self._asked: tuple[LoadedModel, FilterWish] | None = None
        self.view = MosaicView("filters_mosaic", "Filters")
        self.two = BesidePage(host)
        self.stack = StackPage()
        self.controls = FilterControls(self.two.others)
        self.pages = QStackedWidget(objectName="filters_pages")
        self.pages.addWidget(self.view)
        for page in (self.two, self.stack):
            self.pages.addWidget(_scrolling(page))
        lay_out(self, self.name, self.controls.widget, self.pages)
        self._connect()

    def _connect(self) -> None:
        controls, two = self.controls, self.two
        for box, field in ((controls.page, "page"), (controls.kind, "view"),
                           (controls.order, "order")):  # fmt: skip
            box.activated.connect(lambda _, box=box, field=field: self._set(field, box))
        for number, field in ((controls.channel, "channel"), (controls.depth, "depth"),
                              (controls.width, "width")):  # fmt: skip
            number.valueChanged.connect(
                lambda value, field=field: self.edit(
                    f"{field} {value}", merge_key=field, goes_on=True, **{field: value}
                )
            )
        controls.layer.activated.connect(self._layer_chosen)
        controls.filter.valueChanged.connect(lambda number: self._choose(self._layer, number))
        self.view.channel_chosen.connect(self._map_chosen)
        two.filter_chosen.connect(self._choose)
        two.other_chosen.connect(
            lambda name: self.edit(f"beside {name}", other=name, untrained=False)
        )
        two.untrained_wanted.connect(lambda: self.edit("untrained beside", untrained=True))
        two.settled.connect(self.settled)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Show the filters of the layer that is shown, if it has some."""
        before, self._context = self._context, context
        model = context.model
        if model is None:
            return
        if model is not self._model:
            self._take_model(model)
            before = None
        moved = before is None or before.layer != context.layer
        if moved and context.layer in self._layers:
            self._layer = context.layer
        channel = context.state.channel
        if context.layer == self._layer and (
            before is None or moved or before.state.channel != channel
        ):
            self._chosen = channel
        self._show_settings()

    @property
    def keeps_own_network(self) -> bool:
        """Whether the tab must stay when it is closed: a download is under way in it."""
        return self.two.downloader.busy

    def set_active(self, active: bool) -> None:
        """Keep no network while closed, and look anew which weights are here when opened."""
        if not active:
            self._model = self._context = self._asked = None
            self.two.forget()

    def close_jobs(self) -> None:
        """End a download; the host joins the lanes."""
        self.two.close_jobs()

    def _take_model(self, model: LoadedModel) -> None:
        self._model = model
        self._layers = {entry.name: entry for entry in list_layers(model)}
        self._layer = next(iter(self._layers), "")
        self.controls.set_layers(list(self._layers.values()))
        if not self._layers:
            self._lane.supersede()
            self._asked = None
            self.view.set_maps(None)
        none = None if self._layers else "This network has no 2D convolutions"
        self.view.set_overlay_text(none)

    # -- choosing ---------------------------------------------------------------------------

    def _set(self, field: str, box: QWidget) -> None:
        value = box.currentData()
        self.edit(box.currentText(), **{field: value})

    def _layer_chosen(self) -> None:
        self._layer, self._chosen = cast(str, self.controls.layer.currentData()), 0
        context = self._context
        if context is not None and self._layer != context.layer and self._can_show(self._layer):
            self.host.choose_layer(self._layer)
        self._show_settings()

    def _can_show(self, name: str) -> bool:
        run = self._context.run if self._context is not None else None
        return run is not None and name in run.activations

    def _map_chosen(self, number: int) -> None:
        """A map is a filter, or, where one filter is shown, one of its input channels."""
        if self.controls.kind.currentData() == "filter":
            self.edit(f"channel {number}", merge_key="channel", goes_on=True, channel=number)
        else:
            self._choose(self._layer, number)

    def _choose(self, layer: str, number: int) -> None:
        """Choose a filter; the panel shows its channel where it has one."""
        self._layer, self._chosen = layer, number
        self._show_settings()
        if self._can_show(layer):
            self.host.choose_channel(layer, number)

    # -- computing --------------------------------------------------------------------------

    def _show_settings(self) -> None:
        """Set the controls to what is chosen, and ask for what is to be seen."""
        settings: FiltersSettings = self.settings
        model, entry = self._model, self._layers.get(self._layer)
        if model is None:
            return
        self.pages.setCurrentIndex(list(PAGES).index(settings.page))
        view = settings.view
        if entry is not None:
            self._chosen = min(self._chosen, entry.filters - 1)
            if view == "colour" and not entry.in_colour:
                view = "input"
            self.controls.show_layer(entry, self._chosen)
        self.controls.show_settings(settings, view, trained=model.card.is_trained)
        if settings.page != "two":
            self.two.forget()
        if settings.page != "one":
            self._asked = None
        if settings.page == "two":
            self.controls.text.setText(ABOUT_TWO)
            self.two.show_pair(model, settings, self._chosen)
        elif settings.page == "stack":
            self.controls.text.setText(ABOUT_STACK)
            self.stack.show_counts(settings.depth, settings.width)
            self.settled.emit()
        elif entry is not None:
            channel = min(settings.channel, entry.channels - 1)
            self._ask(model, FilterWish(entry.name, view, settings.order, channel, self._chosen))
        else:
            self.controls.text.clear()

    def _ask(self, model: LoadedModel, wish: FilterWish) -> None:
        if self._asked is not None and self._asked[0] is model and self._asked[1] == wish:
            return
        self._asked = (model, wish)
        self.view.set_chosen(self._marked(wish))
        self._lane.submit(lambda: shown_filters(model, wish), self._show, self._failed, follow=True)

    @staticmethod
    def _marked(wish: FilterWish) -> int:
        return wish.channel if wish.view == "filter" else wish.chosen

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)
        self.settled.emit()

    def _show(self, shown: ShownFilters) -> None:
        self.host.say(TOPIC, None)
        self.view.set_title(shown.wish.layer)
        self.view.set_maps(shown.maps)
        self.view.set_chosen(self._marked(shown.wish))
        if self.settings.page == "one":
            self.controls.text.setText(shown.text)
        self.settled.emit()


def _scrolling(page: QWidget) -> QScrollArea:
    """Return `page` in an area that scrolls where large text leaves no room for all of it."""
    area = QScrollArea(objectName=f"{page.objectName()}_area")
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
