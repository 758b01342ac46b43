"""When the session is written: at once after a rest, then at most every few frames."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from visualizer.autosave import Session, States
from visualizer.jobs import InOrder, JobError

PAUSE_MILLISECONDS = 200


class Autosaver(QObject):
    """Writes the session in a lane whenever the work has changed.

    The first change after a rest is written at once, so that an edit outlives a kill; while
    changes keep coming, the newest state is written every 200 ms, one write at a time.
    """

    failed = Signal(object)
    """A JobError; told once, then not again until a write has succeeded."""

    def __init__(
        self,
        session: Session,
        lane: InOrder,
        snapshot: Callable[[], States],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._lane, self._snapshot = session, lane, snapshot
        self._due = False  # the work has changed since the last write began
        self._writing = False
        self._lost = False  # the last write failed
        self._told = bool(session.problem)  # whoever started the session has said it
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MILLISECONDS)
        self._pause.timeout.connect(self._go_on)

    def touch(self) -> None:
        """Take note that the work has changed."""
        self._due = True
        self._go_on()

    def flush(self) -> None:
        """Hand what is not yet written to the lane, without waiting for its turn."""
        self._pause.stop()
        if self._due or self._lost:
            self._write()
            self._pause.stop()

    def _go_on(self) -> None:
        if self._due and not self._writing and not self._pause.isActive():
            self._write()

    def _write(self) -> None:
        self._due, self._writing = False, True
        self._pause.start()
        states = self._snapshot()
        self._lane.submit(lambda: self._session.write(states), self._written, self._refused)

    def _written(self, _: None) -> None:
        self._writing = self._lost = self._told = False
        self._go_on()

    def _refused(self, error: JobError) -> None:
        self._writing, self._lost = False, True
        if not self._told:
            self._told = True
            self.failed.emit(error)
        self._go_on()
