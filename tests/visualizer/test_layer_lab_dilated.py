"""The experiment on dilated convolutions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments.dilated import EXPERIMENT, KERNELS, dilations_of


def maps():
    return noise(2, 24, 26)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("dilation", [1, 2, 5])
def test_the_program_gives_the_output_shown(kernel, dilation):
    on = given(EXPERIMENT, maps(), "map", kernel=kernel, dilation=dilation)
    assert_code_agrees(EXPERIMENT, on)
    names = {"x": torch.from_numpy(on.maps)[None]}
    exec(EXPERIMENT.code(on), names)  # noqa: S102  the program is what is tested
    found = EXPERIMENT.find(on)
    np.testing.assert_allclose(names["same"][0], found.piece("Output").maps, atol=1e-5)
    np.testing.assert_allclose(names["filled"], found.piece("The kernel with its zeros").values)
    plain = EXPERIMENT.find(given(EXPERIMENT, maps(), "map", kernel=kernel, dilation=1))
    np.testing.assert_allclose(
        found.piece("Without dilation").maps, plain.piece("Output").maps, atol=1e-6
    )


@pytest.mark.parametrize("stack", ["2 2 2", "1,2,5", "3"])
def test_the_program_gives_the_stack_shown_and_what_it_sees(stack):
    on = given(EXPERIMENT, maps(), "map", look="stack", stack=stack)
    assert_code_agrees(EXPERIMENT, on)
    names = {"x": torch.from_numpy(on.maps)[None]}
    exec(EXPERIMENT.code(on), names)  # noqa: S102  the program is what is tested
    title = f"Seen by A: {'-'.join(map(str, dilations_of(stack)))}"
    np.testing.assert_allclose(EXPERIMENT.find(on).piece(title).maps[0], names["paths"][0, 0])


def test_equal_dilations_leave_gaps_and_1_2_5_none():
    found = EXPERIMENT.find(given(EXPERIMENT, maps(), look="stack"))
    assert found.piece("Seen by A: 2-2-2").note == "120 of 169 pixels are never seen."
    assert found.piece("Seen by B: 1-2-5").note == "No pixel is missed."
    rows = found.piece("Two stacks").rows
    assert rows[0][1:] == (27, "13 × 13", "29%")
    assert rows[1][1:] == (27, "17 × 17", "100%")
    assert found.pieces[-1].text.startswith("A: 2-2-2 leaves a grid of gaps")
    turned = given(EXPERIMENT, maps(), look="stack", stack="1 2 5", other="2 2 2")
    assert EXPERIMENT.find(turned).pieces[-1].text.startswith("B: 2-2-2 leaves a grid of gaps")
    both = given(EXPERIMENT, maps(), look="stack", other="3 3")
    assert "Both leave gaps" in EXPERIMENT.find(both).pieces[-1].text
    none = given(EXPERIMENT, maps(), look="stack", stack="1 1")
    assert "Neither" in EXPERIMENT.find(none).pieces[-1].text


def test_the_taps_of_a_number_add_up_to_it():
    on = given(EXPERIMENT, maps(), dilation=3)
    output = EXPERIMENT.find(on).piece("Output")
    inside, corner = output.trace(1, 10, 10), output.trace(0, 0, 0)
    assert (7, 7, 1, 1) in inside.windows
    assert len(inside.windows) == 9
    assert len(corner.windows) == 4
    assert inside.channel == 1
    for trace, value in ((inside, output.maps[1, 10, 10]), (corner, output.maps[0, 0, 0])):
        assert sum(a * b for _, a, b in trace.products) == pytest.approx(float(value), abs=1e-5)


def test_a_reach_beyond_the_map_is_refused_with_both_sizes():
    with pytest.raises(LayerError, match=r"17 × 17 pixels, and the map has 12 × 16"):
        EXPERIMENT.find(given(EXPERIMENT, dilation=8))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no dilation"),
        ("2 two", "“two” is no dilation"),
        ("1.5", "is no dilation"),
        ("1 0", "0 to 1"),
        ("1 17", "1 to 17"),
        ("1 1 1 1 1 1 1", "7 layers"),
    ],
)
def test_what_is_no_stack_is_refused_in_words(text, said):
    with pytest.raises(LayerError, match=said):
        EXPERIMENT.find(given(EXPERIMENT, maps(), look="stack", stack=text))


def test_the_facts_are_those_of_the_layer():
    found = EXPERIMENT.find(given(EXPERIMENT, maps(), kernel="mean5", dilation=2))
    assert (found.parameters, found.macs) == (25, 25 * 2 * 24 * 26)
    assert found.shape_in == found.shape_out == (2, 24, 26)
    assert found.piece("The kernel with its zeros").values.shape == (9, 9)
