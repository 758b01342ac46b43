"""The experiment on softmax."""

from __future__ import annotations

import pytest

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given
from visualizer.panels.layer_lab.experiments.softmax import EXPERIMENT


@pytest.mark.parametrize("temperature", [0.5, 1.0, 7.0])
def test_the_program_gives_the_shares_shown(temperature):
    assert_code_agrees(EXPERIMENT, given(EXPERIMENT, temperature=temperature))


def test_temperature_0_is_refused_in_words():
    with pytest.raises(LayerError, match="above 0"):
        EXPERIMENT.find(given(EXPERIMENT, temperature=0.0))
