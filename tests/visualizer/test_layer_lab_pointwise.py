"""The experiment on 1 × 1 convolutions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage import data

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments.pointwise import EXPERIMENT, TREATMENTS

MIXES = ("sliders", "own", "identity", "grey601", "grey709", "sepia", "ycbcr", "swap")


def crop():
    return np.ascontiguousarray(data.astronaut()[:48, 200:248].transpose(2, 0, 1) / 255, np.float32)


@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("channels", [3, 5])
def test_the_program_gives_the_output_shown(mix, channels):
    matrix = np.arange(2.0 * channels).reshape(2, channels) / 10
    on = given(EXPERIMENT, noise(channels), "map", mix=mix, matrix=matrix.tolist(), bias=0.25)
    assert_code_agrees(EXPERIMENT, on)


@pytest.mark.parametrize("between", [key for key, _ in TREATMENTS])
def test_the_program_learns_the_matrix_shown(between):
    on = given(EXPERIMENT, crop(), mix="sepia", between=between)
    names = {"x": torch.from_numpy(on.maps)[None]}
    exec(EXPERIMENT.code(on), names)  # noqa: S102  the program is what is tested
    shown = EXPERIMENT.find(on).piece("Learnt from before and after").values
    np.testing.assert_allclose(names["learnt"].numpy(), shown, atol=2e-3)


def test_a_mix_is_learnt_back_and_nothing_is_left_over():
    found = EXPERIMENT.find(given(EXPERIMENT, crop(), mix="ycbcr"))
    np.testing.assert_allclose(
        found.piece("Learnt from before and after").values, found.piece("The layer").values,
        atol=1e-4,
    )  # fmt: skip
    assert not found.piece("Left over").maps.any()
    assert "nothing is left over" in found.pieces[-1].text


@pytest.mark.parametrize("between", ["gamma", "blur"])
def test_what_a_mix_cannot_do_is_left_over_and_said(between):
    found = EXPERIMENT.find(given(EXPERIMENT, crop(), mix="sepia", between=between))
    assert np.abs(found.piece("Left over").maps).max() > 0.01
    assert "No 1 × 1 convolution comes nearer" in found.pieces[-1].text
    assert not np.allclose(found.piece("After").maps, found.piece("Output").maps, atol=0.01)


def test_the_products_of_a_pixel_add_up_to_it():
    on = given(EXPERIMENT, mix="ycbcr")
    output = EXPERIMENT.find(on).piece("Output")
    trace = output.trace(1, 4, 7)
    assert trace.windows == ((4, 7, 1, 1),)
    assert [name for name, _, _ in trace.products] == ["R", "G", "B", "bias"]
    assert [one for _, one, _ in trace.products[:3]] == pytest.approx(on.maps[:, 4, 7].tolist())
    assert sum(a * b for _, a, b in trace.products) == pytest.approx(trace.total, abs=1e-6)
    assert trace.total == pytest.approx(float(output.maps[1, 4, 7]), abs=1e-6)


def test_a_matrix_that_does_not_fit_is_refused_with_both_shapes():
    on = given(EXPERIMENT, mix="own", matrix=((1.0, 2.0),))
    with pytest.raises(LayerError, match=r"3 × 12 × 16.*1 × 2"):
        EXPERIMENT.find(on)
    with pytest.raises(LayerError, match=r"1 channel .*3 columns"):
        EXPERIMENT.find(given(EXPERIMENT, noise(1), mix="sepia"))


def test_one_channel_can_be_scaled_by_the_first_slider():
    on = given(EXPERIMENT, noise(1), first=0.5, bias=0.1)
    assert_code_agrees(EXPERIMENT, on)
    np.testing.assert_allclose(
        EXPERIMENT.find(on).piece("Output").maps, on.maps * 0.5 + 0.1, atol=1e-6
    )


def test_the_facts_are_those_of_the_layer():
    found = EXPERIMENT.find(given(EXPERIMENT, mix="sepia"))
    assert (found.shape_in, found.shape_out) == ((3, 12, 16), (3, 12, 16))
    assert (found.parameters, found.macs) == (12, 9 * 12 * 16)
