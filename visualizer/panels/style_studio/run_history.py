"""How a run went: the losses of every step, the sizes it went through, how quick it is."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engines.style import Step

RECENT = 12  # steps that the speed is told by


class RunHistory:
    """The losses of a run, term by term, each weighted as it counts in the total.

    iterations: of all steps, whole numbers that only grow, also where a run goes on from an earlier
    picture; boundaries: (iteration, "128 × 96") where another size began; image_sizes: (h, w).
    """

    def __init__(self) -> None:
        self.iterations: list[int] = []
        self.boundaries: list[tuple[float, str]] = []
        self.seconds = 0.0
        self._terms: dict[str, list[float]] = {}
        self._offset = 0
        self._seconds_before = 0.0
        self._size: tuple[int, int] | None = None
        self._last_seconds: float | None = None
        self._intervals: deque[float] = deque(maxlen=RECENT)

    def __len__(self) -> int:
        return len(self.iterations)

    @property
    def iteration(self) -> int:
        """The number of the newest step; 0 before the first."""
        return self.iterations[-1] if self.iterations else 0

    def go_on(self, after: int = 0) -> None:
        """Take the steps that come as those of a run that goes on from here, or from `after`."""
        self._offset, self._seconds_before = max(self.iteration, after), self.seconds
        self._size = self._last_seconds = None
        self._intervals.clear()

    def add(self, step: Step) -> None:
        """Take one more step; terms that were not there before are NaN until now."""
        self.iterations.append(self._offset + step.iteration)
        if step.size != self._size:
            height, width = step.size
            self.boundaries.append((self.iteration, f"{width} × {height}"))
            self._size = step.size
            self._intervals.clear()
        elif self._last_seconds is not None:
            self._intervals.append(max(step.seconds - self._last_seconds, 1e-6))
        self._last_seconds = step.seconds
        self.seconds = self._seconds_before + step.seconds
        values = terms_of(step)
        for name in {**self._terms, **values}:
            known = self._terms.setdefault(name, [float("nan")] * (len(self) - 1))
            known.append(values.get(name, float("nan")))

    def terms(self) -> dict[str, np.ndarray]:
        """Return the values of each term, "total" first: float64, one per iteration."""
        return {name: np.asarray(values) for name, values in self._terms.items()}

    def rate(self) -> float | None:
        """Return the evaluations a second at this size, None before that can be told.

        By the median, so that a pause or a computer that slept does not count.
        """
        return 1 / median(self._intervals) if len(self._intervals) >= 2 else None


def terms_of(step: Step) -> dict[str, float]:
    """Return what each term adds to the loss, by name: total, content, style, smoothness, layers.

    "content:<layer>" and "style:<layer>" are the layers' parts of "content" and "style".
    """
    losses = step.losses
    content, style = losses.weighted_content, losses.weighted_style
    parts = {
        "total": losses.total,
        "content": sum(content.values()),
        "style": sum(style.values()),
        "tv": losses.weighted_tv,
    }
    parts |= {f"content:{layer}": value for layer, value in content.items()}
    parts |= {f"style:{layer}": value for layer, value in style.items()}
    return {name: float(value) for name, value in parts.items()}
