"""The experiment on residual connections."""

from __future__ import annotations

import numpy as np
import pytest

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments.residual import EXPERIMENT


def gradients(found):
    lines = found.piece("Gradient at each layer").lines
    return {line.name: line.y for line in lines}


@pytest.mark.parametrize("skip", ["skip", "scaled"])
@pytest.mark.parametrize("normed", [False, True])
@pytest.mark.parametrize("layer", [0, 3, 60])
def test_the_program_gives_the_maps_shown(skip, normed, layer):
    assert_code_agrees(
        EXPERIMENT, given(EXPERIMENT, depth=6, skip=skip, normed=normed, layer=layer, scale=0.9)
    )


def test_the_gradient_fades_without_skips_and_not_with_them():
    found = gradients(EXPERIMENT.find(given(EXPERIMENT, depth=30, scale=0.6)))
    assert found["without skip"][0] < 1e-4
    assert found["with skip"][0] > 1
    assert 0.3 < found["skip ÷ √depth"][0] < 3
    assert all(len(line) == 31 for line in found.values())


def test_a_deeper_stack_lets_less_through():
    first = [
        gradients(EXPERIMENT.find(given(EXPERIMENT, depth=depth)))["without skip"][0]
        for depth in (5, 20, 50)
    ]
    assert first == sorted(first, reverse=True)


def test_what_an_axis_cannot_show_is_left_out_of_the_curves():
    # Nothing of the signal is left after so many layers in float32.
    found = EXPERIMENT.find(given(EXPERIMENT, depth=60, scale=0.1))
    (plain, *_) = found.piece("Signal after each layer").lines
    assert 1 < len(plain.x) == len(plain.y) < 61
    assert np.isfinite(np.log(plain.y)).all()


def test_the_counts_are_those_of_the_layers():
    found = EXPERIMENT.find(given(EXPERIMENT, noise(3, 30, 20), depth=7))
    assert found.shape_in == (16, 24, 20)
    assert found.parameters == 7 * 9 * 16 * 16
    assert found.macs == found.parameters * 24 * 20


def test_an_even_map_raises_nothing():
    found = EXPERIMENT.find(given(EXPERIMENT, np.full((1, 5, 5), 0.5, np.float32)))
    assert np.isfinite(found.piece(found.result).maps).all()


def test_a_single_number_cannot_be_normalised_and_is_told_so():
    EXPERIMENT.find(given(EXPERIMENT, noise(1, 1, 1)))
    with pytest.raises(LayerError, match="its own mean"):
        EXPERIMENT.find(given(EXPERIMENT, noise(1, 1, 1), normed=True))
