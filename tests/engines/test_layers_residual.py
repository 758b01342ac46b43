"""Deep random stacks: against a module written out, finite differences, and the closed form."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engines.errors import LayerError
from engines.layers import SKIPS, depth_profile, expected_growth, random_layers


def start_of(channels=4, side=6, seed=1, dtype=torch.float32):
    return torch.randn((channels, side, side), generator=torch.Generator().manual_seed(seed)).to(
        dtype
    )


@settings(deadline=None, max_examples=20)
@given(
    st.integers(1, 6), st.integers(1, 5), st.integers(2, 8), st.floats(0.2, 2),
    st.sampled_from(SKIPS), st.booleans(),
)  # fmt: skip
def test_signals_are_those_of_modules(depth, channels, side, scale, skip, normed):
    start, weights = start_of(channels, side), random_layers(depth, channels, scale, 3)
    found = depth_profile(start, weights, skip, normed=normed)
    signal = start[None]
    for number, weight in enumerate(weights):
        layer = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="circular", bias=False)
        layer.weight.data = weight
        branch = layer(torch.relu(signal))
        if normed:
            branch = nn.InstanceNorm2d(channels)(branch)
        branch = branch / depth**0.5 if skip == "scaled" else branch
        signal = branch if skip == "none" else signal + branch
        torch.testing.assert_close(
            found.signals[number + 1], signal[0].detach(), rtol=1e-4, atol=1e-4
        )
    assert found.variance[-1] == pytest.approx(float(signal.detach().square().mean()), rel=1e-3)
    assert len(found.signals) == len(found.gradient) == depth + 1


@pytest.mark.parametrize("skip", SKIPS)
def test_gradients_are_finite_differences(skip):
    start, weights = start_of(2, 4, dtype=torch.float64), random_layers(3, 2, 0.9, 5).double()
    asked = torch.randn((1, 2, 4, 4), generator=torch.Generator().manual_seed(0)).double()
    asked /= asked.norm()

    def value(point):
        return float((depth_profile(point, weights, skip).signals[-1] * asked[0]).sum())

    numeric = torch.zeros_like(start)
    for place in np.ndindex(*start.shape):
        step = torch.zeros_like(start)
        step[place] = 1e-6
        numeric[place] = (value(start + step) - value(start - step)) / 2e-6
    found = depth_profile(start, weights, skip).gradient
    assert found[0] == pytest.approx(float(numeric.norm()), rel=1e-5)
    assert found[-1] == pytest.approx(1)


@pytest.mark.parametrize("skip", SKIPS)
@pytest.mark.parametrize("scale", [0.7, 1.0, 1.2])
def test_mean_square_and_gradient_grow_as_the_closed_form_says(skip, scale):
    depth, logs = 4, []
    for seed in range(4):
        made = depth_profile(start_of(64, 8, seed), random_layers(depth, 64, scale, seed), skip)
        logs.append([np.log(made.variance[-1] / made.variance[0]), 2 * np.log(made.gradient[0])])
    wanted = depth * np.log(expected_growth(scale, skip, depth))
    # The mean of logarithms is a little below the logarithm of the mean.
    np.testing.assert_allclose(np.mean(logs, axis=0), wanted, atol=0.4)


def test_random_weights_have_the_deviation_of_he_and_are_the_same_for_a_seed():
    made = random_layers(3, 32, 0.5, 7)
    assert float(made.std()) == pytest.approx(0.5 * (2 / (9 * 32)) ** 0.5, rel=0.02)
    torch.testing.assert_close(made, random_layers(3, 32, 0.5, 7))
    # As torch's own initialisation.
    other = torch.empty(32, 32, 3, 3)
    nn.init.kaiming_normal_(other)
    assert float(made.std()) == pytest.approx(0.5 * float(other.std()), rel=0.05)


def test_what_does_not_fit_is_refused_in_words():
    with pytest.raises(LayerError, match="scale above 0"):
        random_layers(3, 4, 0.0, 0)
    with pytest.raises(LayerError, match=r"\(3, 4, 4\)"):
        depth_profile(torch.zeros(3, 4, 4), random_layers(2, 4, 1, 0), "none")
