"""A 1D signal: evenly spaced numbers on a time axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engines.errors import SignalError

Unit = Literal["samples", "s"]
UNITS: tuple[Unit, ...] = ("samples", "s")
MAX_SAMPLES = 4096  # what the panel draws and slides without delay
LONGEST = 4_000_000  # what any signal may hold
Values = np.ndarray | Sequence[float] | Sequence[complex]


@dataclass(frozen=True, eq=False)
class Signal:
    """Numbers at start, start + step, start + 2·step …; zero everywhere else.

    values: (n,) float64 or complex128, finite, read-only (other dtypes and lists are converted);
    step: distance of two samples in `unit`, larger than 0; start: time of the first sample;
    unit: "samples" or "s"; name: for people; notes: sentences about what was done to it.
    Raises SignalError for values that are empty, not one list, not numbers or not finite.
    """

    values: np.ndarray
    step: float = 1.0
    start: float = 0.0
    name: str = ""
    unit: Unit = "samples"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _checked(self.values, self.name or "The signal"))
        if not (np.isfinite(self.step) and self.step > 0):
            raise SignalError(f"The step is {self.step:g}; it must be larger than 0.")
        if not np.isfinite(self.start):
            raise SignalError(f"The first sample's time is {self.start:g}; it must be a number.")
        if self.unit not in UNITS:
            raise SignalError(f"There is no unit {self.unit!r}; choose {' or '.join(UNITS)}.")

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_complex(self) -> bool:
        """Whether the values are complex128."""
        return bool(np.iscomplexobj(self.values))

    @property
    def time(self) -> np.ndarray:
        """The time of each sample, (n,) float64, in `unit`."""
        return self.start + self.step * np.arange(len(self.values))

    @property
    def end(self) -> float:
        """The time of the last sample."""
        return self.start + self.step * (len(self.values) - 1)

    @property
    def energy(self) -> float:
        """Σ |x|²."""
        return float(np.vdot(self.values, self.values).real)

    def with_values(self, values: Values, *, start: float | None = None, name: str = "") -> Signal:
        """Return a signal of the same step and unit with other values, without notes."""
        begin = self.start if start is None else start
        return Signal(np.asarray(values), self.step, begin, name or self.name, self.unit)

    def with_notes(self, *notes: str) -> Signal:
        """Return the same signal with further notes."""
        return replace(self, notes=(*self.notes, *notes))


def _checked(values: Values, name: str) -> np.ndarray:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise SignalError(f"{name} is not one list of numbers.") from error
    if array.dtype.kind not in "biufc":
        raise SignalError(f"{name} holds something that is not a number.")
    if array.ndim != 1:
        raise SignalError(f"{name} has {array.ndim} axes; it must be one list of numbers.")
    if not array.size:
        raise SignalError(f"{name} is empty; give it at least one number.")
    if array.size > LONGEST:
        raise SignalError(f"{name} has {array.size:,} samples; at most {LONGEST:,} can be used.")
    made = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    finite = np.isfinite(made)
    if not finite.all():
        where = int(np.argmin(finite))
        raise SignalError(
            f"Sample {where} of {name} is {made[where]}; only finite numbers can be used."
        )
    made.flags.writeable = False
    return made


def same_step(f: Signal, g: Signal) -> None:
    """Raise SignalError unless both signals have the same step and unit."""
    if f.unit != g.unit:
        raise SignalError(
            f"One signal's time is in {f.unit}, the other's in {g.unit}; give both the same unit."
        )
    if not np.isclose(f.step, g.step, rtol=1e-6, atol=0):
        raise SignalError(
            f"The samples of one signal are {f.step:g} {f.unit} apart, those of the other "
            f"{g.step:g} {g.unit}; bring both to the same step."
        )
