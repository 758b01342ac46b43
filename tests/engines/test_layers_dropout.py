"""Dropout against torch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from engines.errors import LayerError
from engines.layers import dropout

sizes = st.integers(1, 5)


@given(
    shape=st.tuples(sizes, sizes, sizes, sizes),
    p=st.floats(0, 1),
    seed=st.integers(0, 2**31),
    channels=st.booleans(),
)
def test_it_draws_as_torch_does(shape, p, seed, channels):
    values = torch.arange(1, 1 + int(np.prod(shape)), dtype=torch.float32).reshape(shape)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        ours = functional.dropout2d if channels else functional.dropout
        expected = ours(values, p, training=True)
    found = dropout(values, p, seed, channels=channels)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@given(p=st.floats(0.05, 0.95), seed=st.integers(0, 2**31))
def test_scaling_keeps_the_mean_and_without_it_a_share_is_lost(p, seed):
    values = torch.ones(1, 1, 200, 200)
    spread = 6 * (p / (1 - p) / values.numel()) ** 0.5
    assert float(dropout(values, p, seed).mean()) == pytest.approx(1, abs=spread)
    plain = dropout(values, p, seed, scaled=False)
    assert set(plain.unique().tolist()) <= {0.0, 1.0}
    assert float(plain.mean()) == pytest.approx(1 - p, abs=spread * (1 - p))


def test_whole_channels_go_together():
    found = dropout(torch.ones(1, 50, 4, 4), 0.5, 3, channels=True)
    assert set(found.mean(dim=(2, 3)).unique().tolist()) == {0.0, 2.0}


def test_another_stream_of_random_numbers_is_left_alone():
    before = torch.random.get_rng_state()
    dropout(torch.ones(1, 2, 3), 0.5, 0)
    assert torch.equal(before, torch.random.get_rng_state())


def test_p_is_a_probability_and_channels_need_an_axis():
    with pytest.raises(LayerError, match="probability"):
        dropout(torch.ones(1, 2), 1.5, 0)
    with pytest.raises(LayerError, match="no channels"):
        dropout(torch.ones(4), 0.5, 0, channels=True)
