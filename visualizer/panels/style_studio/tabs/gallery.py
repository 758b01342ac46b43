"""Gallery: the runs that were made, to look at, to go back to, and to be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSignalBlocker
from PySide6.QtWidgets import QGridLayout, QWidget

from visualizer.panels.style_studio.context import Context
from visualizer.panels.style_studio.gallery import MOST_BYTES, MOST_RUNS, bytes_of
from visualizer.panels.style_studio.gallery_making import made_text, network_text, pictures_text
from visualizer.panels.style_studio.tabs.base import Tab, TabHost
from visualizer.panels.tab_parts import button, column
from widgets.form_parts import spin, wrapping_label
from widgets.job_bar import duration
from widgets.thumbnail_grid import Thumbnail, ThumbnailGrid

if TYPE_CHECKING:
    from visualizer.panels.style_studio.gallery import RunGallery
    from visualizer.panels.style_studio.saving import ResultFiles
    from visualizer.panels.style_studio.state import GalleryRun

SIDE = 96
MB = 2**20
EMPTY = "Every run comes here with its settings. Press Start for the first one."
CHOOSE = "Choose a run to see what it was made of."
ROOM = "{count} of {most} runs · {size:.1f} of {bound:g} MB. The oldest go first."


class GalleryTab(Tab):
    """Small pictures of all runs, what the chosen one was made of, and the ways back to it."""

    name = "gallery"
    title = "Gallery"
    tooltip = "All runs with their settings: go back to one, save it, animate it"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self.grid = ThumbnailGrid(
            "gallery_runs",
            "The runs, the newest first. Double click or Return: go back to one",
            side=SIDE, captions=True,
        )  # fmt: skip
        self.grid.setSelectionMode(ThumbnailGrid.SelectionMode.SingleSelection)
        self.about = wrapping_label("gallery_about")
        self.take = button(
            "gallery_take", "Go back to it", "Its settings and its picture, to go on from (Return)"
        )
        self.use = button(
            "gallery_use", "Use its settings", "Set everything as it was; the picture stays"
        )
        self.save = button("gallery_save", "Save…", "Save it as a PNG that holds its settings")
        self.remove = button(
            "gallery_remove", "Remove", "Take it out of the gallery; can be undone"
        )
        self.room = wrapping_label("gallery_room")
        self.open = button(
            "gallery_open", "Open…", "Open a PNG that was saved here, with all its settings"
        )
        self.animate = button(
            "gallery_animate",
            "Animation…",
            "Save the kept pictures of the present run as they came",
        )
        self.fps = spin("gallery_fps", 1, 50, "Pictures a second in the animation")
        self.fps.setSuffix(" a second")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        buttons = QWidget()
        grid = QGridLayout(buttons)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        rows = ((self.take, self.use), (self.save, self.remove), (self.open, None),
                (self.animate, self.fps))  # fmt: skip
        for row, parts in enumerate(rows):
            for place, part in enumerate(parts):
                if part is not None:
                    grid.addWidget(part, row, place)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        page = column(self.grid, self.about, buttons, self.room, stretch=False)
        layout = page.layout()
        assert layout is not None, "made with one"
        layout.setStretchFactor(self.grid, 1)
        outer = QGridLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)

    def _connect(self) -> None:
        self.gallery.changed.connect(self._show_runs)
        self.grid.selection_changed.connect(
            lambda chosen: self.look(chosen=chosen[0] if chosen else 0)
        )
        self.grid.activated.connect(self._activated)
        self.take.clicked.connect(lambda: self._with_chosen(self.gallery.take))
        self.use.clicked.connect(lambda: self._with_chosen(self.gallery.use_settings))
        self.save.clicked.connect(lambda: self._with_chosen(self.results.ask_save_run))
        self.remove.clicked.connect(
            lambda: self._with_chosen(lambda run: self.gallery.remove(run.number))
        )
        self.open.clicked.connect(self.results.ask_open)
        self.animate.clicked.connect(self.results.ask_save_animation)
        self.fps.setKeyboardTracking(False)
        self.fps.valueChanged.connect(lambda fps: self.look(fps=float(fps)))

    @property
    def gallery(self) -> RunGallery:
        """The panel's gallery."""
        assert self.host.gallery is not None, "this tab is of a panel that has one"
        return self.host.gallery

    @property
    def results(self) -> ResultFiles:
        """The panel's files of results."""
        assert self.host.results is not None, "this tab is of a panel that has them"
        return self.host.results

    def chosen(self) -> GalleryRun | None:
        """Return the run that is chosen."""
        return self.gallery.run(self.settings.chosen)

    def _with_chosen(self, do: object) -> None:
        run = self.chosen()
        if run is not None and callable(do):
            do(run)

    def _activated(self, _index: QModelIndex) -> None:
        self._with_chosen(self.gallery.take)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Show the runs that the state names."""
        with QSignalBlocker(self.fps):
            self.fps.setValue(round(self.settings.fps))
        self.animate.setEnabled(bool(context.state.kept))
        self._show_runs()

    def _show_runs(self) -> None:
        runs = self.gallery.runs()
        self.grid.set_entries([_entry(run) for run in runs])
        for run in runs:
            small = self.gallery.thumbnail(run)
            if small is not None or self.gallery.is_missing(run):
                self.grid.set_thumbnail(run.number, small)
        run = self.chosen()
        self.grid.set_selected(() if run is None else (run.number,))
        for part in (self.take, self.use, self.save, self.remove):
            part.setEnabled(run is not None)
        if run is not None:
            self.about.setText(about(run))
        else:
            self.about.setText(CHOOSE if runs else EMPTY)
        self.room.setText(
            ROOM.format(
                count=len(runs),
                most=MOST_RUNS,
                size=max(bytes_of(runs) / MB, 0.1),
                bound=MOST_BYTES / MB,
            )
        )
        self.room.setVisible(bool(runs))


def about(run: GalleryRun) -> str:
    """Return what a run was made of, line by line."""
    picture, making = run.picture, run.making
    loss = f", loss {picture.total:.4g}" if picture.total is not None else ""
    took = f", {duration(picture.seconds)}" if picture.seconds else ""
    return "\n".join(
        (
            f"Run {run.number}: {pictures_text(making)}",
            f"{network_text(making)}, {picture.width} × {picture.height}, "
            f"{picture.iteration:,} evaluations{took}{loss}",
            made_text(making),
        )
    )


def _entry(run: GalleryRun) -> Thumbnail:
    weight = f"β {run.making.settings.style_weight:g}"
    return Thumbnail(run.number, f"Run {run.number}", about(run), f"{run.number}: {weight}")
