"""Two networks side by side: the filters that read the picture, and where weights are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from visualizer.jobs import JobError
from visualizer.networks.model_input import Downloader
from visualizer.networks.model_section import show_badge, show_download, size_text
from visualizer.panels.cnn_viewer.tabs.base import TabHost
from visualizer.panels.cnn_viewer.tabs.filters_beside_compute import (
    Beside,
    BesideWish,
    Neighbours,
    catalogue_cards,
    usual_beside,
)
from visualizer.panels.cnn_viewer.tabs.filters_compute import ShownFilters
from visualizer.panels.cnn_viewer.tabs.parts import ClassChooser
from visualizer.panels.tab_parts import LEAST_WIDTH, button
from widgets.form_parts import wrapping_label
from widgets.job_bar import JobBar
from widgets.mosaic_view import MosaicView

if TYPE_CHECKING:
    from engines.models import LoadedModel, ModelCard
    from visualizer.panels.cnn_viewer.tab_settings import FiltersSettings

TOPIC = "filters beside"
LEAST_HEIGHT = 130
MARKS = {"downloadable": "↓ ", "untrained": "○ "}
NOTHING_LEARNED = "Random weights: nothing was learned."


class FilterPane:
    """The widgets about one network: a badge, its filters, their count, size and stride."""

    def __init__(self, name: str, tooltip: str) -> None:
        self.badge = QLabel(objectName=f"{name}_badge")
        self.badge.setWordWrap(True)
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.facts = wrapping_label(f"{name}_facts")
        self.view = MosaicView(name)
        self.view.view.set_compact(True)
        self.view.setToolTip(tooltip)
        self.view.setMinimumHeight(LEAST_HEIGHT)
        for widget in (self.badge, self.facts, self.view):
            widget.setMinimumWidth(LEAST_WIDTH)

    def show_filters(self, card: ModelCard, shown: ShownFilters) -> None:
        """Show filters, and always with them whether they were learned."""
        show_badge(self.badge, card, short=True)
        self.badge.show()
        self.facts.setText(facts_of(shown))
        self.view.set_title(f"{card.title} · {shown.wish.layer}")
        self.view.set_maps(shown.maps)
        self.view.set_chosen(shown.wish.chosen)

    def show_none(self) -> None:
        """Show no filters."""
        self.badge.hide()
        self.facts.clear()
        self.view.set_maps(None)


class BesidePage(QWidget):
    """The shown network's first filters left, another's right; the other is chosen in `others`."""

    other_chosen = Signal(str)
    """The name of the network that is to stand beside."""
    untrained_wanted = Signal()
    """The other network is to be shown with random weights."""
    filter_chosen = Signal(str, int)
    """Layer and number of a filter of the shown network."""
    settled = Signal()

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filters_two")
        self._host = host
        self._lane, self._listing = host.lane("filters beside"), host.lane("filters networks")
        self._neighbours = Neighbours()
        self.downloader = Downloader(host.say, self)
        self._cards: list[ModelCard] = []
        self._asked: tuple[LoadedModel, BesideWish] | None = None
        self._offered: ModelCard | None = None
        self._layer = ""
        self.others = ClassChooser("filters_other_network", "The network beside")
        self.here = FilterPane("filters_here", "Filters of the network that is shown")
        self.other = FilterPane("filters_other", "Filters of the network beside")
        self.notice = wrapping_label("filters_other_notice")
        self.notice.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.fetch = button(
            "filters_other_download", "Download",
            "Fetch the trained weights into this computer's cache, then show their filters",
        )  # fmt: skip
        self.show_random = button(
            "filters_other_untrained", "Show untrained",
            "Show the random weights that training begins with, marked as such",
        )  # fmt: skip
        self.bar = JobBar("filters_download_bar", can_pause=False)
        self._lay_out()
        self._connect()
        self._say_nothing_yet()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for place, pane in enumerate((self.here, self.other)):
            grid.setColumnStretch(place, 1)
            grid.addWidget(pane.badge, 0, place)  # above all else: it must never be out of sight
            grid.addWidget(pane.facts, 2, place)
        grid.addWidget(self.here.view, 1, 0)
        grid.addLayout(self._filters_or_offer(), 1, 1)
        grid.setRowStretch(1, 1)

    def _filters_or_offer(self) -> QVBoxLayout:
        """Return the other network's filters above what can be done where they are not learned."""
        self.offer = QWidget()
        self.offer.setMinimumWidth(LEAST_WIDTH)
        inside = QVBoxLayout(self.offer)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addStretch(1)
        for widget in (self.notice, self.fetch, self.show_random, self.bar):
            inside.addWidget(widget)
        inside.addStretch(1)
        made = QVBoxLayout()
        made.addWidget(self.other.view, 1)
        made.addWidget(self.offer)
        return made

    def _connect(self) -> None:
        self.others.class_chosen.connect(self._chosen)
        self.here.view.channel_chosen.connect(
            lambda number: self.filter_chosen.emit(self._layer, number)
        )
        self.fetch.clicked.connect(self._download)
        self.show_random.clicked.connect(self.untrained_wanted)
        downloader = self.downloader
        downloader.began.connect(lambda name: self.bar.begin(f"Fetching {name}"))
        downloader.progressed.connect(lambda progress: show_download(self.bar, progress))
        downloader.ended.connect(self.bar.end)
        downloader.done.connect(self._fetched)
        self.bar.cancel_pressed.connect(downloader.cancel)

    # -- what is asked ----------------------------------------------------------------------

    def show_pair(self, model: LoadedModel, settings: FiltersSettings, chosen: int) -> None:
        """Show the first filters of `model` and of the network that `settings` name."""
        if not self._cards:
            self._list_networks()
        name = settings.other or usual_beside(model.card.name)
        self._show_name(name)
        asked = (model, BesideWish(name, settings.untrained, settings.order, chosen))
        if self._asked is None or self._asked[0] is not model or self._asked[1] != asked[1]:
            self._asked = asked
            self._lane.submit(lambda: self._neighbours.beside(*asked), self._show, self._failed)

    def forget(self) -> None:
        """Keep no network, and ask anew the next time: the page was left."""
        self._asked = None

    def close_jobs(self) -> None:
        """Stop and join the download."""
        self.downloader.close()

    # -- the networks to choose from --------------------------------------------------------

    def _list_networks(self) -> None:
        self._listing.submit(catalogue_cards, self._take_cards, self._refused)

    def _take_cards(self, cards: list[ModelCard]) -> None:
        self._cards = cards
        self.others.set_names([f"{MARKS.get(c.weights_state, '')}{c.title}" for c in cards])
        if self._asked is not None:
            self._show_name(self._asked[1].name)
        self.settled.emit()

    def _show_name(self, name: str) -> None:
        names = [card.name for card in self._cards]
        if name in names:
            self.others.set_class(names.index(name))

    def _chosen(self, number: int) -> None:
        if 0 <= number < len(self._cards):
            self.other_chosen.emit(self._cards[number].name)

    # -- the answer -------------------------------------------------------------------------

    def _say_nothing_yet(self) -> None:
        self.here.show_none()
        self.other.show_none()
        self.offer.hide()

    def _refused(self, error: JobError) -> None:
        self._host.say(TOPIC, error)
        self.settled.emit()

    def _failed(self, error: JobError) -> None:
        self._say_nothing_yet()
        self._refused(error)

    def _show(self, beside: Beside) -> None:
        self._host.say(TOPIC, None)
        self._layer = beside.here.wish.layer
        self.here.show_filters(beside.here_card, beside.here)
        if beside.other is not None and beside.other_card is not None:
            self.other.show_filters(beside.other_card, beside.other)
        else:
            self.other.show_none()
        self._show_offer(beside)
        self.settled.emit()

    def _show_offer(self, beside: Beside) -> None:
        """Say what is missing and what can be done about it, as long as it is missing."""
        card, shown = beside.card, beside.other_card
        self.offer.setVisible(shown is None or not shown.is_trained)
        can_fetch = card.weights_state == "downloadable"
        self._offered = card if can_fetch else None
        self.fetch.setVisible(can_fetch)
        self.fetch.setText(f"Download{size_text(card)}")
        self.show_random.setVisible(shown is None)
        self.other.view.setVisible(shown is not None)
        if shown is not None:
            self.notice.setText(NOTHING_LEARNED)
            return
        ways = "They can be downloaded" if can_fetch else "There are none to be downloaded"
        self.notice.setText(
            f"The trained weights of {card.title} are not on this computer, so there are no "
            f"learned filters to show. {ways}; the random ones it begins with can be shown, marked "
            f"as untrained."
        )

    def _download(self) -> None:
        if self._offered is not None:
            self.downloader.start(self._offered.name)

    def _fetched(self, _card: ModelCard) -> None:
        asked, self._asked = self._asked, None
        self._list_networks()
        if asked is not None:
            self._asked = asked
            self._lane.submit(lambda: self._neighbours.beside(*asked), self._show, self._failed)


def facts_of(shown: ShownFilters) -> str:
    """Return size, count and stride of a layer's filters."""
    layer = shown.layer
    down, right = layer.stride
    stride = str(down) if down == right else f"{down} × {right}"
    return (
        f"{layer.filters} filters of {layer.height} × {layer.width} × {layer.channels}, "
        f"stride {stride}"
    )
