"""The experiment on grouped convolutions."""

from __future__ import annotations

import numpy as np
import pytest

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given, run_code
from visualizer.panels.layer_lab.experiments.grouped import EXPERIMENT


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(("ins", "outs", "groups"), [(8, 8, 4), (4, 8, 4), (12, 6, 3), (5, 7, 1)])
def test_the_program_gives_the_connections_shown(ins, outs, groups, layers, shuffle):
    on = given(EXPERIMENT, ins=ins, outs=outs, groups=groups, layers=layers, shuffle=shuffle)
    assert_code_agrees(EXPERIMENT, on)


def test_the_weights_are_those_of_torchs_layer():
    on = given(EXPERIMENT, ins=12, outs=8, groups=4, kernel="5", side=10)
    names = {}
    exec(EXPERIMENT.code(on), names)  # noqa: S102  the program is what is tested
    found = EXPERIMENT.find(on)
    assert found.parameters == names["weights"] == 25 * 3 * 8
    assert found.macs == found.parameters * 100
    assert (found.shape_in, found.shape_out) == ((12, 10, 10), (8, 10, 10))


def test_only_the_possible_counts_of_groups_are_on_the_curve():
    found = EXPERIMENT.find(given(EXPERIMENT, ins=12, outs=8, groups=2))
    (line,) = found.piece("Weights over the groups").lines
    assert line.x.tolist() == [1, 2, 4]
    assert line.y.tolist() == [9 * 96, 9 * 48, 9 * 24]
    kinds = [row[:2] for row in found.piece("What it costs").rows]
    assert kinds == [("full", 1), ("as set ◂", 2), ("as many groups as go", 4)]


def test_groups_meet_only_where_they_are_shuffled():
    alone = EXPERIMENT.find(given(EXPERIMENT, layers=3))
    mixed = EXPERIMENT.find(given(EXPERIMENT, layers=3, shuffle=True))
    assert (alone.piece("Who reaches whom").values > 0).mean() == 0.25
    assert (mixed.piece("Who reaches whom").values > 0).all()
    assert "25%" in alone.pieces[-1].text
    assert "everything reaches everything" in mixed.pieces[-1].text


def test_groups_that_do_not_divide_are_refused_with_the_counts_that_do():
    with pytest.raises(LayerError, match=r"3 groups do not divide 8 input.*1, 2, 4 or 8"):
        EXPERIMENT.find(given(EXPERIMENT, groups=3))


def test_depthwise_is_one_group_a_channel():
    on = given(EXPERIMENT, groups=8)
    np.testing.assert_array_equal(run_code(EXPERIMENT, on), np.eye(8))
    assert EXPERIMENT.find(on).piece("What it costs").rows[-1][0] == "depthwise ◂"
