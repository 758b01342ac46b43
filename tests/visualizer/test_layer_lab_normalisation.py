"""The experiment on normalisation."""

from __future__ import annotations

import numpy as np
import pytest

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments.normalisation import EXPERIMENT
from visualizer.panels.layer_lab.pieces import Block, Say


def said(found):
    return " ".join(piece.text for piece in found.pieces if isinstance(piece, Say))


@pytest.mark.parametrize("kind", ["batch", "layer", "instance", "group"])
@pytest.mark.parametrize("values", [{}, {"gamma": -2.0, "beta": 0.5, "epsilon": 0.3}])
def test_the_program_gives_the_maps_shown(kind, values):
    assert_code_agrees(EXPERIMENT, given(EXPERIMENT, norm=kind, channel=2, **values))


@pytest.mark.parametrize("seen", [0, 1, 20])
def test_the_program_of_evaluation_gives_the_maps_shown(seen):
    assert_code_agrees(EXPERIMENT, given(EXPERIMENT, mode="eval", seen=seen, pictures=2))


def test_the_block_marks_what_is_averaged():
    counts = {}
    for kind in ("batch", "layer", "instance", "group"):
        found = EXPERIMENT.find(given(EXPERIMENT, noise(6), norm=kind, pictures=2, groups=3))
        (block,) = [piece for piece in found.pieces if isinstance(piece, Block)]
        counts[kind] = len(np.unique(block.groups))
    assert counts == {"batch": 6, "layer": 2, "instance": 12, "group": 6}


def test_only_batch_norm_keeps_the_light_of_the_pictures():
    spread = {}
    for kind in ("batch", "layer", "instance"):
        after = EXPERIMENT.find(given(EXPERIMENT, norm=kind)).piece("After").maps
        spread[kind] = np.ptp(after.mean((1, 2)))
    assert spread["batch"] > 0.5
    assert spread["layer"] < 0.01
    assert spread["instance"] < 0.01


def test_one_picture_makes_batch_norm_instance_norm_and_says_so():
    batch = EXPERIMENT.find(given(EXPERIMENT, norm="batch", pictures=1))
    instance = EXPERIMENT.find(given(EXPERIMENT, norm="instance", pictures=1))
    np.testing.assert_allclose(batch.piece("After").maps, instance.piece("After").maps, atol=1e-5)
    assert "batch of one" in said(batch)


def test_evaluation_differs_less_the_more_batches_were_seen():
    def away(seen):
        evaluated = EXPERIMENT.find(given(EXPERIMENT, mode="eval", seen=seen)).piece("After").maps
        trained = EXPERIMENT.find(given(EXPERIMENT)).piece("After").maps
        return np.abs(evaluated - trained).max()

    assert away(0) > away(5) > away(100)


def test_groups_that_do_not_divide_are_refused_in_words():
    with pytest.raises(LayerError, match="3 channels cannot be split into 2 groups"):
        EXPERIMENT.find(given(EXPERIMENT, norm="group", groups=2))
    # They do not matter elsewhere.
    EXPERIMENT.find(given(EXPERIMENT, norm="batch", groups=2))


def test_a_single_typed_number_is_refused_where_it_is_averaged_with_itself_alone():
    with pytest.raises(LayerError, match="with itself alone"):
        EXPERIMENT.find(given(EXPERIMENT, noise(1, 1, 1), norm="batch", pictures=1))


def test_a_channel_beyond_the_last_shows_the_last():
    found = EXPERIMENT.find(given(EXPERIMENT, channel=63))
    np.testing.assert_array_equal(
        found.piece("Before").maps,
        EXPERIMENT.find(given(EXPERIMENT, channel=2)).piece("Before").maps,
    )
