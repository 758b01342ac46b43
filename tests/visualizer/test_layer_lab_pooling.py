"""The experiment on pooling."""

from __future__ import annotations

import numpy as np
import pytest
from torch import from_numpy
from torch.nn import functional as F  # noqa: N812

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given, noise, run_code
from visualizer.panels.layer_lab.experiments.pooling import EXPERIMENT, LOOKS
from visualizer.panels.layer_lab.experiments.pooling_layers import KINDS, RULES, TITLES

LARGE = noise(3, 40, 44)
MAP = np.random.default_rng(3).normal(size=(8, 16, 18)).astype(np.float32)
SMALL = np.arange(36, dtype=np.float32).reshape(1, 6, 6)


def on(maps=LARGE, kind="crop", **values):
    return given(EXPERIMENT, maps, kind, **values)


def stabilities(found):
    bars = found.piece("Stability under the shift")
    return dict(zip(bars.names, bars.values, strict=True))


@pytest.mark.parametrize("kind", [key for key, _ in KINDS])
@pytest.mark.parametrize(("window", "stride"), [(2, 2), (3, 2), (5, 1), (2, 5)])
def test_the_program_of_every_kind_gives_what_is_shown(kind, window, stride):
    assert_code_agrees(EXPERIMENT, on(pooling=kind, window=window, stride=stride))


@pytest.mark.parametrize("look", [key for key, _ in LOOKS])
@pytest.mark.parametrize("rule", [key for key, _ in RULES])
@pytest.mark.parametrize("maps", [LARGE, MAP, SMALL])
def test_whatever_is_looked_at_the_program_gives_it(look, rule, maps):
    for kind in ("convolution", "blur"):
        assert_code_agrees(
            EXPERIMENT, on(maps, "map", look=look, rule=rule, pooling=kind, window=3)
        )


@pytest.mark.parametrize("shift", [0, 1, 4])
def test_the_program_shifts_as_the_experiment_does(shift):
    assert_code_agrees(EXPERIMENT, on(look="shift", shift=shift))


@pytest.mark.parametrize("kind", [key for key, _ in KINDS])
@pytest.mark.parametrize("maps", [LARGE, MAP])
def test_the_trace_of_a_number_adds_up_to_it(kind, maps):
    here = on(maps, pooling=kind, window=3, blur=4, side=5)
    piece = EXPERIMENT.find(here).piece(TITLES[kind])
    corners = [(0, 0, 0), tuple(side - 1 for side in piece.maps.shape)]
    for at in corners:
        trace = piece.trace(*at)
        assert trace.total == pytest.approx(float(piece.maps[at]), rel=1e-4, abs=1e-5)
        for row, column, height, width in trace.windows:
            assert 0 <= row < row + height <= maps.shape[1]
            assert 0 <= column < column + width <= maps.shape[2]
        total = sum(value * weight for _, value, weight in trace.products)
        if kind == "l2":
            total **= 0.5
        if trace.products:
            assert total == pytest.approx(trace.total, rel=1e-4, abs=1e-5)
        assert trace.channel == at[0]


def test_the_trace_of_max_names_the_winner():
    trace = EXPERIMENT.find(on(SMALL, "numbers")).piece("Max").trace(0, 1, 2)
    assert trace.text == "max(16, 17, 22, 23) = 23: row 3, column 5 won"
    assert trace.windows == ((2, 4, 2, 2), (3, 5, 1, 1))


def test_blur_pool_is_steadier_than_max_and_wider_blurs_more_so():
    found = EXPERIMENT.find(on(look="shift"))
    bars = stabilities(found)
    widening = [bars[f"Blur-pool, filter {size}"] for size in (3, 5, 7)]
    assert bars["Max"] < widening[0] < widening[1] < widening[2]
    assert f"stability {bars['Max']:.3f}" in found.piece("Max: what differs").note


def test_a_shift_by_the_stride_is_undone():
    found = EXPERIMENT.find(on(look="shift", shift=2))
    assert np.abs(found.piece("Max: what differs").maps).max() < 1e-5
    assert stabilities(found)["L2"] == pytest.approx(1)
    assert "whole number of strides" in found.pieces[-1].text


def test_the_average_is_learnt_exactly_and_the_others_are_not():
    found = EXPERIMENT.find(on(look="learnt", rule="average"))
    bars = found.piece("Error of the best convolution")
    errors = dict(zip(bars.names, bars.values, strict=True))
    assert errors["Average"] < 1e-5
    assert errors["Max"] > 0.1
    weights = found.piece("Its weights").values
    np.testing.assert_allclose(weights, [[0.25] * 4 + [0.0]] * 3, atol=1e-5)
    assert found.parameters == 3 * (4 + 1)


def test_learning_by_rote_is_said():
    found = EXPERIMENT.find(on(SMALL, "numbers", look="learnt", window=3))
    assert "by rote" in found.pieces[-1].text


def test_the_table_counts_what_a_layer_after_each_kind_costs():
    table = EXPERIMENT.find(on()).piece("What each costs")
    rows = {row[0]: row for row in table.rows}
    assert rows["No pooling"][4] == f"{9 * 9 * 40 * 44:,}"
    assert rows["Max ◂"][1:5] == ("3 × 20 × 22", "0", "0", f"{9 * 9 * 20 * 22:,}")
    assert rows["Strided convolution"][2:4] == ("15", f"{3 * 20 * 22 * 4:,}")
    assert rows["Blur-pool"][3] == f"{3 * 20 * 22 * 9:,}"


def test_facts_are_those_of_the_chosen_kind():
    found = EXPERIMENT.find(on(pooling="convolution", window=3))
    assert found.shape_out == F.max_pool2d(from_numpy(LARGE), 3, 2).shape
    assert found.parameters == 3 * 10
    assert found.macs == 9 * np.prod(found.shape_out)
    assert run_code(EXPERIMENT, on(pooling="convolution", window=3)).shape[1:] == found.shape_out


def test_what_does_not_fit_is_left_out_unless_it_is_chosen():
    found = EXPERIMENT.find(on(SMALL, "numbers", window=4, blur=7))
    assert "does not fit" in found.pieces[-1].text
    assert "Blur-pool" not in [getattr(piece, "title", "") for piece in found.pieces]
    with pytest.raises(LayerError, match="smaller blur"):
        EXPERIMENT.find(on(SMALL, "numbers", window=4, blur=7, pooling="blur"))


@pytest.mark.parametrize("look", [key for key, _ in LOOKS])
def test_a_window_larger_than_the_map_is_refused_in_words(look):
    with pytest.raises(LayerError, match="7 × 7 does not fit into a map of 6"):
        EXPERIMENT.find(on(SMALL, "numbers", look=look, window=7, shift=0))


def test_only_what_matters_can_be_set():
    assert "shift" not in EXPERIMENT.relevant({"look": "kinds"})
    assert "shift" in EXPERIMENT.relevant({"look": "shift"})
    assert "pooling" not in EXPERIMENT.relevant({"look": "learnt"})
