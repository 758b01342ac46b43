"""Numbers as short texts: in a pixel, in the readout, beside the colour bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

READOUT_CHARACTERS = 8
_READOUT_WIDTH = 6
# Below this limit no reasonable count of decimals shows a difference.
_SCIENTIFIC_BELOW = 0.01
# Rounding noise of float32 (of an FFT, say) reads as zero beside numbers this much larger.
_NOISE = 1e-6
_MOST_CHECKED = 4096  # numbers; of more it would be felt to look whether all are whole


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of one picture are written: all of them with the same count of decimals.

    limit: the largest size the numbers are expected to have; integral: all are whole numbers.
    """

    limit: float
    integral: bool = False

    @property
    def decimals(self) -> int:
        """How many decimals numbers up to `limit` are shown with, 0…3."""
        if self.integral or not math.isfinite(self.limit) or self.limit >= 1000:
            return 0
        if self.limit >= 100:
            return 1
        return 2 if self.limit >= 10 else 3

    def cell(self, value: float, characters: int) -> str:
        """Return `value` in at most `characters` characters; decimals yield to digits.

        A sign and a digit before the point always have room, so that numbers below and above
        zero get the same count of decimals.
        """
        return self._fitted(value, characters, min(self.decimals, characters - 3))

    def readout(self, value: float) -> str:
        """Return `value` right-aligned in 6, at most READOUT_CHARACTERS characters."""
        return self._fitted(value, READOUT_CHARACTERS, self.decimals).rjust(_READOUT_WIDTH)

    def _fitted(self, value: float, characters: int, decimals: int) -> str:
        if not math.isfinite(value):
            return _not_finite(value)
        if 0 < self.limit < _SCIENTIFIC_BELOW:
            return "0" if abs(value) < _NOISE * self.limit else _scientific(value, characters)
        for places in range(decimals, -1, -1):
            text = f"{value:.{places}f}"
            if len(text) <= characters:
                return _minus(text[1:] if _is_negative_zero(text) else text)
        return _scientific(value, characters)


def format_tick(value: float) -> str:
    """Return `value` with three significant digits and no trailing zeros, as for an axis."""
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return _not_finite(value)
    text = f"{value:.3g}"
    if "e" not in text:
        return _minus(text)
    mantissa, exponent = text.split("e")
    if 0 <= int(exponent) <= 4:
        return _minus(f"{value:.0f}")
    return _minus(f"{mantissa}e{int(exponent)}")


def _is_negative_zero(text: str) -> bool:
    return text.startswith("-") and not text.strip("-0.")


def _scientific(value: float, characters: int) -> str:
    text = ""
    for places in range(3, -1, -1):
        mantissa, exponent = f"{value:.{places}e}".split("e")
        text = f"{mantissa}e{int(exponent)}"
        if len(text) <= characters:
            break
    return _minus(text)


def _not_finite(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "∞" if value > 0 else "−∞"


def _minus(text: str) -> str:
    """Return `text` with the minus sign, which is as wide as a digit, for the hyphen."""
    return text.replace("-", "−")


def number_format(values: np.ndarray, levels: Sequence[float]) -> NumberFormat:
    """Return how `values` are written, by their levels and, if few, by the numbers themselves."""
    integral = values.dtype.kind in "iub"
    if not integral and values.size <= _MOST_CHECKED:
        finite = values[np.isfinite(values)]
        integral = finite.size > 0 and bool((finite == np.rint(finite)).all())
    return NumberFormat(max(abs(level) for level in levels), integral)
