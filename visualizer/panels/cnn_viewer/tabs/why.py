"""Why this class: a heat map over the picture of what speaks for a class."""

from __future__ import annotations

import threading
from typing import cast

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from engines.errors import EngineError
from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context, Run
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.parts import ClassChooser, button, column, lay_out, to_bytes
from visualizer.panels.cnn_viewer.tabs.why_compute import (
    METHODS,
    Explained,
    WhyWish,
    explain_class,
)
from widgets.colors import Colors
from widgets.form_parts import add_choice, combo, wrapping_label
from widgets.job_bar import JobBar
from widgets.overlay_map import OverlayMap
from widgets.value_slider import ValueRange, ValueSlider

TOPIC = "why this class"
SLOW = {method.name: method.slow for method in METHODS}


class _Stopped(EngineError):  # noqa: N818  the person's wish, not a failure
    """Ends an engine's work between two of its parts."""


class WhyTab(Tab):
    """Grad-CAM and CAM at once and live; occlusion and integrated gradients on demand."""

    name = "why"
    title = "Why this class?"
    tooltip = "Which parts of the picture speak for a class"
    _progressed = Signal(int, int)

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._run: Run | None = None
        self._shown: Explained | None = None
        self._follows = True  # the likeliest class, until the person chooses one
        self._stop = threading.Event()
        self._lane = host.lane("why")
        self.method = combo("why_method", "How the class is explained")
        for method in METHODS:
            add_choice(self.method, method.name, method.title, method.tooltip)
        self.classes = ClassChooser("why_class", "The class to be explained")
        self.likeliest = button("why_likeliest", "The likeliest", "Follow the network's choice")
        self.signed = QCheckBox("Against as well", objectName="why_signed")
        self.signed.setToolTip("Keep also what speaks against the class (blue)")
        self.window_side = ValueSlider(
            "why_window", "Square", ValueRange(4, 128, 32, 4, "px"), "Side of the grey square",
            symbol_width=56,
        )  # fmt: skip
        self.stride = ValueSlider(
            "why_stride", "Stride", ValueRange(2, 64, 16, 2, "px"), "How far it moves each time",
            symbol_width=56,
        )  # fmt: skip
        self.steps = ValueSlider(
            "why_steps", "Steps", ValueRange(4, 128, 32, 4), "More steps, more exact",
            symbol_width=56,
        )  # fmt: skip
        self.compute = button("why_compute", "Explain", "Compute it for the present picture")
        self.opacity = ValueSlider(
            "why_opacity", "Opacity", ValueRange(0, 1, 0.6), "Of the map over the picture",
            symbol_width=56,
        )  # fmt: skip
        self.text = wrapping_label("why_text")
        self.bar = JobBar("why_job", can_pause=False)
        self.map = OverlayMap("why_map", "What speaks for it")
        controls = column(
            self.method, self.classes, self.likeliest, self.signed, self.window_side,
            self.stride, self.steps, self.compute, self.bar, self.opacity, self.text,
        )  # fmt: skip
        lay_out(self, self.name, controls, self.map)
        self._connect()
        self._show_method()

    def _connect(self) -> None:
        self._progressed.connect(self.bar.set_progress)
        self.method.activated.connect(self._choose_method)
        self.classes.class_chosen.connect(self._choose_class)
        self.likeliest.clicked.connect(self._follow)
        self.signed.clicked.connect(lambda: self._update())
        self.compute.clicked.connect(self._start)
        self.opacity.changed.connect(lambda *_: self._mix())
        self.bar.cancel_pressed.connect(self._cancel)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Explain the new picture, at once where that is quick."""
        run = context.run
        self.setEnabled(run is not None)
        if run is None or run is self._run:
            return
        if self._run is None or run.model is not self._run.model:
            self._follows = True
        self._run = run
        self.classes.set_names(run.model.categories)
        if self._follows and run.predictions:
            self.classes.set_class(run.predictions[0].index)
        self._update(follow=True)

    def close_jobs(self) -> None:
        """End what is being computed; the host joins the lane."""
        self._stop.set()

    def method_name(self) -> str:
        """Return the name of the chosen method."""
        return cast(str, self.method.currentData())

    # -- events -----------------------------------------------------------------------------

    def _choose_method(self) -> None:
        self._show_method()
        self._update()

    def _show_method(self) -> None:
        name = self.method_name()
        self.signed.setVisible(name == "grad_cam")
        self.window_side.setVisible(name == "occlusion")
        self.stride.setVisible(name == "occlusion")
        self.steps.setVisible(name == "integrated")
        self.compute.setVisible(SLOW[name])

    def _choose_class(self, _index: int) -> None:
        self._follows = False
        self._update()

    def _follow(self) -> None:
        self._follows = True
        if self._run is not None and self._run.predictions:
            with QSignalBlocker(self.classes):
                self.classes.set_class(self._run.predictions[0].index)
        self._update()

    def _update(self, *, follow: bool = False) -> None:
        """Compute a quick method anew; a slow one's old map is taken away, it belongs to others."""
        if SLOW[self.method_name()]:
            self._cancel()
            self._clear("“Explain” computes the map")
        else:
            self._start(follow=follow)

    def _wish(self) -> WhyWish:
        window = round(self.window_side.value())
        return WhyWish(
            self.method_name(), max(self.classes.chosen_class(), 0), self.signed.isChecked(),
            window, min(round(self.stride.value()), window), round(self.steps.value()),
        )  # fmt: skip

    def _start(self, *_: object, follow: bool = False) -> None:
        run = self._run
        if run is None:
            return
        self._stop.set()
        self._stop = stop = threading.Event()
        wish = self._wish()
        self.host.say(TOPIC, None)
        if SLOW[wish.method]:
            self.bar.begin("Picture")

        def progress(done: int, total: int) -> None:
            if stop.is_set():
                raise _Stopped
            self._progressed.emit(done, total)

        self._lane.submit(
            lambda: explain_class(run, wish, progress), self._show, self._failed, follow=follow
        )

    def _cancel(self) -> None:
        self._stop.set()
        self._lane.supersede()
        self.bar.end()

    def _failed(self, error: JobError) -> None:
        self.bar.end()
        self._clear("")
        self.host.say(TOPIC, error)

    def _clear(self, overlay: str) -> None:
        """Show the picture alone, with `overlay` written over it."""
        self._shown = None
        self.text.clear()
        if self._run is not None:
            pixels = to_bytes(self._run.seen)
            self.map.view.set_picture(pixels, self._run.seen)
            self.map.set_picture(pixels)
            self.map.set_opacity(0.0)
        self.map.view.set_overlay_text(overlay or None)

    def _show(self, explained: Explained) -> None:
        self.bar.end()
        self.host.say(TOPIC, None)
        self._shown = explained
        heat = explained.heat
        self.map.view.set_overlay_text(None)
        self.map.set_map(
            explained.display,
            heat.values,
            colors=cast(Colors, explained.colors),
            levels=explained.levels,
            step=(1.0, 1.0),
            origin=(0.0, 0.0),
        )
        self.map.set_picture(to_bytes(explained.seen))
        made_of = f" · made of {heat.layer}, {heat.native.shape[1]} × {heat.native.shape[0]}"
        self.text.setText(
            f"{heat.method} for “{explained.category}”, score {heat.score:.4g}"
            + (made_of if heat.layer else "")
        )
        self._mix()

    def _mix(self) -> None:
        if self._shown is not None:
            self.map.set_opacity(self.opacity.value())
