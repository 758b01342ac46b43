"""The run: started, steered and ended here; everything up to its last step is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from visualizer.jobs import JobError, JobState, StepJob
from visualizer.panels.style_studio.context import StylePicture
from visualizer.panels.style_studio.making import at_last_size
from visualizer.panels.style_studio.run_history import RunHistory
from visualizer.pictures.picture import Picture

if TYPE_CHECKING:
    import torch

    from engines.models import LoadedModel
    from engines.style import Step, StyleSettings, StyleTransfer

__all__ = ["RunControl", "RunHistory", "RunOrder", "transfer_of"]


@dataclass(frozen=True)
class RunOrder:
    """What a run is made of; `settings` are those that it began with."""

    content: Picture
    styles: tuple[StylePicture, ...]
    network: LoadedModel
    settings: StyleSettings


class RunControl(QObject):
    """One run at a time, in a job of its own; every signal comes in the GUI thread.

    order: of the present or last run; transfer: its engine, once it is made; last: its newest step;
    history: of all its steps; settings: those of the next step.
    """

    started = Signal()
    stepped = Signal(object)
    """The newest Step, at most once a frame; `history` has those between as well."""
    shrinking = Signal(object)
    """The last Step before a smaller picture, while `last` and `history` still end with it."""
    finished = Signal()
    """The run is over: it came to its end, was stopped, or failed."""
    failed = Signal(object)
    """A JobError, before `finished`."""
    state_changed = Signal(object)
    """A JobState: running, paused, or idle."""
    picture_kept = Signal(object)
    """A state.KeptPicture, which the state's `kept` holds by now."""

    def __init__(self, job: StepJob, parent: QObject) -> None:
        super().__init__(parent)
        self.job = job
        self.order: RunOrder | None = None
        self.transfer: StyleTransfer | None = None
        self.settings: StyleSettings | None = None
        self.last: Step | None = None
        self.history = RunHistory()
        self.notes: list[str] = []
        self._goes_on = False
        job.stepped.connect(self._stepped)
        job.finished.connect(self.finished)
        job.cancelled.connect(self._cancelled)
        job.failed.connect(self._failed)
        job.state_changed.connect(self.state_changed)

    @property
    def busy(self) -> bool:
        """Whether a run goes on or is paused."""
        return self.job.busy

    @property
    def paused(self) -> bool:
        """Whether a run waits."""
        return self.job.state is JobState.PAUSED

    def start(self, order: RunOrder, image: torch.Tensor | None = None, *, after: int = 0) -> None:
        """Begin a run. image: (3, h, w) in [0, 1] to go on from, None for what `settings` say.

        Without an image the history begins anew; with one it goes on, at least after the iteration
        `after`. Whoever calls it sees to it that none is running.
        """
        self._goes_on = image is not None
        if image is None:
            self.history, self.last = RunHistory(), None
        else:
            self.history.go_on(after)
        self.order, self.settings, self.transfer = order, order.settings, None

        def steps() -> Iterator[Step]:
            transfer = transfer_of(order, image)
            self.transfer = transfer
            settings = self.settings  # may have changed while the targets were computed
            if settings is not None and settings is not order.settings:
                transfer.settings = settings
            yield from transfer.run()

        self.job.start(steps)
        self.started.emit()

    def forget(self) -> None:
        """Forget the last run: what was kept of another one is shown instead."""
        self.history, self.last, self.transfer = RunHistory(), None, None

    def take_settings(self, settings: StyleSettings) -> None:
        """Let the next step be made with `settings`. Raises StyleError where it cannot be."""
        if self._goes_on:
            settings = at_last_size(settings)
        if self.busy and self.transfer is not None:
            self.transfer.settings = settings
        self.settings = settings

    def go_to(self, image: torch.Tensor) -> None:
        """Let the next step of a run that goes on begin at `image`, (3, h, w) in [0, 1]."""
        if self.busy and self.transfer is not None:
            self.transfer.go_to(image)

    def pause(self) -> None:
        """Wait after the step under way."""
        self.job.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self.job.resume()

    def step(self) -> None:
        """Take one step and wait again."""
        self.job.step()

    def stop(self) -> None:
        """End the run; its last picture stays, and it can go on from there."""
        self.job.cancel()

    def _stepped(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if self.last is not None and max(step.size) < max(self.last.size):
                self.shrinking.emit(self.last)
            self.last = step
            self.history.add(step)
            if step.note:
                self.notes.append(step.note)
        self.stepped.emit(self.last)

    def _cancelled(self) -> None:
        self.finished.emit()

    def _failed(self, error: JobError) -> None:
        self.failed.emit(error)
        self.finished.emit()


def transfer_of(order: RunOrder, image: torch.Tensor | None = None) -> StyleTransfer:
    """Return the engine for `order`; takes time: for a lane or job."""
    from engines.style import StyleSource, StyleTransfer

    styles = [
        StyleSource(as_rgb(style.picture), style.weight, _mask(style)) for style in order.styles
    ]
    return StyleTransfer(as_rgb(order.content), styles, order.network, order.settings, image=image)


def as_rgb(picture: Picture) -> torch.Tensor:
    """Return the picture as (3, H, W) float32 in [0, 1]; grey ones have three equal channels."""
    return picture.image.pixels.clamp(0, 1).expand(3, -1, -1)


def _mask(style: StylePicture) -> torch.Tensor | None:
    import torch

    return torch.from_numpy(style.mask) if style.mask is not None else None
