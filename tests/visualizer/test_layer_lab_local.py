"""The experiment on locally connected layers."""

from __future__ import annotations

import numpy as np
import pytest
from torch import nn

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments.local import EXPERIMENT
from visualizer.panels.layer_lab.pieces import Say

LOCAL = "Local"


@pytest.mark.parametrize("way", ["turned", "drawn"])
@pytest.mark.parametrize("kernel", [2, 5])
def test_the_program_gives_the_map_shown(way, kernel):
    assert_code_agrees(EXPERIMENT, given(EXPERIMENT, way=way, kernel=kernel, differ=0.7), 1e-6)


@pytest.mark.parametrize("way", ["turned", "drawn"])
def test_equal_kernels_are_a_convolution(way):
    found = EXPERIMENT.find(given(EXPERIMENT, way=way, differ=0.0))
    shared = found.piece("Shared").maps
    np.testing.assert_allclose(found.piece(LOCAL).maps, shared, atol=1e-6)
    (say,) = [piece for piece in found.pieces if isinstance(piece, Say)]
    assert "both layers give the same" in say.text


@pytest.mark.parametrize("shift", [0, 3, 32])
def test_the_shared_answer_moves_along_and_the_local_one_does_not(shift):
    found = EXPERIMENT.find(given(EXPERIMENT, noise(3, 20, 30), shift=shift))
    np.testing.assert_allclose(found.piece("Shared: change").maps, 0, atol=1e-6)
    changed = np.abs(found.piece("Local: change").maps).max()
    assert (changed > 1e-3) == (shift > 0)


def test_a_number_is_the_sum_of_its_products():
    found = EXPERIMENT.find(given(EXPERIMENT))
    trace = found.piece(LOCAL).trace(0, 3, 4)
    assert trace.windows == ((3, 4, 5, 5),)
    total = sum(value * weight for _, value, weight in trace.products)
    assert total == pytest.approx(trace.total, abs=1e-5)
    assert trace.total == pytest.approx(found.piece(LOCAL).maps[0, 3, 4], abs=1e-6)


def test_the_counts_are_those_of_torch():
    values = {"kernel": 3, "side": 12, "channels": 4, "filters": 6}
    found = EXPERIMENT.find(given(EXPERIMENT, **values))
    rows = found.piece("4 → 6 channels on 12 × 12").rows
    conv = sum(one.numel() for one in nn.Conv2d(4, 6, 3).parameters())
    dense = sum(one.numel() for one in nn.Linear(4 * 144, 6 * 100).parameters())
    assert [row[1] for row in rows] == [f"{n:,}" for n in (conv, 100 * conv, dense)]
    line = found.piece("Parameters over the input's side").lines[0]
    assert dict(zip(line.x, line.y, strict=True))[3] == conv


def test_the_facts_are_of_the_layer_shown():
    found = EXPERIMENT.find(given(EXPERIMENT, noise(3, 10, 12)))
    assert (found.shape_in, found.shape_out) == ((1, 10, 12), (1, 6, 8))
    assert found.parameters == found.macs == 6 * 8 * 25


def test_a_kernel_larger_than_the_map_is_refused_with_both_sizes():
    with pytest.raises(LayerError, match="5 × 5 is larger than the input of 4 × 9"):
        EXPERIMENT.find(given(EXPERIMENT, noise(2, 4, 9)))
