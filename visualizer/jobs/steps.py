"""Long work that yields steps: progress while it runs, pause, single step, cancel.

worker's thread                      GUI thread
next(steps) ──▶ kept in a list ──▶ stepped([step, …])   at most once per display frame
     ▲ waits while paused
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engines.errors import EngineError
from visualizer.jobs.errors import JobError, explain
from visualizer.jobs.lanes import JOIN_SECONDS

log = logging.getLogger(__name__)

FRAME_MILLISECONDS = 16


class JobState(Enum):
    """What a `StepJob` is doing."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"


class _Run:
    """One run of an iterator; shared between the two threads, guarded by `wake`."""

    def __init__(self, make: Callable[[], Iterator[Any]]) -> None:
        self.make = make
        self.wake = threading.Condition()
        self.paused = False
        self.single = 0  # steps to take although paused
        self.cancelled = False
        self.resting = False  # the worker waits for the end of a pause
        self.fresh: list[Any] = []
        self.announced = False


class StepJob(QObject):
    """Runs one iterator at a time in a thread of its own; starting anew cancels the one before.

    What the iterator yields reaches the GUI thread complete and in order, several steps at once
    when they come quicker than the screen can show them.
    """

    stepped = Signal(list)
    """The steps since the last time, oldest first."""
    finished = Signal()
    """The iterator came to its end; all its steps have been told."""
    failed = Signal(object)
    """A JobError; the steps before it have been told."""
    cancelled = Signal()
    state_changed = Signal(object)
    """A JobState."""
    _arrived = Signal(object)
    _ended = Signal(object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._run: _Run | None = None
        self._threads: list[threading.Thread] = []  # the present one, and cancelled ones that end
        self._state = JobState.IDLE
        self._frame = QTimer(self, singleShot=True, interval=FRAME_MILLISECONDS)
        self._frame.timeout.connect(self._deliver)
        queued = Qt.ConnectionType.QueuedConnection
        self._arrived.connect(self._on_arrived, queued)
        self._ended.connect(self._on_ended, queued)

    @property
    def state(self) -> JobState:
        """What the job is doing."""
        return self._state

    @property
    def busy(self) -> bool:
        """Whether a run is under way, paused or not."""
        return self._state is not JobState.IDLE

    @property
    def at_rest(self) -> bool:
        """Whether a pause is in force: no step is under way, and all of them have been told."""
        run = self._run
        if run is None:
            return False
        with run.wake:
            return run.resting and run.paused and not run.single and not run.fresh

    def start(self, make: Callable[[], Iterator[Any]], *, paused: bool = False) -> None:
        """Run the iterator that `make` returns (called in the worker's thread)."""
        self.cancel()
        run = self._run = _Run(make)
        run.paused = paused
        thread = threading.Thread(
            target=self._work, args=(run,), name=f"kernelscope-{self.objectName()}", daemon=True
        )
        self._threads = [*(other for other in self._threads if other.is_alive()), thread]
        thread.start()
        self._set_state(JobState.PAUSED if paused else JobState.RUNNING)

    def pause(self) -> None:
        """Wait after the step under way."""
        self._steer(JobState.PAUSED, paused=True)

    def resume(self) -> None:
        """Go on after a pause."""
        self._steer(JobState.RUNNING, paused=False)

    def step(self) -> None:
        """Take one step and wait again."""
        run = self._run
        if run is None:
            return
        with run.wake:
            run.single += 1
            run.paused = True
            run.wake.notify()
        self._set_state(JobState.PAUSED)

    def cancel(self) -> None:
        """End the run after the step under way, whose result is not told."""
        run, self._run = self._run, None
        if run is None:
            return
        self._frame.stop()
        with run.wake:
            run.cancelled = True
            run.wake.notify()
        self._set_state(JobState.IDLE)
        self.cancelled.emit()

    def close(self) -> None:
        """Cancel and join the thread."""
        self.cancel()
        for thread in self._threads:
            thread.join(JOIN_SECONDS)
            if thread.is_alive():
                log.warning("job %s did not end within %s s", self.objectName(), JOIN_SECONDS)
        self._threads = []

    def _steer(self, state: JobState, *, paused: bool) -> None:
        run = self._run
        if run is None:
            return
        with run.wake:
            run.paused = paused
            run.wake.notify()
        self._set_state(state)

    def _set_state(self, state: JobState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)

    # -- in the worker's thread -------------------------------------------------------------

    def _work(self, run: _Run) -> None:
        error: JobError | None = None
        try:
            steps = run.make()
            while self._may_go_on(run):
                try:
                    step = next(steps)
                except StopIteration:
                    break
                self._keep(run, step)
            close = getattr(steps, "close", None)
            if close is not None:
                close()
        except Exception as caught:
            if not isinstance(caught, EngineError):
                log.exception("job %s failed", self.objectName())
            error = explain(caught)
        with run.wake:
            if not run.cancelled:
                # Inside the lock: close() must not tear the QObject down during emit.
                self._ended.emit(run, error)

    @staticmethod
    def _may_go_on(run: _Run) -> bool:
        with run.wake:
            run.resting = True
            run.wake.wait_for(lambda: run.cancelled or not run.paused or run.single)
            run.resting = False
            if run.single:
                run.single -= 1
            return not run.cancelled

    def _keep(self, run: _Run, step: Any) -> None:
        with run.wake:
            if run.cancelled:
                return
            run.fresh.append(step)
            if not run.announced:
                run.announced = True
                self._arrived.emit(run)

    # -- in the GUI thread ------------------------------------------------------------------

    def _on_arrived(self, run: _Run) -> None:
        if run is self._run and not self._frame.isActive():
            self._deliver()

    def _deliver(self) -> None:
        run = self._run
        if run is None:
            return
        with run.wake:
            steps, run.fresh = run.fresh, []
            if not steps:
                run.announced = False
        if steps:
            self._frame.start()
            self.stepped.emit(steps)

    def _on_ended(self, run: _Run, error: JobError | None) -> None:
        if run is not self._run:
            return
        self._frame.stop()
        self._deliver()
        if run is not self._run:
            return  # whoever was told the last steps has started something else
        self._frame.stop()
        self._run = None
        self._set_state(JobState.IDLE)
        if error is not None:
            self.failed.emit(error)
        else:
            self.finished.emit()
