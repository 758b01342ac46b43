"""Measures every method of filtering on this machine, and remembers what it cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from visualizer.jobs import JobError, LatestWins

if TYPE_CHECKING:
    from engines.calibration import Timing

COSTS = "compute/filter_costs"
TIMINGS = "compute/filter_timings"
PAUSE_MILLISECONDS = 40  # for painting, which would disturb the next time


class Calibrator(QObject):
    """Times one method after the other in a lane of its own; the last one makes "auto" follow."""

    progressed = Signal(int, int)
    """How many of how many times are there; `timings` has them."""
    ended = Signal(object)
    """None when all is measured and remembered, else the JobError that says why not."""

    def __init__(self, settings: QSettings, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings
        self.lane = LatestWins("calibrating", self)
        self.timings: list[Timing] = []
        self._steps: Iterator[Timing] | None = None
        self._total = 0
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MILLISECONDS)
        self._pause.timeout.connect(self._next)

    @property
    def running(self) -> bool:
        """Whether a measurement is under way."""
        return self._steps is not None

    def recall(self) -> None:
        """Take the times of an earlier measurement, if any are remembered. Imports torch."""
        self.timings = remembered_timings(self._settings)

    def start(self) -> None:
        """Measure everything anew."""
        from engines import calibration

        self.timings = []
        self._total = len(calibration.plan())
        self._steps = calibration.measure()
        self.progressed.emit(0, self._total)
        self._next()

    def stop(self) -> None:
        """End the measurement under way; the costs before it still count."""
        self._pause.stop()
        self.lane.supersede()
        self._steps = None

    def close(self) -> None:
        """Cancel and join."""
        self.stop()
        self.lane.close()

    def _next(self) -> None:
        steps = self._steps
        if steps is not None:
            self.lane.submit(lambda: next(steps, None), self._measured, self._failed)

    def _measured(self, timing: Timing | None) -> None:
        if timing is not None:
            self.timings.append(timing)
            self.progressed.emit(len(self.timings), self._total)
            self._pause.start()
            return
        from engines import calibration

        found = calibration.fit(self.timings)
        calibration.use(found)
        self._settings.setValue(COSTS, [float(cost) for cost in astuple(found.costs)])
        self._settings.setValue(TIMINGS, json.dumps([astuple(t) for t in self.timings]))
        self._steps = None
        self.ended.emit(None)

    def _failed(self, error: JobError) -> None:
        self.stop()
        self.ended.emit(error)


def remembered_timings(settings: QSettings) -> list[Timing]:
    """Return the times of an earlier measurement, none if there was none. Imports torch."""
    from engines.calibration import Timing, plan

    try:
        found = [Timing(*entry) for entry in json.loads(str(settings.value(TIMINGS, "[]")))]
    except (ValueError, TypeError):
        return []  # the file was edited: measure anew
    known = [(timing.method, timing.side) for timing in found] == plan()
    return found if known and all(t.milliseconds > 0 for t in found) else []


def remembered_costs(settings: QSettings) -> list[float] | None:
    """Return what was measured on this machine earlier, if anything was."""
    remembered = settings.value(COSTS)
    try:
        return [float(cost) for cost in remembered] if isinstance(remembered, list) else None
    except ValueError:
        return None  # the file was edited: measure anew


def use_costs(costs: list[float]) -> None:
    """Let "auto" decide by `costs`; those of another version are left alone. Imports torch."""
    from engines import calibration

    if len(costs) == len(fields(calibration.FilterCosts)):
        calibration.use(calibration.Calibration((), calibration.FilterCosts(*costs)))
