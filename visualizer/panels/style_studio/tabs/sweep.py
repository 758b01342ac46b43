"""Sweep: the picture with one weight from low to high, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QSignalBlocker
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from engines.errors import EngineError
from visualizer.dialogs import ask_save_as
from visualizer.jobs import JobError, JobState
from visualizer.panels.style_studio.context import Context
from visualizer.panels.style_studio.gallery_settings import (
    FEWEST_PICTURES,
    LARGEST_SIDE,
    MOST_PICTURES,
    SMALLEST_SIDE,
)
from visualizer.panels.style_studio.run_control import RunOrder
from visualizer.panels.style_studio.state import KeptPicture
from visualizer.panels.style_studio.sweep import (
    SYMBOLS,
    SweepStep,
    SweepTask,
    save_sheet,
    sweep,
    task_of,
)
from visualizer.panels.style_studio.tabs.base import Tab, TabHost
from visualizer.panels.tab_parts import bind, button, column
from widgets.form_parts import add_choice, combo, spin, wrapping_label
from widgets.job_bar import JobBar
from widgets.thumbnail_grid import Thumbnail, ThumbnailGrid
from widgets.value_slider import ValueRange, ValueSlider

if TYPE_CHECKING:
    from collections.abc import Sequence

TOPIC = "sweep"
SIDE = 136
WEIGHTS = (
    ("style_weight", "β style", "How much the style counts, from picture to picture"),
    ("content_weight", "α content", "How much the content counts, from picture to picture"),
    ("tv_weight", "γ smoothness", "How smooth it is to be, from picture to picture"),
)
REACH = (0.001, 100_000.0)
KIND = "Contact sheet (*.png)"
RUNS_ALREADY = "A picture is being made; stop or let it end first, they would slow each other down."
WAITS = "Pictures and network are still being loaded."
READY = "Press “Make the sheet”: one picture for each weight, all else as set at the left."


class SweepTab(Tab):
    """A contact sheet over one weight, its runs one after another in a job."""

    name = "sweep"
    title = "Sweep"
    tooltip = "The same picture for several weights, side by side"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self.job = host.job("style sweep")
        self.task: SweepTask | None = None
        self.pictures: list[np.ndarray | None] = []
        self.ends: dict[int, SweepStep] = {}  # by place, of those that are finished
        self._context: Context | None = None
        self._waits = False  # for a run that began meanwhile
        self.waits_for_sheet = False  # screenshots wait for its end
        self.field = combo("sweep_field", "The weight that changes from picture to picture")
        for field, title, about in WEIGHTS:
            add_choice(self.field, field, title, about)
        self.low = self._weight("sweep_low", "from", 0.1, "The weight of the first picture")
        self.high = self._weight("sweep_high", "to", 1000.0, "The weight of the last picture")
        self.count = spin("sweep_count", FEWEST_PICTURES, MOST_PICTURES, "How many pictures")
        self.count.setSuffix(" pictures")
        self.size = spin("sweep_size", SMALLEST_SIDE, LARGEST_SIDE, "Longer side of each picture")
        self.size.setSuffix(" pixels")
        self.size.setSingleStep(16)
        self.run = button("sweep_run", "Make the sheet", "Make one picture after another")
        self.bar = JobBar("sweep_job", two_lines=True)
        self.said = wrapping_label("sweep_said")
        self.grid = ThumbnailGrid(
            "sweep_pictures",
            "The pictures so far. Double click or Return: set the weight to this one's",
            side=SIDE, captions=True,
        )  # fmt: skip
        self.grid.setSelectionMode(ThumbnailGrid.SelectionMode.SingleSelection)
        self.use = button("sweep_use", "Use this weight", "Set the weight to the chosen picture's")
        self.keep = button("sweep_keep", "To the gallery", "Keep it there, and look at it large")
        self.save = button("sweep_save", "Save the sheet…", "All pictures with their weights, PNG")
        self._lay_out()
        self._connect()

    @staticmethod
    def _weight(name: str, symbol: str, default: float, about: str) -> ValueSlider:
        made = ValueSlider(name, symbol, ValueRange(*REACH, default, logarithmic=True), about)
        made.box.setDecimals(3)
        return made

    def _lay_out(self) -> None:
        numbers, buttons = QWidget(), QWidget()
        for place, parts in (
            (numbers, ((self.count, self.size),)),
            (buttons, ((self.use, self.keep), (self.save,))),
        ):
            grid = QGridLayout(place)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setSpacing(4)
            for row, line in enumerate(parts):
                for number, part in enumerate(line):
                    grid.addWidget(part, row, number, 1, 2 if len(line) == 1 else 1)
        page = column(
            self.field, self.low, self.high, numbers, self.run, self.bar, self.said, self.grid,
            buttons, stretch=False,
        )  # fmt: skip
        layout = page.layout()
        assert layout is not None, "made with one"
        layout.setStretchFactor(self.grid, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)

    def _connect(self) -> None:
        bind(self.bar, self.job)
        self.job.stepped.connect(self._stepped)
        self.job.finished.connect(self._over)
        self.job.cancelled.connect(self._over)
        self.job.failed.connect(self._failed)
        self.host.run.started.connect(self._wait_for_run)
        self.host.run.finished.connect(self._run_over)
        self.field.activated.connect(
            lambda _n: self.edit(self.field.currentText(), field=self.field.currentData())
        )
        for slider, name in ((self.low, "low"), (self.high, "high")):
            slider.changed.connect(
                lambda value, goes_on, n=name: self.edit(
                    f"{n} {value:g}", merge_key=n, goes_on=goes_on, **{n: value}
                )
            )
        for box, name in ((self.count, "count"), (self.size, "size")):
            box.setKeyboardTracking(False)
            box.valueChanged.connect(
                lambda value, n=name: self.edit(f"{n} {value}", merge_key=n, **{n: value})
            )
        self.run.clicked.connect(self.start)
        self.grid.selection_changed.connect(lambda _chosen: self._show_buttons())
        self.grid.activated.connect(self._activated)
        self.use.clicked.connect(self.use_weight)
        self.keep.clicked.connect(self.keep_chosen)
        self.save.clicked.connect(self.ask_save)

    # -- the panel's contract ---------------------------------------------------------------

    def is_settled(self) -> bool:
        """Return whether the sheet is made, where someone waits for it."""
        return not (self.waits_for_sheet and self.job.busy)

    def show_context(self, context: Context) -> None:
        """Set the controls; the sheet stays, it tells its own weights."""
        self._context = context
        settings = self.settings
        self._align()
        self.field.setCurrentIndex(self.field.findData(settings.field))
        self.low.set_value(settings.low)
        self.high.set_value(settings.high)
        for box, value in ((self.count, settings.count), (self.size, settings.size)):
            with QSignalBlocker(box):
                box.setValue(value)
        self._show_buttons()

    def _align(self) -> None:
        """Let both sliders begin below each other, whatever the size of the text."""
        sliders = (self.low, self.high)
        wide = max(one.symbol.sizeHint().width() for one in sliders)
        for one in sliders:
            one.symbol.setFixedWidth(wide)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "high"):
            self._align()

    def _order(self) -> RunOrder | None:
        context = self._context
        if context is None or context.content is None or not context.styles:
            return None
        if context.network is None or context.settings is None:
            return None
        return RunOrder(context.content, context.styles, context.network, context.settings)

    def _show_buttons(self) -> None:
        ready = self._order() is not None
        self.run.setEnabled(ready)
        if self.task is None:
            self.said.setText(READY if ready else WAITS)
        chosen = self.chosen()
        self.use.setEnabled(chosen is not None)
        self.keep.setEnabled(chosen in self.ends)
        self.save.setEnabled(bool(self.ends))

    # -- the job ----------------------------------------------------------------------------

    def start(self) -> None:
        """Make the sheet anew."""
        order, context = self._order(), self._context
        if order is None or context is None:
            return
        if self.host.run.busy:
            self.host.show_info(RUNS_ALREADY)
            return
        try:
            task = task_of(context.state, order, self.settings)
        except EngineError as error:
            self.host.say(TOPIC, JobError(str(error)))
            return
        self.host.say(TOPIC, None)
        self.task, self.pictures, self.ends = task, [None] * len(task.values), {}
        self.grid.clear_thumbnails()
        self.grid.set_entries(
            [
                Thumbnail(place, task.title(place), "", task.title(place))
                for place in range(len(task.values))
            ]
        )
        self.said.setText("")
        self.bar.begin(f"{len(task.values)} pictures")
        self.job.start(lambda: sweep(task))
        self._show_buttons()

    def _stepped(self, steps: Sequence[SweepStep]) -> None:
        task = self.task
        if task is None:
            return
        for step in steps:
            if step.pixels is not None:
                self.pictures[step.place] = step.pixels
                self.grid.set_thumbnail(step.place, step.pixels)
            if step.finished:
                self.ends[step.place] = step
            if step.note:
                self.host.show_info(f"{task.title(step.place)}: {step.note}")
        last = steps[-1]
        self.bar.set_progress(last.done, task.evaluations, "evaluations")
        self.said.setText(f"{task.title(last.place)}, {last.place + 1} of {len(task.values)}")
        self._show_buttons()

    def _over(self) -> None:
        self.waits_for_sheet = False
        task = self.task
        if task is None:
            return
        made, asked = len(self.ends), len(task.values)
        size = task.makings[0].settings.size
        of = "" if made == asked else f" of {asked}"
        self.said.setText(
            f"{made}{of} pictures of {size} pixels, {SYMBOLS[task.field]} from "
            f"{task.values[0]:g} to {task.values[-1]:g}."
        )
        self._show_buttons()
        self.settled.emit()

    def _wait_for_run(self) -> None:
        """Leave the processor to a run that was begun meanwhile."""
        if self.job.state is JobState.RUNNING:
            self._waits = True
            self.job.pause()

    def _run_over(self) -> None:
        if self._waits and self.job.state is JobState.PAUSED:
            self.job.resume()
        self._waits = False

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)
        self._over()

    # -- what can be done with a picture ----------------------------------------------------

    def chosen(self) -> int | None:
        """Return the place of the picture that is chosen."""
        return next(iter(self.grid.selected()), None)

    def _activated(self, _index: QModelIndex) -> None:
        self.use_weight()

    def use_weight(self) -> None:
        """Set the weight to that of the chosen picture, as a step that can be undone."""
        place, task, edits = self.chosen(), self.task, self.host.edits
        if place is not None and task is not None:
            state = edits.state.with_settings(**{task.field: task.values[place]})
            edits.apply(state, task.title(place))

    def keep_chosen(self) -> None:
        """Put the chosen picture into the gallery, and show it large."""
        place, task = self.chosen(), self.task
        end = self.ends.get(place) if place is not None else None
        if task is None or end is None or end.pixels is None:
            return
        pixels, losses, gallery = end.pixels, end.losses or {}, self.host.gallery
        making, session = task.makings[end.place], self.host.services.session
        assert gallery is not None, "this tab is of a panel that has one"

        def kept(path: object) -> None:
            picture = KeptPicture(
                path=str(path), iteration=end.iteration, width=pixels.shape[1],
                height=pixels.shape[0], total=losses.get("total"),
            )  # fmt: skip
            gallery.take(gallery.add(picture, making, losses))

        self.host.services.saving.submit(
            lambda: session.keep_array(pixels), kept, lambda error: self.host.say(TOPIC, error)
        )

    def ask_save(self) -> None:
        """Let the person save the sheet."""
        task, results = self.task, self.host.results
        if task is None or results is None:
            return
        ready = [
            pixels if place in self.ends else None for place, pixels in enumerate(self.pictures)
        ]
        name = f"sheet-{task.field.partition('_')[0]}.png"
        settings = self.host.services.settings
        path = ask_save_as(self, settings, "Save the contact sheet", name, KIND)
        if path is not None:
            results.submit(
                lambda: save_sheet(path, task, ready),
                lambda count: f"Saved {path.name}: {count} pictures.",
            )
