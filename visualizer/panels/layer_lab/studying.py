"""The long work of an experiment: begun by a button, told step by step, paused and cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton

from visualizer.jobs import JobError, JobState, StepJob
from visualizer.panels.layer_lab.running import Studied
from visualizer.panels.tab_parts import bind
from widgets.job_bar import JobBar


class Studying(QObject):
    """Runs one study at a time.

    told: steps have been told since it was begun, so what is shown is the study's.
    """

    found = Signal(object)
    """The newest `Studied`."""
    said = Signal(str)
    """How far it came, in a sentence, once it is over; "" as it begins."""
    failed = Signal(object)
    """A JobError."""

    def __init__(self, job: StepJob, bar: JobBar, start: QPushButton, parent: QObject) -> None:
        super().__init__(parent)
        self.job, self._bar, self._start = job, bar, start
        self._last: Studied | None = None
        bind(bar, job)
        job.state_changed.connect(lambda state: start.setEnabled(state is JobState.IDLE))
        job.stepped.connect(self._stepped)
        job.finished.connect(self._finished)
        job.cancelled.connect(self._cancelled)
        job.failed.connect(self._failed)

    @property
    def busy(self) -> bool:
        """Whether a study is under way, paused or not."""
        return self.job.busy

    @property
    def told(self) -> bool:
        """Whether what is shown is a study's."""
        return self._last is not None

    def begin(self, title: str, make: Callable[[], Iterator[Studied]]) -> None:
        """Run the steps of `make`; what ran before is cancelled."""
        self.drop()
        self._bar.begin(title)
        self.said.emit("")
        self.job.start(make)

    def drop(self) -> None:
        """Cancel it and forget what it has told: something else is asked for now."""
        self._last = None
        self.job.cancel()

    def _stepped(self, steps: list[Studied]) -> None:
        self._last = steps[-1]
        step = self._last.step
        self._bar.set_progress(step.done, step.of)
        self.found.emit(self._last)

    def _finished(self) -> None:
        if self._last is not None:
            self.said.emit(self._last.step.text)

    def _cancelled(self) -> None:
        if self._last is not None:
            step = self._last.step
            self.said.emit(f"Cancelled: this is what {step.done} of {step.of} steps came to.")

    def _failed(self, error: JobError) -> None:
        self.failed.emit(error)
