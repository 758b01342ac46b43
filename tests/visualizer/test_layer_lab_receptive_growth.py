"""The experiment on receptive fields over depth."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given
from visualizer.panels.layer_lab.experiments.receptive_growth import EXPERIMENT
from visualizer.panels.layer_lab.pieces import Say


@pytest.mark.parametrize("weights", ["equal", "random", "relu"])
@pytest.mark.parametrize("values", [{}, {"stride": 2, "kernel": 4}, {"doubling": True}])
def test_the_program_gives_the_map_shown(weights, values):
    assert_code_agrees(EXPERIMENT, given(EXPERIMENT, weights=weights, **{"layers": 4, **values}))


def test_the_field_grows_with_the_depth_and_what_counts_with_its_root():
    found = EXPERIMENT.find(given(EXPERIMENT, layers=16, weights="equal"))
    field, expected, measured = found.piece("Growth with depth").lines
    np.testing.assert_array_equal(field.y, 2 * field.x + 1)
    np.testing.assert_allclose(expected.y, 4 * np.sqrt(field.x * 8 / 12))
    np.testing.assert_allclose(measured.y, 4 * np.sqrt(measured.x * 8 / 12), rtol=1e-3)


def test_the_table_has_the_fields_of_the_closed_form():
    found = EXPERIMENT.find(given(EXPERIMENT, layers=4, stride=2, strided=2))
    rows = found.piece("Layer by layer").rows
    assert [row[4] for row in rows] == [2, 4, 4, 4]
    assert [row[5] for row in rows] == [3, 7, 15, 23]
    assert found.piece("Influence of each pixel").maps.shape == (1, 23, 23)


def test_the_counts_are_those_of_the_modules():
    found = EXPERIMENT.find(given(EXPERIMENT, layers=3, kernel=3, stride=2, strided=1))
    network = nn.Sequential(
        nn.Conv2d(1, 8, 3, 2, bias=False), nn.Conv2d(8, 8, 3, bias=False),
        nn.Conv2d(8, 8, 3, bias=False),
    )  # fmt: skip
    with FlopCounterMode(display=False) as counter:
        made = network(torch.zeros(1, *found.shape_in))
    assert made.shape[1:] == found.shape_out
    assert found.macs == counter.get_total_flops() // 2
    assert found.parameters == sum(one.numel() for one in network.parameters())


def test_pixels_between_dilated_taps_are_said_not_to_count():
    found = EXPERIMENT.find(given(EXPERIMENT, layers=2, dilation=3))
    words = " ".join(piece.text for piece in found.pieces if isinstance(piece, Say))
    zeros = int((found.piece("Influence of each pixel").maps == 0).sum())
    assert zeros == 13 * 13 - 5 * 5
    assert f"{zeros} pixels do not count at all" in words


def test_a_field_too_large_to_be_drawn_is_refused_in_words():
    with pytest.raises(LayerError, match="fewer layers"):
        EXPERIMENT.find(given(EXPERIMENT, layers=12, doubling=True))
