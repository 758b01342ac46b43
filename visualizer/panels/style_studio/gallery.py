"""The runs that were made, each with all that made it and its last picture; what to go back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from engines.errors import EngineError
from visualizer.jobs import JobError
from visualizer.panels.style_studio.gallery_making import (
    as_made,
    making_of,
    runs_code,
    written_out,
)
from visualizer.panels.style_studio.keeping import read_kept, read_thumbnails, thumbnail_of
from visualizer.panels.style_studio.run_control import RunHistory
from visualizer.panels.style_studio.state import (
    GalleryRun,
    KeptPicture,
    Making,
    StyleStudioState,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engines.style import SuggestedLayers
    from visualizer.panels.style_studio.panel import StyleStudioPanel

MOST_RUNS = 24
MOST_BYTES = 256 * 2**20  # of their pictures, which lie with the session on disk
TERMS = ("total", "content", "style", "tv")
FULL = "The gallery is full; its oldest run was let go ({which})."
RUNS_CODE = (
    "{name} is a file that runs code: it is opened only where you choose it. The present network "
    "stays."
)
GONE = "The picture of run {number} is no longer there; its settings can still be used."


class RunGallery(QObject):
    """Puts every run into the state's `gallery` as it goes, and takes one up again.

    A run that goes on with what it was made of stays the same one; with anything else it is a
    further one.
    """

    changed = Signal()
    """Other runs are there, or their small pictures have come."""

    def __init__(self, panel: StyleStudioPanel) -> None:
        super().__init__(panel)
        self._panel, self._run = panel, panel.run
        self._reading = panel.lane("gallery")
        self._taking = panel.lane("gallery run")
        self._small: dict[str, np.ndarray | None] = {}  # by path
        self._asked: set[str] = set()
        self._number = 0  # of the present run, 0 before its first picture is kept
        self._making: Making | None = None
        self._history: RunHistory | None = None
        self._seen: StyleStudioState | None = None
        self._run.started.connect(self._started)
        self._run.stepped.connect(lambda _step: self._follow_settings())
        self._run.picture_kept.connect(self._kept)

    @property
    def _state(self) -> StyleStudioState:
        return self._panel.state

    # -- what there is ----------------------------------------------------------------------

    def runs(self) -> tuple[GalleryRun, ...]:
        """Return the runs that are shown, the newest first."""
        return tuple(run for run in reversed(self._state.gallery) if not run.removed)

    def run(self, number: int) -> GalleryRun | None:
        """Return the run `number`, None where there is none (any more)."""
        return next((run for run in self.runs() if run.number == number), None)

    def present(self) -> GalleryRun | None:
        """Return the run whose pictures are in the timeline."""
        paths = {one.path for one in self._state.kept}
        return next((run for run in self.runs() if run.picture.path in paths), None)

    def making(self) -> Making | None:
        """Return what the picture that is seen was made of, None where that is not known."""
        if self._run.last is not None and self._making is not None:
            return self._making
        present = self.present()
        return present.making if present is not None else None

    def thumbnail(self, run: GalleryRun) -> np.ndarray | None:
        """Return a small picture, uint8 (h, w, 3), or None and read it: `changed` tells."""
        path = run.picture.path
        if path not in self._small and path not in self._asked:
            self._read(tuple(one.picture for one in self.runs()))
        return self._small.get(path)

    def is_missing(self, run: GalleryRun) -> bool:
        """Return whether the picture of `run` cannot be read."""
        path = run.picture.path
        return path in self._small and self._small[path] is None

    def _read(self, pictures: Sequence[KeptPicture]) -> None:
        missing = [one for one in pictures if one.path not in self._small]
        self._asked = {one.path for one in missing}
        self._reading.submit(lambda: _thumbnails(missing), self._take_small, self._panel.show_error)

    def _take_small(self, found: dict[str, np.ndarray | None]) -> None:
        self._small |= found
        self._asked.clear()
        self.changed.emit()

    # -- the present run --------------------------------------------------------------------

    def _started(self) -> None:
        order = self._run.order
        assert order is not None, "a run has one"
        making = making_of(self._state, order)
        goes_on = self._run.history is self._history and making == self._making
        if not goes_on or self.run(self._number) is None:
            self._number = 0
        self._making, self._history = making, self._run.history
        self._seen = self._state

    def _follow_settings(self) -> None:
        """The settings may change while it runs: those of its last picture are kept."""
        state, making, order = self._state, self._making, self._run.order
        if making is None or order is None or state is self._seen:
            return
        if state.model == making.model and self._run.busy:
            used = self._run.settings or order.settings
            settings = written_out(state.settings, used)
            if settings != making.settings:
                making = making.replace(settings=settings)
        # A camera is made a still picture when a run begins, which takes a moment.
        if making.content.is_live and not state.content.is_live:
            making = making.replace(content=state.content)
        if any(style.picture.is_live for style in making.styles) and not any(
            style.picture.is_live for style in state.styles
        ):
            making = making.replace(styles=state.styles)
        self._making, self._seen = making, state

    def _kept(self, picture: KeptPicture) -> None:
        if self._making is None or self._run.history is not self._history:
            return
        self._follow_settings()
        if not self._number:
            self._number = self._next_number()
        made = GalleryRun(
            number=self._number,
            picture=picture,
            making=self._making,
            losses=losses_at(self._run.history, picture.iteration),
            removed=any(run.number == self._number and run.removed for run in self._state.gallery),
        )
        small = self._panel.keeper.thumbnails.get(picture.iteration)
        self._put(made, small)

    def _next_number(self) -> int:
        return 1 + max((run.number for run in self._state.gallery), default=0)

    # -- putting in, taking out -------------------------------------------------------------

    def add(self, picture: KeptPicture, making: Making, losses: dict[str, float]) -> GalleryRun:
        """Put a run in that was made elsewhere, and return it."""
        made = GalleryRun(
            number=self._next_number(), picture=picture, making=making,
            losses=tuple(losses.items()),
        )  # fmt: skip
        self._put(made, None)
        return made

    def _put(self, made: GalleryRun, small: np.ndarray | None) -> None:
        if small is not None:
            self._small[made.picture.path] = small
        others = [run for run in self._state.gallery if run.number != made.number]
        gallery = sorted((*others, made), key=lambda run: run.number)
        let_go = []
        while len(gallery) > 1 and is_over(gallery):
            # Those that were removed go first, and never the one that has just come.
            out = next((run for run in gallery if run.removed), gallery[0])
            out = gallery[1] if out is made else out
            gallery.remove(out)
            if not out.removed:
                let_go.append(out)
        self._panel.edits.look(self._state.replace(gallery=tuple(gallery)))
        there = {run.picture.path for run in gallery}
        self._small = {path: small for path, small in self._small.items() if path in there}
        if let_go:
            which = ", ".join(f"run {run.number}" for run in let_go)
            self._panel.show_info(FULL.format(which=which))
        self.changed.emit()

    def remove(self, number: int) -> None:
        """Take a run out, as a step that can be undone."""
        gallery = tuple(
            run.replace(removed=True) if run.number == number else run
            for run in self._state.gallery
        )
        self._panel.edits.apply(self._state.replace(gallery=gallery), f"run {number} removed")

    # -- taking up --------------------------------------------------------------------------

    def use_settings(self, run: GalleryRun) -> None:
        """Set everything to what `run` was made of, as a step that can be undone."""
        if runs_code(self._state, run.making):
            self._panel.show_info(RUNS_CODE.format(name=run.making.network_name))
        self._panel.edits.apply(
            as_made(self._state, run.making, self._suggested(run)), f"settings of run {run.number}"
        )

    def _suggested(self, run: GalleryRun) -> SuggestedLayers | None:
        known = self._panel.director.known
        same = known is not None and self._state.model == run.making.model
        return known.suggested if same and known is not None else None

    def take(self, run: GalleryRun) -> None:
        """Go back to `run`: its settings, and its picture to look at and to go on from.

        One that is being made is stopped, and stays in the gallery.
        """
        panel = self._panel
        if self.is_missing(run):
            panel.show_info(GONE.format(number=run.number))
            self.use_settings(run)
            return
        try:
            panel.keeper.keep_last()
        except EngineError as error:
            panel.show_error(JobError(str(error)))
            return
        panel.run.stop()
        panel.run.forget()
        panel.keeper.begin()
        self._number, self._making, self._history = run.number, run.making, panel.run.history
        self._seen = None
        self.use_settings(run)
        panel.edits.look(self._state.replace(kept=(run.picture,), chosen=-1))
        panel.presenter.show_curves()
        self._taking.submit(
            lambda: read_thumbnails((run.picture,)), panel.keeper.take_thumbnails, panel.show_error
        )


def is_over(gallery: Sequence[GalleryRun]) -> bool:
    """Return whether so many runs, or so large ones, are more than are kept."""
    return len(gallery) > MOST_RUNS or bytes_of(gallery) > MOST_BYTES


def bytes_of(gallery: Sequence[GalleryRun]) -> int:
    """Return what the pictures of these runs take."""
    return sum(3 * run.picture.width * run.picture.height for run in gallery)


def losses_at(history: RunHistory, iteration: int) -> tuple[tuple[str, float], ...]:
    """Return what each term added to the loss at `iteration`, where that is known."""
    if iteration not in history.iterations:
        return ()
    place = history.iterations.index(iteration)
    terms = history.terms()
    found = {name: float(terms[name][place]) for name in TERMS if name in terms}
    return tuple((name, value) for name, value in found.items() if np.isfinite(value))


def _thumbnails(pictures: Sequence[KeptPicture]) -> dict[str, np.ndarray | None]:
    found: dict[str, np.ndarray | None] = {}
    for one in pictures:
        try:
            found[one.path] = thumbnail_of(read_kept(one))
        except EngineError:
            found[one.path] = None
    return found
