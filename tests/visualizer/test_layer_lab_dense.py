"""The experiment on fully connected layers as convolutions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate2d

from engines.errors import EngineError, LayerError
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments.dense import EXPERIMENT
from visualizer.panels.layer_lab.pieces import Table

MATRIX = "A convolution as a matrix"


@pytest.mark.parametrize("outputs", [1, 4])
@pytest.mark.parametrize("side", [2, 7, 12])
def test_the_program_gives_the_scores_shown(outputs, side):
    assert_code_agrees(EXPERIMENT, given(EXPERIMENT, side=side, outputs=outputs), atol=1e-5)


def test_every_score_is_that_of_its_window_flattened():
    maps = noise(3, 14, 17)
    found = EXPERIMENT.find(given(EXPERIMENT, maps, side=6, outputs=2))
    scores = found.piece("Score map").maps
    assert scores.shape == (2, 9, 12)
    window = maps[:, 2:8, 2:8].ravel()  # a quarter of the way down and across
    weights = (window - window.mean()) / np.linalg.norm(window - window.mean())
    for r, c in np.ndindex(9, 12):
        expected = weights @ maps[:, r : r + 6, c : c + 6].ravel()
        assert scores[0, r, c] == pytest.approx(expected, abs=1e-4)


def test_both_layers_give_the_same_on_one_window():
    both = EXPERIMENT.find(given(EXPERIMENT, noise(3, 20, 20), side=8)).piece(
        "One window, both ways"
    )
    assert both.values.shape == (2, 4)
    np.testing.assert_allclose(both.values[0], both.values[1], atol=1e-5)


def test_in_noise_each_is_largest_where_its_window_was_cut_out():
    found = EXPERIMENT.find(given(EXPERIMENT, noise(3, 40, 40)))
    assert found.piece("Score map").note.startswith("4 of 4 are largest")


def test_the_matrix_does_what_the_kernel_does():
    kernel = ((1.0, 2.0, -1.0), (0.5, 4.0, 3.0))
    piece = EXPERIMENT.find(given(EXPERIMENT, side=4, kernel=kernel, size=7)).piece(MATRIX)
    image = noise(1, 7, 7)[0]
    expected = correlate2d(image, np.array(kernel), mode="valid")
    np.testing.assert_allclose(piece.maps[0] @ image.ravel(), expected.ravel(), atol=1e-4)
    assert np.count_nonzero(piece.maps) == 6 * expected.size
    assert f"{6 * expected.size} of {piece.maps.size:,} entries" in piece.note


def test_the_counts_of_vgg19_are_exact():
    found = EXPERIMENT.find(given(EXPERIMENT, side=4, vgg=320))
    (table,) = [piece for piece in found.pieces if isinstance(piece, Table)]
    linear, conv = table.rows
    assert linear == ("fully connected", "25,088", "4,096", "102,764,544", "102,760,448")
    assert conv == (
        "7 × 7 convolution",
        "512 × 10 × 10",
        "4,096 × 4 × 4",
        "102,764,544",
        f"{16 * 102_760_448:,}",
    )


def test_at_its_own_size_there_is_one_score_each():
    found = EXPERIMENT.find(given(EXPERIMENT, noise(3, 16, 16), side=16))
    assert found.shape_out == (4, 1, 1)
    assert found.macs == 4 * 3 * 16 * 16
    assert found.parameters == 4 * (3 * 16 * 16 + 1)


def test_a_number_traces_back_to_its_window():
    found = EXPERIMENT.find(given(EXPERIMENT, noise(3, 14, 17), side=6))
    trace = found.piece("Score map").trace(1, 2, 3)
    assert trace.windows == ((2, 3, 6, 6),)
    assert trace.total == pytest.approx(found.piece("Score map").maps[1, 2, 3])
    assert trace.text.startswith("108 products")


def test_an_input_of_equal_numbers_breaks_nothing():
    found = EXPERIMENT.find(given(EXPERIMENT, np.full((1, 8, 8), 0.5, np.float32), side=4))
    assert np.isfinite(found.piece("Score map").maps).all()


def test_what_does_not_fit_is_refused_with_both_sizes():
    with pytest.raises(LayerError, match="16 × 16 is larger than the input of 12 × 16"):
        EXPERIMENT.find(given(EXPERIMENT, side=16))
    with pytest.raises(EngineError):
        EXPERIMENT.find(given(EXPERIMENT, side=4, size=4, kernel=((1.0,) * 5,)))
