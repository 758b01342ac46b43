"""Measure the methods of `filter2d` on this machine, so that "auto" takes the quickest one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import nnls

from engines import kernel_shapes
from engines._filter2d import choose
from engines._filter2d.choose import FilterCosts
from engines.convolution import Method, filter2d

SIDE = 512
KERNEL_SIDES = (3, 5, 7, 9, 11, 15, 19, 25, 31)
REPEATS = 5
CHANNELS = 3


@dataclass(frozen=True)
class Timing:
    """How long `method` took for a kernel of `side` × `side`: median milliseconds."""

    method: Method
    side: int
    milliseconds: float


@dataclass(frozen=True)
class Calibration:
    """What was measured, and the costs that follow. Pictures of SIDE × SIDE × CHANNELS."""

    timings: tuple[Timing, ...]
    costs: FilterCosts


def plan() -> list[tuple[Method, int]]:
    """Return what `measure` times, as (method, kernel side)."""
    methods: tuple[Method, ...] = ("direct", "separable", "fft")
    return [("winograd", 3), *((method, side) for side in KERNEL_SIDES for method in methods)]


def measure(size: int = SIDE) -> Iterator[Timing]:
    """Yield one timing after the other, for Gaussians (rank 1) on noise of `size` × `size` × 3."""
    pixels = np.random.default_rng(0).random((size, size, CHANNELS), dtype=np.float32)
    image = torch.from_numpy(pixels).permute(2, 0, 1)
    for method, side in plan():
        kernel = kernel_shapes.gaussian(side / 6, side)
        filter2d(image, kernel, method=method)
        times = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            filter2d(image, kernel, method=method)
            times.append((time.perf_counter() - started) * 1e3)
        yield Timing(method, side, float(np.median(times)))


def fit(timings: list[Timing], size: int = SIDE) -> Calibration:
    """Return the costs that explain `timings` best, each weighed by its own length.

    Non-negative least squares on the relative errors: a millisecond counts more on a quick method.
    """
    outputs = size * size * CHANNELS

    def solve(method: str, features: list[list[float]]) -> np.ndarray:
        measured = np.array([t.milliseconds for t in timings if t.method == method]) * 1e6
        return nnls(np.array(features) / measured[:, None], np.ones(len(measured)))[0]

    def sides(method: str) -> list[int]:
        return [timing.side for timing in timings if timing.method == method]

    direct = solve("direct", [[outputs * k * k, outputs] for k in sides("direct")])
    passes = solve("separable", [[outputs * 2 * k, outputs] for k in sides("separable")])
    points = [CHANNELS * (size + k - 1) ** 2 for k in sides("fft")]
    fft = solve("fft", [[n * np.log2(n)] for n in points])
    winograd = solve("winograd", [[outputs] for _ in sides("winograd")])
    costs = FilterCosts(*map(float, (*direct, *passes, *fft, *winograd)))
    return Calibration(tuple(timings), costs)


def use(calibration: Calibration) -> None:
    """Let `filter2d(method="auto")` decide by `calibration` from now on."""
    choose.use(calibration.costs)
