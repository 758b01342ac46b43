"""Beside a run that needs the processor, look only now and then."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

SHARE = 0.1  # of a processor that looking may take from a run
LEAST_SECONDS, MOST_SECONDS = 0.25, 5.0


class Pace(QObject):
    """Tells when work may begin: at once while nothing else runs, else after a rest.

    The rest grows with how long the work took last, so that it takes the same share however large
    the pictures are.
    """

    due = Signal()
    """The rest is over that was waited for."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rest = LEAST_SECONDS
        self._ended = float("-inf")
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.due)

    @property
    def waits(self) -> bool:
        """Whether `due` will come."""
        return self._timer.isActive()

    def ask(self, *, beside_run: bool) -> bool:
        """Return whether to begin now; else `due` tells when."""
        if not beside_run:
            self._timer.stop()
            return True
        if self._timer.isActive():
            return False
        left = self._ended + self._rest - perf_counter()
        if left <= 0:
            return True
        self._timer.start(round(left * 1000) + 1)
        return False

    def took(self, seconds: float) -> None:
        """Tell that work ended just now, and how long it took."""
        self._ended = perf_counter()
        self._rest = min(max(seconds / SHARE, LEAST_SECONDS), MOST_SECONDS)

    def stop(self) -> None:
        """Wait no more."""
        self._timer.stop()
