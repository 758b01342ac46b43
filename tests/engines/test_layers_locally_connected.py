"""Locally connected layers against loops, against torch.nn and against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from engines.errors import LayerError
from engines.layers import (
    convolution_parameters,
    locally_connected,
    locally_connected_parameters,
)

sizes = st.integers(1, 3)


@given(channels=sizes, filters=sizes, rows=sizes, columns=sizes, down=sizes, across=sizes)
def test_each_position_has_its_own_kernel(channels, filters, rows, columns, down, across):
    draw = np.random.default_rng(0)
    image = draw.normal(size=(channels, rows + down - 1, columns + across - 1))
    weights = draw.normal(size=(filters, rows, columns, channels, down, across))
    expected = np.zeros((filters, rows, columns))
    for f, r, c in np.ndindex(filters, rows, columns):
        expected[f, r, c] = (image[:, r : r + down, c : c + across] * weights[f, r, c]).sum()
    found = locally_connected(torch.from_numpy(image), torch.from_numpy(weights))
    np.testing.assert_allclose(found, expected, atol=1e-12)


@given(channels=sizes, filters=sizes, rows=sizes, columns=sizes, kernel=sizes)
def test_equal_kernels_are_a_convolution_and_counts_are_those_of_torch(
    channels, filters, rows, columns, kernel
):
    torch.manual_seed(0)
    size = (rows + kernel - 1, columns + kernel - 1)
    conv = nn.Conv2d(channels, filters, kernel).double()
    image = torch.randn(channels, *size, dtype=torch.float64)
    weights = conv.weight.detach()[:, None, None].expand(-1, rows, columns, -1, -1, -1)
    expected = nn.functional.conv2d(image[None], conv.weight.detach())[0]
    np.testing.assert_allclose(locally_connected(image, weights), expected, atol=1e-12)
    shared = convolution_parameters(channels, filters, (kernel, kernel))
    assert shared == sum(one.numel() for one in conv.parameters())
    alone = locally_connected_parameters(channels, filters, (kernel, kernel), size, bias=False)
    assert alone == weights.numel()


def test_shapes_that_do_not_go_together_are_said():
    image = torch.ones(1, 4, 4)
    with pytest.raises(LayerError, match="larger than the input of 4 × 4"):
        locally_connected(image, torch.ones(1, 1, 1, 1, 5, 5))
    with pytest.raises(LayerError, match="has 2 × 2 windows with 1 channels"):
        locally_connected(image, torch.ones(1, 3, 3, 1, 3, 3))
    with pytest.raises(LayerError, match="kernels are 1 × 3 × 3"):
        locally_connected(image, torch.ones(1, 3, 3))
    with pytest.raises(LayerError, match="larger than the input"):
        locally_connected_parameters(1, 1, (5, 5), (4, 4))
