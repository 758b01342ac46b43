"""Fully connected layers as convolutions, against torch.nn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from engines.errors import LayerError
from engines.layers import linear_parameters, linear_to_conv2d

sizes = st.integers(1, 5)


@given(channels=sizes, height=sizes, width=sizes, outputs=sizes, bias=st.booleans())
def test_it_answers_as_the_linear_layer_and_everywhere_on_larger_maps(
    channels, height, width, outputs, bias
):
    torch.manual_seed(0)
    linear = nn.Linear(channels * height * width, outputs, bias=bias).double()
    made = linear_to_conv2d(linear, channels, height, width)
    x = torch.randn(2, channels, height + 3, width + 2, dtype=torch.float64)
    with torch.no_grad():
        scores = made(x)
        assert scores.shape == (2, outputs, 4, 3)
        for r, c in np.ndindex(4, 3):
            window = x[:, :, r : r + height, c : c + width].flatten(1)
            np.testing.assert_allclose(scores[:, :, r, c], linear(window), atol=1e-12)
    count = sum(one.numel() for one in made.parameters())
    assert count == linear_parameters(linear.in_features, outputs, bias=bias)
    assert count == sum(one.numel() for one in linear.parameters())


def test_the_weights_are_copied_and_what_learns_stays():
    linear = nn.Linear(12, 2).eval()
    linear.bias.requires_grad_(False)
    made = linear_to_conv2d(linear, 3, 2, 2)
    with torch.no_grad():
        made.weight.zero_()
    assert linear.weight.abs().sum() > 0
    assert (made.training, made.weight.requires_grad, made.bias.requires_grad) == (
        False,
        True,
        False,
    )


def test_the_first_of_vgg19_is_a_7_by_7_by_512_convolution():
    linear = nn.Linear(25_088, 4_096, device="meta")
    made = linear_to_conv2d(linear, 512, 7, 7)
    assert made.weight.shape == (4_096, 512, 7, 7)
    assert made.weight.numel() == 102_760_448
    assert linear_parameters(25_088, 4_096) == 102_760_448 + 4_096


def test_another_shape_is_refused_with_both_counts():
    with pytest.raises(LayerError, match="takes 12 numbers, but maps of 3 × 2 × 3 have 18"):
        linear_to_conv2d(nn.Linear(12, 2), 3, 2, 3)
