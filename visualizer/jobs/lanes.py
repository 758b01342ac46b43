"""Lanes: short work off the GUI thread, each lane with one thread that starts with the first job.

`LatestWins` for interactive work. At most one job runs and at most one waits. A new job takes the
waiting place (the one that waited never runs) and supersedes the running one, whose result is then
dropped, never painted. While the person drags, `follow=True` spares the running job: dropping it
again and again would leave the picture frozen until the drag ends. Results still arrive in order,
so an older one never replaces a newer one.

`InOrder` for work that must not be lost, such as saving: first in, first out.

The lanes are plain threads because superqt's workers start through a 1 ms timer, swap the
process-wide warning filters during each run, and know no superseding.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal

from engines.errors import EngineError
from visualizer.jobs.errors import JobError, explain

log = logging.getLogger(__name__)

JOIN_SECONDS = 10.0


@dataclass(eq=False)
class Job:
    """One piece of work: `work` runs in the lane's thread, the callbacks in the GUI thread."""

    number: int
    work: Callable[[], Any]
    on_result: Callable[[Any], None]
    on_error: Callable[[JobError], None]
    superseded: bool = field(default=False)


@dataclass(frozen=True)
class _Outcome:
    job: Job
    result: Any = None
    error: JobError | None = None


class _Lane(QObject):
    """A thread that runs jobs from a queue and hands the outcomes to the GUI thread."""

    busy_changed = Signal(bool)
    _finished = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._numbers = itertools.count(1)
        self._queue: deque[Job] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._undelivered: list[Job] = []  # touched by the GUI thread alone
        self._finished.connect(self._deliver)

    @property
    def busy(self) -> bool:
        """Whether a job waits, runs, or has a result on its way."""
        return bool(self._undelivered)

    def close(self) -> None:
        """Drop what waits, let the running job end unseen, and join the thread."""
        with self._wake:
            self._closing = True
            self._queue.clear()
            self._wake.notify()
        for job in self._undelivered:
            job.superseded = True
        self._set_undelivered([])
        if self._thread is not None:
            self._thread.join(JOIN_SECONDS)
            if self._thread.is_alive():
                log.warning("lane %s did not end within %s s", self.objectName(), JOIN_SECONDS)
            self._thread = None

    def _enqueue(self, job: Job) -> None:
        with self._wake:
            if self._closing:
                return
            self._queue.append(job)
            self._wake.notify()
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, name=f"kernelscope-{self.objectName()}", daemon=True
            )
            self._thread.start()
        self._set_undelivered([*self._undelivered, job])

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._queue or self._closing)
                if self._closing:
                    return
                job = self._queue.popleft()
            outcome = self._perform(job)
            with self._wake:
                if self._closing:
                    return
                # Inside the lock: close() must not tear the QObject down during emit.
                self._finished.emit(outcome)
            # An idle lane keeps nothing alive: what a job was given may be a network of 600 MB.
            del job, outcome

    @staticmethod
    def _perform(job: Job) -> _Outcome:
        try:
            return _Outcome(job, result=job.work())
        except Exception as error:
            if not isinstance(error, EngineError):
                log.exception("job %d failed", job.number)
            return _Outcome(job, error=explain(error))

    def _deliver(self, outcome: _Outcome) -> None:
        job = outcome.job
        self._set_undelivered([other for other in self._undelivered if other is not job])
        if job.superseded:
            return
        if outcome.error is not None:
            job.on_error(outcome.error)
        else:
            job.on_result(outcome.result)

    def _set_undelivered(self, jobs: list[Job]) -> None:
        was_busy, self._undelivered = self.busy, jobs
        if self.busy != was_busy:
            self.busy_changed.emit(self.busy)


class LatestWins(_Lane):
    """The lane of interactive work: the newest job wins, superseded results are dropped."""

    def submit(
        self,
        work: Callable[[], Any],
        on_result: Callable[[Any], None],
        on_error: Callable[[JobError], None],
        *,
        follow: bool = False,
    ) -> None:
        """Run `work` as soon as the lane is free, in place of whatever waits.

        follow: the job continues a drag, so a result that is already being computed is still
        shown; otherwise it is superseded and dropped.
        """
        with self._wake:
            waiting = list(self._queue)
            self._queue.clear()
        for job in waiting:
            job.superseded = True
        if not follow:
            for job in self._undelivered:
                job.superseded = True
        # What was taken out of the queue will never be delivered.
        self._undelivered = [job for job in self._undelivered if job not in waiting]
        self._enqueue(Job(next(self._numbers), work, on_result, on_error))

    def supersede(self) -> None:
        """Drop the waiting job and the result of the running one."""
        with self._wake:
            waiting = list(self._queue)
            self._queue.clear()
        for job in self._undelivered:
            job.superseded = True
        self._set_undelivered([job for job in self._undelivered if job not in waiting])


class InOrder(_Lane):
    """The lane of work that must not be lost: every job runs, first in, first out."""

    def submit(
        self,
        work: Callable[[], Any],
        on_result: Callable[[Any], None],
        on_error: Callable[[JobError], None],
    ) -> None:
        """Run `work` after everything submitted before it."""
        self._enqueue(Job(next(self._numbers), work, on_result, on_error))

    def drain(self, seconds: float = JOIN_SECONDS) -> None:
        """Wait until everything submitted has run (not necessarily been delivered)."""
        done = threading.Event()
        with self._wake:
            if self._thread is None or self._closing:
                return
            self._queue.append(Job(0, done.set, lambda _: None, lambda _: None))
            self._wake.notify()
        done.wait(seconds)
