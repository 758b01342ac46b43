"""How long a layer takes, measured without holding anybody up."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

RUNS_AT_MOST = 25


def measured(
    fn: Callable[[], object],
    budget: float = 0.02,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Return the median of the seconds that `fn` takes, of as many runs as fit into `budget`.

    A first run, not counted where there is time for more, warms the caches up. At least one run is
    measured, so that something slow costs its own time and no more; 25 at most.
    """
    begin = clock()
    times: list[float] = []
    while True:
        start = clock()
        fn()
        end = clock()
        times.append(end - start)
        # One more of the same must still fit.
        if len(times) > RUNS_AT_MOST or end - begin + times[-1] > budget:
            return median(times[1:] or times)
