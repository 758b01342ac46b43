"""Counts against torch's own, and separable kernels against torch.nn and random rivals."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from engines import digits
from engines.errors import LayerError
from engines.layers import (
    LayerCost,
    convolution_cost,
    depthwise_separable_parameters,
    separable_cost,
    separable_errors,
    separable_rank,
    separable_singular_values,
    separate_channels,
    separate_digits,
    stem_kernel,
)


def counted(layers, channels_in, height, width):
    """Return what torch counts: its FLOPs are twice the multiplications with addition."""
    with FlopCounterMode(display=False) as counter:
        layers(torch.zeros(1, channels_in, height, width))
    numbers = sum(one.numel() for one in layers.parameters())
    return LayerCost(numbers, counter.get_total_flops() // 2)


def random_kernel(cout, cin, side, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(cout, cin, side, side, generator=generator, dtype=torch.float64)


def test_the_example_of_the_lecture():
    assert convolution_cost(3, 64, 128, 1, 1).parameters == 73_728
    assert depthwise_separable_parameters(3, 64, 128) == 8_768
    assert round(73_728 / 8_768, 1) == 8.4


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([1, 3, 5]), st.integers(1, 9), st.integers(1, 9), st.integers(5, 9),
    st.integers(5, 9), st.integers(1, 3), st.booleans(),
)  # fmt: skip
def test_costs_are_those_that_torch_counts(kernel, cin, cout, height, width, multiplier, bias):
    conv, half = torch.nn.Conv2d, kernel // 2
    full = conv(cin, cout, kernel, padding=half, bias=bias)
    assert convolution_cost(kernel, cin, cout, height, width, bias=bias) == counted(
        full, cin, height, width
    )
    between = cin * multiplier
    both = torch.nn.Sequential(
        conv(cin, between, kernel, padding=half, groups=cin, bias=bias),
        conv(between, cout, 1, bias=bias),
    )
    cost = separable_cost(kernel, cin, cout, height, width, multiplier=multiplier, bias=bias)
    assert cost == counted(both, cin, height, width)
    assert cost.parameters == depthwise_separable_parameters(
        kernel, cin, cout, multiplier=multiplier, bias=bias
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.sampled_from([1, 3]))
def test_costs_of_grouped_layers_are_those_that_torch_counts(groups, ins, outs, kernel):
    cin, cout = groups * ins, groups * outs
    layer = torch.nn.Conv2d(cin, cout, kernel, padding=kernel // 2, groups=groups, bias=False)
    assert convolution_cost(kernel, cin, cout, 5, 6, groups=groups) == counted(layer, cin, 5, 6)


def test_groups_that_do_not_divide_are_refused_with_the_numbers():
    with pytest.raises(LayerError, match=r"3 groups do not divide 8 input.*1, 2 or 4 groups"):
        convolution_cost(3, 8, 12, 1, 1, groups=3)
    with pytest.raises(LayerError, match=r"4 groups do not divide 6 output.*leaves 2.*1 or 2"):
        convolution_cost(3, 8, 6, 1, 1, groups=4)
    with pytest.raises(LayerError, match="0 × 0"):
        convolution_cost(0, 8, 6, 1, 1)
    with pytest.raises(LayerError, match="at least one input channel"):
        depthwise_separable_parameters(3, 0, 6)
    with pytest.raises(LayerError, match="multiplier of 0"):
        depthwise_separable_parameters(3, 8, 6, multiplier=0)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.sampled_from([1, 3, 5]), st.integers(1, 9))
def test_two_layers_do_what_their_full_kernel_does(cout, cin, side, multiplier):
    kernel = random_kernel(cout, cin, side)
    assume(multiplier <= min(cout, side**2))
    made = separate_channels(kernel, multiplier)
    batch = torch.randn(2, cin, 9, 8, dtype=torch.float64)
    depthwise = torch.nn.Conv2d(
        cin, cin * multiplier, side, stride=2, padding=1, groups=cin, bias=False
    )
    mix = torch.nn.Conv2d(cin * multiplier, cout, 1, bias=False)
    depthwise.weight.data, mix.weight.data = made.depthwise, made.pointwise
    expected = functional.conv2d(batch, made.full(), stride=2, padding=1)
    torch.testing.assert_close(made(batch, stride=2, padding=1), expected)
    torch.testing.assert_close(mix(depthwise(batch)), expected)
    numbers = made.depthwise.numel() + made.pointwise.numel()
    assert numbers == depthwise_separable_parameters(side, cin, cout, multiplier=multiplier)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3), st.integers(3, 7), st.integers(1, 4), st.integers(0, 99))
def test_a_kernel_made_of_m_terms_a_channel_is_found_again_exactly(terms, cout, cin, seed):
    filters = random_kernel(cin, terms, 3, seed)
    mix = torch.randn(cout, cin, terms, dtype=torch.float64)
    kernel = torch.einsum("oim,imhw->oihw", mix, filters)
    assert separable_rank(kernel) == terms
    made = separate_channels(kernel, terms)
    torch.testing.assert_close(made.full(), kernel)
    assert made.error < 1e-7
    if terms > 1:
        assert separate_channels(kernel, terms - 1).error > 1e-3


def test_no_rival_comes_nearer_than_the_singular_value_decomposition():
    kernel = random_kernel(6, 2, 3)
    made = separate_channels(kernel, 2)
    error = float((made.full() - kernel).norm() / kernel.norm())
    assert made.error == pytest.approx(error)
    generator = torch.Generator().manual_seed(1)
    # The best mix for other filters, by least squares: what training the 1 × 1 layer would reach.
    for size in (1e-3, 1e-2, 0.1, 1.0):
        noise = torch.randn(made.depthwise.shape, generator=generator, dtype=torch.float64)
        filters = (made.depthwise + size * noise).unflatten(0, (2, 2)).flatten(2)
        rows = kernel.flatten(2).transpose(0, 1)
        mix = torch.linalg.lstsq(filters.transpose(1, 2), rows.transpose(1, 2)).solution
        rival = (filters.transpose(1, 2) @ mix).transpose(1, 2)
        assert float((rival - rows).norm() / rows.norm()) > error


def test_errors_fall_to_0_and_agree_with_each_multiplier():
    kernel = stem_kernel()
    errors = separable_errors(kernel)
    assert errors.shape == (9,)
    assert (np.diff(errors) < 0).all()
    assert errors[-1] < 1e-6
    for multiplier in (1, 4, 9):
        made = separate_channels(kernel, multiplier)
        left = (made.full() - kernel).double().norm() / kernel.double().norm()
        assert made.error == pytest.approx(float(left), abs=1e-6)
        assert errors[multiplier - 1] == pytest.approx(made.error, abs=1e-9)
    assert separable_rank(kernel) == 9
    assert separable_singular_values(kernel).shape == (3, 9)


def test_a_multiplier_that_cannot_be_is_refused_with_the_range():
    kernel = random_kernel(4, 2, 3)
    for wrong in (0, 5):
        with pytest.raises(LayerError, match=rf"multiplier of {wrong} .* 1 to 4"):
            separate_channels(kernel, wrong)
    with pytest.raises(LayerError, match="4 × 2 × 3"):
        separate_channels(kernel[..., 0], 1)


def test_a_kernel_of_zeros_is_separable():
    zeros = torch.zeros(4, 2, 3, 3)
    assert separable_rank(zeros) == 1
    assert separate_channels(zeros, 1).error == 0
    assert not separate_channels(zeros, 1).full().any()


@pytest.mark.slow
def test_the_stem_is_that_of_the_embedded_network():
    from engines import models

    module = models.load(models.EMBEDDED).module
    torch.testing.assert_close(stem_kernel(), module.conv_stem.weight.detach())


@pytest.mark.slow
def test_a_trained_digit_network_is_itself_again_at_the_largest_multiplier():
    *_, step = digits.train(epochs=3)
    before = {name: one.clone() for name, one in step.module.state_dict().items()}
    found = list(separate_digits(step.module, digits.load_split()))
    assert [one.multiplier for one in found] == list(range(10))
    assert found[0].accuracy == pytest.approx(step.accuracy)
    assert found[0].error == 0
    assert found[9].accuracy == pytest.approx(step.accuracy, abs=0.003)
    assert found[9].error < 1e-6
    assert found[1].error > found[3].error > found[9].error
    assert found[1].accuracy < found[0].accuracy
    layers = [step.module.conv2, step.module.conv3]
    assert found[0].cost.parameters == sum(p.numel() for one in layers for p in one.parameters())
    assert found[0].cost.macs == 9 * 16 * (16 * 64 + 24 * 16)
    for name, one in step.module.state_dict().items():
        torch.testing.assert_close(one, before[name])
