"""The CNN Viewer's controller: from the person's edit to state, job, result and view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engines.device import give_back_memory
from engines.models import CHECKPOINT_SUFFIXES
from visualizer import mime
from visualizer.jobs import JobError
from visualizer.networks.choice import ModelChoice
from visualizer.networks.handing_over import network_title
from visualizer.networks.model_choosing import NOT_RUN_AGAIN, ModelChooser, without_code
from visualizer.panels.cnn_viewer.actions import add_actions
from visualizer.panels.cnn_viewer.compute import Sheet
from visualizer.panels.cnn_viewer.context import Context, Run
from visualizer.panels.cnn_viewer.handing import MapsHander
from visualizer.panels.cnn_viewer.known import Known
from visualizer.panels.cnn_viewer.passing import (
    Shown,
    send,
    sheet_key,
    sheet_of,
    status_text,
)
from visualizer.panels.cnn_viewer.poses import poses_of
from visualizer.panels.cnn_viewer.positions import carried, in_layer
from visualizer.panels.cnn_viewer.state import CnnViewerState
from visualizer.panels.cnn_viewer.tabbox import TabBox
from visualizer.panels.cnn_viewer.tabs import TabHost
from visualizer.panels.cnn_viewer.unit import UnitPresenter
from visualizer.panels.cnn_viewer.view import CnnViewerView
from visualizer.panels.stateful import StatefulPanel
from visualizer.pictures.choosing import PictureChooser
from visualizer.pictures.picture import Picture
from visualizer.pictures.picture_input import NOT_STARTED, PictureInput
from visualizer.pictures.source import LIVE_KINDS, PictureSource
from visualizer.services import Services

if TYPE_CHECKING:
    from engines.models import LoadedModel

LOADING = "Loading the network…"
NO_NETWORK = "There is no network to send a picture through: choose another"


class CnnViewerPanel(StatefulPanel[CnnViewerState]):
    """Any network, every layer, down to one number."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(
            "cnn_viewer",
            CnnViewerState(),
            services,
            carry=lambda present, target: target.looking_like(present),
            parent=parent,
        )
        self.setAcceptDrops(True)
        self._answered = False  # the first picture went through the network, or was refused
        self.run: Run | None = None
        self.sheet: Sheet | None = None
        self._resized = False  # the person changed the size of the input
        self._outdated = False  # memory of a former network lies about
        self._known: Known | None = None
        self.running = self.lane("network")
        self.sheeting = self.lane("channels")
        self.clearing = self.lane("clearing")
        self.view = CnnViewerView(self.messages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        view = self.view
        self.input = PictureInput(
            self.edits, services.session, self.messages, self.show_error, self
        )
        self.choosing = PictureChooser(view.controls.picture, self.input, services.settings, self)
        self.chooser = ModelChooser(view.controls.model, self)
        self.models, self.downloader = self.chooser.models, self.chooser.downloader
        self.explaining = self.lane("unit")
        self.unit = UnitPresenter(view.unit, self.explaining, self)
        self.tabs = TabBox(view.drawer, self._tab_host(), self.release, self)
        self.hander = MapsHander(self)
        add_actions(self)
        self._connect()
        self._show_controls(self.state)
        view.channels.mosaic.set_overlay_text(LOADING)
        self.input.load(self.state.picture)
        self.models.load(self.state.model)

    @property
    def picture(self) -> Picture | None:
        """The present picture."""
        return self.input.picture

    @property
    def layer(self) -> str:
        """The layer that is shown."""
        return self.sheet.layer if self.sheet is not None else self.state.layer

    # -- building ---------------------------------------------------------------------------

    def _connect(self) -> None:
        controls = self.view.controls
        self.input.arrived.connect(self._picture_arrived)
        self.input.frame_arrived.connect(partial(self._run, follow=True))
        self.models.arrived.connect(self._network_arrived)
        self.models.loading.connect(self._tell_of_no_network)
        controls.layers.layer_chosen.connect(self.choose_layer)
        controls.side_changed.connect(self._side_changed)
        channels = self.view.channels
        channels.option_changed.connect(self._option_changed)
        channels.hand_button.clicked.connect(self.hander.hand_over)
        channels.mosaic.channel_chosen.connect(lambda n: self.choose_channel(self.layer, n))
        channels.mosaic.cell_clicked.connect(lambda _channel, r, c: self.hold(r, c))
        self.unit.position_chosen.connect(self._clicked)
        self.unit.explained.connect(self._unit_explained)
        self.view.unit.opacity.changed.connect(self._opacity_changed)
        self.tabs.settled.connect(self.announce_settled)

    def _tab_host(self) -> TabHost:
        return TabHost(
            services=self.services,
            edits=self.edits,
            lane=self.lane,
            job=self.job,
            say=self.say,
            show_info=self.show_info,
            choose_layer=self.choose_layer,
            choose_channel=self.choose_channel,
            choose_position=self.hold,
            open_model=self.open_model,
            open_picture=self.open_picture,
        )

    # -- the panel's contract ---------------------------------------------------------------

    def restore(self, state: dict[str, Any]) -> None:
        """Show an earlier snapshot; no camera starts and no code runs by itself; see `Panel`."""
        if state.get("picture", {}).get("kind") in LIVE_KINDS:
            state = {**state, "picture": PictureSource().model_dump()}
            self.show_info(NOT_STARTED)
        tamed = without_code(state)
        if tamed is not None:
            state = {**tamed, "layer": ""}
            self.show_info(NOT_RUN_AGAIN)
        super().restore(state)

    def open_picture(self, path: Path) -> None:
        """Load and show the picture file `path`, or play it if it is a video."""
        self.input.load(mime.source_of(path))

    def open_model(self, model: LoadedModel) -> None:
        """Show a network that was made in the app."""
        self.models.take(ModelChoice(name=model.card.name), model)

    def is_settled(self) -> bool:
        """Return whether everything asked for is computed and shown."""
        waits = not self._answered and not self.models.gave_up
        if waits or not super().is_settled():
            return False
        return self.input.is_settled() and self.tabs.is_settled()

    def poses(self) -> Mapping[str, Callable[[], None]]:
        """Return the states worth a picture."""
        return poses_of(self)

    def close_jobs(self) -> None:
        """Cancel and join everything that runs for this panel."""
        self.chooser.close()
        self.input.close_jobs()
        self.tabs.close_jobs()
        super().close_jobs()

    # -- pictures ---------------------------------------------------------------------------

    def _picture_arrived(self) -> None:
        self.choosing.show_source()
        self._run()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept what carries a picture or a file."""
        if mime.carries_picture(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the dropped picture, or the dropped network."""
        event.acceptProposedAction()
        path = mime.picture_file(event.mimeData())
        if path is not None and path.suffix.lower() in CHECKPOINT_SUFFIXES:
            self.chooser.open_file(path)
        else:
            self.input.take(event.mimeData())

    def open_tab(self, name: str) -> None:
        """Open the tab `name`, or close it if it is open."""
        self.tabs.open("" if self.state.tab == name else name)

    # -- edits ------------------------------------------------------------------------------

    def choose_layer(self, name: str) -> None:
        """Show the channels of the layer `name`."""
        if name != self._wanted_layer():
            chosen = self.state.replace(layer=name, position=self._place_in(name))
            self.edits.apply(chosen, f"layer {name}", merge_key="layer")

    def step_layer(self, step: int) -> None:
        """Go to the next or previous layer of those that the search leaves."""
        names, present = self.view.controls.layers.names(), self._wanted_layer()
        if present in names:
            place = names.index(present) + step
            if 0 <= place < len(names):
                self.choose_layer(names[place])
        elif names:
            self.choose_layer(names[0])

    def choose_channel(self, layer: str, channel: int) -> None:
        """Show one channel of a layer."""
        place = self._place_in(layer)
        chosen = self.state.replace(layer=layer, channel=channel, position=place)
        self.edits.apply(chosen, f"channel {channel}", merge_key="channel")

    def _place_in(self, layer: str) -> tuple[int, int] | None:
        """Return where the position lies in another layer, at the same place of the picture."""
        return in_layer(self.state.position, self.run, self._wanted_layer(), layer)

    def _wanted_layer(self) -> str:
        """Return the layer that was chosen last, though another may be shown until it is ready."""
        known = self.run is not None and self.state.layer in self.run.activations
        return self.state.layer if known else self.layer

    def hold(self, row: int, column: int) -> None:
        """Explain this position until it is let go."""
        self.edits.look(self.state.replace(position=(row, column), held=True))

    def _clicked(self, row: int, column: int) -> None:
        if self.state.held and self.unit.position == (row, column):
            self.edits.look(self.state.replace(held=False))
        else:
            self.hold(row, column)

    def _option_changed(self, field: str, value: object) -> None:
        self.edits.apply(self.state.replace(**{field: value}), f"{field} {value}")

    def _side_changed(self, side: int) -> None:
        size = (side, side) if side else None
        self.edits.apply(self.state.replace(input_size=size), f"input size {side or 'its own'}")

    def _opacity_changed(self, value: float, goes_on: bool) -> None:
        self.edits.apply(
            self.state.replace(opacity=value), "opacity", merge_key="opacity", goes_on=goes_on,
            held=goes_on,
        )  # fmt: skip

    # -- state → job → result → view --------------------------------------------------------

    def show_change(self, before: CnnViewerState, after: CnnViewerState) -> None:
        """Set the controls to `after` and compute what follows from it."""
        self._show_controls(after)
        if before.model != after.model:
            self.models.follow(after.model)
            if self.models.network is not None and self.models.shows(after.model):
                self._network_arrived()
        if before.picture != after.picture:
            self.input.follow(after.picture)
            if self.input.shows(after.picture):
                self._picture_arrived()
        if before.input_size != after.input_size:
            # What is undone or restored brings the position that it had.
            self._resized = before.position == after.position
            self._run()
        elif sheet_key(before) != sheet_key(after):
            self._make_sheet()
        if self.sheet is not None:
            self._show_unit(self.sheet, after)
        self.tabs.show_state(after)
        self._tell_tabs()

    def _show_controls(self, state: CnnViewerState) -> None:
        self.view.controls.show_side(state.input_size)
        self.view.channels.show_state(state)

    def _network_arrived(self) -> None:
        self.chooser.show_network()
        if self.models.network is not None:
            self.services.maps.show_network(network_title(self.models.network.model.card))
        self._run()

    def _run(self, *, follow: bool = False) -> None:
        picture, network, state = self.picture, self.models.network, self.state
        if picture is None or network is None:
            return
        if not (self.input.shows(state.picture) and self.models.shows(state.model)):
            return
        self.sheeting.supersede()
        known = self._known
        self.running.submit(
            partial(send, network, picture, state, known), self._show, self._failed, follow=follow
        )

    def _tell_of_no_network(self, loading: str) -> None:
        if not loading and self.models.gave_up:
            self.view.channels.mosaic.set_overlay_text(NO_NETWORK)
            self.announce_settled()

    def _failed(self, error: JobError) -> None:
        """Say why; the last good result stays."""
        self._answered = True
        self.view.channels.mosaic.set_overlay_text(None)
        self.say("network", error)
        self.input.live.ready_for_next()
        self.announce_settled()

    def _show(self, shown: Shown) -> None:
        self.say("network", None)
        former, run = self.run, shown.run
        self.run = run
        self._outdated |= former is not None and former.model is not run.model
        self._answered = True
        self._known = shown.known
        self.view.controls.show_answer(run)
        self.view.controls.layers.set_layers(shown.known.layers)
        if sheet_key(shown.sheet.state) == sheet_key(self.state):
            self._show_sheet(shown.sheet)
        else:
            self._make_sheet()  # the person has chosen another layer meanwhile
        self.status_changed.emit(status_text(run))
        self._ask_for_next(run)
        self.announce_settled()

    def _unit_explained(self) -> None:
        """Nothing holds the former network any more: its memory goes back to the system."""
        if self._outdated:
            self._outdated = False
            self.clearing.submit(give_back_memory, lambda _: None, self.show_error)
        self.input.live.ready_for_next()

    def _ask_for_next(self, run: Run) -> None:
        """Take the next live picture; a held position is explained first, or it never would be."""
        if not (run.picture.source.is_live and self.state.held and self.explaining.busy):
            self.input.live.ready_for_next()

    def _make_sheet(self) -> None:
        run, state, known = self.run, self.state, self._known
        if run is None or known is None:
            return
        self.sheeting.submit(
            partial(sheet_of, run, state, known), self._show_sheet, self._sheet_failed, follow=True
        )

    def _sheet_failed(self, error: JobError) -> None:
        self.say("layer", error)
        self.announce_settled()

    def _show_sheet(self, sheet: Sheet) -> None:
        self.say("layer", None)
        before, self.sheet = self.sheet, sheet
        if before is not None and self._resized and before.layer == sheet.layer:
            self._carry_position(before, sheet)
        self._resized = False
        self.view.channels.show_sheet(sheet)
        self.view.controls.layers.set_current(sheet.layer)
        self._show_unit(sheet, self.state)
        self._tell_tabs()
        self.announce_settled()

    def _carry_position(self, before: Sheet, after: Sheet) -> None:
        """Stay at the same place of the picture when the input has another size."""
        old, new, position = before.maps.shape[1:], after.maps.shape[1:], self.state.position
        if old != new and position is not None:
            self.edits.look(self.state.replace(position=carried(position, old, new)))

    def _show_unit(self, sheet: Sheet, state: CnnViewerState) -> None:
        channel = min(state.channel, sheet.total - 1)
        self.view.channels.mosaic.set_chosen(channel)
        self.unit.show(sheet, state)
        if state.held and self.unit.position is not None:
            self.view.channels.mosaic.set_marker(channel, *self.unit.position)
        else:
            self.view.channels.mosaic.clear_marker()

    def _tell_tabs(self) -> None:
        network = self.models.network
        model = network.model if network is not None else None
        self.tabs.show_context(Context(self.state, model, self.run, self.layer))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Escape release the held position."""
        if event.key() == Qt.Key.Key_Escape and self.state.held:
            self.unit.release()
            self.edits.look(self.state.replace(held=False, position=None))
            return
        super().keyPressEvent(event)
