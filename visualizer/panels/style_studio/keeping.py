"""Pictures of the run that are kept as it goes: on disk with the session, so that none is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from engines.errors import EngineError
from visualizer.autosave import Session, load_array
from visualizer.edits import Edits
from visualizer.jobs import InOrder, JobError
from visualizer.panels.style_studio.run_control import RunControl
from visualizer.panels.style_studio.state import MOST_KEPT, KeptPicture, StyleStudioState

if TYPE_CHECKING:
    from engines.style import Step

PARTS, MOST_SPACING = 16, 25  # a picture is kept after that part of the run, or so many steps
THUMBNAIL = 128  # pixels
TOPIC = "kept picture"
NOT_KEPT = (
    "The picture of evaluation {iteration:,} was not kept. {why} What is shown can still be saved "
    "elsewhere (Ctrl+S)."
)


def display_of(image: object) -> np.ndarray:
    """Return a tensor (3, h, w) in [0, 1] as uint8 (h, w, 3)."""
    array = np.asarray(image).transpose(1, 2, 0)
    return np.rint(np.clip(array, 0, 1) * np.float32(255)).astype(np.uint8)


def thumbnail_of(pixels: np.ndarray) -> np.ndarray:
    """Return every n-th pixel, so that the longer side is small."""
    every = max(1, max(pixels.shape[:2]) // THUMBNAIL)
    return np.ascontiguousarray(pixels[::every, ::every])


class KeptPictures(QObject):
    """Decides which pictures are kept, writes them, and puts their names into the state.

    thumbnails: small ones by iteration, of those that the state names.
    """

    changed = Signal()
    """Other pictures are kept, or their thumbnails have come."""

    def __init__(
        self,
        run: RunControl,
        edits: Edits[StyleStudioState],
        session: Session,
        saving: InOrder,
        say: Callable[[str, JobError | None], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._run, self._edits, self._session = run, edits, session
        self._saving, self._say = saving, say
        self._last = 0  # iteration that was kept last
        self._size: tuple[int, int] | None = None
        self._sparser = 1  # doubled each time that half of them is given up
        self.thumbnails: dict[int, np.ndarray] = {}
        run.stepped.connect(self._stepped)
        run.shrinking.connect(self._keep_newest)
        run.finished.connect(lambda: self._keep_newest(run.last))

    def begin(self) -> None:
        """Forget the pictures of the run before; their files go with the session."""
        self._last, self._size, self._sparser = 0, None, 1
        self.thumbnails.clear()
        state = self._edits.state
        self._edits.look(state.replace(kept=(), chosen=-1))

    def _stepped(self, step: Step) -> None:
        spacing = self._sparser * min(max(1, round(step.of / PARTS)), MOST_SPACING)
        due = self._run.history.iteration - self._last >= spacing
        if due or step.size != self._size:
            self._keep(step)

    def _keep_newest(self, step: Step | None) -> None:
        if step is not None and self._run.history.iteration != self._last:
            self._keep(step)

    def _keep(self, step: Step) -> None:
        self._size = step.size
        self._last = iteration = self._run.history.iteration
        pixels, made = display_of(step.image), self._entry(step)
        run = self._run.history

        def written(path: Path) -> None:
            self._say(TOPIC, None)
            if self._run.history is run:  # else another run has begun meanwhile
                self._add(made.replace(path=str(path)), pixels)

        def refused(error: JobError) -> None:
            said = NOT_KEPT.format(iteration=iteration, why=error.sentence)
            self._say(TOPIC, JobError(said, error.details))

        self._saving.submit(lambda: self._session.keep_array(pixels), written, refused)

    def _entry(self, step: Step) -> KeptPicture:
        total = float(step.losses.total)
        return KeptPicture(
            path="",
            iteration=self._run.history.iteration,
            width=step.size[1],
            height=step.size[0],
            total=total if np.isfinite(total) else None,
            seconds=self._run.history.seconds,
        )

    def keep_last(self) -> None:
        """Keep the newest picture at once: the window is about to close."""
        step = self._run.last
        kept = self._edits.state.kept
        iteration = self._run.history.iteration
        if step is None or any(one.iteration == iteration for one in kept):
            return
        pixels = display_of(step.image)
        path = self._session.keep_array(pixels)
        self._last = iteration
        self._add(self._entry(step).replace(path=str(path)), pixels)

    def _add(self, made: KeptPicture, pixels: np.ndarray) -> None:
        state = self._edits.state
        kept = tuple(one for one in state.kept if one.iteration != made.iteration)
        kept = tuple(sorted((*kept, made), key=lambda one: one.iteration))
        if len(kept) > MOST_KEPT:
            kept = self._thinned(kept, state.chosen)
            self._sparser *= 2
        self.thumbnails[made.iteration] = thumbnail_of(pixels)
        there = {one.iteration for one in kept}
        self.thumbnails = {n: small for n, small in self.thumbnails.items() if n in there}
        self._edits.look(state.replace(kept=kept))
        self._run.picture_kept.emit(made)
        self.changed.emit()

    @staticmethod
    def _thinned(kept: tuple[KeptPicture, ...], chosen: int) -> tuple[KeptPicture, ...]:
        """Return the first, the last, what is looked at, and every second of the others."""
        return tuple(
            one
            for place, one in enumerate(kept)
            if place % 2 == 0 or place == len(kept) - 1 or one.iteration == chosen
        )[-MOST_KEPT:]

    def remove(self, iteration: int) -> None:
        """Do not keep this picture any more."""
        state = self._edits.state
        kept = tuple(one for one in state.kept if one.iteration != iteration)
        chosen = -1 if state.chosen == iteration else state.chosen
        self.thumbnails.pop(iteration, None)
        self._edits.look(state.replace(kept=kept, chosen=chosen))
        self.changed.emit()

    def take_thumbnails(self, found: dict[int, np.ndarray]) -> None:
        """Take what `read_thumbnails` has read for a session that was opened again."""
        self.thumbnails.update(found)
        state = self._edits.state
        missing = {one.iteration for one in state.kept} - set(self.thumbnails)
        if missing:
            kept = tuple(one for one in state.kept if one.iteration not in missing)
            chosen = -1 if state.chosen in missing else state.chosen
            self._edits.look(state.replace(kept=kept, chosen=chosen))
            count = len(missing)
            which = "A kept picture is" if count == 1 else f"{count} kept pictures are"
            self._say("kept", JobError(f"{which} no longer there."))
        self.changed.emit()


def read_kept(one: KeptPicture) -> np.ndarray:
    """Return the picture that was kept, uint8 (H, W, 3). Raises EngineError where it is gone."""
    return load_array(Path(one.path))


def read_thumbnails(kept: tuple[KeptPicture, ...]) -> dict[int, np.ndarray]:
    """Return a small picture for each iteration whose file can be read."""
    found: dict[int, np.ndarray] = {}
    for one in kept:
        try:
            found[one.iteration] = thumbnail_of(read_kept(one))
        except EngineError:
            continue
    return found
