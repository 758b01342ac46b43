"""Why this class: a heat map over the picture of what speaks for a class."""

from __future__ import annotations

import threading
from functools import partial
from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from engines.errors import EngineError
from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context, Run
from visualizer.panels.cnn_viewer.tab_settings import WhySettings
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.parts import ClassChooser, class_of, to_bytes
from visualizer.panels.cnn_viewer.tabs.why_compute import (
    METHODS,
    Explained,
    WhyWish,
    explain_class,
)
from visualizer.panels.tab_parts import button, column, lay_out
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
        self._set: WhySettings | None = None
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
        self._show_settings(WhySettings())

    def _connect(self) -> None:
        self._progressed.connect(self.bar.set_progress)
        self.method.activated.connect(self._choose_method)
        self.classes.class_chosen.connect(self._choose_class)
        self.likeliest.clicked.connect(lambda: self.edit("the likeliest class", category=None))
        self.signed.clicked.connect(lambda on: self.edit("against as well", signed=on))
        self.compute.clicked.connect(self._start)
        self.opacity.changed.connect(self._opacity_changed)
        for slider, field in (
            (self.window_side, "window"), (self.stride, "stride"), (self.steps, "steps"),
        ):  # fmt: skip
            slider.changed.connect(partial(self._number_changed, field))
        self.bar.cancel_pressed.connect(self._cancel)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Explain what is set for the picture that is shown, at once where that is quick."""
        run, wanted = context.run, context.state.tabs.why
        self.setEnabled(run is not None)
        if run is None or (run is self._run and wanted == self._set):
            return
        new_run, before = run is not self._run, self._set
        self._run, self._set = run, wanted
        self.classes.set_names(run.model.categories)
        self.classes.set_class(class_of(wanted.category, run))
        self._show_settings(wanted)
        if new_run or before is None or before.replace(opacity=0) != wanted.replace(opacity=0):
            self._update(follow=new_run)
        else:
            self._mix()

    def close_jobs(self) -> None:
        """End what is being computed; the host joins the lane."""
        self._stop.set()

    def method_name(self) -> str:
        """Return the name of the chosen method."""
        return cast(str, self.method.currentData())

    # -- events -----------------------------------------------------------------------------

    def _choose_method(self) -> None:
        name = self.method_name()
        if name != self.settings.method:
            self.edit(self.method.currentText(), method=name)

    def _choose_class(self, _index: int) -> None:
        choice = self.classes.choice()
        if choice is not None:
            self.edit(choice.name, category=choice)

    def _number_changed(self, field: str, value: float, goes_on: bool) -> None:
        number = round(value)
        self.edit(f"{field} {number}", merge_key=field, goes_on=goes_on, **{field: number})

    def _opacity_changed(self, value: float, goes_on: bool) -> None:
        self.edit("opacity", merge_key="opacity", goes_on=goes_on, opacity=value)

    def _show_settings(self, wanted: WhySettings) -> None:
        """Set the controls, without telling."""
        name = wanted.method
        self.method.setCurrentIndex(self.method.findData(name))
        self.signed.setChecked(wanted.signed)
        for slider, value in (
            (self.window_side, wanted.window), (self.stride, wanted.stride),
            (self.steps, wanted.steps), (self.opacity, wanted.opacity),
        ):  # fmt: skip
            slider.set_value(value)
        self.signed.setVisible(name == "grad_cam")
        self.window_side.setVisible(name == "occlusion")
        self.stride.setVisible(name == "occlusion")
        self.steps.setVisible(name == "integrated")
        self.compute.setVisible(SLOW[name])

    def _update(self, *, follow: bool = False) -> None:
        """Compute a quick method anew; a slow one's old map is taken away, it belongs to others."""
        if SLOW[self.method_name()]:
            self._cancel()
            self._clear("“Explain” computes the map")
        else:
            self._start(follow=follow)

    def _wish(self) -> WhyWish:
        wanted = cast(WhySettings, self.settings)
        return WhyWish(
            wanted.method, max(self.classes.chosen_class(), 0), wanted.signed, wanted.window,
            min(wanted.stride, wanted.window), wanted.steps,
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
