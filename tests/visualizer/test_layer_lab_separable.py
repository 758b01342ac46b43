"""The experiment on depthwise separable convolutions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments.separable import EXPERIMENT


def test_the_example_of_the_lecture_is_what_is_shown_first():
    found = EXPERIMENT.find(given(EXPERIMENT))
    assert found.piece("Weights").texts == ("73,728", "8,768")
    assert "1/8.4" in found.pieces[-1].text
    assert found.parameters == 8_768
    assert (found.shape_in, found.shape_out) == ((64, 28, 28), (128, 28, 28))
    rows = {row[0]: row[1] for row in found.piece("What each layer costs").rows}
    assert rows == {
        "full": "73,728", "depthwise": "576", "1 × 1": "8,192", "separable": "8,768",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kernel", "ins", "outs", "multiplier"), [(3, 64, 128, 1), (5, 8, 16, 3), (4, 7, 5, 2)]
)
def test_torch_counts_the_weights_and_macs_shown(kernel, ins, outs, multiplier):
    on = given(
        EXPERIMENT, kernel=kernel, ins=ins, outs=outs, multiplier=multiplier, height=9, width=11
    )
    assert_code_agrees(EXPERIMENT, on)
    names = {"x": torch.zeros(1)}
    exec(EXPERIMENT.code(on), names)  # noqa: S102  the program is what is tested
    found = EXPERIMENT.find(on)
    shown = {row[0]: row[2] for row in found.piece("What each layer costs").rows}
    assert [shown["full"], shown["separable"]] == [f"{one:,}" for one in names["macs"]]
    assert found.macs == names["macs"][1]


def test_what_would_take_long_is_not_timed():
    found = EXPERIMENT.find(given(EXPERIMENT, ins=512, outs=512, height=224, width=224))
    assert found.seconds is None
    assert found.piece("What each layer costs").note
    assert EXPERIMENT.find(given(EXPERIMENT)).seconds > 0


@pytest.mark.parametrize("look", ["trained", "made"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("multiplier", "unit"), [(1, 0), (3, 31), (9, 5)])
def test_the_program_gives_the_output_shown(look, channels, multiplier, unit):
    on = given(EXPERIMENT, noise(channels, 13, 16), look=look, multiplier=multiplier, unit=unit)
    assert_code_agrees(EXPERIMENT, on)


@pytest.mark.parametrize("terms", [1, 2, 4])
def test_both_layers_are_equal_from_as_many_filters_as_there_are_terms(terms):
    def found(multiplier):
        return EXPERIMENT.find(
            given(EXPERIMENT, look="made", terms=terms, multiplier=multiplier, unit=4)
        )

    enough = found(terms)
    np.testing.assert_allclose(
        enough.piece("Output, separable").maps, enough.piece("Output, full").maps, atol=1e-5
    )
    assert f"with m ≥ {terms} both layers are equal" in enough.pieces[-1].text
    assert np.count_nonzero(enough.piece("Terms of the first channel").values) == terms
    if terms > 1:
        assert "off by" in found(terms - 1).pieces[-1].text


def test_the_trained_stem_is_the_networks_own_and_loses_with_few_filters():
    from engines import activations, models

    model = models.load(models.EMBEDDED)
    maps = noise(3, 32, 32)
    on = given(EXPERIMENT, maps, look="trained", multiplier=1, unit=7)
    found = EXPERIMENT.find(on)
    batch = torch.from_numpy(maps)[None] * 2 - 1
    (stem,) = activations.capture(model.module, batch, ["conv_stem"]).values()
    np.testing.assert_allclose(found.piece("Output, full").maps[0], stem[0, 7].numpy(), atol=1e-4)
    line = found.piece("Error of the whole layer's kernel").lines[0]
    assert line.y[0] > 20
    assert line.y[-1] < 1e-4
    assert (np.diff(line.y) < 0).all()
    assert found.shape_out == (32, 16, 16)


def test_the_products_of_both_outputs_add_up():
    found = EXPERIMENT.find(given(EXPERIMENT, look="trained", multiplier=2))
    for title, count in (("Output, full", 27), ("Output, separable", 6)):
        piece = found.piece(title)
        for at in ((0, 0, 0), (0, 3, 4), (0, 5, 7)):
            trace = piece.trace(*at)
            assert len(trace.products) == count
            total = sum(a * b for _, a, b in trace.products)
            assert total == pytest.approx(float(piece.maps[at]), abs=1e-5)
            assert trace.total == pytest.approx(float(piece.maps[at]), abs=1e-6)
    assert piece.trace(0, 1, 2).windows == ((2, 4, 3, 3),)
    assert piece.trace(0, 5, 7).windows == ((10, 14, 2, 2),)


def test_maps_that_are_no_picture_are_refused_with_both_shapes():
    with pytest.raises(LayerError, match=r"32 × 3 × 3 × 3.*5 × 12 × 16"):
        EXPERIMENT.find(given(EXPERIMENT, noise(5), look="trained"))


@pytest.mark.slow
def test_the_study_trains_and_separates():
    steps = list(EXPERIMENT.study(given(EXPERIMENT)))
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].done == steps[-1].of
    found = steps[-1].found
    rows = found.piece("conv2 and conv3 of the digit network").rows
    assert len(rows) == 10
    assert rows[0][4] == rows[9][4]
    separable, full = found.piece("Digits told right").lines
    assert separable.y[-1] == pytest.approx(full.y[-1])
    assert separable.y[0] < full.y[0]
