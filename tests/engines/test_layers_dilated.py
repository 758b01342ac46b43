"""Grouped and dilated convolution against torch.nn, and what a stack sees against autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from torch import nn

from engines import geometry
from engines.errors import LayerError
from engines.layers import (
    channel_shuffle,
    coverage,
    dilated,
    dilated_extent,
    filled_kernel,
    grouped_connections,
    stacked_field,
)


def ones(*layers):
    stack = nn.Sequential(*layers).double()
    for layer in stack:
        if isinstance(layer, nn.Conv2d):
            nn.init.ones_(layer.weight)
    return stack


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_paths_are_the_gradients_of_layers_of_ones(groups, ins, outs, layers, shuffle):
    cin, cout = groups * ins, groups * outs
    stack = [nn.Conv2d(cin, cout, 1, groups=groups, bias=False)]
    for _ in range(layers - 1):
        stack += [nn.ChannelShuffle(groups)] if shuffle else []
        stack.append(nn.Conv2d(cout, cout, 1, groups=groups, bias=False))
    pictures = torch.eye(cin, dtype=torch.float64)[:, :, None, None]
    expected = ones(*stack)(pictures)[:, :, 0, 0].T
    found = grouped_connections(cin, cout, groups, layers=layers, shuffle=shuffle)
    np.testing.assert_array_equal(found.numpy(), expected.detach().numpy())


def test_without_a_shuffle_groups_never_meet_and_with_it_they_do():
    alone = grouped_connections(8, 8, 4, layers=3)
    assert (alone > 0).sum() == 16
    assert (grouped_connections(16, 16, 4, layers=2, shuffle=True) > 0).all()


def test_the_shuffle_is_that_of_torch():
    maps = torch.rand(12, 4, 5)
    torch.testing.assert_close(channel_shuffle(maps, 3), nn.ChannelShuffle(3)(maps[None])[0])


def test_groups_that_do_not_divide_are_refused():
    with pytest.raises(LayerError, match=r"3 groups do not divide 8 input"):
        grouped_connections(8, 6, 3)
    with pytest.raises(LayerError, match="no layer"):
        grouped_connections(8, 8, 2, layers=0)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([1, 3, 5]), st.integers(1, 5), st.integers(1, 3))
def test_a_dilated_convolution_is_one_with_zeros_in_its_kernel(side, dilation, channels):
    maps = torch.randn(channels, 22, 21, dtype=torch.float64)
    kernel = torch.randn(side, side, dtype=torch.float64)
    filled = filled_kernel(kernel, dilation)
    assert filled.shape == (dilated_extent(side, dilation),) * 2
    layer = nn.Conv2d(
        channels, channels, side, dilation=dilation, padding=dilation * (side // 2),
        groups=channels, bias=False, dtype=torch.float64,
    )  # fmt: skip
    layer.weight.data = kernel.expand(channels, 1, side, side).clone()
    found = dilated(maps, kernel, dilation)
    torch.testing.assert_close(found, layer(maps[None])[0].detach())
    for one, expected in zip(found, maps, strict=True):
        scipys = ndimage.correlate(expected.numpy(), filled.numpy(), mode="constant")
        np.testing.assert_allclose(one.numpy(), scipys, atol=1e-10)


def test_a_kernel_that_reaches_over_more_than_the_map_is_refused_with_both_sizes():
    with pytest.raises(LayerError, match=r"3 × 3 .*dilation 3 reaches over 7 × 7 .* 6 × 8"):
        dilated(torch.rand(1, 6, 8), torch.ones(3, 3), 3)
    dilated(torch.rand(1, 7, 7), torch.ones(3, 3), 3)
    with pytest.raises(LayerError, match="odd side"):
        dilated(torch.rand(1, 6, 8), torch.ones(2, 2), 1)
    with pytest.raises(LayerError, match="dilation of 0"):
        dilated_extent(3, 0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.sampled_from([1, 2, 3, 5]))
def test_coverage_is_the_gradient_of_a_stack_of_ones(dilations, kernel):
    stack = ones(*(nn.Conv2d(1, 1, kernel, dilation=d, bias=False) for d in dilations))
    field = stacked_field(dilations, kernel)
    pixels = torch.zeros(1, 1, field, field, dtype=torch.float64, requires_grad=True)
    out = stack(pixels)
    assert out.shape == (1, 1, 1, 1)
    out.sum().backward()
    np.testing.assert_allclose(coverage(dilations, kernel).numpy(), pixels.grad[0, 0].numpy())
    layers = [geometry.Layer(kernel, dilation=d) for d in dilations]
    assert field == geometry.receptive_field(layers)[-1].size


def test_equal_dilations_leave_a_grid_of_gaps_and_1_2_5_none():
    equal, hybrid = coverage([2, 2, 2]), coverage([1, 2, 5])
    assert equal.shape == (13, 13)
    assert (equal > 0).sum() == 49  # every second pixel both ways
    assert hybrid.shape == (17, 17)
    assert (hybrid > 0).all()


def test_a_stack_that_is_none_is_refused():
    with pytest.raises(LayerError, match="no layer"):
        coverage([])
    with pytest.raises(LayerError, match="dilation of 0"):
        coverage([1, 0])
