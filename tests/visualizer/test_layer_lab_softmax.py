"""The experiment on softmax."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from engines.errors import LayerError
from engines.images import load_sample
from layer_lab_bench import assert_code_agrees, given
from visualizer.panels.layer_lab.embedded import class_scores, embedded
from visualizer.panels.layer_lab.experiments.softmax import EXPERIMENT


def typed(**values):
    return given(EXPERIMENT, of="typed", **values)


@pytest.fixture(scope="module")
def cat():
    pixels = load_sample("chelsea").array.transpose(2, 0, 1)
    return np.ascontiguousarray(pixels, np.float32)


@pytest.mark.parametrize("of", ["typed", "network"])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 7.0])
def test_the_program_gives_the_shares_shown(temperature, of):
    assert_code_agrees(EXPERIMENT, given(EXPERIMENT, temperature=temperature, of=of))


@pytest.mark.parametrize("of", ["typed", "network"])
def test_temperature_0_is_refused_in_words(of):
    with pytest.raises(LayerError, match="above 0"):
        EXPERIMENT.find(given(EXPERIMENT, temperature=0.0, of=of))


def test_the_five_likeliest_classes_are_the_networks_own(cat):
    found = EXPERIMENT.find(given(EXPERIMENT, cat, "picture", temperature=2.0))
    scores = class_scores(cat).numpy()
    assert scores.shape == (1000,)
    best = np.argsort(-scores)[:5]
    shown = found.piece("Softmax")
    assert shown.names == tuple(embedded().categories[n] for n in best)
    np.testing.assert_allclose(shown.values, special.softmax(scores / 2)[best], rtol=1e-4)
    assert "cat" in " ".join(shown.names)


def test_the_curves_pass_through_scipys_shares_and_entropies():
    scores = (1.0, -2.0, 4.0)
    found = EXPERIMENT.find(typed(scores=(scores,), temperature=3.0))
    lines = found.piece("Shares over the temperature").lines
    (entropy,) = found.piece("Entropy over the temperature").lines
    for n in (0, 30, 59):
        expected = special.softmax(np.array(scores) / lines[0].x[n])
        np.testing.assert_allclose([line.y[n] for line in lines], expected, atol=1e-5)
        assert entropy.y[n] == pytest.approx(stats.entropy(expected, base=2), abs=1e-4)
    assert found.piece("Shares over the temperature").marks == ((3.0, "T = 3"),)


def test_large_scores_break_the_formula_as_written_and_not_the_other():
    rows = EXPERIMENT.find(typed(scores=((100.0, 99.0),))).piece("In float32").rows
    assert [row[1:] for row in rows] == [("inf", "nan", "0.731"), ("inf", "nan", "0.269")]
    table = EXPERIMENT.find(typed(scores=((2.0, 1.0),))).piece("In float32")
    assert "Both ways agree" in table.note
    assert [row[2] for row in table.rows] == [row[3] for row in table.rows] == ["0.731", "0.269"]


def test_scores_are_typed_only_where_they_are_asked_for():
    assert "scores" in EXPERIMENT.relevant({"of": "typed"})
    assert "scores" not in EXPERIMENT.relevant({"of": "network"})
