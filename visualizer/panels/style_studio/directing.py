"""Runs are directed here: what one would be made of and cost, start, changes while it goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engines.errors import EngineError
from visualizer.jobs import JobError
from visualizer.panels.style_studio.making import at_last_size, at_size_of, settings_of
from visualizer.panels.style_studio.preparing import (
    KnownLayers,
    Measured,
    Prepared,
    costs_alike,
    know_layers,
    measured_alike,
    order_of,
    prepare,
)
from visualizer.panels.style_studio.run_control import RunOrder
from visualizer.panels.style_studio.state import StyleStudioState

if TYPE_CHECKING:
    import torch

    from engines.models import LoadedModel
    from engines.style import MemoryEstimate
    from visualizer.panels.style_studio.panel import StyleStudioPanel

ALREADY = "A picture is being made already. Stop it first, or change its settings while it goes on."
NOT_READY = "Pictures and network are still being loaded; press Start again in a moment."
TOO_LARGE = "{sentence} Press Start again to try all the same."
STAYS = "{sentence} The run keeps its size."


class RunDirector(QObject):
    """Knows what a run would be made of now, and begins and steers the panel's run.

    known: the layers of the present network; prepared: an engine for what is chosen, and its cost.
    """

    changed = Signal()
    """`known`, `prepared` or what can be done is another."""

    def __init__(self, panel: StyleStudioPanel) -> None:
        super().__init__(panel)
        self._panel, self._run = panel, panel.run
        self.known: KnownLayers | None = None
        self.prepared: Prepared | None = None
        self._measured: Measured | None = None
        self._warned: RunOrder | None = None  # of a size for which there is no memory
        self._notes_told = 0
        self._closed = False
        self._froze = False  # a camera was stopped for the run, whose last picture comes as another
        self._learning = panel.lane("style layers")
        self._preparing = panel.lane("style estimate")
        self._run.stepped.connect(lambda _step: self._tell_notes())
        self._run.state_changed.connect(lambda _state: self.show_run())
        self._run.failed.connect(lambda error: panel.say("run", error))
        self._run.finished.connect(self.prepare)
        panel.presenter.shown_changed.connect(self.show_run)

    @property
    def _state(self) -> StyleStudioState:
        return self._panel.state

    # -- what a run would be made of --------------------------------------------------------

    def network_arrived(self, network: LoadedModel) -> None:
        """Find out which layers `network` has."""
        if self.known is not None and self.known.network is network:
            return
        self.known = self.prepared = self._measured = None
        self._learning.submit(
            lambda: know_layers(network),
            self._layers_known,
            lambda error: self._panel.say("network", error),
        )
        self.show_run()

    def _layers_known(self, known: KnownLayers) -> None:
        self._panel.say("network", None)
        self.known = known
        self.changed.emit()
        self.prepare()

    def order(self) -> RunOrder | None:
        """Return what a run would be made of now, None while something is missing or wrong."""
        panel, state = self._panel, self._state
        content, styles = panel.pictures.content_picture(state), panel.pictures.styles(state)
        if content is None or styles is None or self.known is None:
            return None
        try:
            order = order_of(content, styles, self.known, state.settings)
        except EngineError as error:
            panel.say("settings", JobError(str(error)))
            return None
        panel.say("settings", None)
        return order

    # -- before a run -----------------------------------------------------------------------

    def prepare(self) -> None:
        """Find out what a run would cost; nothing is measured while one takes the processor."""
        order = None if self._closed else self.order()
        if order is not None:
            self._show_cost(order)
        if order is not None and not self._run.busy:
            prepared = self.prepared
            if prepared is not None and costs_alike(prepared.order, order):
                prepared.transfer.settings = order.settings
                self.prepared = replace(prepared, order=order)
            else:
                self.prepared, measured = None, self._measured
                self._preparing.submit(
                    lambda: prepare(order, measured), self._prepared, self._not_prepared
                )
        self.show_run()

    def _prepared(self, prepared: Prepared) -> None:
        self._panel.say("estimate", None)
        self.prepared, self._measured = prepared, prepared.measured
        if not self._run.busy:
            self._run.transfer = None  # what it remembers is as large as many pictures
        self.prepare()  # the settings may have gone on meanwhile
        self.changed.emit()

    def _cost_of(self, order: RunOrder) -> MemoryEstimate | None:
        """Return what a run would cost, None where that was not measured yet."""
        prepared, measured = self.prepared, self._measured
        if prepared is not None and costs_alike(prepared.order, order):
            return prepared.estimate
        if measured is not None and measured_alike(measured.order, order):
            return measured.estimate(order.settings)
        return None

    def _show_cost(self, order: RunOrder) -> None:
        made = self._cost_of(order)
        if made is not None:
            sizes = self._panel.view.controls.sizes
            sizes.show_estimate(made.sentence, made.largest_size, made.fits)

    def _not_prepared(self, error: JobError) -> None:
        self._panel.view.controls.sizes.show_estimate("", 0, fits=True)
        self._panel.say("estimate", error)

    # -- beginning --------------------------------------------------------------------------

    def start(self) -> None:
        """Make the picture from the beginning."""
        order = self._may_begin()
        if order is not None:
            self._panel.keeper.begin()
            self.begin(order, None)

    def go_on(self) -> None:
        """Go on from the picture that is shown, at the size of the result, with what is set now."""
        order, image = self._may_begin(), self._image()
        if order is not None and image is not None:
            self._panel.edits.look(self._state.replace(chosen=-1))
            self.begin(replace(order, settings=at_last_size(order.settings)), image)

    def begin(self, order: RunOrder, image: torch.Tensor | None) -> None:
        """Begin a run; image: (3, h, w) in [0, 1] to go on from, None for the settings' start."""
        panel = self._panel
        panel.say("run", None)
        panel.say("note", None)  # of the run before
        self._notes_told = len(self._run.notes)
        self._preparing.supersede()
        self.prepared = None
        self._froze = panel.pictures.stop_live()
        kept = self._state.kept
        self._run.start(order, image, after=kept[-1].iteration if kept else 0)
        self.show_run()

    def _image(self) -> torch.Tensor | None:
        """Return the picture that is seen, (3, h, w) in [0, 1]; None without one."""
        import torch

        presenter, last = self._panel.presenter, self._run.last
        if presenter.chosen() is None and last is not None:
            return last.image
        shown = presenter.shown
        return None if shown is None else torch.from_numpy(shown).permute(2, 0, 1).float() / 255

    def _may_begin(self) -> RunOrder | None:
        """Return what a run is to be made of; where none may begin say why and return None."""
        panel = self._panel
        if self._run.busy:
            panel.show_info(ALREADY)
            return None
        order = self.order()
        if order is None:
            if panel.messages.kind() != "error":
                panel.show_info(NOT_READY)
            return None
        cost = self._cost_of(order)
        if cost is not None and not cost.fits:
            again = self._warned is not None and costs_alike(self._warned, order)
            self._warned = order
            if not again:
                panel.say("run", JobError(TOO_LARGE.format(sentence=cost.sentence)))
                return None
        return order

    def stopped_live(self) -> bool:
        """Return whether a camera or video was stopped for the present run."""
        return self._froze

    # -- while it goes on -------------------------------------------------------------------

    def steer(self) -> None:
        """Let a run that goes on take the settings as they are now."""
        order = self._run.order
        if not self._run.busy or order is None or self.known is None:
            return
        if self.known.network is not order.network:
            return
        try:
            settings = settings_of(self._state.settings, self.known.suggested)
            too_large = self._too_large(replace(order, settings=settings))
            if too_large is not None:
                settings = at_size_of(self._run.settings or order.settings, settings)
            self._run.take_settings(settings)
        except EngineError as error:
            self._panel.say("settings", JobError(str(error)))
        else:
            self._panel.say("settings", too_large)

    def _too_large(self, order: RunOrder) -> JobError | None:
        """Return what to say where there is no memory for a run that is to become as large."""
        now, cost = self._run.settings, self._cost_of(order)
        if now is None or order.settings.size <= now.size or cost is None or cost.fits:
            return None
        return JobError(STAYS.format(sentence=cost.sentence))

    def toggle_pause(self) -> None:
        """Let a run wait, or go on."""
        if self._run.paused:
            self._run.resume()
        else:
            self._run.pause()

    def take_chosen(self) -> None:
        """Go on from the kept picture that is looked at, in the run or as a new part of it."""
        if self._panel.presenter.chosen() is None:
            return
        image = self._image()
        if not self._run.busy:
            self.go_on()
        elif image is not None:
            self._run.go_to(image)
            self._panel.edits.look(self._state.replace(chosen=-1))

    def _tell_notes(self) -> None:
        for note in self._run.notes[self._notes_told :]:
            self._panel.messages.show_message(note, kind="warning", topic="note", passing=True)
        self._notes_told = len(self._run.notes)

    def show_run(self) -> None:
        """Show what can be done now."""
        ready = self.known is not None
        self._panel.view.run.show_run(
            busy=self._run.busy,
            paused=self._run.paused,
            can_start=ready,
            can_go_on=ready and self._panel.presenter.shown is not None,
        )

    def close(self) -> None:
        """Begin nothing any more."""
        self._closed = True
