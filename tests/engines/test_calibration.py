"""The measured costs: planted ones are recovered, and "auto" follows them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engines import calibration
from engines._filter2d import choose
from engines._filter2d.choose import FilterCosts
from engines.calibration import Timing
from engines.convolution import choose_method

PLANTED = FilterCosts(0.05, 0.7, 0.06, 0.9, 0.4, 30.0)
SIZE = 300
OUTPUTS = SIZE * SIZE * 3


@pytest.fixture(autouse=True)
def _default_costs():
    before = choose.current()
    yield
    choose.use(before)


def planted_timings() -> list[Timing]:
    def milliseconds(method: str, k: int) -> float:
        points = 3 * (SIZE + k - 1) ** 2
        nanoseconds = {
            "direct": OUTPUTS * (0.05 * k * k + 0.7),
            "separable": OUTPUTS * (0.06 * 2 * k + 0.9),
            "fft": 0.4 * points * math.log2(points),
            "winograd": 30.0 * OUTPUTS,
        }[method]
        return nanoseconds * 1e-6

    return [Timing(method, side, milliseconds(method, side)) for method, side in calibration.plan()]


def test_planted_costs_are_recovered():
    found = calibration.fit(planted_timings(), SIZE).costs
    assert np.allclose(list(vars(found).values()), list(vars(PLANTED).values()), rtol=1e-6)


def test_costs_predict_the_planted_times():
    for timing in planted_timings():
        predicted = PLANTED.milliseconds(
            timing.method,
            OUTPUTS,
            (timing.side, timing.side),
            points=3 * (SIZE + timing.side - 1) ** 2,
        )
        assert predicted == pytest.approx(timing.milliseconds)


def test_a_measurement_times_every_method_and_gives_positive_costs():
    timings = list(calibration.measure(48))
    assert [(t.method, t.side) for t in timings] == calibration.plan()
    assert all(timing.milliseconds > 0 for timing in timings)
    costs = calibration.fit(timings, 48).costs
    assert all(cost >= 0 for cost in vars(costs).values())
    assert costs.direct_product > 0
    assert costs.fft > 0


@pytest.mark.parametrize(
    ("cheap", "expected"),
    [("direct", "direct"), ("separable", "separable"), ("fft", "fft")],
)
def test_auto_takes_what_the_calibration_found_cheapest(cheap, expected):
    costs = {"direct_product": 1.0, "separable_product": 20.0, "fft": 50.0}
    name = {"direct": "direct_product", "separable": "separable_product", "fft": "fft"}[cheap]
    costs[name] = 1e-3
    calibration.use(calibration.Calibration((), FilterCosts(**costs)))
    kernel = np.random.default_rng(0).normal(size=(9, 9))  # rank 9: 162 products instead of 81
    assert choose_method((3, 200, 200), kernel) == expected
