"""Beside a run that needs the processor, look only now and then."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer, Signal

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
        self._works = self._asked = False
        # Qt's coarse timers may come early, when the rest is not over yet.
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.due)

    @property
    def waits(self) -> bool:
        """Whether `due` will come."""
        return self._asked or self._timer.isActive()

    def ask(self, *, beside_run: bool) -> bool:
        """Return whether to begin now; else `due` tells when."""
        if not beside_run:
            self._asked = False
            self._timer.stop()
            return True
        if self._works:
            self._asked = True
        elif not self._timer.isActive():
            left = self._ended + self._rest - perf_counter()
            if left <= 0:
                return True
            self._wait(left)
        return False

    def began(self) -> None:
        """Tell that work goes on elsewhere until `took` is called."""
        self._works = True

    def took(self, seconds: float) -> None:
        """Tell that work ended just now, and how long it took."""
        self._ended = perf_counter()
        self._rest = min(max(seconds / SHARE, LEAST_SECONDS), MOST_SECONDS)
        self._works = False
        if self._asked:
            self._asked = False
            self._wait(self._rest)

    def stop(self) -> None:
        """Wait no more, nor for work that goes on."""
        self._works = self._asked = False
        self._timer.stop()

    def _wait(self, seconds: float) -> None:
        self._timer.start(round(seconds * 1000) + 1)
