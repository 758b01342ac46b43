"""Which method is quickest here? Costs measured once on this machine, summed up in a formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines._filter2d import separable
from engines._filter2d.memory import Axes


@dataclass(frozen=True)
class FilterCosts:
    """Nanoseconds that a method takes, as `engines.calibration` measures them.

    direct and separable: per product and per output number; fft: per point of the transform times
    log₂ of their count; winograd: per output number.
    """

    direct_product: float = 0.02
    direct_output: float = 0.42
    separable_product: float = 0.024
    separable_output: float = 0.39
    fft: float = 0.33
    winograd_output: float = 32.0

    def milliseconds(
        self, method: str, outputs: int, taps: tuple[int, int], terms: int = 1, points: int = 0
    ) -> float:
        """Return the time for `outputs` numbers (all channels) and a kernel of `taps` (kh, kw).

        terms: the rank, for "separable"; points: of the padded picture, for "fft".
        """
        rows, columns = taps
        if method == "direct":
            cost = outputs * (self.direct_product * rows * columns + self.direct_output)
        elif method == "separable":
            products = terms * (rows + columns)
            cost = outputs * (self.separable_product * products + terms * self.separable_output)
        elif method == "fft":
            cost = self.fft * points * float(np.log2(max(points, 2)))
        else:
            cost = self.winograd_output * outputs
        return cost * 1e-6


class _Current:
    """The costs in force; a calibration replaces them."""

    costs = FilterCosts()


def current() -> FilterCosts:
    """Return the costs in force."""
    return _Current.costs


def use(costs: FilterCosts) -> None:
    """Let "auto" decide by `costs` from now on."""
    _Current.costs = costs


def quickest(shape: tuple[int, ...], weights: np.ndarray, axes: Axes) -> str:
    """Return "direct", "separable" or "fft" for a picture `shape` (C, H, W)."""
    rows, columns = axes
    outputs = shape[0] * rows.positions * columns.positions
    taps = (rows.taps, columns.taps)
    costs = _Current.costs
    times = {"direct": costs.milliseconds("direct", outputs, taps)}
    if 1 not in taps and rows.taps * columns.taps > 9:  # below, the SVD alone takes longer
        rank = separable.rank(weights)
        times["separable"] = costs.milliseconds("separable", outputs, taps, terms=rank)
    # The FFT computes every position, also those that a stride then skips.
    points = shape[0] * (rows.size + rows.before + rows.after)
    points *= columns.size + columns.before + columns.after
    times["fft"] = costs.milliseconds("fft", outputs, taps, points=points)
    return min(times, key=lambda method: times[method])
