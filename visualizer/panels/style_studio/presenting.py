"""What is seen of a run: the picture, the curves, the kept pictures, how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from visualizer.edits import Edits
from visualizer.jobs import JobError, LatestWins
from visualizer.panels.style_studio.keeping import (
    KeptPictures,
    display_of,
    read_kept,
    read_thumbnails,
)
from visualizer.panels.style_studio.making import seconds_left
from visualizer.panels.style_studio.run_control import RunControl
from visualizer.panels.style_studio.state import KeptPicture, StyleStudioState
from visualizer.panels.style_studio.view import StyleStudioView
from widgets.job_bar import duration
from widgets.loss_plot import LossCurve
from widgets.timeline import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from engines.style import Step

CURVES_MILLISECONDS = 200  # painting them at every step would take time from the steps
EMPTY = "Press Start: the picture comes here"
TITLES = {"total": "total", "content": "content", "style": "style", "tv": "smoothness"}


class RunPresenter(QObject):
    """Shows the newest picture of the run, or the kept one that is looked at.

    shown: what is seen, uint8 (H, W, 3), None without a picture.
    """

    shown_changed = Signal()
    kept_shown = Signal()
    """A kept picture that had to be read is shown."""

    def __init__(
        self,
        view: StyleStudioView,
        run: RunControl,
        keeper: KeptPictures,
        edits: Edits[StyleStudioState],
        lanes: tuple[LatestWins, LatestWins],
        say: Callable[[str, JobError | None], None],
        parent: QObject,
    ) -> None:
        """lanes: in which the picture that is looked at is read, and the small ones."""
        super().__init__(parent)
        self._view, self._run, self._keeper = view, run, keeper
        self._edits, self._say = edits, say
        self._reading, self._reading_small = lanes
        self.shown: np.ndarray | None = None
        self._shown_kept: KeptPicture | None = None
        self._wanted: KeptPicture | None = None
        self._pace = QTimer(self, singleShot=True, interval=CURVES_MILLISECONDS)
        self._pace.timeout.connect(self.show_curves)
        view.losses.set_hint("The losses of the run come here.")
        view.timeline.set_hint("Kept pictures of the run come here.")
        view.generated.set_overlay_text(EMPTY)
        view.generated.handle_moved.connect(self._wiped)
        view.losses.hidden_changed.connect(lambda keys: self._look(hidden=tuple(keys)))
        view.losses.logarithmic_changed.connect(lambda on: self._look(logarithmic=on))
        view.losses.iteration_clicked.connect(self._iteration_clicked)
        view.timeline.snapshot_chosen.connect(lambda key: self._look(chosen=key))
        view.timeline.choice_left.connect(lambda: self._look(chosen=-1))
        view.timeline.delete_wanted.connect(keeper.remove)
        view.looking.back.clicked.connect(lambda: self._look(chosen=-1))
        keeper.changed.connect(self.show_kept)
        run.stepped.connect(self._stepped)
        run.started.connect(self._started)
        run.finished.connect(self._finished)

    def _look(self, **changes: object) -> None:
        self._edits.look(self._edits.state.replace(**changes))

    def _wiped(self, share: float, _goes_on: bool) -> None:
        self._look(wipe=min(max(share, 0.0), 1.0))

    def _iteration_clicked(self, iteration: int) -> None:
        """Look at the kept picture that is next to `iteration`."""
        kept = self._edits.state.kept
        if kept:
            nearest = min(kept, key=lambda one: abs(one.iteration - iteration))
            self._look(chosen=nearest.iteration)

    # -- the state --------------------------------------------------------------------------

    def show_state(self, state: StyleStudioState) -> None:
        """Show what the state says is looked at."""
        view = self._view
        view.losses.set_hidden(state.hidden)
        view.losses.set_logarithmic(state.logarithmic)
        if view.generated.handle() != state.wipe:
            view.generated.set_handle(state.wipe)
        chosen = self.chosen()
        view.timeline.set_chosen(chosen.iteration if chosen is not None else None)
        view.losses.set_marked(chosen.iteration if chosen is not None else None)
        view.looking.setVisible(chosen is not None)
        if chosen is not None:
            loss = f", loss {chosen.total:.4g}" if chosen.total is not None else ""
            view.looking.text.setText(f"Evaluation {chosen.iteration:,}{loss}")
        self._show_picture()

    def chosen(self) -> KeptPicture | None:
        """Return the kept picture that is looked at, None for the newest picture."""
        state = self._edits.state
        return next((one for one in state.kept if one.iteration == state.chosen), None)

    def show_kept(self) -> None:
        """Show small pictures of all that is kept."""
        small, timeline = self._keeper.thumbnails, self._view.timeline
        kept = [one for one in self._edits.state.kept if one.iteration in small]
        shown = timeline.snapshots()
        same = all(
            snapshot.pixels is small.get(one.iteration)
            for snapshot, one in zip(shown, kept, strict=False)
        )
        if same and len(kept) == len(shown):
            return
        snapshots = [
            Snapshot(one.iteration, one.iteration, small[one.iteration], _about(one))
            for one in kept
        ]
        if same and len(kept) == len(shown) + 1:
            timeline.add_snapshot(snapshots[-1])
        else:
            timeline.set_snapshots(snapshots)
        chosen = self.chosen()
        timeline.set_chosen(chosen.iteration if chosen is not None else None)

    def read_again(self) -> None:
        """Read the kept pictures of a session that was opened again, all anew."""
        self._keeper.thumbnails.clear()
        kept = self._edits.state.kept
        self._reading_small.submit(
            lambda: read_thumbnails(kept),
            self._keeper.take_thumbnails,
            lambda error: self._say("kept", error),
        )

    # -- the picture ------------------------------------------------------------------------

    def _show_picture(self) -> None:
        wanted = self.chosen()
        kept = self._edits.state.kept
        if wanted is None and self._run.last is None and kept:
            wanted = kept[-1]  # of a session that was opened again
        if wanted is None:
            self._wanted = None
            self._show_newest()
        elif wanted not in (self._shown_kept, self._wanted):
            self._wanted = wanted
            self._reading.submit(
                lambda: read_kept(wanted),
                lambda pixels: self._show_read(wanted, pixels),
                self._not_read,
            )

    def _show_read(self, wanted: KeptPicture, pixels: np.ndarray) -> None:
        if wanted is self._wanted:
            self._wanted = None
            self._shown_kept = wanted
            self._show(pixels)
            self.kept_shown.emit()

    def _not_read(self, error: JobError) -> None:
        self._wanted = None
        self._say("kept", error)

    def _show_newest(self) -> None:
        step = self._run.last
        if step is None:
            self.shown = self._shown_kept = None
            self._view.generated.set_after(None)
            self._view.generated.set_overlay_text(EMPTY)
            self.shown_changed.emit()
        elif self._shown_kept is not None:
            self._shown_kept = None
            self._show(display_of(step.image))

    def _show(self, pixels: np.ndarray) -> None:
        self.shown = pixels
        self._view.generated.set_overlay_text(None)
        self._view.generated.set_after(pixels, name="generated")
        self.shown_changed.emit()

    # -- the run ----------------------------------------------------------------------------

    def _started(self) -> None:
        self._view.run.show_progress("The first picture is on its way…", 0.0)
        self.show_curves()

    def _stepped(self, step: Step) -> None:
        if self.chosen() is None:
            self._shown_kept = self._wanted = None
            self._show(display_of(step.image))
        if self._run.paused:
            self.show_curves()
        elif not self._pace.isActive():
            self._pace.start()
        self._view.run.show_progress(self._progress(step), step.iteration / max(step.of, 1))

    def _finished(self) -> None:
        self._pace.stop()
        self.show_curves()
        step = self._run.last
        if step is None:
            self._view.run.show_progress("", 0.0)
            return
        height, width = step.size
        word = "Done" if step.iteration >= step.of else "Stopped"
        text = f"{word}: {self._run.history.iteration:,} evaluations · {width} × {height}"
        seconds = self._run.history.seconds
        self._view.run.show_progress(f"{text} · {duration(seconds)}", 1.0)

    def _progress(self, step: Step) -> str:
        height, width = step.size
        said = [f"{step.iteration:,} of {step.of:,}"]
        rate, settings = self._run.history.rate(), self._run.settings
        if rate is not None and settings is not None:
            left = seconds_left(step, settings, rate)
            if left is not None and step.iteration < step.of:
                said.append(f"{duration(left)} left")
            said.append(f"{rate:.1f} /s")
        said.append(f"{width} × {height}")
        return " · ".join(said)

    def show_curves(self) -> None:
        """Show all losses until now."""
        history = self._run.history
        x = np.asarray(history.iterations, dtype=float)
        curves = [
            LossCurve(key, _title(key), x, values, key.partition(":")[0])
            for key, values in history.terms().items()
        ]
        self._view.losses.set_curves(curves, boundaries=history.boundaries)


def _title(key: str) -> str:
    kind, _, layer = key.partition(":")
    return f"{TITLES[kind]} {layer}" if layer else TITLES[kind]


def _about(one: KeptPicture) -> str:
    loss = f"loss {one.total:.4g}, " if one.total is not None else ""
    return f"{one.width} × {one.height}, {loss}after {duration(one.seconds)}"
