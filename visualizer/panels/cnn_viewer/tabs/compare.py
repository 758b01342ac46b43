"""Compare: the same layer for two pictures, two networks, or before and after training."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QLabel, QWidget

from engines.images import SAMPLES
from visualizer.dialogs import ask_open_picture
from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context, Run
from visualizer.panels.cnn_viewer.positions import in_layer
from visualizer.panels.cnn_viewer.tab_settings import CompareSettings
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.compare_compute import Comparer, Other, Pair, counterpart
from visualizer.panels.tab_parts import button, column, lay_out
from widgets.form_parts import add_choice, combo, wrapping_label
from widgets.mosaic_view import MosaicView

TOPIC = "comparison"


class CompareTab(Tab):
    """Two mosaics with one selection: a channel chosen in either is chosen in both."""

    name = "compare"
    title = "Compare"
    tooltip = "Two pictures, two networks, or trained and untrained, side by side"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._context: Context | None = None
        self._run: Run | None = None
        self._layer = ""
        self._set: CompareSettings | None = None
        self._listing = False  # which networks there are is being found out
        self._pair: Pair | None = None
        self._comparer = Comparer()
        self._lane = host.lane("compare")
        self.kind = combo("compare_kind", "What is compared")
        add_choice(self.kind, "picture", "Another picture", "The same network on two pictures")
        add_choice(
            self.kind, "untrained", "Before training", "The same network with random weights"
        )
        add_choice(self.kind, "network", "Another network", "Two networks on the same picture")
        self.pictures = combo("compare_picture", "The other picture")
        for sample in SAMPLES.values():
            add_choice(self.pictures, sample.name, sample.title, sample.title)
        self.open = button("compare_open", "A file…", "Compare with a picture of your own")
        self.networks = combo("compare_network", "The other network; its weights are here")
        self.layers = combo("compare_layer", "The layer at the right; its counterpart shows left")
        self.text = wrapping_label("compare_text")
        self.badge = wrapping_label("compare_badge", bold=True)
        self.best = wrapping_label("compare_best")
        self.here = MosaicView("compare_here", "As chosen")
        self.there = MosaicView("compare_there", "The other")
        for view in (self.here, self.there):
            view.view.set_compact(True)
        controls = column(
            self.kind, self.pictures, self.open, self.networks, self.badge, self.best,
            QLabel("Layer at the right"), self.layers, QLabel("The chosen channel"), self.text,
        )  # fmt: skip
        lay_out(self, self.name, controls, self.here, self.there)
        self._connect()
        self.here.link_to(self.there)
        self._show_settings(CompareSettings())

    def _connect(self) -> None:
        self.kind.activated.connect(self._choose_kind)
        self.pictures.activated.connect(self._choose_sample)
        self.networks.activated.connect(self._choose_network)
        self.layers.activated.connect(self._choose_layer)
        self.open.clicked.connect(self._ask_open)
        for one, two in ((self.here, self.there), (self.there, self.here)):
            one.channel_chosen.connect(self._choose_channel)
            one.cell_clicked.connect(partial(self._choose_position, one))
            one.cell_hovered.connect(lambda c, r, k, two=two: self._mark(two, c, r, k))
            one.hover_left.connect(self._mark_held)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Compare what is set with the picture and layer shown; a new channel is only marked."""
        self._context = context
        run, wanted = context.run, context.state.tabs.compare
        self.setEnabled(run is not None)
        if run is None:
            return
        shown = (self._run, self._layer, self._set)
        if run is not shown[0] or context.layer != shown[1] or wanted != shown[2]:
            self._run, self._layer, self._set = run, context.layer, wanted
            self._show_settings(wanted)
            self._compute(follow=True)
        self._mark_chosen()

    # -- events -----------------------------------------------------------------------------

    def compare_file(self, path: str) -> None:
        """Compare with the picture file `path`."""
        self.edit(f"with {Path(path).name}", picture=path)

    def _choose_kind(self) -> None:
        kind = self.kind.currentData()
        if kind != self.settings.kind:
            self.edit(self.kind.currentText(), kind=kind, layer="")

    def _choose_sample(self) -> None:
        name = self.pictures.currentData()
        if name != self.settings.picture:
            self.edit(f"with {self.pictures.currentText()}", picture=name)

    def _choose_network(self) -> None:
        name = self.networks.currentData()
        if name != self.settings.network:
            self.edit(f"with {self.networks.currentText()}", network=name, layer="")

    def _show_settings(self, wanted: CompareSettings) -> None:
        """Set the controls, without telling; a file stands behind the samples, by its name."""
        self.kind.setCurrentIndex(self.kind.findData(wanted.kind))
        for box in (self.pictures, self.open):
            box.setVisible(wanted.kind == "picture")
        self.networks.setVisible(wanted.kind == "network")
        if self.pictures.findData(wanted.picture) < 0:
            add_choice(self.pictures, wanted.picture, Path(wanted.picture).name, wanted.picture)
        self.pictures.setCurrentIndex(self.pictures.findData(wanted.picture))
        self._show_network(wanted.network)

    def _show_network(self, name: str) -> None:
        """Show the chosen network once the list is there, the first where none was chosen."""
        if self.networks.count():
            if name and self.networks.findData(name) < 0:
                add_choice(self.networks, name, name, "Its trained weights are not here any more")
            self.networks.setCurrentIndex(max(0, self.networks.findData(name)))

    def _offer_networks(self, cards: list[tuple[str, str]]) -> None:
        self._listing = False
        for name, title in cards:
            add_choice(self.networks, name, title, title)
        self._show_network(self.settings.network)
        self._compute()

    def _ask_open(self) -> None:
        path = ask_open_picture(self, self.host.services.settings)
        if path is not None:
            self.compare_file(str(path))

    def _choose_layer(self) -> None:
        """Show the layer chosen for the right, and its counterpart at the left."""
        name, pair = self.layers.currentData(), self._pair
        if pair is None or name == pair.layer:
            return
        here = counterpart(pair.there.run, name, pair.here.run)
        # One step for both, so that undo takes both back; the held place goes along.
        state = self.changed(layer=name)
        place = in_layer(state.position, pair.here.run, pair.here.layer, here)
        self.host.edits.apply(state.replace(layer=here, position=place), f"layer {here}")

    def _choose_channel(self, channel: int) -> None:
        pair = self._pair
        if pair is not None and channel < pair.here.total:
            self.host.choose_channel(pair.here.layer, channel)

    def _choose_position(self, view: MosaicView, _channel: int, row: int, column_at: int) -> None:
        """Hold the place that was clicked in either, as the panel does in its own channels."""
        pair = self._pair
        if pair is not None:
            shapes = (pair.here.maps.shape, pair.there.maps.shape)
            own = shapes[0] if view is self.here else shapes[1]
            self.host.choose_position(*_scaled((row, column_at), own, shapes[0]))

    def _mark(self, view: MosaicView, channel: int, row: int, column_number: int) -> None:
        """Mark the same place in the other, scaled where its map has another size."""
        pair = self._pair
        if pair is None:
            return
        one, two = pair.here.maps, pair.there.maps
        if view is self.here:
            one, two = two, one
        if channel < len(two):
            view.set_marker(channel, *_scaled((row, column_number), one.shape, two.shape))

    # -- the answer -------------------------------------------------------------------------

    def _compute(self, *, follow: bool = False) -> None:
        run, layer, wanted = self._run, self._layer, self._set
        if run is None or wanted is None:
            return
        if wanted.kind == "network" and not self.networks.count():
            if not self._listing:
                self._listing = True
                self._lane.submit(_networks, self._offer_networks, self._failed)
            return
        self._listing = False  # whatever is under way is superseded
        name = {
            "picture": wanted.picture,
            "network": wanted.network or str(self.networks.itemData(0)),
            "untrained": "",
        }[wanted.kind]
        other = Other(wanted.kind, name, wanted.layer)
        self._lane.submit(
            lambda: self._comparer.compare(run, layer, other), self._show, self._failed,
            follow=follow,
        )  # fmt: skip

    def _failed(self, error: JobError) -> None:
        self._pair, self._listing = None, False
        self.layers.clear()
        self.there.set_maps(None)
        self.badge.clear()
        self.best.clear()
        self.text.clear()
        self.host.say(TOPIC, error)

    def _show(self, pair: Pair) -> None:
        self.host.say(TOPIC, None)
        self._pair = pair
        self.here.set_maps(pair.here.tiles)
        self.there.set_maps(pair.there.tiles)
        self.here.set_title(pair.here.layer)
        self.there.set_title(pair.layer)
        there = pair.there.run
        self.badge.setText(f"Right: {there.model.card.title}, {there.model.card.state_text}")
        likeliest = [_best(run) for run in (pair.here.run, there)]
        self.best.setText(f"Left: {likeliest[0]}\nRight: {likeliest[1]}")
        self._show_layers(pair)
        self._mark_chosen()

    def _show_layers(self, pair: Pair) -> None:
        names = list(pair.there.run.activations)
        if [self.layers.itemData(number) for number in range(self.layers.count())] != names:
            self.layers.clear()
            for name in names:
                add_choice(self.layers, name, name, name)
        self.layers.setCurrentIndex(names.index(pair.layer))

    def _mark_held(self) -> None:
        """Mark the held position in both, as long as nothing is pointed at."""
        pair, context = self._pair, self._context
        if pair is None or context is None:
            return
        state = context.state
        for view, sheet in ((self.here, pair.here), (self.there, pair.there)):
            if state.held and state.position is not None and state.channel < sheet.total:
                at = _scaled(state.position, pair.here.maps.shape, sheet.maps.shape)
                view.set_marker(state.channel, *at)
            else:
                view.clear_marker()

    def _mark_chosen(self) -> None:
        pair, context = self._pair, self._context
        if pair is None or context is None:
            return
        self._mark_held()
        channel = context.state.channel
        self.here.set_chosen(channel if channel < pair.here.total else None)
        self.there.set_chosen(channel if channel < pair.there.total else None)
        if pair.similarity is None:
            self.text.setText(
                "The layers differ in shape, so that their channels cannot be compared one by one."
            )
        elif channel < len(pair.similarity):
            value = float(pair.similarity[channel])
            known = "one of both is silent" if math.isnan(value) else f"{value:.3f}"
            largest = [float(sheet.maps[channel].max()) for sheet in (pair.here, pair.there)]
            self.text.setText(
                f"Channel {channel}: cosine of both maps {known}; largest value left "
                f"{largest[0]:.4g}, right {largest[1]:.4g}."
            )


def _scaled(
    place: tuple[int, int], before: tuple[int, ...], after: tuple[int, ...]
) -> tuple[int, int]:
    """Return the same place (row, column) in maps of the shape `after`, (C, H, W)."""
    row, column_at = (
        min(int((at + 0.5) * now / was), now - 1)
        for at, was, now in zip(place, before[1:], after[1:], strict=True)
    )
    return row, column_at


def _best(run: Run) -> str:
    if not run.predictions:
        return "no classes"
    return f"{run.predictions[0].name} {run.predictions[0].probability:.1%}"


def _networks() -> list[tuple[str, str]]:
    """Return (name, title) of the networks whose trained weights are on this computer."""
    from engines.models import catalogue

    return [(card.name, card.title) for card in catalogue() if card.is_trained]
