"""The experiment on direct, FFT and Winograd convolution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate2d

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments import fast_convolution_study
from visualizer.panels.layer_lab.experiments.fast_convolution import EXPERIMENT, KERNEL
from visualizer.panels.layer_lab.pieces import Curves


@pytest.mark.parametrize(("row", "column"), [(0, 0), (2, 3), (63, 63)])
@pytest.mark.parametrize("size", [(12, 16), (13, 15), (3, 3)])
def test_the_program_gives_the_outputs_of_the_tile(row, column, size):
    assert_code_agrees(EXPERIMENT, given(EXPERIMENT, noise(2, *size), row=row, column=column))


@pytest.mark.parametrize("outputs", ["2", "4", "6"])
def test_the_program_gives_the_map_filtered_by_larger_tiles(outputs):
    on = given(EXPERIMENT, noise(3, 13, 17), view="accuracy", outputs=outputs, channel=1)
    assert_code_agrees(EXPERIMENT, on)
    wanted = correlate2d(on.maps[1], KERNEL, mode="valid")
    np.testing.assert_allclose(EXPERIMENT.find(on).piece("Filtered").maps[0], wanted, atol=1e-3)


def test_the_four_outputs_are_those_of_36_multiplications():
    on = given(EXPERIMENT, row=1, column=2, channel=2)
    found = EXPERIMENT.find(on)
    wanted = correlate2d(on.maps[2, 2:6, 4:8].astype(float), KERNEL, mode="valid")
    np.testing.assert_allclose(found.piece("Y = Aᵀ M A").values, wanted)
    np.testing.assert_allclose(found.piece("Directly").values, wanted)
    assert found.piece("M = U ⊙ V").values.size == 16
    assert found.macs == 9 * 10 * 14


def test_pointing_at_an_output_tells_the_products_that_it_adds():
    found = EXPERIMENT.find(given(EXPERIMENT, noise(1, 13, 15)))
    filtered = found.piece("Filtered")
    for row, column in np.ndindex(filtered.maps.shape[1:]):
        trace = filtered.trace(0, row, column)
        total = sum(value * weight for _, value, weight in trace.products)
        assert trace.total == pytest.approx(total)
        assert trace.total == pytest.approx(filtered.maps[0, row, column], abs=1e-5)
        top, left, height, width = trace.windows[0]
        assert top <= row < top + 4
        assert top + height <= 13
        assert left + width <= 15


def test_float16_loses_more_with_larger_tiles():
    found = EXPERIMENT.find(given(EXPERIMENT, noise(1, 64, 64), view="accuracy"))
    rows = found.piece("Largest error ÷ largest output").rows
    halves = [float(row[3]) for row in rows[1:]]
    assert halves == sorted(halves)
    assert halves[-1] > 5 * halves[0]
    assert [row[1] for row in rows] == ["9.00", "4.00", "2.25", "1.78"]
    assert rows[0][-1] == "0.0e+00"  # direct in float64 is what all are compared with


def test_a_kernel_that_is_not_3_by_3_and_a_map_that_is_smaller_are_refused():
    with pytest.raises(LayerError, match="this one has 1 × 2"):
        EXPERIMENT.find(given(EXPERIMENT, kernel=((1.0, 2.0),)))
    with pytest.raises(LayerError, match="larger than the map of 2 × 5"):
        EXPERIMENT.find(given(EXPERIMENT, noise(1, 2, 5)))


def test_a_black_map_has_no_error_and_raises_nothing():
    found = EXPERIMENT.find(given(EXPERIMENT, np.zeros((1, 9, 9), np.float32), view="accuracy"))
    (curves,) = [piece for piece in found.pieces if isinstance(piece, Curves)]
    assert curves.lines == ()


def test_numbers_too_large_for_float16_are_said_to_be():
    found = EXPERIMENT.find(given(EXPERIMENT, noise(1, 20, 20) * 50_000, view="accuracy"))
    assert "65,504" in found.pieces[-1].text
    assert found.piece("Largest error ÷ largest output").rows[-1][3] == "overflow"


def test_the_study_measures_each_method_where_it_applies(monkeypatch):
    monkeypatch.setattr(fast_convolution_study, "TAPS", (3, 5))
    monkeypatch.setattr(fast_convolution_study, "SIDES", (16, 24))
    steps = list(EXPERIMENT.study(given(EXPERIMENT, side=64, taps=3)))
    assert [(step.done, step.of) for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    over_kernel, over_picture = (p for p in steps[-1].found.pieces if isinstance(p, Curves))
    assert {line.name: line.x.tolist() for line in over_kernel.lines} == {
        "direct": [3, 5], "separable": [3, 5], "FFT": [3, 5], "Winograd": [3],
    }  # fmt: skip
    assert {len(line.x) for line in over_picture.lines} == {2}
    assert all((line.y > 0).all() for line in (*over_kernel.lines, *over_picture.lines))


def test_the_crossing_is_where_a_method_stays_quicker():
    times = {("fft", 3): 1, ("direct", 3): 2, ("fft", 5): 3, ("direct", 5): 2}
    assert fast_convolution_study.first_quicker(times, "fft", "direct") is None
    times |= {("fft", 7): 3, ("direct", 7): 4, ("fft", 9): 3, ("direct", 9): 6}
    assert fast_convolution_study.first_quicker(times, "fft", "direct") == 7
