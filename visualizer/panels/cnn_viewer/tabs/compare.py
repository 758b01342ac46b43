"""Compare: the same layer for two pictures, two networks, or before and after training."""

from __future__ import annotations

import math
from typing import cast

from PySide6.QtWidgets import QLabel, QWidget

from engines.images import SAMPLES
from visualizer.dialogs import ask_open_picture
from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context, Run
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.compare_compute import Comparer, Kind, Other, Pair
from visualizer.panels.cnn_viewer.tabs.parts import button, column, lay_out
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
        self._file = ""
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
        self.pictures.setCurrentIndex(self.pictures.findData("coffee"))
        self.open = button("compare_open", "A file…", "Compare with a picture of your own")
        self.networks = combo("compare_network", "The other network; its weights are here")
        self.text = wrapping_label("compare_text")
        self.badge = wrapping_label("compare_badge", bold=True)
        self.best = wrapping_label("compare_best")
        self.here = MosaicView("compare_here", "As chosen")
        self.there = MosaicView("compare_there", "The other")
        for view in (self.here, self.there):
            view.view.set_compact(True)
        controls = column(
            self.kind, self.pictures, self.open, self.networks, self.badge, self.best,
            QLabel("The chosen channel"), self.text,
        )  # fmt: skip
        lay_out(self, self.name, controls, self.here, self.there)
        self._connect()
        self._show_kind()

    def _connect(self) -> None:
        self.kind.activated.connect(self._choose_kind)
        self.pictures.activated.connect(self._choose_sample)
        self.networks.activated.connect(lambda _: self._compute())
        self.open.clicked.connect(self._ask_open)
        for one, two in ((self.here, self.there), (self.there, self.here)):
            one.channel_chosen.connect(self._choose_channel)
            one.cell_hovered.connect(lambda c, r, k, two=two: self._mark(two, c, r, k))
            one.hover_left.connect(two.clear_marker)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Compare the new picture or layer; a new channel is only marked."""
        self._context = context
        run = context.run
        self.setEnabled(run is not None)
        if run is None:
            return
        if run is not self._run or context.layer != self._layer:
            self._run, self._layer = run, context.layer
            self._compute(follow=True)
        self._mark_channel()

    # -- events -----------------------------------------------------------------------------

    def kind_name(self) -> Kind:
        """Return what is compared."""
        return cast(Kind, self.kind.currentData())

    def compare_file(self, path: str) -> None:
        """Compare with the picture file `path`."""
        self._file = path
        self._compute()

    def _show_kind(self) -> None:
        kind = self.kind_name()
        self.pictures.setVisible(kind == "picture")
        self.open.setVisible(kind == "picture")
        self.networks.setVisible(kind == "network")

    def _choose_kind(self) -> None:
        self._show_kind()
        if self.kind_name() == "network" and not self.networks.count():
            self._lane.submit(_networks, self._offer_networks, self._failed)
        else:
            self._compute()

    def _offer_networks(self, cards: list[tuple[str, str]]) -> None:
        for name, title in cards:
            add_choice(self.networks, name, title, title)
        self._compute()

    def _choose_sample(self) -> None:
        self._file = ""
        self._compute()

    def _ask_open(self) -> None:
        path = ask_open_picture(self, self.host.services.settings)
        if path is not None:
            self.compare_file(str(path))

    def _choose_channel(self, channel: int) -> None:
        pair = self._pair
        if pair is not None and channel < pair.here.total:
            self.host.choose_channel(pair.here.layer, channel)

    def _mark(self, view: MosaicView, channel: int, row: int, column_number: int) -> None:
        """Mark the same place in the other, scaled where its map has another size."""
        pair = self._pair
        if pair is None:
            return
        one, two = pair.here.maps, pair.there.maps
        if view is self.here:
            one, two = two, one
        if channel < len(two):
            place = (
                row * two.shape[1] // one.shape[1],
                column_number * two.shape[2] // one.shape[2],
            )
            view.set_marker(channel, *place)

    # -- the answer -------------------------------------------------------------------------

    def _other(self) -> Other:
        kind = self.kind_name()
        if kind == "picture":
            return Other(kind, self._file or str(self.pictures.currentData()))
        return Other(kind, str(self.networks.currentData() or ""))

    def _compute(self, *, follow: bool = False) -> None:
        run, layer, other = self._run, self._layer, self._other()
        if run is None or (other.kind == "network" and not other.name):
            return
        self._lane.submit(
            lambda: self._comparer.compare(run, layer, other), self._show, self._failed,
            follow=follow,
        )  # fmt: skip

    def _failed(self, error: JobError) -> None:
        self._pair = None
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
        self._mark_channel()

    def _mark_channel(self) -> None:
        pair, context = self._pair, self._context
        if pair is None or context is None:
            return
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


def _best(run: Run) -> str:
    if not run.predictions:
        return "no classes"
    return f"{run.predictions[0].name} {run.predictions[0].probability:.1%}"


def _networks() -> list[tuple[str, str]]:
    """Return (name, title) of the networks whose trained weights are on this computer."""
    from engines.models import catalogue

    return [(card.name, card.title) for card in catalogue() if card.is_trained]
