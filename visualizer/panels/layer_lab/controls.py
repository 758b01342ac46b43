"""What an experiment can be set to, declared as data: the panel makes the widgets of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Cells = tuple[tuple[float, ...], ...]

MOST_LETTERS = 1000
MOST_CELLS = 31  # rows and columns that can be read and typed
LARGEST = 1e38  # about what a 32-bit number can hold


@dataclass(frozen=True)
class Slider:
    """A number from `low` to `high` in steps; whole where `step` is an int.

    log: equal factors take equal ways; suffix: the unit, written behind the number.
    """

    name: str
    label: str
    low: float
    high: float
    value: float
    step: float = 1
    log: bool = False
    suffix: str = ""
    tooltip: str = ""

    def cleaned(self, value: Any) -> float:
        """Return `value` as a number within the range, the default where it is none."""
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            return self.value
        within = min(max(value, self.low), self.high)
        return round(within) if isinstance(self.step, int) else float(within)


@dataclass(frozen=True)
class Choice:
    """One of several, as (key, text)."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str
    tooltip: str = ""

    def cleaned(self, value: Any) -> str:
        """Return `value` where it is one of the keys, else the default."""
        return value if value in [key for key, _ in self.options] else self.value


@dataclass(frozen=True)
class Toggle:
    """On or off."""

    name: str
    label: str
    value: bool = False
    tooltip: str = ""

    def cleaned(self, value: Any) -> bool:
        """Return `value` where it is a truth value, else the default."""
        return value if isinstance(value, bool) else self.value


@dataclass(frozen=True)
class Text:
    """A line of text."""

    name: str
    label: str
    value: str
    tooltip: str = ""

    def cleaned(self, value: Any) -> str:
        """Return `value` where it is text, as much as a line takes, else the default."""
        return value[:MOST_LETTERS] if isinstance(value, str) else self.value


@dataclass(frozen=True)
class Numbers:
    """A small matrix of numbers, typed or pasted."""

    name: str
    label: str
    value: Cells
    tooltip: str = ""

    def cleaned(self, value: Any) -> Cells:
        """Return `value` where it is a matrix of finite numbers that fits, else the default."""
        try:
            rows = tuple(tuple(float(one) for one in row) for row in value)
        except (TypeError, ValueError, OverflowError):
            return self.value
        widths = {len(row) for row in rows}
        fits = len(widths) == 1 and 1 <= max(widths) <= MOST_CELLS and len(rows) <= MOST_CELLS
        finite = all(abs(one) <= LARGEST for row in rows for one in row)
        return rows if fits and finite else self.value


Control = Slider | Choice | Toggle | Text | Numbers


def defaults_of(controls: Sequence[Control]) -> dict[str, Any]:
    """Return what the controls are set to at first, by name."""
    return {control.name: control.value for control in controls}
