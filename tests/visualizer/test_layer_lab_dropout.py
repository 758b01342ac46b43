"""The experiment on dropout."""

from __future__ import annotations

import numpy as np
import pytest

from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments.dropout import EXPERIMENT

CURVES = "Mean of all numbers over the draws"


@pytest.mark.parametrize("what", ["numbers", "channels"])
@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("p", [0.0, 0.35, 1.0])
def test_the_program_gives_the_draw_shown(what, scaled, training, p):
    values = {"what": what, "scaled": scaled, "training": training, "p": p, "seed": 7}
    assert_code_agrees(EXPERIMENT, given(EXPERIMENT, noise(6, 8, 9), **values), atol=1e-5)


@pytest.mark.parametrize("scaled", [True, False])
def test_many_draws_have_the_inputs_mean_only_where_they_are_scaled(scaled):
    maps = noise(3, 40, 40)
    found = EXPERIMENT.find(given(EXPERIMENT, maps, p=0.4, scaled=scaled, draws=64))
    lines = {line.name: line.y for line in found.piece(CURVES).lines}
    assert lines["divided by 1 − p"][-1] == pytest.approx(maps.mean(), rel=0.02)
    assert lines["not divided"][-1] == pytest.approx(0.6 * maps.mean(), rel=0.02)
    mean = found.piece("Mean of 64 draws").maps.mean()
    assert mean == pytest.approx(maps.mean() * (1 if scaled else 0.6), rel=0.02)
    assert ("mean falls to 60%" in found.pieces[-1].text) == (not scaled)


def test_out_of_training_nothing_happens():
    maps = noise()
    found = EXPERIMENT.find(given(EXPERIMENT, maps, training=False, scaled=False))
    np.testing.assert_array_equal(found.piece("One draw").maps, maps)
    assert "nothing is dropped" in found.pieces[-1].text
    assert all(np.allclose(line.y, maps.mean()) for line in found.piece(CURVES).lines)


def test_whole_channels_are_counted():
    found = EXPERIMENT.find(given(EXPERIMENT, noise(40, 5, 5), what="channels"))
    gone = int((found.piece("One draw").maps.reshape(40, -1).max(axis=1) == 0).sum())
    assert 5 < gone < 35
    assert found.piece("One draw").note == f"{gone} of 40 channels are 0."


def test_another_seed_is_another_draw_and_the_same_is_the_same():
    def draw(seed):
        return EXPERIMENT.find(given(EXPERIMENT, seed=seed)).piece("One draw").maps

    np.testing.assert_array_equal(draw(1), draw(1))
    assert not np.array_equal(draw(1), draw(2))


def test_a_large_input_is_drawn_less_often_and_that_is_said():
    found = EXPERIMENT.find(given(EXPERIMENT, noise(3, 400, 500)))
    assert "Only 5, as the input is large" in found.piece("Mean of 5 draws").note


def test_everything_dropped_is_said_and_breaks_nothing():
    found = EXPERIMENT.find(given(EXPERIMENT, p=1.0))
    assert found.piece("One draw").maps.max() == 0
    assert "everything is dropped" in found.pieces[-1].text
