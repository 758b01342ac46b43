"""Large picture: a slide or photograph told tile by tile, and a heat map of each class over it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QElapsedTimer, QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QWidget

from visualizer.dialogs import ask_open_picture
from visualizer.jobs import JobState
from visualizer.panels.feature_lab.classify_settings import LargeSettings
from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.tabs.base import Tab, TabHost
from visualizer.panels.feature_lab.tabs.classify import NO_CLASSES
from visualizer.panels.feature_lab.tabs.classify_compute import Step, Task, task_of
from visualizer.panels.feature_lab.tabs.large_compute import Answers, tell_tiles
from visualizer.panels.tab_parts import bind, button, flowing, fold_out
from widgets.bar_list import Bar, BarList
from widgets.colors import quantize
from widgets.form_parts import add_choice, combo, spin, wrapping_label
from widgets.job_bar import JobBar
from widgets.overlay_map import OverlayMap
from widgets.value_slider import ValueRange, ValueSlider

TOPIC = "large picture"
REPAINT_MILLISECONDS = 200  # tiles come quicker than anyone looks
POOLED = (
    ("mean", "Mean of the tiles", "The mean probability of each class"),
    ("majority", "Majority of the tiles", "The share of tiles that each class wins"),
    ("max", "Strongest tile", "The largest of any tile, as a share of all classes' largest"),
)
NONE_YET = "Open a picture that is larger than a tile: a photograph, a map, a tiled TIFF, a slide."


class LargeTab(Tab):
    """Tiles told by what the train part taught; their votes together, and where they come from."""

    name = "large"
    title = "Large picture"
    tooltip = "Tell a large picture tile by tile, as a heat map of each class over it"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._task: Task | None = None
        self._told_by: object = None
        self._problem = ""
        self._painted = QElapsedTimer()
        self._overview: np.ndarray | None = None  # that lies over the map
        self._gaps_of: Answers | None = None
        self.shown: Answers | None = None
        self.job = host.job("large picture")
        self.open = button("large_open", "Open…", "Choose a large picture")
        self.boxes = {
            "side": spin("large_side", 16, 2048, "Side of a tile, in pixels"),
            "stride": spin("large_stride", 8, 2048, "Pixels from one tile to the next"),
        }
        for field, box in self.boxes.items():
            box.setPrefix({"side": "tiles ", "stride": "every "}[field])
            box.setSuffix(" px")
            box.setKeyboardTracking(False)
        self.drop = QCheckBox("Leave out background", objectName="large_drop")
        self.drop.setToolTip("Tiles that are bright and colourless, or in which nothing varies")
        self.run = button("large_run", "Tell the tiles", "Learn the train part and tell each tile")
        self.bar = JobBar("large_job")
        self.pooling = combo("large_pooling", "How the tiles' votes are put together")
        for value, text, about in POOLED:
            add_choice(self.pooling, value, text, about)
        self.votes = BarList("large_votes", "The picture's classes; a click shows where")
        self.opacity = ValueSlider(
            "large_opacity", "Opacity", ValueRange(0, 1, 0.6), "Of the map over the picture"
        )
        self.about = wrapping_label("large_about")
        self.place = wrapping_label("large_place")
        self.map = OverlayMap("large_map", "Probability in every tile")
        self.map.view.set_overlay_text(NONE_YET)
        controls = flowing(
            self.open, *self.boxes.values(), self.drop, self.run, self.bar, self.pooling,
            self.votes, self.opacity, self.place, self.about,
        )  # fmt: skip
        fold_out(self, self.name, controls, self.map)
        self._connect()

    def _connect(self) -> None:
        bind(self.bar, self.job)
        self.job.stepped.connect(self._stepped)
        self.job.state_changed.connect(self._job_changed)
        self.job.failed.connect(lambda error: self.host.say(TOPIC, error))
        self.open.clicked.connect(self.ask_open)
        for field, box in self.boxes.items():
            box.valueChanged.connect(
                lambda n, field=field: self.edit(f"{field} {n}", merge_key=field, **{field: n})
            )
        self.drop.clicked.connect(lambda on: self.edit("background", drop_background=on))
        self.run.clicked.connect(self.start)
        self.pooling.activated.connect(
            lambda _n: self.edit(self.pooling.currentText(), pooling=self.pooling.currentData())
        )
        self.votes.bar_chosen.connect(lambda line: self.look(category=line) if line >= 0 else None)
        self.opacity.changed.connect(lambda value, _goes_on: self.look(opacity=value))
        self.map.position_hovered.connect(self._point)
        self.map.hover_left.connect(self._point_nowhere)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Set the controls; answers of other pictures, features or tiles go."""
        settings = context.state.tabs.large
        self._show_settings(settings)
        task = task_of(context, self.host.extractor.store)
        self.run.setEnabled(task is not None and bool(settings.path))
        dataset = context.dataset
        self._problem = NO_CLASSES if dataset is not None and not dataset.classes else ""
        told_by = (
            settings.replace(category=0, opacity=0, pooling="mean"),
            context.state.tabs.classify.classifier,
        )
        same = task is None if self._task is None else self._task.same_as(task)
        if not same or told_by != self._told_by:
            self.job.cancel()
            self._clear(settings)
        self._task, self._told_by = task, told_by
        if self.shown is not None:
            self._show(self.shown)

    def _show_settings(self, settings: LargeSettings) -> None:
        for field, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setValue(getattr(settings, field))
        self.drop.setChecked(settings.drop_background)
        self.pooling.setCurrentIndex(self.pooling.findData(settings.pooling))
        self.opacity.set_value(settings.opacity)

    def ask_open(self) -> None:
        """Let the person choose a picture."""
        path = ask_open_picture(self, self.host.services.settings)
        if path is not None:
            self.open_large(path)

    def open_large(self, path: Path) -> None:
        """Take the picture `path`, as an edit."""
        self.edit(path.name, path=str(path))

    # -- the job ----------------------------------------------------------------------------

    def start(self) -> None:
        """Learn, and tell the tiles."""
        task, settings = self._task, self.settings
        if task is None or not settings.path:
            return
        classifier = self.host.edits.state.tabs.classify.classifier
        self.host.say(TOPIC, None)
        self.job.start(lambda: tell_tiles(task, settings, classifier))
        self.bar.begin("Features")

    def _stepped(self, steps: list[Step]) -> None:
        last = steps[-1]
        if not self.bar.text().startswith(last.title):
            self.bar.begin(last.title)
        self.bar.set_progress(last.done, last.total, last.unit)
        if last.result is not None:
            fresh, self.shown = self.shown is None, last.result
            if fresh or self._painted.hasExpired(REPAINT_MILLISECONDS):
                self._show(last.result)
            if fresh:
                self.map.view.fit()

    def _job_changed(self, state: JobState) -> None:
        if state is JobState.IDLE and self.shown is not None:
            self._show(self.shown)  # the last tiles, however the work ended

    # -- what is shown ----------------------------------------------------------------------

    def _clear(self, settings: LargeSettings) -> None:
        self.shown = None
        self.map.clear()
        self._overview = self._gaps_of = None
        self.map.view.set_overlay_text("" if settings.path else NONE_YET)
        self.votes.set_bars(())
        self.place.clear()
        ready = f"{Path(settings.path).name}: press “{self.run.text()}”."
        self.about.setText(self._problem or (ready if settings.path else NONE_YET))

    def _show(self, told: Answers) -> None:
        from engines.tiles import pool_votes

        self._painted.start()
        category = min(self.settings.category, len(told.classes) - 1)
        values = told.painted(category)
        self.map.view.set_overlay_text("")
        self.map.set_map(
            quantize(values, (0.0, 1.0)), values, colors="magnitude", levels=(0.0, 1.0),
            step=(1.0, 1.0), origin=(0.0, 0.0),
        )  # fmt: skip
        if told.overview is not self._overview:
            self._overview = told.overview
            self.map.set_picture(told.overview)
        if told is not self._gaps_of:  # they are the same for every class
            self._gaps_of = told
            self.map.set_gaps(told.overview, np.isnan(values))
        self.map.set_opacity(self.settings.opacity)
        self.map.view.set_title(f"Probability of “{told.classes[category]}” in every tile")
        if len(told.places):
            pooled = pool_votes(told.probabilities, self.settings.pooling)
            self.votes.set_bars(
                [
                    Bar(name, float(share), f"{share:.1%}")
                    for name, share in zip(told.classes, pooled, strict=True)
                ],
                1.0,
            )
            self.votes.set_chosen(category)
        rows, columns = told.grid.shape
        self.about.setText(
            f"{told.width:,} × {told.height:,} pixels, {columns} × {rows} tiles; "
            f"{len(told.places):,} told, {told.dropped:,} background. {' '.join(told.notes)}"
        )

    def _point(self, y: int, x: int) -> None:
        told = self.shown
        if told is None:
            return
        row, place = told.tile_at(y, x)
        number = told.number_at(row, place)
        scale = told.overview.shape[1] / told.width
        top, left = told.grid.tops[row] * scale, told.grid.lefts[place] * scale
        side = told.grid.side * scale
        self.map.set_field((round(top), round(left), round(top + side), round(left + side)))
        if number < 0:
            self.place.setText("Background, or not told yet")
            return
        shares = told.probabilities[number]
        best = int(shares.argmax())
        self.place.setText(f"This tile: likeliest “{told.classes[best]}” ({shares[best]:.1%})")

    def _point_nowhere(self) -> None:
        self.map.set_field(None)
        self.place.clear()
