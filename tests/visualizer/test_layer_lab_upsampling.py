"""The experiment on upsampling."""

from __future__ import annotations

import numpy as np
import pytest

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments.upsampling import EXPERIMENT
from visualizer.panels.layer_lab.experiments.upsampling_layers import METHODS, TITLES

LARGE = noise(3, 26, 31)
MAP = np.random.default_rng(3).normal(size=(8, 16, 18)).astype(np.float32)
SMALL = np.arange(36, dtype=np.float32).reshape(1, 6, 6)


def on(maps=LARGE, kind="crop", **values):
    return given(EXPERIMENT, maps, kind, **values)


@pytest.mark.parametrize("method", [key for key, _ in METHODS])
@pytest.mark.parametrize("factor", [2, 3, 4])
def test_the_program_of_every_method_gives_what_is_shown(method, factor):
    assert_code_agrees(EXPERIMENT, on(method=method, factor=factor))
    assert_code_agrees(EXPERIMENT, on(MAP, "map", method=method, factor=factor))
    if method != "unpool":
        assert_code_agrees(EXPERIMENT, on(method=method, factor=factor, shrink=False))


@pytest.mark.parametrize("weights", ["uniform", "bilinear"])
@pytest.mark.parametrize("size", [1, 2, 4, 5, 9])
@pytest.mark.parametrize("look", ["methods", "board"])
def test_the_program_of_every_kernel_gives_what_is_shown(weights, size, look):
    assert_code_agrees(EXPERIMENT, on(look=look, weights=weights, size=size, factor=3))


@pytest.mark.parametrize("size", [1, 3, 4, 7])
def test_the_trace_of_the_transposed_convolution_adds_up(size):
    piece = EXPERIMENT.find(on(MAP, "map", size=size, factor=3)).piece(TITLES["transposed"])
    small = EXPERIMENT.find(on(MAP, "map", size=size, factor=3)).piece(piece.source)
    for at in [(0, 0, 0), (3, 7, 8), tuple(side - 1 for side in piece.maps.shape)]:
        trace = piece.trace(*at)
        assert trace.total == pytest.approx(float(piece.maps[at]), rel=1e-4, abs=1e-5)
        assert trace.products or "no number reaches" in trace.text
        for row, column, height, width in trace.windows:
            assert 0 <= row < row + height <= small.maps.shape[1]
            assert 0 <= column < column + width <= small.maps.shape[2]


def test_a_place_that_nothing_reaches_says_so():
    piece = EXPERIMENT.find(on(size=1, factor=3)).piece(TITLES["transposed"])
    reached = [bool(piece.trace(0, 0, column).products) for column in range(6)]
    assert reached.count(True) == 2


def test_errors_are_measured_against_the_original():
    found = EXPERIMENT.find(on())
    table = found.piece("What each costs")
    original = found.piece("Original").maps
    assert original.shape == (3, 26, 30)
    for (_, title), row in zip(METHODS, table.rows, strict=True):
        off = np.sqrt(np.mean((found.piece(title).maps - original) ** 2))
        assert float(row[3]) == pytest.approx(off, rel=1e-3)


def test_without_pooling_there_is_nothing_to_put_back():
    found = EXPERIMENT.find(on(shrink=False))
    assert "nothing was pooled" in found.pieces[-1].text
    with pytest.raises(LayerError, match="Max-pool first"):
        EXPERIMENT.find(on(shrink=False, method="unpool"))


def test_a_checkerboard_is_made_and_cured():
    bad = EXPERIMENT.find(on(look="board", size=3))
    assert "133.3% in closed form, 133.3% measured" in bad.pieces[-1].text
    for cure in ({"size": 4}, {"size": 2}, {"size": 3, "weights": "bilinear"}):
        good = EXPERIMENT.find(on(look="board", **cure))
        assert "No checkerboard" in good.pieces[-1].text
        inner = good.piece("A flat map of ones becomes").maps[0, 3:-3, 3:-3]
        np.testing.assert_allclose(inner, 1, atol=1e-6)


def test_the_curve_is_zero_where_the_factor_divides_the_kernel():
    uniform = (
        EXPERIMENT.find(on(look="board", factor=3)).piece("Unevenness by kernel size").lines[0]
    )
    even = np.isclose(uniform.y, 0, atol=1e-6)
    np.testing.assert_array_equal(even, uniform.x % 3 == 0)


def test_facts_are_those_of_the_layer():
    found = EXPERIMENT.find(on(method="transposed", size=5))
    assert found.shape_in == (3, 13, 15)
    assert found.shape_out == (3, 26, 30)
    assert (found.parameters, found.macs) == (25, 25 * 3 * 13 * 15)


def test_a_map_too_small_to_pool_is_refused_in_words():
    with pytest.raises(LayerError, match="cannot be made 4 times smaller"):
        EXPERIMENT.find(on(SMALL[:, :3], "numbers", factor=4))
