"""Layers: what each alone keeps of the content, and the texture of the first, first two, …"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QWidget

from engines.errors import EngineError
from visualizer.jobs import JobState, explain
from visualizer.panels.style_studio.context import Context
from visualizer.panels.style_studio.tabs.base import Tab, TabHost
from visualizer.panels.style_studio.tabs.layers_compute import Made, Order, make, order_of, sources
from visualizer.panels.style_studio.tabs.parts import MapGrid, fill_page, number, told
from visualizer.panels.tab_parts import beside, bind, button, headed
from widgets.form_parts import spin, wrapping_label
from widgets.job_bar import JobBar
from widgets.mosaic_view import Maps, MosaicView
from widgets.toggle_row import Choice, ToggleRow

if TYPE_CHECKING:
    from collections.abc import Sequence

TOPIC = "layers alone"
KINDS = (
    Choice("content", "Content", "From noise to what each layer alone knows of the content"),
    Choice("texture", "Texture", "From noise to the style of layer 1, of 1 and 2, and so on"),
)
ABOUT = {
    "content": "Noise is changed until one layer answers as it does to the content. Early layers "
    "bring back every pixel; late ones keep what is there and lose how it looks.",
    "texture": "Noise is changed until the first 1, 2, … layers have the style's statistics. Early "
    "ones give colours and strokes; with later ones the forms grow.",
}
EMPTY = "“Make them” shows here\nwhat each layer keeps"
WAITS = "The layers' pictures wait while a picture is made; go on with them when it is done."
OLD = "Made before pictures or network were changed: make them again."
GRID_LINES = 24


class LayersTab(Tab):
    """One picture for each layer, made one after another as a job."""

    name = "layers"
    title = "Layers"
    tooltip = "What each layer alone keeps: content from layer n, texture from layers 1…n"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._context: Context | None = None
        self._orders: dict[str, Order] = {}  # the last of each kind
        self._made: dict[str, dict[int, Made]] = {}
        self._making = ""  # the kind that is being made
        self._job = host.job("layers alone")
        self.kind = ToggleRow("layers_kind", KINDS)
        self.about = told(ABOUT["content"], "layers_about")
        self.side = spin("layers_size", 32, 512, "Longer side of the pictures in pixels")
        self.side.setSuffix(" px")
        self.steps = spin("layers_steps", 5, 1000, "How many evaluations each picture takes")
        self.begin = button("layers_make", "Make them", "Make a picture for each layer")
        self.bar = JobBar("layers_job")
        self.pictures = MosaicView("layers_pictures")
        self.pictures.view.set_compact(True)
        self.text = wrapping_label("layers_text")
        fill_page(
            self, self.name, self.kind, self.about,
            beside(*headed("Size", self.side), *headed("Steps", self.steps)),
            self.begin, self.bar, MapGrid("layers_grid", (self.pictures,), 1, GRID_LINES),
            self.text,
        )  # fmt: skip
        self._connect()
        self._show_made()

    def _connect(self) -> None:
        bind(self.bar, self._job)
        self._job.stepped.connect(self._stepped)
        self._job.finished.connect(self._show_made)
        self._job.failed.connect(lambda error: self.host.say(TOPIC, error))
        self._job.state_changed.connect(lambda _state: self._show_make())
        self.host.run.started.connect(self._wait)
        self.kind.chosen.connect(lambda kind: self.edit(kind, kind=kind, chosen=0))
        for box, field in ((self.side, "size"), (self.steps, "steps")):
            box.setKeyboardTracking(False)
            box.valueChanged.connect(
                lambda value, f=field: self.edit(f"{f} {value}", merge_key=f, **{f: value})
            )
        self.begin.clicked.connect(self.start)
        self.pictures.channel_chosen.connect(lambda index: self.look(chosen=index))

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Set the controls; what is being made goes on with what it began with."""
        self._context = context
        settings = context.state.tabs.layers
        self.kind.set_value(settings.kind)
        self.about.setText(ABOUT[settings.kind])
        for box, value in ((self.side, settings.size), (self.steps, settings.steps)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self._show_make()
        self._show_made()

    def _show_make(self) -> None:
        context, run = self._context, self.host.run
        ready = context is not None and context.transfer is not None
        beside_run = run.busy and not run.paused
        self.begin.setEnabled(ready and not beside_run and not self._job.busy)
        self.begin.setToolTip(WAITS if beside_run else "Make a picture for each layer")

    # -- making -----------------------------------------------------------------------------

    def start(self) -> None:
        """Make a picture for each layer, from noise."""
        context = self._context
        if context is None or context.transfer is None or self._job.busy:
            return
        self.host.say(TOPIC, None)
        try:
            order = order_of(context)
        except EngineError as error:
            self.host.say(TOPIC, explain(error))
            return
        self._making = order.kind
        self._orders[order.kind], self._made[order.kind] = order, {}
        self._show_made()
        self.bar.begin("Layer 1")
        self._job.start(lambda: make(order))

    def _wait(self) -> None:
        """Leave the processor to the run."""
        if self._job.state is JobState.RUNNING:
            self._job.pause()
            self.host.show_info(WAITS)
        self._show_make()

    def _stepped(self, steps: Sequence[Made]) -> None:
        for made in steps:
            self._made[self._making][made.index] = made
        last = steps[-1]
        self.bar.set_progress(last.done, last.total)
        self._show_made()

    # -- what is shown ----------------------------------------------------------------------

    def _show_made(self) -> None:
        kind = self.settings.kind
        order, pictures = self._orders.get(kind), self._made.get(kind)
        if order is None or not pictures:
            self.pictures.set_maps(None)
            self.pictures.set_overlay_text(EMPTY if order is None else None)
            self.text.setText("")
            return
        self.pictures.set_overlay_text(None)
        any_made = next(iter(pictures.values())).pixels
        grey = np.full_like(any_made, 128)
        pixels = np.stack(
            [pictures[n].pixels if n in pictures else grey for n in range(len(order.names))]
        )
        one, several = ("layer", "layers") if order.kind == "content" else ("layers", "textures")
        self.pictures.set_maps(
            Maps(pixels, pixels, "rgb", (0, 255), names=order.short, nouns=(one, several))
        )
        chosen = min(self.settings.chosen, len(order.names) - 1)
        self.pictures.set_chosen(chosen)
        self.text.setText(self._said(order, pictures.get(chosen), chosen))

    def _said(self, order: Order, made: Made | None, chosen: int) -> str:
        what = "Content of" if order.kind == "content" else "Texture of"
        if made is None:
            said = f"{what} {order.names[chosen]}: not made yet."
        else:
            said = (
                f"{what} {order.names[chosen]}: loss {number(made.loss)} after {made.steps} of "
                f"{made.of} steps."
            )
        context = self._context
        return said if context is None or _is_of(order, context) else f"{said} {OLD}"

    def close_jobs(self) -> None:
        """The job is the host's, which joins it."""
        self._job.cancel()


def _is_of(order: Order, context: Context) -> bool:
    """Return whether `order` is of the pictures and the network that are chosen now."""
    now = sources(context, order.kind)
    return len(now) == len(order.of) and all(
        one is other for one, other in zip(now, order.of, strict=True)
    )
