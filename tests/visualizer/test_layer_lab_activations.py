"""The experiments on activation functions and on the dead ReLU."""

from __future__ import annotations

import numpy as np
import pytest

from engines.layers import ACTIVATIONS
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments import activations, dead_relu
from visualizer.panels.layer_lab.pieces import Say

ACT, DEAD = activations.EXPERIMENT, dead_relu.EXPERIMENT


def test_the_choice_offers_every_function_there_is_under_its_name():
    assert dict(activations.FUNCTIONS) == {key: one.title for key, one in ACTIVATIONS.items()}
    with_parameter = [key for key, one in ACTIVATIONS.items() if one.parameter]
    assert with_parameter == list(activations.WITH_PARAMETER)


@pytest.mark.parametrize("function", list(ACTIVATIONS))
@pytest.mark.parametrize("standardise", [True, False])
def test_the_program_gives_the_maps_shown(function, standardise):
    values = {"function": function, "a": 0.3, "bias": -0.7, "gain": 2.5}
    assert_code_agrees(ACT, given(ACT, standardise=standardise, **values))


def test_equal_numbers_are_no_division_by_zero():
    found = ACT.find(given(ACT, maps=np.full((1, 4, 4), 0.3, np.float32)))
    np.testing.assert_allclose(found.piece("Before").maps, 0, atol=0.1)


def test_a_low_bias_silences_every_relu_and_no_leaky_one():
    texts = {}
    for function in ("relu", "leaky"):
        found = ACT.find(given(ACT, function=function, bias=-6.0))
        texts[function] = found.pieces[-1].text
        assert bool((found.piece("Gradient").maps == 0).all()) == (function == "relu")
    assert "100% of these numbers exactly 0" in texts["relu"]
    assert "makes 0% of these numbers" in texts["leaky"]


def test_the_parameter_matters_where_there_is_one():
    assert "a" in ACT.relevant({"function": "elu"})
    assert "a" not in ACT.relevant({"function": "gelu"})
    slopes = [ACT.find(given(ACT, function="prelu", a=a)).piece("After").maps for a in (0.1, 0.9)]
    assert not np.allclose(*slopes)


def test_a_number_traces_back_to_the_one_it_was_made_from():
    found = ACT.find(given(ACT, noise(2, 5, 6), function="tanh"))
    trace = found.piece("After").trace(1, 2, 3)
    assert trace.windows == ((2, 3, 1, 1),)
    assert trace.total == pytest.approx(np.tanh(found.piece("Before").maps[1, 2, 3]))
    assert trace.text.startswith("tanh(")


def test_a_large_picture_is_counted_in_part_and_that_is_said():
    note = ACT.find(given(ACT, noise(3, 300, 300))).piece("Every function on these numbers").note
    assert note == "Counted on one number in 6."


@pytest.mark.parametrize("bias", [-1.5, 0.2])
def test_the_program_trains_as_the_experiment(bias):
    assert_code_agrees(DEAD, given(DEAD, bias=bias, steps=40), atol=1e-9)


def _verdict(**values) -> str:
    (say,) = [p for p in DEAD.find(given(DEAD, **values)).pieces if isinstance(p, Say)]
    return say.text


def test_a_dead_unit_stays_where_it_is_and_the_leaky_one_comes_back():
    found = DEAD.find(given(DEAD))
    losses = {line.name: line.y for line in found.piece("Loss while training").lines}
    assert np.ptp(losses["ReLU"]) == 0
    assert losses["Leaky ReLU"][-1] < losses["Leaky ReLU"][0] / 10
    rows = {row[0]: row[1:] for row in found.piece("At the start").rows}
    assert rows["ReLU"] == ("0", "0")
    assert rows["Leaky ReLU"][0] == "0.1"
    assert "It is dead. Leaky ReLU and ELU came back; GELU did not" in _verdict()
    assert "Leaky ReLU, ELU and GELU did not come back" in _verdict(steps=10, bias=-3.0)


def test_the_verdict_follows_the_bias_and_the_rate():
    assert "so it learns" in _verdict(bias=0.2)
    assert "died while it was trained" in _verdict(bias=1.0, rate=5.0)


def test_a_leak_of_0_is_a_relu():
    found = DEAD.find(given(DEAD, slope=0.0)).piece("After training").values
    np.testing.assert_array_equal(found[0], found[1])
