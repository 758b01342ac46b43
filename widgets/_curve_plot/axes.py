"""Axes with numbers as people write them."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtGui import QFont, QFontMetricsF

LEAST_DECADES = 0.7  # below them a logarithmic axis has ticks at equal distances in value


class WholeAxis(pg.AxisItem):
    """An axis with ticks at whole numbers alone."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:  # noqa: N802  pyqtgraph's name
        """Return the spacings that are whole numbers."""
        spacings = super().tickSpacing(low, high, size)
        font = self.style["tickFont"] or QFont()
        widest = max(QFontMetricsF(font).horizontalAdvance(f" {round(x)} ") for x in (low, high))
        least = max(1.0, widest * (high - low) / max(size, 1.0))  # closer numbers would touch
        whole = [(step, start) for step, start in spacings if step >= least and step % 1 == 0]
        return whole or [(_round_step(least), 0.0)]


class ValueAxis(pg.AxisItem):
    """An axis that, when logarithmic, has the numbers 1, 2, 5, 10 … as they are, not as powers."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:  # noqa: N802  pyqtgraph's name
        """Return the spacings at which the numbers do not touch, at least the widest one."""
        spacings = super().tickSpacing(low, high, size)
        line = QFontMetricsF(self.style["tickFont"] or QFont()).height()
        apart = [entry for entry in spacings if entry[0] * size >= line * (high - low)]
        return apart or spacings[:1]

    def tickValues(  # noqa: N802  pyqtgraph's name
        self, low: float, high: float, size: float
    ) -> list[tuple[float, list[float]]]:
        """Return where the ticks are; logarithmic: in logarithms."""
        if not self.logMode:
            return super().tickValues(low, high, size)
        font = self.style["tickFont"]
        line = QFontMetricsF(font or QFont()).height()
        room = max(2.0, size / line / 2.5)  # ticks without crowding
        if high - low < LEAST_DECADES:
            step = _round_step((10.0**high - 10.0**low) / room)
            first, last = math.ceil(10.0**low / step), math.floor(10.0**high / step)
            places = [math.log10(n * step) for n in range(max(1, first), last + 1)]
        else:
            closest = math.log10(2) * size / (high - low)
            steps = (1, 2, 5) if closest >= 1.3 * line else (1,)
            every = max(1, math.ceil((high - low) / room))
            decades = range(math.floor(low), math.ceil(high) + 1)
            places = [n + math.log10(step) for n in decades if n % every == 0 for step in steps]
        return [(1.0, [place for place in places if low <= place <= high])]

    def tickStrings(  # noqa: N802  pyqtgraph's name
        self, values: list[float], scale: float, spacing: float
    ) -> list[str]:
        """Return what is written at the ticks."""
        if not self.logMode:
            return super().tickStrings(values, scale, spacing)
        return [f"{10.0**value:.4g}" for value in values]


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2, 5, 10 … (and their tenths) that is at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)
