"""What excites it: a picture made by climbing the activation, and the strongest own patches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFrame, QScrollArea, QSplitter, QWidget

from engines.errors import EngineError
from engines.images import SAMPLE_FOLDER, SAMPLES
from engines.strongest_patches import pictures_in
from visualizer.jobs import explain
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.excites_compute import (
    Drawn,
    Found,
    Wish,
    draw,
    place_of,
    search,
    usual_size,
    wish_of,
)
from visualizer.panels.cnn_viewer.tabs.excites_controls import ExcitesForm
from visualizer.panels.cnn_viewer.tabs.parts import class_of
from visualizer.panels.tab_parts import SPACING, bind, button, column, lay_out
from widgets.curve_plot import Curve, CurvePlot
from widgets.form_parts import wrapping_label
from widgets.job_bar import JobBar
from widgets.mosaic_view import Maps, MosaicView

DRAW, SEARCH = "what excites it", "strongest patches"
LABELS = {
    "target": "what is excited", "category": "class", "place": "position", "steps": "steps",
    "size": "size", "seed": "seed", "count": "pictures", "natural": "what keeps it natural",
}  # fmt: skip
LEAST_HEIGHT = 150  # of the patches


class ExcitesTab(Tab):
    """Feature visualization with every switch, live; beside it what really excites the channel."""

    name = "excites"
    title = "What excites it?"
    tooltip = "Draw a picture that excites a channel, and find the places that do in your pictures"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._context = Context(state=None)  # type: ignore[arg-type]  # replaced by the first
        self._curve: list[tuple[int, tuple[float, ...]]] = []
        self._drawing = host.job("excites")
        self._searching = host.job("patches")
        self.form = ExcitesForm()
        self.pictures = MosaicView("excites_picture")
        self.drawn_text = wrapping_label("excites_drawn")
        self.pictures.set_overlay_text("“Draw it” makes a picture\nthat excites the channel")
        self.bar = JobBar("excites_job")
        self.curve = CurvePlot("step", "activation", whole_x=True, keeps_whole=True)
        self.curve.setObjectName("excites_curve")
        self.patches = MosaicView("excites_patches")
        self.searched_text = wrapping_label("excites_searched")
        self.searched_text.hide()  # which leaves its room to the plot above
        self.patches.set_overlay_text("“Search a folder…”\nshows them here")
        self.search_bar = JobBar("excites_search")
        self.patch_text = wrapping_label("excites_patch_text")
        self.patch_text.hide()
        self.open_patch = button("excites_open_patch", "Open this picture", "Show it in the panel")
        self.open_patch.hide()
        self._chosen: Path | None = None
        self._found: Found | None = None
        self._steps = 0
        for view in (self.pictures, self.patches):
            view.view.set_compact(True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        left = column(self.drawn_text, self.pictures, self.bar, stretch=False)
        beside = QSplitter(Qt.Orientation.Vertical)
        beside.addWidget(self.curve)
        below = column(
            self.searched_text, self.patches, self.search_bar, self.patch_text, self.open_patch,
            stretch=False,
        )  # fmt: skip
        beside.addWidget(below)
        beside.setSizes([100, 220])
        for part in (left, below):
            part.layout().setContentsMargins(0, SPACING, SPACING, 0)
            part.layout().setStretch(1, 1)
        self.patches.setMinimumHeight(LEAST_HEIGHT)
        lay_out(self, self.name, self.form, left, _scrolling(beside))

    def _connect(self) -> None:
        bind(self.bar, self._drawing)
        bind(self.search_bar, self._searching)
        self._drawing.stepped.connect(self._show_steps)
        self._drawing.failed.connect(lambda error: self.host.say(DRAW, error))
        self._searching.stepped.connect(lambda found: self._show_found(found[-1]))
        self._searching.failed.connect(lambda error: self.host.say(SEARCH, error))
        self.form.setting_changed.connect(self._changed_setting)
        self.form.started.connect(self.start)
        self.form.stepped.connect(self.step)
        self.form.folder_pressed.connect(self._ask_folder)
        self.form.samples_pressed.connect(self.search_samples)
        self.patches.channel_chosen.connect(self._choose_patch)
        self.open_patch.clicked.connect(self._open_chosen)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Name the channel that a new run would be about; what runs goes on."""
        self._context = context
        run = context.run
        self.form.setEnabled(run is not None)
        if run is None:
            return
        wanted, place = context.state.tabs.excites, place_of(context, run)
        subject = f"{context.layer}, channel {context.state.channel}"
        self.form.set_categories(run.model.categories)
        self.form.show_settings(
            wanted, subject, usual_size(run), class_of(wanted.category, run), place
        )

    def _changed_setting(self, field: str, value: object) -> None:
        self.edit(LABELS[field], **{field: value})

    def wish(self) -> Wish | None:
        """Return what is asked for; None before there is a picture. Raises VisualizationError."""
        run = self._context.run
        return wish_of(self._context, run) if run is not None else None

    # -- drawing ----------------------------------------------------------------------------

    def start(self, *, paused: bool = False) -> None:
        """Draw anew what the form asks for."""
        run = self._context.run
        if run is None:
            return
        self.host.say(DRAW, None)
        try:
            wish = wish_of(self._context, run)
        except EngineError as error:
            self.host.say(DRAW, explain(error))
            return
        self._curve = []
        self._steps = wish.steps
        self.curve.set_curves(())
        self.pictures.set_overlay_text(None)
        self.bar.begin("Step")
        self._drawing.start(lambda: draw(wish, run), paused=paused)

    def step(self) -> None:
        """Take one step and wait; the first one where nothing is being drawn."""
        if not self._drawing.busy:
            self.start(paused=True)
        self._drawing.step()

    def _show_steps(self, steps: list[Drawn]) -> None:
        self._curve += [(step.iteration, step.activations) for step in steps]
        last = steps[-1]
        self.drawn_text.setText(last.title)
        names = tuple(f"{number}: {value:.3g}" for number, value in enumerate(last.activations))
        single = len(last.pictures) == 1
        shown = Maps(
            last.pictures,
            last.pictures,
            colors="rgb",
            names=names,
            nouns=("picture", "picture" if single else "pictures"),
        )
        self.pictures.set_maps(shown, label=f"step {last.iteration}")
        x = np.array([iteration for iteration, _ in self._curve], float)
        y = np.array([values for _, values in self._curve], float)
        colors = ("blue", "red", "green", "purple", "sky", "accent", "grey")
        self.curve.set_curves(
            [
                # As the pictures are numbered.
                Curve(f"{number}", x, y[:, number], colors[number % len(colors)])
                for number in range(y.shape[1])
            ]
        )
        self.bar.set_progress(last.iteration, self._steps)

    # -- searching --------------------------------------------------------------------------

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Search the pictures of a folder")
        if chosen:
            self.search_folder(Path(chosen))

    def search_folder(self, folder: Path) -> None:
        """Search all pictures in `folder` and the folders in it."""
        try:
            self._search(pictures_in(folder), folder.name)
        except EngineError as error:
            self.host.say(SEARCH, explain(error))

    def search_samples(self) -> None:
        """Search the built-in pictures."""
        files = [SAMPLE_FOLDER / sample.file for sample in SAMPLES.values()]
        self._search(files, "the built-in pictures")

    def _search(self, files: list[Path], where: str) -> None:
        run, layer, index = self._context.run, self._context.layer, self._context.state.channel
        if run is None:
            return
        self.host.say(SEARCH, None)
        self._found = None
        self._choose_patch(-1)
        self.patches.set_maps(None)
        self.patches.set_overlay_text(None)
        self.searched_text.setText(f"Strongest for {layer} channel {index} in {where}")
        self.searched_text.show()
        self.search_bar.begin("Picture")
        self._searching.start(lambda: search(run, files, layer, index))

    def _show_found(self, found: Found) -> None:
        self._found = found
        self.search_bar.set_progress(found.search.done, found.search.total)
        if found.maps is not None:
            self.patches.set_maps(found.maps)
        skipped = found.search.skipped
        if skipped:
            self.patch_text.setText(
                f"{len(skipped)} left out; the last: {skipped[-1].path.name}: {skipped[-1].reason}"
            )
            self.patch_text.show()

    def _choose_patch(self, number: int) -> None:
        patches = () if self._found is None else self._found.search.patches
        self._chosen = patches[number].path if 0 <= number < len(patches) else None
        self.open_patch.setVisible(self._chosen is not None)
        self.patch_text.setVisible(self._chosen is not None)
        if self._chosen is not None:
            patch = patches[number]
            size = f"{patch.box[3]} × {patch.box[2]} pixels"
            seen = "all of the picture" if patch.whole else size
            self.patch_text.setText(
                f"{patch.path.name}: {patch.activation:.4g} at row {patch.position[0]}, column "
                f"{patch.position[1]}, which sees {seen}"
            )

    def _open_chosen(self) -> None:
        if self._chosen is not None:
            self.host.open_picture(self._chosen)


def _scrolling(content: QWidget) -> QScrollArea:
    """Return `content` with a scroll bar where its height does not fit, as at large text."""
    area = QScrollArea(objectName="excites_beside")
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is inside has the focus and is scrolled to
    area.setWidget(content)
    return area
