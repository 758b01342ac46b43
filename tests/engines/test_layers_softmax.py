"""Softmax with a temperature against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from engines.errors import LayerError
from engines.layers import entropy_bits, plain_softmax, softmax

scores = st.lists(st.floats(-50, 50), min_size=1, max_size=12)


@given(scores=scores, temperature=st.floats(0.05, 100))
def test_it_is_scipys_of_scores_over_the_temperature(scores, temperature):
    found = softmax(torch.tensor(scores, dtype=torch.float64), temperature)
    np.testing.assert_allclose(found, special.softmax(np.array(scores) / temperature), atol=1e-12)


def test_hot_makes_equal_and_cold_gives_all_to_the_largest():
    scores = torch.tensor([1.0, 3.0, 2.0])
    np.testing.assert_allclose(softmax(scores, 1e6), 1 / 3, atol=1e-5)
    np.testing.assert_allclose(softmax(scores, 0.01), [0, 1, 0], atol=1e-6)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_no_temperature_can_be_0_or_less(temperature):
    with pytest.raises(LayerError, match="above 0"):
        softmax(torch.ones(3), temperature)


def test_no_scores_are_refused():
    with pytest.raises(LayerError, match="no scores"):
        softmax(torch.ones(0))


@given(scores=scores, temperature=st.floats(0.5, 100))
def test_the_plain_formula_gives_the_same_while_its_powers_are_finite(scores, temperature):
    values = torch.tensor(scores, dtype=torch.float64)
    found = plain_softmax(values, temperature)
    np.testing.assert_allclose(found, softmax(values, temperature), atol=1e-12)


@pytest.mark.parametrize("shift", [100.0, -200.0])
def test_in_float32_the_plain_formula_breaks_where_the_other_holds(shift):
    values = torch.tensor([0.0, 1.0, 2.0])
    assert not bool(torch.isfinite(plain_softmax(values + shift)).any())
    np.testing.assert_allclose(softmax(values + shift), softmax(values), atol=1e-5)


@given(scores=scores)
def test_the_entropy_is_scipys(scores):
    shares = softmax(torch.tensor(scores, dtype=torch.float64))
    assert float(entropy_bits(shares)) == pytest.approx(stats.entropy(shares, base=2), abs=1e-9)


def test_the_entropy_of_one_that_has_all_is_0():
    assert float(entropy_bits(torch.tensor([1.0, 0.0, 0.0]))) == 0
